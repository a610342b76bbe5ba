#pragma once
// The canary: a little fixed work, timed before each job, and whether a host still does it as fast as it used to. Owns
// the work, its history in a file and the rule; what follows from it is the agent's. The history is of one host as it
// is: another kernel or CPU begins a new one.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/model/host.h"

namespace benchgate::host {

/// The least of several rounds each, in seconds.
struct CanaryReading {
    double arithmetic = 0;  ///< dependent integer operations in registers: the clock of one core
    double memory = 0;      ///< dependent reads all over 32 MiB: caches and memory
    bool operator==(const CanaryReading&) const = default;
};

/// Takes about a tenth of a second.
CanaryReading take_canary();

inline constexpr std::size_t least_canaries = 12;
inline constexpr std::size_t most_canaries = 64;

/// Why a reading does not fit those before it: further from their median, up or down, than 15 % of it and than six
/// times their spread (1.4826 times the median absolute deviation). nullopt: it fits, or there are fewer than
/// least_canaries to compare it with.
std::optional<std::string> leaves_history(const std::vector<CanaryReading>& history, const CanaryReading& reading);

/// The readings that fitted, the newest most_canaries, in a file. A file that cannot be read counts as none.
class CanaryHistory {
  public:
    CanaryHistory(std::filesystem::path file, std::string host);
    const std::vector<CanaryReading>& readings() const { return readings_; }
    const std::filesystem::path& file() const { return file_; }
    /// Keeps it, in the file too; the answer is what stood in the way, else empty.
    std::string add(const CanaryReading& reading);

  private:
    std::filesystem::path file_;
    std::string host_;
    std::vector<CanaryReading> readings_;
};

}  // namespace benchgate::host
