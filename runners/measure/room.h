#pragma once
// Owns the bounds on what a job may keep: one trial's result, and all trials of a job together. Both are reckoned from
// the values, on the large side, so that what is too much is said after the first trial and not an hour later.

#include <cstdint>
#include <optional>
#include <string>

#include "core/model/bundle.h"

namespace benchgate::measure {

/// Of the runner's memory while it measures, and of the judge's later.
inline constexpr std::uint64_t most_job_bytes = std::uint64_t{2} << 30;

/// About what a trial takes: as a message to the service, or in memory, whichever is more.
std::uint64_t size_of(const model::Trial& trial);

/// Why a trial is too large to be kept at all, in words that follow its side; nullopt: it is not.
std::optional<std::string> too_large(const model::Trial& trial);

/// Why as many trials as the plan may need, each like this one, are too much for a job; nullopt: they are not.
std::optional<std::string> too_large(const model::Trial& trial, const model::Experiment& plan);

}  // namespace benchgate::measure
