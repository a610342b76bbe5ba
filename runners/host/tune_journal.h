#pragma once
// Owns the file in which tuning says what it is about to change, on the disk before the change: so that a process that
// comes after kill -9 can put everything back. One JSON document a line; a line that was not finished was not followed
// by its change. Does not own the changes.

#include <filesystem>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "platform/files.h"

namespace benchgate::host {

/// Exactly one of path, swap and process says what is changed.
struct TuneEntry {
    std::string path{};   ///< a file of the kernel, below the root
    std::string old{};    ///< what stood in it, byte by byte
    std::string set{};    ///< what is written
    std::string swap{};   ///< a device or file that was swapped to
    int priority = 0;     ///< of the swap
    int process = 0;      ///< that is stopped meanwhile
    std::string began{};  ///< when the process began, in the kernel's ticks: its number may be another's one day
    bool operator==(const TuneEntry&) const = default;
};

struct TuneRecord {
    std::string boot;  ///< id of the start of the host: a later one begins with its own values
    std::vector<TuneEntry> entries;
    bool is_finished = false;  ///< tuning came to its end; otherwise nobody looked what the last change became
    platform::Fd lock{};       ///< as long as this lives nobody else puts back, or tunes, by this journal
};

class TuneJournal {
  public:
    /// Makes the file, readable by its owner only, and locks it as long as this lives; the error if there is one
    /// already, or somebody who puts back what an earlier one told has just taken it for that one.
    static tl::expected<TuneJournal, std::string> create(const std::filesystem::path& file, const std::string& boot);
    /// On the disk when it returns.
    tl::expected<void, std::string> add(const TuneEntry& entry);
    /// All entries are there, and their changes are as they say.
    tl::expected<void, std::string> finish();

    /// nullopt: there is none. The error: somebody is tuning (the lock), it is not to be believed, since others could
    /// have written it, or it is no journal.
    static tl::expected<std::optional<TuneRecord>, std::string> read(const std::filesystem::path& file);
    static tl::expected<void, std::string> remove(const std::filesystem::path& file);

  private:
    explicit TuneJournal(platform::Fd fd) : fd_(std::move(fd)) {}
    tl::expected<void, std::string> write_line(const std::string& line);
    platform::Fd fd_;
};

}  // namespace benchgate::host
