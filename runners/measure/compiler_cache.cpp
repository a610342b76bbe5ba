#include "runners/measure/compiler_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

constexpr const char* ccache_program = "/usr/bin/ccache";
constexpr const char* stands_for_compilers = "/usr/lib/ccache";
constexpr const char* entries_folder = "entries";
constexpr const char* statistics = "statistics";
constexpr const char* trusted_name = "trusted";
constexpr std::size_t most_statistics_bytes = 16u << 20;
constexpr std::uint64_t most_cached_entries = 2'000'000;
constexpr std::chrono::minutes longest_trim{5};
/// Of the whole bound, so that one repository or pull request leaves room for the others.
constexpr std::uint64_t share_of_one = 4;

std::string hex_of(const std::string& text) {
    return platform::sha256_hex(text).substr(0, 32);
}

fs::path newest_mark(const fs::path& folder) {
    return folder.string() + ".used";
}

void mark_used(const fs::path& folder) {
    static_cast<void>(platform::write_file_atomically(newest_mark(folder), "", 0600));
}

void count_line(std::string_view line, CompilerHits& hits) {
    constexpr int most = 10'000'000;
    if (line == "direct_cache_hit" || line == "preprocessed_cache_hit") hits.hits = std::min(hits.hits + 1, most);
    if (line == "cache_miss") hits.misses = std::min(hits.misses + 1, most);
}

}  // namespace

void CompilerFolders::add_to(sandbox::Command& command) const {
    auto& environment = command.environment;
    auto& path = environment["PATH"];
    path = fmt::format("{}:{}", stands_for_compilers, path.empty() ? sandbox::usual_path : path);
    // Files that are looked up by name alone, in both folders alike; ccache's own folder, with its sizes and
    // configuration, lasts no longer than the line.
    auto storage = fmt::format("file:{}|update-mtime=true", (own / entries_folder).string());
    if (trusted) storage += fmt::format(" file:{}|read-only=true", (*trusted / entries_folder).string());
    environment["CCACHE_DIR"] = "/tmp/.benchgate-ccache";
    environment["CCACHE_REMOTE_ONLY"] = "true";
    environment["CCACHE_REMOTE_STORAGE"] = storage;
    environment["CCACHE_NAMESPACE"] = system;
    environment["CCACHE_STATSLOG"] = (own / statistics).string();
    command.writable.push_back({own, bytes_before});
    if (trusted) command.read_only.push_back(*trusted);
}

tl::expected<CompilerCache, std::string> CompilerCache::open(CompilerCacheOptions options, sandbox::Sandbox& sandbox) {
    std::error_code code;
    if (!fs::exists(ccache_program, code) || !fs::is_directory(stands_for_compilers, code))
        return tl::unexpected(fmt::format("{} is not installed here (apt install ccache)", ccache_program));
    if (!sandbox.probe().isolated)
        return tl::unexpected(std::string("without a sandbox every job could write what others are built of"));
    options.directory = fs::absolute(options.directory);
    // The names of ccache's own list of folders.
    if (options.directory.string().find_first_of(" |%") != std::string::npos)
        return tl::unexpected(fmt::format("'{}' has a blank, | or % in it", options.directory.string()));
    fs::create_directories(options.directory, code);
    if (code) return tl::unexpected(fmt::format("{}: {}", options.directory.string(), code.message()));
    // The sandbox's user passes through to the folders that it is shown, and cannot list the others.
    fs::permissions(options.directory, fs::perms(0711), code);
    // Said now, and not by each job, where that user cannot get here.
    fs::create_directory(options.directory / "linkers", code);
    if (const auto reached = sandbox.prepare(options.directory / "linkers"); !reached)
        return tl::unexpected(reached.error().message);
    auto lock = platform::FolderLock::take(options.directory);
    if (!lock) return tl::unexpected(lock.error().message);
    CompilerCache cache(std::move(options), std::move(*lock));
    for (const auto& repository : fs::directory_iterator(cache.options_.directory, code))
        if (repository.is_directory(code))
            for (const auto& folder : fs::directory_iterator(repository, code))
                if (folder.is_directory(code)) cache.measure(folder);
    return cache;
}

tl::expected<void, std::string> CompilerCache::make(sandbox::Sandbox& sandbox, const fs::path& folder) {
    std::error_code code;
    fs::create_directories(folder.parent_path(), code);
    if (!code) fs::permissions(folder.parent_path(), fs::perms(0711), code);
    const bool is_new = !code && fs::create_directory(folder, code);
    if (is_new) fs::create_directory(folder / entries_folder, code);
    if (code) return tl::unexpected(fmt::format("{}: {}", folder.string(), code.message()));
    if (is_new)
        if (const auto given = sandbox.prepare(folder); !given) return tl::unexpected(given.error().message);
    bytes_.try_emplace(folder, 0);
    return {};
}

