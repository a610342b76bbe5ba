#pragma once
// Owns what the figures of a level of load say about the objectives: which of them break, and of which they say
// nothing. Pure. Does not own how the figures are read (tools.h) nor which level comes next (breaking_point.h).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/measurement.h"
#include "core/model/policy.h"

namespace benchgate::load {

/// What an error begins with that says it of all requests of a stage.
inline constexpr std::string_view nothing_succeeded = "nothing succeeded: ";

/// Answers a second of all targets: sums, and not once more what they are made of ("steady", and not "steady/GET /").
double answered_rate(const model::Measurements& figures);

/// Objectives that these figures break, each a clause ("p99 612 ms is above 500 ms"); with an offered rate it counts as
/// one that nearly all of it is answered.
std::vector<std::string> broken_objectives(const std::vector<model::Budget>& objectives,
                                           const model::Measurements& figures, std::optional<double> offered_rate);

/// An objective of which these figures say nothing, though a tool could.
struct Untold {
    const model::Budget* objective;
    std::string benchmark;      ///< a target whose figures lack it; empty: no target tells it
    bool has_failures = false;  ///< requests of it failed, and late answers have taken the figure away
};

/// The first one. Each target has to tell it, or a latency of no smaller share of its requests that is within the
/// limit: where the p99 is untold but the maximum is low enough, the p99 is.
std::optional<Untold> untold_objective(const std::vector<model::Budget>& objectives,
                                       const model::Measurements& figures);

}  // namespace benchgate::load
