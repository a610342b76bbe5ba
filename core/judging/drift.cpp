#include "core/judging/drift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/judging/estimate.h"

namespace benchgate::judging {
namespace {

using Groups = std::vector<std::vector<double>>;

struct RankTest {
    double h = 0;
    int freedom = 0;
};

/// H of one side, corrected for ties; nothing where all values are equal.
RankTest kruskal_wallis(const Groups& groups) {
    std::vector<std::pair<double, std::size_t>> values;
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (const double value : groups[g]) values.emplace_back(value, g);
    std::sort(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    std::vector<double> rank_sums(groups.size(), 0);
    double ties = 0;
    for (std::size_t from = 0; from < values.size();) {
        std::size_t to = from;
        while (to < values.size() && values[to].first == values[from].first) ++to;
        const auto count = static_cast<double>(to - from);
        const double rank = (static_cast<double>(from + to) + 1) / 2;
        for (; from < to; ++from) rank_sums[values[from].second] += rank;
        ties += count * count * count - count;
    }
    const double untied = 1 - ties / (n * n * n - n);
    if (!(untied > 0)) return {};
    double sum = 0;
    for (std::size_t g = 0; g < groups.size(); ++g)
        sum += rank_sums[g] * rank_sums[g] / static_cast<double>(groups[g].size());
    return {(12 / (n * (n + 1)) * sum - 3 * (n + 1)) / untied, static_cast<int>(groups.size()) - 1};
}

/// Exceeded with a chance of 0.005.
double chi_square_bar(int freedom) {
    constexpr double quantile = 2.5758293035489;
    const double part = 2 / (9.0 * freedom);
    const double root = 1 - part + quantile * std::sqrt(part);
    return freedom * root * root * root;
}

}  // namespace

std::optional<double> find_drift(std::span<const Block> blocks) {
    constexpr std::size_t fewest_blocks = 3;
    RankTest whole;
    std::vector<double> levels(blocks.size(), 0);
    std::vector<int> sides(blocks.size(), 0);
    for (const auto side : {&Block::base, &Block::head}) {
        Groups groups;
        std::vector<double> all;
        for (const auto& block : blocks) {
            const auto& values = block.*side;
            if (std::any_of(values.begin(), values.end(), [](double value) { return !(value > 0); }))
                return std::nullopt;
            if (!values.empty()) groups.push_back(values);
            all.insert(all.end(), values.begin(), values.end());
        }
        if (groups.size() < fewest_blocks || groups.size() == all.size()) continue;
        const auto test = kruskal_wallis(groups);
        whole.h += test.h;
        whole.freedom += test.freedom;
        const double level = median(all);
        for (std::size_t b = 0; b < blocks.size(); ++b) {
            if ((blocks[b].*side).empty()) continue;
            levels[b] += median(blocks[b].*side) / level;
            ++sides[b];
        }
    }
    if (whole.freedom == 0 || whole.h <= chi_square_bar(whole.freedom)) return std::nullopt;
    double lowest = INFINITY, highest = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (sides[b] == 0) continue;
        lowest = std::min(lowest, levels[b] / sides[b]);
        highest = std::max(highest, levels[b] / sides[b]);
    }
    return highest - lowest;
}

}  // namespace benchgate::judging
