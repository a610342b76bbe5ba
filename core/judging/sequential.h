#pragma once
// What a runner asks after each look: which series are settled, which must be measured on, and up to where. The same
// judge_series as the final judge, so that stopping early never changes a verdict.

#include <span>
#include <vector>

#include "core/judging/judge.h"
#include "core/judging/series_blocks.h"
#include "core/model/trial.h"

namespace benchgate::judging {

struct Progress {
    std::vector<model::SeriesKey> open;     ///< to be measured on
    std::vector<model::SeriesKey> settled;  ///< may be filtered out of later trials
    std::vector<model::SeriesKey> alarmed;  ///< of the settled ones: regressed
    bool over = false;                      ///< nothing is open, or the plan is at its end
    int next_blocks = 0;                    ///< kept blocks of this phase at which to ask again; 0 when over
};

/// Progress of the phase `measure`. Ask first with the warm-up's trials only (or none): the first answer is after one
/// block, where counters that are equal are settled.
Progress measure_progress(std::span<const model::Trial> trials, const JudgeOptions& options);

/// Progress of the phase `confirm`: the alarmed series of the phase `measure` on their fresh blocks, with their number
/// as the number of tests. Over at once when nothing alarmed.
Progress confirm_progress(std::span<const model::Trial> trials, const JudgeOptions& options);

}  // namespace benchgate::judging
