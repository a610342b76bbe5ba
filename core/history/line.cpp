#include "core/history/line.h"

#include <algorithm>

namespace benchgate::history {

LineStep extend_line(std::span<const std::optional<std::int64_t>> walked, std::optional<std::int64_t> top) {
    const auto newest_known =
        std::find_if(walked.rbegin(), walked.rend(), [](const auto& place) { return place.has_value(); });
    LineStep step;
    if (newest_known == walked.rend()) {
        // A gap of one place: the two stretches are no neighbours.
        if (top) step = {-1, 0, *top + 2};
        return step;
    }
    step.first_new = static_cast<std::size_t>(newest_known.base() - walked.begin());
    step.first_place = **newest_known + 1;
    if (top && *top > **newest_known) step.cut_above = **newest_known;
    return step;
}

bool is_connected(std::span<const std::optional<std::int64_t>> walked, std::optional<std::int64_t> top) {
    return top && std::any_of(walked.begin(), walked.end(), [](const auto& place) { return place.has_value(); });
}

}  // namespace benchgate::history
