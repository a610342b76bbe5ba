#include "core/judging/estimate.h"

#include <algorithm>
#include <cmath>

namespace benchgate::judging {

Pairs all_pairs(std::span<const Block> blocks, Margin::Scale scale, bool swapped) {
    Pairs pairs{scale, {}};
    for (const auto& block : blocks) {
        const auto& better = swapped ? block.head : block.base;
        const auto& worse = swapped ? block.base : block.head;
        for (const double x : better)
            for (const double y : worse) pairs.sorted.push_back(scale == Margin::Scale::ratio ? y / x : y - x);
    }
    std::sort(pairs.sorted.begin(), pairs.sorted.end());
    return pairs;
}

std::optional<double> hodges_lehmann(const Pairs& pairs) {
    const auto& d = pairs.sorted;
    if (d.empty()) return std::nullopt;
    const double upper = d[d.size() / 2];
    if (d.size() % 2 == 1) return upper;
    const double lower = d[d.size() / 2 - 1];
    if (lower == upper) return upper;
    // Roots first: the product of two quotients may overflow.
    return pairs.scale == Margin::Scale::ratio ? std::sqrt(lower) * std::sqrt(upper) : lower + (upper - lower) / 2;
}

model::IntervalRecord interval_ranks(const Pairs& pairs, const RankSumNull& null, const Levels& levels) {
    model::IntervalRecord ranks;
    ranks.low_level = levels.low;
    ranks.high_level = levels.high;
    ranks.pairs = static_cast<std::int64_t>(pairs.sorted.size());
    const auto reached = [&](double level) -> std::optional<std::int64_t> {
        const auto c = null.critical(level);
        return c && *c >= 1 && *c <= ranks.pairs ? c : std::nullopt;
    };
    if (const auto c = reached(levels.low)) ranks.low_rank = ranks.pairs - *c + 1;
    ranks.high_rank = reached(levels.high);
    return ranks;
}

model::Interval interval_at(const Pairs& pairs, const model::IntervalRecord& ranks) {
    const auto at = [&](const std::optional<std::int64_t>& rank) {
        return rank ? std::optional(pairs.sorted[static_cast<std::size_t>(*rank - 1)]) : std::nullopt;
    };
    return {at(ranks.low_rank), at(ranks.high_rank)};
}

model::Interval test_interval(const Pairs& pairs, const RankSumNull& null, const Levels& levels) {
    return interval_at(pairs, interval_ranks(pairs, null, levels));
}

std::optional<double> trial_spread(std::span<const Block> blocks, Margin::Scale scale) {
    std::vector<double> distances;
    for (const auto& block : blocks)
        for (const auto* side : {&block.base, &block.head})
            for (std::size_t i = 0; i < side->size(); ++i)
                for (std::size_t j = i + 1; j < side->size(); ++j) {
                    const double a = (*side)[i];
                    const double b = (*side)[j];
                    // Twice the difference over the sum is ln(a/b) up to its third power: no logarithm needed.
                    const double apart = std::abs(a - b);
                    distances.push_back(scale == Margin::Scale::ratio ? 2 * (apart / (a + b)) : apart);
                }
    if (distances.empty()) return std::nullopt;
    constexpr double normal_consistency = 1.0483;
    return normal_consistency * median(std::move(distances));
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    const double lower = *std::max_element(values.begin(), middle);
    return lower + (*middle - lower) / 2;
}

}  // namespace benchgate::judging
