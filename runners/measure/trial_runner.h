#pragma once
// Owns one trial: the run command in the sandbox, the host's counters around it, and what the tool's output says. Does
// not own its place in the experiment (experiment.h).

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/config.h"
#include "core/model/memory_runs.h"
#include "core/model/trial.h"
#include "runners/host/cpus.h"
#include "runners/measure/build.h"
#include "runners/measure/failure.h"
#include "runners/measure/resources.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// The two built trees; both are seen as /src, in turn. So are those that are linked in other orders (link_variants.h),
/// beside them.
struct Sides {
    std::filesystem::path base;
    std::filesystem::path head;
    const std::filesystem::path& of(model::Side side) const { return side == model::Side::base ? base : head; }
    std::filesystem::path of(model::Side side, int link_order) const {
        if (link_order == 0) return of(side);
        return of(side).string() + ".order" + std::to_string(link_order);
    }
};

struct TrialRequest {
    model::Side side = model::Side::base;
    std::vector<std::string> benchmarks;  ///< the open ones; empty: all
    /// Program and options that the run command is put behind, e.g. `perf record ... --`; empty: none. Perf events are
    /// allowed then.
    std::vector<std::string> under = {};
    int repeats = 1;         ///< what {repeats} stands for
    std::uint64_t seed = 0;  ///< what {seed} stands for
    int link_order = 0;      ///< of the build that runs
};

class TrialRunner {
  public:
    /// Trials are pinned to cpus.bench, and the host is watched there.
    TrialRunner(sandbox::Sandbox& sandbox, const model::Suite& suite, Sides sides, const sandbox::Limits& limits,
                const host::CpuPlan& cpus = {});

    /// Values, errors, host deltas and resources are filled in; number, phase, block and position are the caller's. The
    /// values hold those of the whole command, unless a filter or another program is before it.
    /// A command that fails, hangs, prints nothing readable or too much is a JobFailure that names the side.
    tl::expected<model::Trial, JobFailure> run(const TrialRequest& request, const LogSink& log, std::stop_token stop);

    /// Can settled benchmarks be left out of later trials?
    bool can_filter() const { return can_filter_; }

    /// Does the command take the number of repeats inside a process?
    bool can_repeat() const { return can_repeat_; }

    /// Who draws the order of the benchmarks within a trial, for people.
    model::HostFact order() const;

    /// Where the resources that the suite asks for were read in the trials so far.
    std::vector<model::HostFact> sources() const { return sources_.facts(); }

    /// One run of everything, unmeasured, with its memory looked at so often.
    tl::expected<std::vector<model::MemoryPoint>, JobFailure> watch_memory(model::Side side,
                                                                           std::chrono::milliseconds every,
                                                                           const LogSink& log, std::stop_token stop);

  private:
    std::string line_for(const TrialRequest& request) const;
    sandbox::Command command_for(const TrialRequest& request, const std::string& line) const;
    /// A result of a command that ended well.
    tl::expected<sandbox::Result, JobFailure> ended(const TrialRequest& request, const std::string& line,
                                                    tl::expected<sandbox::Result, sandbox::SandboxError>&& result,
                                                    const LogSink& log) const;
    /// Of a suite with a load: the service and its load instead of a run command.
    tl::expected<model::Trial, JobFailure> run_load(const TrialRequest& request, const LogSink& log,
                                                    std::stop_token stop);
    tl::expected<std::string, JobFailure> output_of(const TrialRequest& request, const sandbox::Result& result) const;
    sandbox::Sandbox& sandbox_;
    const model::Suite& suite_;
    Sides sides_;
    sandbox::Limits limits_;
    host::CpuPlan cpus_;
    bool can_filter_;
    bool can_repeat_;
    bool writes_file_;
    bool is_charged_for_interrupts_;  ///< the CPU time of a trial holds them
    SourceBook sources_;
};

}  // namespace benchgate::measure
