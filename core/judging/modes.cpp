#include "core/judging/modes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/judging/estimate.h"

namespace benchgate::judging {
namespace {

constexpr double least_share = 0.2;         ///< of the smaller mode, on a side that is cut
constexpr double least_share_alone = 0.25;  ///< where the other side does not show it as well
constexpr std::size_t fewest = 3, fewest_alone = 4;
constexpr double widest_valley = 0.1;  ///< share of values in the middle two fifths between the modes
constexpr double separation = 5.5;     ///< standard deviations, of both sides
/// Of one side alone: chance reaches more with few trials.
double separation_alone(std::size_t n) {
    return separation + 60 / static_cast<double>(n);
}

/// A side of the series, cut in two.
struct Cut {
    double separation = 0;  ///< distance of the two means over the scatter within; 0: no cut, or no valley
    double at = 0;          ///< smallest value of the upper part
    double smaller_share = 0;
    std::size_t smaller = 0;
};

/// Smallest step of values that repeat, as a timer's do: scatter below it cannot be seen. 0 for others.
double step_of(const std::vector<double>& sorted) {
    double step = INFINITY;
    std::size_t distinct = 1;
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i] > sorted[i - 1]) {
            ++distinct;
            step = std::min(step, sorted[i] - sorted[i - 1]);
        }
    return distinct > 1 && 3 * distinct <= 2 * sorted.size() ? step : 0;
}

/// `values`: all above 0.
Cut best_cut(std::vector<double> values) {
    Cut cut;
    const auto n = values.size();
    if (n < static_cast<std::size_t>(fewest_trials_for_modes)) return cut;
    std::sort(values.begin(), values.end());
    const auto whole = values;
    // Around the middle and in parts of the largest: the squares of huge values would overflow.
    const double largest = values.back(), middle = median(values) / largest;
    for (auto& value : values) value = value / largest - middle;
    std::vector<double> sums(n + 1, 0), squares(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
        sums[i + 1] = sums[i] + values[i];
        squares[i + 1] = squares[i] + values[i] * values[i];
    }
    const auto scatter = [&](std::size_t from, std::size_t to) {
        const double sum = sums[to] - sums[from];
        return std::max(squares[to] - squares[from] - sum * sum / static_cast<double>(to - from), 0.0);
    };
    const auto least = std::max(fewest, static_cast<std::size_t>(std::ceil(least_share * static_cast<double>(n))));
    std::size_t best = 0;
    double least_scatter = INFINITY;
    for (std::size_t k = least; k + least <= n; ++k)
        if (const double both = scatter(0, k) + scatter(k, n); both < least_scatter) {
            least_scatter = both;
            best = k;
        }
    if (best == 0) return cut;
    const double low = sums[best] / static_cast<double>(best);
    const double high = (sums[n] - sums[best]) / static_cast<double>(n - best);
    const double distance = high - low, step = step_of(values);
    const double within = std::sqrt(least_scatter / static_cast<double>(n - 2) + step * step);
    const auto between = std::count_if(values.begin(), values.end(), [&](double value) {
        return value > low + 0.3 * distance && value < high - 0.3 * distance;
    });
    if (static_cast<double>(between) > widest_valley * static_cast<double>(n) || !(distance > 0)) return cut;
    cut.separation = within > 0 ? distance / within : INFINITY;
    cut.at = whole[best];
    cut.smaller = std::min(best, n - best);
    cut.smaller_share = static_cast<double>(cut.smaller) / static_cast<double>(n);
    return cut;
}

bool stands_alone(const Cut& cut, std::size_t n) {
    return cut.separation >= separation_alone(n) && cut.smaller >= fewest_alone &&
           cut.smaller_share >= least_share_alone;
}

struct Parts {
    std::vector<double> lower;
    std::vector<double> upper;
};

Parts parts_of(const std::vector<double>& values, double cut) {
    Parts parts;
    for (const double value : values) (value < cut ? parts.lower : parts.upper).push_back(value);
    return parts;
}

