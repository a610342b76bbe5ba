#pragma once
// Half-open intervals [begin, end) of text positions.
#include <cstdint>
#include <vector>

namespace text {

struct Interval {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    bool operator==(const Interval&) const = default;
};

/// The same positions in the fewest intervals, in ascending order. Empty intervals are dropped.
std::vector<Interval> merge_intervals(std::vector<Interval> intervals);

}  // namespace text
