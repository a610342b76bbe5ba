#include "core/judging/level_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace benchgate::judging {
namespace {

using Cuts = std::vector<std::size_t>;

/// Optimal partitioning as it is written down: every last cut is tried for every end.
Cuts by_trying_all(const std::vector<double>& x, double price, std::size_t shortest) {
    const std::size_t n = x.size();
    std::vector<double> sum(n + 1), square(n + 1), cost(n + 1, std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < n; ++i) {
        sum[i + 1] = sum[i] + x[i];
        square[i + 1] = square[i] + x[i] * x[i];
    }
    std::vector<std::size_t> before(n + 1);
    cost[0] = -price;
    for (std::size_t end = shortest; end <= n; ++end)
        for (std::size_t cut = 0; cut + shortest <= end; ++cut) {
            if (cut > 0 && cut < shortest) continue;
            const double level = sum[end] - sum[cut];
            const double here =
                cost[cut] + square[end] - square[cut] - level * level / static_cast<double>(end - cut) + price;
            if (here < cost[end]) {
                cost[end] = here;
                before[end] = cut;
            }
        }
    Cuts cuts;
    for (std::size_t end = n; before[end] > 0; end = before[end]) cuts.push_back(before[end]);
    std::reverse(cuts.begin(), cuts.end());
    return cuts;
}

TEST(LevelSearch, IsTheSameAsTryingEverything) {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> noise;
    int cuts = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<double> x(20 + generator() % 150);
        double level = 0;
        for (auto& value : x) {
            if (generator() % 20 == 0) level = 4 * noise(generator);
            value = level + noise(generator);
        }
        const double price = 1 + static_cast<double>(generator() % 30);
        const std::size_t shortest = 1 + generator() % 12;
        const auto expected = by_trying_all(x, price, shortest);
        ASSERT_EQ(best_levels(x, price, shortest), expected) << "round " << round;
        cuts += static_cast<int>(expected.size());
    }
    EXPECT_GT(cuts, 500);
}

TEST(LevelSearch, WholeNumbersWithManyTiesCostNoMoreThanTheBest) {
    std::mt19937_64 generator(2);
    const auto cost_of = [](const std::vector<double>& x, Cuts cuts, double price) {
        cuts.insert(cuts.begin(), 0);
        cuts.push_back(x.size());
        double cost = -price;
        for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
            double mean = 0;
            for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k)
                mean += x[k] / static_cast<double>(cuts[i + 1] - cuts[i]);
            for (std::size_t k = cuts[i]; k < cuts[i + 1]; ++k) cost += (x[k] - mean) * (x[k] - mean);
            cost += price;
        }
        return cost;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<double> x(60);
        for (auto& value : x) value = static_cast<double>(generator() % 2);
        EXPECT_NEAR(cost_of(x, best_levels(x, 1, 3), 1), cost_of(x, by_trying_all(x, 1, 3), 1), 1e-9);
    }
}

TEST(LevelSearch, SeriesThatHoldNoTwoLevelsAreNotCut) {
    EXPECT_TRUE(best_levels({}, 1, 10).empty());
    EXPECT_TRUE(best_levels(std::vector<double>{1}, 1, 1).empty());
    EXPECT_TRUE(best_levels(std::vector<double>(19, 1.0), 0, 10).empty());
    EXPECT_TRUE(best_levels(std::vector<double>(1000, 1.0), 1, 10).empty());
    std::vector<double> step(20, 0.0);
    std::fill(step.begin() + 10, step.end(), 9.0);
    EXPECT_EQ(best_levels(step, 1, 10), Cuts{10});
    EXPECT_TRUE(best_levels(step, 1, 11).empty());
}

}  // namespace
}  // namespace benchgate::judging
