#pragma once
// How often a benchmark repeats inside one process: r = sqrt(cost of a process / cost of a repeat * variance between
// repeats / variance between processes) (Kalibera and Jones; facts: statistics 4.2). Pure; owns the reckoning from the
// trials of a job's first block. A repeat never stands in for a trial: all repeats of a trial are one value.

#include <span>
#include <string>

#include "core/model/trial.h"

namespace benchgate::measure {

inline constexpr int first_repeats = 5;  ///< of the first block, from which the others' are reckoned
inline constexpr int most_repeats = 100;

struct Repeats {
    int count = first_repeats;
    std::string how;  ///< one clause: the costs and variances it comes from, or why it stays as it is
};

struct RepeatsInput {
    std::span<const model::Trial> single;  ///< trials with one repeat each: the warm-up
    std::span<const model::Trial> block;   ///< trials with `repeats` repeats
    int repeats = first_repeats;
    double longest_trial_ms = 0;  ///< no trial may become longer than this
};

Repeats choose_repeats(const RepeatsInput& input);

}  // namespace benchgate::measure
