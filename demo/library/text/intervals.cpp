#include "text/intervals.h"

#include <algorithm>

namespace text {

std::vector<Interval> merge_intervals(std::vector<Interval> intervals) {
    std::erase_if(intervals, [](const Interval& one) { return one.begin >= one.end; });
    std::sort(intervals.begin(), intervals.end(),
              [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
    std::vector<Interval> merged;
    for (const auto& next : intervals) {
        if (!merged.empty() && next.begin <= merged.back().end) {
            merged.back().end = std::max(merged.back().end, next.end);
        } else {
            merged.push_back(next);
        }
    }
    return merged;
}

}  // namespace text
