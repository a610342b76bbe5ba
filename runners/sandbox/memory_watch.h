// Owns looks at the memory of a run while it goes on, from a thread of its own: what its control group has in use, for
// an average, and the proportional set size (PSS) of its processes, for growth. Private to this room.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "runners/sandbox/cgroup.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::sandbox {

/// An average of fewer looks than this would be of a moment.
inline constexpr std::size_t least_memory_looks = 10;
/// When there are more samples every second one is dropped and the looks become half as frequent.
inline constexpr std::size_t most_memory_samples = 400;

/// Bytes of all these processes together, a page that several share counted once; nullopt: none can be looked at.
/// `proc`: "/proc", but for tests.
std::optional<double> proportional_bytes(const std::vector<pid_t>& processes, const std::filesystem::path& proc);

/// A process and all its descendants.
std::vector<pid_t> tree_of(pid_t process, const std::filesystem::path& proc);

/// Looks every so often from its making to stop(), at most most_memory_samples are kept.
class MemoryWatch {
  public:
    using Look = std::function<std::optional<double>()>;  ///< bytes; called from the watch's thread
    MemoryWatch(Look look, std::chrono::milliseconds every);
    ~MemoryWatch();
    /// Ends the looks, and gives what was seen. Once.
    std::vector<MemorySample> stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What of a command's wishes needs looks while it runs.
class MemoryWatches {
  public:
    /// `root`: the first process of the tree, for where no group lists them.
    MemoryWatches(const Command& command, const RunCgroup& group, pid_t root);
    void add_to(Result& result);

  private:
    std::unique_ptr<MemoryWatch> average_, growth_;
    std::string_view average_source_;
    bool wants_average_ = false;
};

}
