#pragma once
// Owns one trial: the run command in the sandbox, the host's counters around it, and what the tool's output says. Does
// not own its place in the experiment (experiment.h).

#include <filesystem>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/config.h"
#include "core/model/trial.h"
#include "runners/measure/build.h"
#include "runners/measure/failure.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// The two built trees; both are seen as /src, in turn.
struct Sides {
    std::filesystem::path base;
    std::filesystem::path head;
    const std::filesystem::path& of(model::Side side) const { return side == model::Side::base ? base : head; }
};

struct TrialRequest {
    model::Side side = model::Side::base;
    std::vector<std::string> benchmarks;  ///< the open ones; empty: all
    /// Program and options that the run command is put behind, e.g. `perf record ... --`; empty: none. Perf events are
    /// allowed then.
    std::vector<std::string> under = {};
};

class TrialRunner {
  public:
    TrialRunner(sandbox::Sandbox& sandbox, const model::Suite& suite, Sides sides, const sandbox::Limits& limits);

    /// Values, errors, host deltas and resources are filled in; number, phase, block and position are the caller's.
    /// A command that fails, hangs, prints nothing readable or too much is a JobFailure that names the side.
    tl::expected<model::Trial, JobFailure> run(const TrialRequest& request, const LogSink& log, std::stop_token stop);

    /// Can settled benchmarks be left out of later trials?
    bool can_filter() const { return can_filter_; }

  private:
    /// Of a suite with a load: the service and its load instead of a run command.
    tl::expected<model::Trial, JobFailure> run_load(const TrialRequest& request, const LogSink& log,
                                                    std::stop_token stop);
    std::string line_for(const std::vector<std::string>& benchmarks) const;
    tl::expected<std::string, JobFailure> output_of(const TrialRequest& request, const sandbox::Result& result) const;
    sandbox::Sandbox& sandbox_;
    const model::Suite& suite_;
    Sides sides_;
    sandbox::Limits limits_;
    bool can_filter_;
    bool writes_file_;
};

}  // namespace benchgate::measure