std::vector<double> side_of(std::span<const Block> blocks, model::Side side) {
    std::vector<double> values;
    for (const auto& block : blocks) {
        const auto& part = side == model::Side::base ? block.base : block.head;
        values.insert(values.end(), part.begin(), part.end());
    }
    return values;
}

/// Modes are drawn anew by every trial, so that most blocks have both; two levels that follow each other in time are
/// none.
bool mixed_in_time(std::span<const Block> blocks, const ModeCuts& cuts) {
    int sides = 0, mixed = 0;
    for (const auto& block : blocks)
        for (const auto& [values, cut] : {std::pair(&block.base, cuts.base), std::pair(&block.head, cuts.head)}) {
            if (values->size() < 2) continue;
            const auto parts = parts_of(*values, cut);
            ++sides;
            mixed += !parts.lower.empty() && !parts.upper.empty();
        }
    return mixed >= 2 && 5 * mixed >= sides;
}

double share_of(const std::vector<double>& part, std::size_t all) {
    return static_cast<double>(part.size()) / static_cast<double>(all);
}

}  // namespace

std::optional<FoundModes> find_modes(std::span<const Block> blocks, bool swapped) {
    const auto base = side_of(blocks, model::Side::base), head = side_of(blocks, model::Side::head);
    if (std::min(base.size(), head.size()) < static_cast<std::size_t>(fewest_trials_for_modes)) return std::nullopt;
    const auto positive = [](const std::vector<double>& values) {
        return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
    };
    if (!positive(base) || !positive(head)) return std::nullopt;
    const auto cut_base = best_cut(base), cut_head = best_cut(head);
    const bool both = std::min(cut_base.separation, cut_head.separation) >= separation;
    if (!both && !stands_alone(cut_base, base.size()) && !stands_alone(cut_head, head.size())) return std::nullopt;
    FoundModes found;
    // A side that does not show them has its trials in one of the other side's modes.
    const bool from_base = cut_base.separation >= cut_head.separation;
    found.cuts = both ? ModeCuts{cut_base.at, cut_head.at}
                      : ModeCuts{from_base ? cut_base.at : cut_head.at, from_base ? cut_base.at : cut_head.at};
    if (!mixed_in_time(blocks, found.cuts)) return std::nullopt;
    const auto of_base = parts_of(base, found.cuts.base), of_head = parts_of(head, found.cuts.head);
    const auto& shown = from_base ? of_base : of_head;
    const double lower = median(shown.lower), upper = median(shown.upper);
    auto& modes = found.modes;
    modes.better_level = swapped ? upper : lower;
    modes.worse_level = swapped ? lower : upper;
    modes.base_share = share_of(swapped ? of_base.upper : of_base.lower, base.size());
    modes.head_share = share_of(swapped ? of_head.upper : of_head.lower, head.size());
    found.share_of_lower = static_cast<double>(of_base.lower.size() + of_head.lower.size()) /
                           static_cast<double>(base.size() + head.size());
    return found;
}

double spread_with_modes(double spread, const model::Modes& modes) {
    const double share = (modes.base_share + modes.head_share) / 2;
    const double apart = std::abs(modes.worse_level - modes.better_level) /
                         (share * modes.better_level + (1 - share) * modes.worse_level);
    return std::max(spread, std::sqrt(share * (1 - share)) * apart);
}

std::vector<Block> split_by_mode(std::span<const Block> blocks, const ModeCuts& cuts) {
    std::vector<Block> strata;
    for (const auto& block : blocks) {
        const auto base = parts_of(block.base, cuts.base), head = parts_of(block.head, cuts.head);
        if (!base.lower.empty() && !head.lower.empty()) strata.push_back({base.lower, head.lower});
        if (!base.upper.empty() && !head.upper.empty()) strata.push_back({base.upper, head.upper});
    }
    return strata;
}

}  // namespace benchgate::judging
