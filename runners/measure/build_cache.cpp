#include "runners/measure/build_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/json/json.h"
#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_version = "benchgate build 1";
constexpr std::size_t most_note_bytes = 4096;
constexpr std::chrono::minutes longest_copy{10};

/// Names, modes, links and bytes of the tree, in one order whatever the disk's is.
constexpr const char* print_tree =
    "exec tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu -cf - .";
/// All that the sandbox shows of this host, other file systems below it too: whatever is installed, updated or removed
/// changes a size, a time or what a link leads to. Some links are made by the sandbox itself, so their times say
/// nothing.
constexpr const char* print_system =
    "find /usr /bin /sbin /lib /lib32 /lib64 /libx32 /etc/alternatives /etc/ld.so.cache /etc/ld.so.conf "
    "/etc/ld.so.conf.d '(' -path /usr/share/doc -o -path /usr/share/man -o -path /usr/share/locale ')' -prune -o "
    "-type f -printf '%p %s %T@\\n' -o -type l -printf '%p -> %l\\n' 2>/dev/null; true";
/// Times stay as they are: what a build made must not look older than what it was made of.
constexpr const char* pack = "exec tar --format=gnu -cf - .";

sandbox::Command command_in(const fs::path& tree, std::string line) {
    sandbox::Command command;
    command.shell_line = std::move(line);
    command.job_directory = tree;
    command.limits.wall = longest_copy;
    command.limits.keep_output_bytes = 4096;
    return command;
}

/// Feeds a command's standard output into the digest; false: it failed.
bool digest_output(sandbox::Sandbox& sandbox, const fs::path& tree, const char* line, platform::Sha256& digest,
                   std::stop_token stop) {
    auto command = command_in(tree, line);
    command.on_output = [&](platform::Stream stream, std::string_view bytes) {
        if (stream == platform::Stream::out) digest.update(bytes);
    };
    const auto result = sandbox.run(command, std::move(stop));
    return result && result->ok();
}

/// Length first, so that no two lists of texts look alike.
void add(platform::Sha256& digest, std::string_view text) {
    digest.update(fmt::format("{}:", text.size()));
    digest.update(text);
}

/// Gives a packed tree's bytes to the disk, and takes them out of memory: neither is to happen while something is
/// measured.
bool settle(int fd) {
    return ::fsync(fd) == 0 && ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
}

std::optional<std::string> digest_of(const fs::path& file) {
    const platform::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return std::nullopt;
    platform::Sha256 digest;
    std::vector<char> buffer(1u << 20);
    for (;;) {
        const auto count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count < 0) return std::nullopt;
        if (count == 0) return digest.finish_hex();
        digest.update({buffer.data(), static_cast<std::size_t>(count)});
    }
}

struct Note {
    std::string digest;
    ReusedBuild build;
};

std::optional<Note> read_note(const fs::path& file) {
    const auto text = platform::read_file(file, most_note_bytes);
    if (!text) return std::nullopt;
    const auto document = json::parse(*text);
    if (!document) return std::nullopt;
    const auto digest = json::text(*document, "sha256"), built_at = json::text(*document, "built_at");
    const auto took = json::integer(*document, "took_ms");
    if (!digest || !built_at || !took) return std::nullopt;
    return Note{*digest, {*built_at, std::chrono::milliseconds(*took)}};
}

}  // namespace

tl::expected<BuildCache, std::string> BuildCache::open(BuildCacheOptions options) {
    std::error_code code;
    fs::create_directories(options.directory, code);
    if (code) return tl::unexpected(fmt::format("{}: {}", options.directory.string(), code.message()));
    // The sandbox's user passes through to the one archive that it is shown, and cannot list the others.
    fs::permissions(options.directory, fs::perms(0711), code);
    BuildCache cache(std::move(options));
    for (const auto& entry : fs::directory_iterator(cache.options_.directory, code)) {
        const auto key = entry.path().stem().string();
        if (entry.path().extension() == ".partial" || !fs::exists(cache.note(key)) || !fs::exists(cache.archive(key)))
            fs::remove(entry.path(), code);
    }
    return cache;
}

std::optional<std::string> BuildCache::system_of(sandbox::Sandbox& sandbox, const fs::path& tree,
                                                 std::stop_token stop) {
    platform::Sha256 digest;
    add(digest, sandbox.name());
    if (!digest_output(sandbox, tree, print_system, digest, std::move(stop))) return std::nullopt;
    return digest.finish_hex();
}