tl::expected<CompilerFolders, std::string> CompilerCache::folders(sandbox::Sandbox& sandbox,
                                                                  const std::string& repository,
                                                                  const std::string& origin,
                                                                  const std::string& system) {
    const auto of_repository = options_.directory / hex_of(repository);
    const auto trusted = of_repository / trusted_name;
    CompilerFolders folders{trusted, std::nullopt, system};
    if (auto made = make(sandbox, trusted); !made) return tl::unexpected(made.error());
    if (!origin.empty()) {
        folders.own = of_repository / hex_of(origin);
        folders.trusted = trusted;
        if (auto made = make(sandbox, folders.own); !made) return tl::unexpected(made.error());
    }
    mark_used(trusted);
    mark_used(folders.own);
    static_cast<void>(take_hits(folders));
    folders.bytes_before = bytes_.at(folders.own);
    return folders;
}

CompilerHits CompilerCache::take_hits(const CompilerFolders& folders) {
    CompilerHits hits;
    if (const auto text = platform::read_below(folders.own, statistics, most_statistics_bytes)) {
        std::string_view left = *text;
        while (!left.empty()) {
            const auto end = std::min(left.find('\n'), left.size());
            count_line(left.substr(0, end), hits);
            left.remove_prefix(std::min(end + 1, left.size()));
        }
    }
    std::error_code code;
    fs::remove(folders.own / statistics, code);
    return hits;
}

void CompilerCache::measure(const fs::path& folder) {
    const auto size = platform::tree_size(folder, most_cached_entries);
    // One that lets us not look may be of any size.
    bytes_[folder] = !size || size->cut || size->closed ? options_.most_bytes : size->bytes;
}

void CompilerCache::trim(sandbox::Sandbox& sandbox, const CompilerFolders& folders, std::stop_token stop) {
    const auto most_of_one = options_.most_bytes / share_of_one;
    measure(folders.own);
    if (bytes_[folders.own] > most_of_one) {
        // As the user that wrote it: what lies there is opened by nobody else.
        sandbox::Command command;
        command.argv = {ccache_program,
                        "--trim-dir",
                        (folders.own / entries_folder).string(),
                        "--trim-max-size",
                        fmt::format("{}k", most_of_one / 1000),
                        "--trim-method",
                        "mtime"};
        command.environment["CCACHE_DIR"] = "/tmp/.benchgate-ccache";
        command.job_directory = folders.own;
        command.writable.push_back({folders.own});
        command.limits.disk_bytes = 0;  // it only makes room
        command.limits.wall = longest_trim;
        static_cast<void>(sandbox.run(command, std::move(stop)));
        measure(folders.own);
        // Something else than entries fills it: folders alone take no quarter.
        if (bytes_[folders.own] > most_of_one + most_of_one / 4 && platform::remove_tree(folders.own)) {
            bytes_.erase(folders.own);
            static_cast<void>(make(sandbox, folders.own));
        }
    }
    struct Used {
        fs::file_time_type when;
        fs::path folder;
    };
    std::uint64_t all = 0;
    std::vector<Used> by_age;
    for (const auto& [folder, bytes] : bytes_) {
        all += bytes;
        std::error_code code;
        const auto when = fs::last_write_time(newest_mark(folder), code);
        by_age.push_back({code ? fs::file_time_type::min() : when, folder});
    }
    std::ranges::sort(by_age, {}, &Used::when);
    for (const auto& [when, folder] : by_age) {
        if (all <= options_.most_bytes) return;
        if (folder == folders.own || folder == folders.trusted) continue;
        std::error_code code;
        static_cast<void>(platform::remove_tree(folder));
        fs::remove(newest_mark(folder), code);
        all -= bytes_[folder];
        bytes_.erase(folder);
    }
}

void JobCompilers::open(const std::string& repository, const std::string& head_origin,
                        const std::optional<std::string>& system) {
    if (!are_cached()) return;
    if (!system) {
        why_not_ = "what is installed on this host cannot be read";
        return;
    }
    for (const auto side : {model::Side::base, model::Side::head}) {
        auto made =
            cache_->folders(sandbox_, repository, side == model::Side::head ? head_origin : std::string(), *system);
        if (made)
            folders_[int(side)] = std::move(*made);
        else
            why_not_ = made.error();
    }
}

const CompilerFolders* JobCompilers::of(model::Side side) const {
    return folders_[int(side)] ? &*folders_[int(side)] : nullptr;
}

void JobCompilers::count(model::Side side) {
    if (!folders_[int(side)]) return;
    const auto more = CompilerCache::take_hits(*folders_[int(side)]);
    hits_[int(side)].hits += more.hits;
    hits_[int(side)].misses += more.misses;
}

model::HostFact JobCompilers::fact() const {
    const auto words = [&](model::Side side) {
        const auto& [hits, misses] = hits_[int(side)];
        return fmt::format("{} of {} compilations of {}", hits, hits + misses, model::to_string(side));
    };
    model::HostFact fact{
        "build.compiler_cache", model::FactStatus::ok,
        fmt::format("{} and {} were taken from earlier builds", words(model::Side::base), words(model::Side::head)), "",
        ""};
    if (!why_not_.empty()) {
        fact.status = model::FactStatus::unknown;
        fact.observed += "; " + why_not_;
    }
    return fact;
}

JobCompilers::~JobCompilers() {
    for (const auto& folders : folders_)
        if (folders) cache_->trim(sandbox_, *folders, {});
}

}  // namespace benchgate::measure
