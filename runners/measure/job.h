#pragma once
// Owns a whole job on this host, from two checked-out trees to a bundle: build both at the same path, compare the
// artifacts, measure. The agent and `benchgate compare` both call it. Does not own checkouts, leases or uploads.

#include <chrono>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "core/model/bundle.h"
#include "core/model/config.h"
#include "platform/clock.h"
#include "runners/host/cpus.h"
#include "runners/measure/build_cache.h"
#include "runners/measure/compiler_cache.h"
#include "runners/measure/experiment.h"
#include "runners/measure/failure.h"
#include "runners/measure/observer.h"
#include "runners/measure/trial_runner.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

struct JobInput {
    model::Comparison comparison;
    model::Suite suite;
    model::Experiment experiment;
    Sides sides;  ///< plain trees, without .git
    std::string runner;
    std::string sandbox_note;               ///< for the bundle: "bubblewrap" or "none: REASON"
    std::string only;                       ///< glob of benchmarks to measure; empty: all
    bool measure_identical = false;         ///< equal artifacts do not end the job
    bool shuffle_links = false;             ///< each side is linked in an order of its own (link_order.h)
    model::Questions questions{};           ///< asked besides the verdicts, or instead of them
    std::string profile;                    ///< benchmark to take a profile of instead of measuring; empty: none
    std::vector<model::SeriesKey> confirm;  ///< nothing else is judged; empty: everything is
    bool may_fetch = true;                  ///< else a suite with `fetch` lines fails, with what to do
    BuildCache* builds = nullptr;           ///< of earlier jobs; null: everything is built
    std::string head_origin;                ///< "pull request 7"; empty: a branch, as the base is
    CompilerCache* compilers = nullptr;     ///< of earlier jobs; null: compilers run as ever
    std::string compilers_of;               ///< whose folders; empty: of comparison.repository
    std::filesystem::path host_root = "/";
    host::CpuPlan cpus;      ///< what trials and builds are pinned to; empty: nothing
    sandbox::Limits limits;  ///< of each command, beside the suite's own times
};

/// The bundle, unsigned. `bundle.identical`: artifacts were named and are equal, nothing was measured. Both sides are
/// built, each in its own tree, even if they are one commit.
tl::expected<model::Bundle, JobFailure> run_job(const JobInput& input, sandbox::Sandbox& sandbox, Observer& observer,
                                                const platform::Clock& clock, std::stop_token stop);

}  // namespace benchgate::measure
