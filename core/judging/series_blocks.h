#pragma once
// From a job's trials to what the judge reads: per series, the values of each kept block. Owns which trials count
// (kept ones of one phase), nothing about what they mean.

#include <span>
#include <vector>

#include "core/judging/series_judge.h"
#include "core/model/trial.h"

namespace benchgate::judging {

struct PhaseBlocks {
    std::vector<SeriesBlocks> series;  ///< gating series that have a direction, in the order of their keys
    int kept = 0;                      ///< blocks
    int voided = 0;                    ///< blocks thrown away for host reasons, every attempt counted
};

/// Collects one phase. Series are learned from all phases (a warm-up names what no kept trial gave a value for), so
/// that none is lost in silence. A series measured twice in one trial contributes its first value.
PhaseBlocks collect_blocks(std::span<const model::Trial> trials, model::Phase phase);

/// The series of `all` with one of these keys, in the order of `all`.
std::vector<SeriesBlocks> only(const std::vector<SeriesBlocks>& all, std::span<const model::SeriesKey> keys);

}  // namespace benchgate::judging
