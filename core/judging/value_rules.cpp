#include "core/judging/value_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace benchgate::judging {
namespace {

using model::Better;
using model::Side;
using model::VerdictKind;

/// Beyond this a comparison in parts per million would overflow.
constexpr double largest_value = 1e300;

bool usable(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double x) { return std::abs(x) <= largest_value; });
}

bool all_equal(const std::vector<double>& values) {
    return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

/// A benchmark that crashes now and then is a fault to show, not a gap to fill; a single lost trial is a gap.
std::optional<Finding> find_gaps(std::span<const Block> seen, std::size_t base, std::size_t head) {
    std::size_t planned = 0;
    for (const auto& block : seen) planned += std::max(block.base.size(), block.head.size());
    for (const auto& [count, name] : {std::pair{base, "base"}, std::pair{head, "head"}})
        if (4 * count < 3 * planned)
            return Finding{VerdictKind::failed,
                           fmt::format("{} gave a value in only {} of {} trials", name, count, planned),
                           false,
                           {}};
    return std::nullopt;
}

std::optional<Finding> find_exact(const SeriesBlocks& series, double base, double head, const Thresholds& thresholds,
                                  Moment moment) {
    if (base == head) return Finding{VerdictKind::unchanged, "identical in every trial", true, 0.0};
    const bool worse = (head > base) == (series.series.better != Better::higher);
    if (base == 0) {
        if (moment == Moment::first_block) return std::nullopt;
        if (worse)
            return Finding{VerdictKind::regressed, fmt::format("new cost: 0 on base, {:g} on head", head), true,
                           INFINITY};
        return Finding{VerdictKind::improved, fmt::format("0 on base, {:g} on head", head), true, {}};
    }
    // The numerator is exact for whole numbers: a change of just the threshold counts as one, whatever its rounding.
    const double ppm = std::abs(head - base) * million / std::abs(base);
    if (ppm < thresholds.detect_ppm)
        return Finding{VerdictKind::unchanged, "differs exactly, by less than the change to be detected", true,
                       worse ? ppm : 0.0};
    if (moment == Moment::first_block) return std::nullopt;
    if (worse) return Finding{VerdictKind::regressed, "exact: identical within each side", true, ppm};
    return Finding{VerdictKind::improved, "exact: identical within each side", true, {}};
}

std::optional<Finding> find_coarse(std::vector<double> values, const Thresholds& thresholds) {
    std::sort(values.begin(), values.end());
    const double middle = std::abs(values[values.size() / 2]);
    const auto total = values.size();
    values.erase(std::unique(values.begin(), values.end()), values.end());
    // A continuous quantity hardly ever repeats a value; a coarse timer repeats few values all the time.
    if (values.size() < 2 || values.size() * 3 > total) return std::nullopt;
    double step = values[1] - values[0];
    for (std::size_t i = 2; i < values.size(); ++i) step = std::min(step, values[i] - values[i - 1]);
    if (step * million <= middle * thresholds.detect_ppm) return std::nullopt;
    return Finding{VerdictKind::inconclusive,
                   fmt::format("the values come in steps of {:g}, coarser than the change to be detected", step),
                   false,
                   {}};
}

}  // namespace

std::vector<double> side_values(std::span<const Block> seen, Side side) {
    std::vector<double> values;
    for (const auto& block : seen) {
        const auto& part = side == Side::base ? block.base : block.head;
        values.insert(values.end(), part.begin(), part.end());
    }
    return values;
}

std::optional<Finding> find_by_values(const SeriesBlocks& series, std::span<const Block> seen,
                                      const Thresholds& thresholds, Moment moment) {
    const auto base = side_values(seen, Side::base);
    const auto head = side_values(seen, Side::head);
    if (!usable(base))
        return Finding{VerdictKind::failed, "base reported a value that is not a usable number", false, {}};
    if (!usable(head))
        return Finding{VerdictKind::failed, "head reported a value that is not a usable number", false, {}};
    if (moment == Moment::look) {
        if (base.empty()) return Finding{VerdictKind::added, "not on base", false, {}};
        if (head.empty()) return Finding{VerdictKind::missing, "not on head", false, {}};
        if (auto gaps = find_gaps(seen, base.size(), head.size())) return gaps;
    }
    const bool counter = series.series.unit == "count" || series.series.unit == "bytes";
    if (counter && base.size() >= 2 && head.size() >= 2 && all_equal(base) && all_equal(head))
        return find_exact(series, base.front(), head.front(), thresholds, moment);
    if (counter || moment == Moment::first_block) return std::nullopt;
    auto both = base;
    both.insert(both.end(), head.begin(), head.end());
    if (all_equal(both)) return Finding{VerdictKind::unchanged, "constant: the same value in every trial", false, {}};
    // Zeros and negative numbers are no readings of a timer.
    if (*std::min_element(both.begin(), both.end()) <= 0) return std::nullopt;
    return find_coarse(std::move(both), thresholds);
}

TestScale choose_scale(std::span<const Block> seen, const Thresholds& thresholds) {
    const auto positive = [](const std::vector<double>& values) {
        return std::all_of(values.begin(), values.end(), [](double x) { return x > 0; });
    };
    const bool ratios = std::all_of(seen.begin(), seen.end(),
                                    [&](const Block& block) { return positive(block.base) && positive(block.head); });
    if (ratios) return {Margin::ratio(thresholds.margin_ppm()), Margin::ratio(thresholds.detect_ppm), 0, true};
    const auto start = seen.first(std::min<std::size_t>(seen.size(), 2));
    auto base = side_values(start, Side::base);
    TestScale scale;
    scale.has_ratio = !base.empty() && median(base) > 0;
    const auto head = side_values(start, Side::head);
    auto both = base;
    both.insert(both.end(), head.begin(), head.end());
    for (auto* values : {&base, &both})
        for (auto& value : *values) value = std::abs(value);
    if (!base.empty()) scale.reference = median(base);
    if (scale.reference == 0 && !both.empty()) scale.reference = median(both);
    scale.margin = Margin::raw(scale.reference * (thresholds.margin_ppm() / million));
    scale.detect = Margin::raw(scale.reference * (thresholds.detect_ppm / million));
    return scale;
}

}  // namespace benchgate::judging
