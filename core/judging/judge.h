#pragma once
// All series of a job and their verdicts: the number of tests, confirmation on fresh blocks, levels and actions. One
// series alone is series_judge.h; what the verdicts mean for the check is gate.h.

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/judging/plan.h"
#include "core/judging/series_blocks.h"
#include "core/model/bundle.h"
#include "core/model/explanation.h"
#include "core/model/policy.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Part of every verdict. Changes whenever any bundle could be judged differently.
///   2: a series that is clear of a slowdown is measured on for an improvement that looks likely at .1, no longer at .2
///   3: two modes and drift are recognised: a change of the modes' mix alone, where base has both, does not block; the
///      smallest detectable change of such a series takes both modes into account
inline constexpr std::string_view judge_version = "3";

struct JudgeOptions {
    model::Policy policy;
    int max_trials = 60;         ///< a side
    double false_alarms = 0.01;  ///< of these `tests` together
    int tests = 0;               ///< N, fixed before measuring; 0: the number of series that were measured
    /// true: a regression without fresh blocks that alarm again is inconclusive. false: with no fresh blocks at all the
    /// first alarm stands; where there are some, they must alarm too.
    bool confirmation_required = true;
};

/// The options that were fixed before the first trial of a bundle.
JudgeOptions options_of(const model::Experiment& experiment);

Plan measure_plan(const JudgeOptions& options, const PhaseBlocks& measured);
/// `alarmed`: number of series being confirmed, the N of the fresh blocks.
Plan confirm_plan(const JudgeOptions& options, std::size_t alarmed);

struct JobBlocks {
    PhaseBlocks measured;
    PhaseBlocks confirmed;
};

/// A judgement with what led to it: one explanation for each verdict, written down while the verdict was reached.
struct Explained {
    model::Judgement judgement;
    std::vector<model::Explanation> explanations;
};

Explained judge_explained(const JobBlocks& blocks, const JudgeOptions& options);
Explained judge_explained(const model::Bundle& bundle);

/// One verdict for each series of `measured`, in its order, and the gate. A regression that is confirmed has the lower
/// of the two levels that its two intervals support.
model::Judgement judge(const JobBlocks& blocks, const JudgeOptions& options);

/// Judges a bundle with what it says was fixed. Identical artifacts: no verdicts, the gate is a success.
model::Judgement judge(const model::Bundle& bundle);

}  // namespace benchgate::judging
