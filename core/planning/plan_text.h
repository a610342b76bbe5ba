#pragma once
// Moments, durations and places in the queue, as answers to people word them. Internal to planning.

#include <string>

#include "core/planning/plan_input.h"

namespace benchgate::planning {

/// "2026-11-21 07:10 UTC".
std::string moment(Time time);
/// "2027-01-31".
std::string day(std::chrono::sys_days date);
/// "less than a minute", "about 12 min", "about 3 h".
std::string about(std::chrono::seconds duration);
/// "queued, place 3 in the queue, done in about 12 min".
std::string state_of(const ExistingJob& job);
/// "`a`, `b`".
std::string code_list(const std::vector<std::string>& names);
/// The first nine digits.
std::string short_sha(const std::string& sha);

}  // namespace benchgate::planning
