#pragma once
// Owns the changing of a host for measurements and the way back. Runs in a process of its own, as root, and only when
// somebody asked for it. Every old value is on the disk (tune_journal.h) before the new one is written. What a host has
// not is skipped and said, never an error. Does not own what is set: that is knobs.h.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "platform/files.h"
#include "runners/host/knobs.h"
#include "runners/host/tune_journal.h"

namespace benchgate::host {

enum class TuneOutcome {
    set,       ///< it is now as wanted
    already,   ///< it was
    absent,    ///< this host has no such thing
    refused,   ///< the kernel did not take it
    restored,  ///< it is as it was before
    left       ///< somebody else has changed it meanwhile: theirs stands
};
std::string_view to_string(TuneOutcome outcome);

struct TuneStep {
    TuneOutcome outcome;
    std::string what;  ///< the file with a leading slash, "swap on /dev/sda2", "irqbalance (process 71)"
    std::string was;
    std::string now;
};

/// A line each: outcome, what, values.
std::string steps_text(const std::vector<TuneStep>& steps);

struct TuneFiles {
    std::filesystem::path journal;
    /// For tests: called after an entry is on the disk and after its change was made.
    std::function<void()> at_each_moment = [] {};
};

/// A tuned host. What was changed stays so until restore_host(); /dev/cpu_dma_latency is held as long as this lives.
class TunedHost {
  public:
    /// The error: nothing was changed, since there is a journal already, or none could be written.
    static tl::expected<TunedHost, std::string> tune(const TuneOptions& options, const TuneFiles& files);
    const std::vector<TuneStep>& steps() const { return steps_; }
    /// Ends the holding: what follows is restore_host(). Writes the journal anew if somebody removed it meanwhile.
    tl::expected<void, std::string> let_go() &&;

  private:
    TunedHost() = default;
    std::vector<TuneStep> steps_;
    platform::Fd latency_;
    std::optional<TuneJournal> journal_;  ///< its lock says that this host is tuned now
    std::vector<TuneEntry> entries_;      ///< of it
    std::filesystem::path file_;
    std::string boot_;
};

struct Restored {
    std::vector<TuneStep> steps;
    bool is_complete = true;  ///< false: the kernel refused something; the journal is kept for another try
    std::string note{};       ///< "the host was restarted since: nothing to put back"; may be empty
};

/// Puts back what a journal tells, the newest first, and removes the journal. A value that is neither the old one nor
/// the one that tuning set was changed by somebody else: it is left, and said. nullopt: there is no journal.
tl::expected<std::optional<Restored>, std::string> restore_host(const std::filesystem::path& root,
                                                                const TuneFiles& files);

}  // namespace benchgate::host
