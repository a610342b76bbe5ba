#pragma once
// Whether what measures one commit against itself keeps its promise. Owns the rule by which a benchmark loses its say;
// where the counts come from is not known here.

#include <cstddef>
#include <span>
#include <vector>

#include "core/model/calibration.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// The two-sided exact 95 % interval of Clopper and Pearson (Biometrika 26, 1934) for the rate of false alarms. Without
/// a comparison both ends are open.
model::Interval rate_interval(const model::FalseAlarms& counted);

/// Chance of so many alarms or more where each comparison raises one with its promised chance (binomial, at the mean of
/// the promised chances, which is above that of chances that differ: Hoeffding, Ann. Math. Stat. 27, 1956).
double chance_of(const model::FalseAlarms& counted);

/// More alarms than the promise explains: their chance is at most 1 %. Such a benchmark is advisory on that host.
bool is_over_its_rate(const model::FalseAlarms& counted);

/// Indices of the verdicts whose series is over its rate, in order. One that failed or is missing keeps its say.
std::vector<std::size_t> advisory_verdicts(std::span<const model::Verdict> verdicts,
                                           std::span<const model::CalibratedSeries> calibrated);

}  // namespace benchgate::judging