std::optional<std::string> BuildCache::key_of(sandbox::Sandbox& sandbox, const fs::path& tree,
                                              const BuildCircumstances& circumstances, std::stop_token stop) const {
    platform::Sha256 digest;
    add(digest, key_version);
    add(digest, circumstances.origin);
    add(digest, circumstances.processor);
    add(digest, circumstances.system);
    if (!circumstances.compilers.empty()) add(digest, "compilers " + circumstances.compilers);
    add(digest, fmt::format("{} lines", circumstances.suite->build.size()));
    for (const auto& line : circumstances.suite->build) add(digest, line);
    for (const auto& [name, value] : circumstances.suite->environment) {
        add(digest, name);
        add(digest, value);
    }
    if (!digest_output(sandbox, tree, print_tree, digest, std::move(stop))) return std::nullopt;
    return digest.finish_hex();
}

void BuildCache::drop(const std::string& key) const {
    std::error_code code;
    fs::remove(note(key), code);
    fs::remove(archive(key), code);
}

std::optional<ReusedBuild> BuildCache::take(sandbox::Sandbox& sandbox, const std::string& key, const fs::path& tree,
                                            std::stop_token stop) {
    const auto known = read_note(note(key));
    if (!known) return std::nullopt;
    if (digest_of(archive(key)) != known->digest) {
        drop(key);
        return std::nullopt;
    }
    // Beside the tree, so that the tree is whole until the built one is.
    const fs::path built = tree.string() + ".built";
    std::error_code code;
    fs::create_directory(built, code);
    if (code || !sandbox.prepare(built)) return std::nullopt;
    auto command = command_in(built, "");
    command.argv = {"/bin/tar", "-xpf", archive(key).string()};
    command.read_only = {archive(key)};
    const auto unpacked = sandbox.run(command, std::move(stop));
    const auto remove = [](const fs::path& directory) { static_cast<void>(platform::remove_tree(directory)); };
    if (!unpacked || !unpacked->ok()) {
        remove(built);
        return std::nullopt;
    }
    const fs::path old = tree.string() + ".unbuilt";
    fs::rename(tree, old, code);
    if (!code) fs::rename(built, tree, code);
    if (code) {
        std::error_code back;
        if (!fs::exists(tree, back)) fs::rename(old, tree, back);
        remove(built);
        return std::nullopt;
    }
    remove(old);
    fs::last_write_time(note(key), fs::file_time_type::clock::now(), code);
    return known->build;
}

std::string BuildCache::keep(sandbox::Sandbox& sandbox, const std::string& key, const fs::path& tree,
                             const ReusedBuild& build, std::stop_token stop) {
    if (build.took < options_.least_build) return fmt::format("it took less than {} ms", options_.least_build.count());
    const fs::path partial = options_.directory / (key + ".partial");
    const platform::Fd fd(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    // Whatever the umask: the sandbox's user is to read it.
    if (!fd || ::fchmod(fd.get(), 0644) != 0) return fmt::format("{} cannot be written", partial.string());
    platform::Sha256 digest;
    std::uint64_t bytes = 0;
    bool written = true;
    auto command = command_in(tree, pack);
    command.limits.output_bytes = options_.most_bytes / 2;
    command.on_output = [&](platform::Stream stream, std::string_view part) {
        if (stream != platform::Stream::out || !written) return;
        digest.update(part);
        bytes += part.size();
        while (!part.empty() && written) {
            const auto count = ::write(fd.get(), part.data(), part.size());
            if (count < 0 && errno == EINTR) continue;
            written = count > 0;
            if (written) part.remove_prefix(static_cast<std::size_t>(count));
        }
    };
    const auto packed = sandbox.run(command, std::move(stop));
    std::error_code code;
    if (!packed || !packed->ok() || !written || !settle(fd.get())) {
        fs::remove(partial, code);
        if (!packed) return packed.error().message;
        return packed->output_limit ? "it is larger than half of the cache"
               : written            ? "tar " + packed->describe()
                                    : "the disk is full";
    }
    make_room(bytes);
    fs::rename(partial, archive(key), code);
    const json::Json told{
        {"sha256", digest.finish_hex()}, {"built_at", build.built_at}, {"took_ms", build.took.count()}};
    if (code || !platform::write_file_atomically(note(key), json::dump(told), 0600)) {
        drop(key);
        fs::remove(partial, code);
        return fmt::format("{} cannot be written", archive(key).string());
    }
    return "";
}

void BuildCache::make_room(std::uint64_t bytes) const {
    struct Entry {
        fs::file_time_type used;
        std::string key;
        std::uint64_t bytes;
    };
    std::vector<Entry> entries;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(options_.directory, code)) {
        if (entry.path().extension() != ".tar") continue;
        const auto key = entry.path().stem().string();
        const auto size = entry.file_size(code);
        const auto used = fs::last_write_time(note(key), code);
        entries.push_back({used, key, code ? 0 : size});
        bytes += entries.back().bytes;
    }
    std::ranges::sort(entries, {}, &Entry::used);
    for (const auto& entry : entries) {
        if (bytes <= options_.most_bytes) return;
        drop(entry.key);
        bytes -= entry.bytes;
    }
}

}  // namespace benchgate::measure
