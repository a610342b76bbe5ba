#pragma once
// benchgate-runner tune: the privileged process that makes the host quiet and does nothing else, and how a runner
// starts it. Does not own what is changed: that is runners/host/tuner.

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <tl/expected.hpp>

#include "platform/process.h"
#include "platform/stop.h"
#include "runners/host/tuner.h"

namespace benchgate {

struct TuneCommand {
    host::TuneOptions host;
    std::filesystem::path journal;
    bool restore = false;   ///< only put back
    int until_closed = -1;  ///< a pipe of the runner that started this: its end ends the tuning
    /// Instead of `host.cpus`: asked when everything is put back, since CPUs may have been off until then.
    std::function<host::CpuPlan()> plan{};
};

/// Tunes, waits for a signal, puts back. Exit status: 0, or 3 where root is missing or something could not be done.
int tune(const TuneCommand& command, std::ostream& out, std::ostream& err);

/// A journal that was left by a process that did not live to put things back: puts back what it tells. The answer is
/// for the log, empty where there is none.
std::string restore_leftover(const std::filesystem::path& root, const std::filesystem::path& journal);

/// The privileged process beside a runner. It puts everything back when this goes, and when the runner dies.
class TuneHelper {
  public:
    /// Returns once the host is tuned. `words`: the arguments behind "tune".
    static tl::expected<TuneHelper, std::string> start(const std::vector<std::string>& words);
    TuneHelper(TuneHelper&&) noexcept = default;
    ~TuneHelper();
    const std::string& said() const { return said_; }

  private:
    /// Takes up what it says; false: it has ended.
    bool listen();
    explicit TuneHelper(platform::Process process, platform::Fd hold)
        : process_(std::make_unique<platform::Process>(std::move(process))), hold_(std::move(hold)) {}
    std::unique_ptr<platform::Process> process_;
    platform::Fd hold_;
    std::string said_;
};

}  // namespace benchgate
