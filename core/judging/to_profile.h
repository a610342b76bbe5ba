#pragma once
// Which regressions a profile is taken of unasked. Owns the choice and its bound; taking one is another room's.

#include <cstddef>
#include <span>
#include <vector>

#include "core/judging/waivers.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Of one suite, whatever the number of its regressions: the largest tells most, and each takes a host's time.
inline constexpr std::size_t profiles_of_a_suite = 1;

/// Indices of the verdicts whose benchmarks are to be profiled, the largest change first: confirmed regressions of a
/// metric of time, neither waived nor only advice. A benchmark stands for all its metrics. What a command uses as a
/// whole is no benchmark that a tool could be asked for.
std::vector<std::size_t> to_profile(std::span<const model::Verdict> verdicts, const Exceptions& exceptions);

}  // namespace benchgate::judging
