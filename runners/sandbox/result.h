// Owns what the two sandboxes share: a command made into argv and environment, its limits made into those of a process,
// and the outcome made into a Result. Private to this room.
#pragma once

#include "runners/sandbox/cgroup.h"
#include "runners/sandbox/counters.h"
#include "runners/sandbox/sandbox.h"
#include "runners/sandbox/watch.h"

namespace benchgate::sandbox {

/// nullopt: neither or both of argv and shell_line, a directory that leaves the job's, or bytes that cannot be passed.
tl::expected<std::vector<std::string>, SandboxError> argv_of(const Command& command);

/// "NAME=value", complete; home and TMPDIR as given.
std::vector<std::string> environment_of(const Command& command, const std::string& home, const std::string& temporary);

platform::ResourceLimits resource_limits(const Limits& limits);

CgroupLimits group_limits(const Command& command, const CgroupPlaces& places);

/// Of the job's directory and of what else the command may write.
class DiskWatches {
  public:
    explicit DiskWatches(const Command& command);
    /// The first that is not fine.
    DiskState look();

  private:
    std::vector<DiskWatch> watches_;
};

platform::Supervision supervision_of(const Command& command);

/// Fills what does not depend on the kind of sandbox. `disk`: what the watch said last.
Result result_of(platform::Outcome&& outcome, const Limits& limits, DiskState disk);

/// The best source first: group, clock, usage (if it covers the tree).
struct Sources {
    const RunCgroup* group = nullptr;
    const TaskClock* clock = nullptr;
    const rusage* tree_usage = nullptr;
    const Counters* counters = nullptr;
};
/// `figures`: what of them has neither a value nor a reason yet gets one.
void add_accounting(Result& result, const Sources& sources, const std::set<Figure>& figures);

/// 128 + n, as shells report a child's signal, becomes that signal too.
void split_shell_status(Result& result);

}
