#include "runners/host/tune_journal.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json/json.h"

namespace benchgate::host {
namespace {

constexpr std::size_t most_journal_bytes = 16u << 20;
constexpr int journal_version = 1;

std::string journal_failure(const std::string& what, const std::filesystem::path& file) {
    return fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno));
}

bool sync_folder_of(const std::filesystem::path& file) {
    const platform::Fd folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder && ::fsync(folder.get()) == 0;
}

/// Whether the open file is the one of this name: a lock on one that was removed meanwhile guards nothing.
bool is_at(const platform::Fd& fd, const std::filesystem::path& file) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd.get(), &opened) == 0 && ::lstat(file.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/// From the descriptor that was looked at: the name may lead elsewhere by now.
tl::expected<std::string, std::string> bytes_of(const platform::Fd& fd, const std::filesystem::path& file) {
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const auto count = ::read(fd.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(journal_failure("read the journal", file));
        if (count == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(count));
        if (bytes.size() > most_journal_bytes)
            return tl::unexpected(fmt::format("{} is longer than any journal", file.string()));
    }
}

json::Json entry_json(const TuneEntry& entry) {
    if (!entry.swap.empty()) return {{"swap", entry.swap}, {"priority", entry.priority}};
    if (entry.process > 0) return {{"process", entry.process}, {"began", entry.began}};
    return {{"path", entry.path}, {"old", entry.old}, {"set", entry.set}};
}

std::optional<TuneEntry> read_entry(const json::Json& document) {
    TuneEntry entry;
    entry.path = json::text(document, "path").value_or("");
    entry.old = json::text(document, "old").value_or("");
    entry.set = json::text(document, "set").value_or("");
    entry.swap = json::text(document, "swap").value_or("");
    entry.priority = static_cast<int>(json::integer(document, "priority").value_or(0));
    entry.process = static_cast<int>(json::integer(document, "process").value_or(0));
    entry.began = json::text(document, "began").value_or("");
    const int kinds = !entry.path.empty() + !entry.swap.empty() + (entry.process > 0);
    return kinds == 1 ? std::optional(std::move(entry)) : std::nullopt;
}

}  // namespace

tl::expected<TuneJournal, std::string> TuneJournal::create(const std::filesystem::path& file, const std::string& boot) {
    platform::Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0600));
    if (!fd) return tl::unexpected(journal_failure("make the journal", file));
    // Between the two calls it was anybody's: who found it there may hold it, or have removed it as an empty one.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(fd, file))
        return tl::unexpected(fmt::format("another benchgate-runner puts back by {}: try again", file.string()));
    TuneJournal journal(std::move(fd));
    if (auto written = journal.write_line(json::dump(json::Json{{"benchgate_tune", journal_version}, {"boot", boot}}));
        !written)
        return tl::unexpected(written.error());
    if (!sync_folder_of(file)) return tl::unexpected(journal_failure("keep the journal", file));
    return journal;
}

tl::expected<void, std::string> TuneJournal::write_line(const std::string& line) {
    const std::string bytes = line + "\n";
    for (std::size_t done = 0; done < bytes.size();) {
        const auto count = ::write(fd_.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(fmt::format("cannot write the journal: {}", std::strerror(errno)));
        done += static_cast<std::size_t>(count);
    }
    if (::fdatasync(fd_.get()) != 0)
        return tl::unexpected(fmt::format("cannot keep the journal: {}", std::strerror(errno)));
    return {};
}

tl::expected<void, std::string> TuneJournal::add(const TuneEntry& entry) {
    return write_line(json::dump(entry_json(entry)));
}

tl::expected<void, std::string> TuneJournal::finish() {
    return write_line(json::dump(json::Json{{"tuned", true}}));
}

tl::expected<std::optional<TuneRecord>, std::string> TuneJournal::read(const std::filesystem::path& file) {
    platform::Fd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno == ENOENT) return std::optional<TuneRecord>();
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return tl::unexpected(journal_failure("read the journal", file));
    if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 022) != 0)
        return tl::unexpected(fmt::format("{} is not believed: others could have written it", file.string()));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return tl::unexpected(fmt::format("a benchgate-runner tune is at work and holds {}", file.string()));
    // Somebody else has put back and removed it while we came to the lock.
    if (!is_at(fd, file)) return std::optional<TuneRecord>();
    const auto bytes = bytes_of(fd, file);
    if (!bytes) return tl::unexpected(bytes.error());
    TuneRecord record;
    record.lock = std::move(fd);
    bool has_heading = false;
    for (std::size_t at = 0; at < bytes->size();) {
        const auto end = bytes->find('\n', at);
        if (end == std::string::npos) break;  // the process ended while it wrote this: nothing followed
        const auto document = json::parse(bytes->substr(at, end - at));
        at = end + 1;
        if (!document) return tl::unexpected(fmt::format("{} is no journal of benchgate-runner tune", file.string()));
        if (!has_heading) {
            if (json::integer(*document, "benchgate_tune") != journal_version)
                return tl::unexpected(fmt::format("{} is no journal of benchgate-runner tune", file.string()));
            record.boot = json::text(*document, "boot").value_or("");
            has_heading = true;
        } else if (auto entry = read_entry(*document)) {
            record.entries.push_back(std::move(*entry));
        } else {
            record.is_finished |= json::boolean(*document, "tuned").value_or(false);
        }
    }
    return std::optional(std::move(record));
}

tl::expected<void, std::string> TuneJournal::remove(const std::filesystem::path& file) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        return tl::unexpected(journal_failure("remove the journal", file));
    sync_folder_of(file);
    return {};
}

}  // namespace benchgate::host
