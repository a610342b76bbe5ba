#pragma once
// Owns lists of CPUs: the kernel's way to write them ("0-3,8"), which of them measure and which do everything else, and
// the affinity of a thread. Does not own the process that is pinned: that is runners/sandbox.

#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace benchgate::host {

/// Sorted, each once. "0-3,8", an empty list too. The error is a clause.
tl::expected<std::vector<int>, std::string> parse_cpus(std::string_view text);
std::string format_cpus(const std::vector<int>& cpus);

/// Which CPUs do what. Empty lists: nothing is pinned.
struct CpuPlan {
    std::vector<int> bench;         ///< trials, and nothing else of the runner
    std::vector<int> housekeeping;  ///< the runner itself: heartbeats, logs, uploads, checkouts
    std::vector<int> build;         ///< nothing is measured meanwhile: all but those that the kernel isolates
    bool is_apart() const;          ///< no CPU does both
};

struct CpuWishes {
    std::vector<int> bench{};         ///< empty: derived
    std::vector<int> housekeeping{};  ///< empty: derived
    std::vector<int> build{};         ///< empty: derived
    std::filesystem::path root = "/";
};

/// Derived: what the kernel isolates measures; otherwise all but the first CPU and its siblings, where there are more
/// than two. On one or two CPUs, all do everything. The error names the wish that cannot be.
tl::expected<CpuPlan, std::string> plan_cpus(const CpuWishes& wishes = {});

/// The plan without what is not online any more, as after turning off the second threads of cores. Where the host does
/// not tell, the plan as it is.
CpuPlan online_of(const CpuPlan& plan, const std::filesystem::path& root);

/// The CPUs that are one core with this one, itself included.
std::vector<int> siblings_of(int cpu, const std::filesystem::path& root);

/// What the kernel isolates from its scheduler and has online.
std::vector<int> isolated_cpus(const std::filesystem::path& root);

/// For this thread and those that it starts; empty: nothing is done. False: the kernel refused.
bool pin_this_thread(const std::vector<int>& cpus);

/// Pins this thread as long as it lives; empty: does nothing.
class PinnedHere {
  public:
    explicit PinnedHere(const std::vector<int>& cpus);
    ~PinnedHere();
    PinnedHere(const PinnedHere&) = delete;
    PinnedHere& operator=(const PinnedHere&) = delete;

  private:
    std::vector<int> before_;
};

}  // namespace benchgate::host
