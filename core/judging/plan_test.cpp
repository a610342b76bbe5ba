#include "core/judging/plan.h"

#include <gtest/gtest.h>

#include "core/judging/rank_sum.h"

namespace benchgate::judging {
namespace {

std::vector<int> trials_of(int max_trials) {
    std::vector<int> trials;
    for (const auto& look : make_plan({max_trials, 0.01, 1}).looks) trials.push_back(look.trials);
    return trials;
}

/// -1: cannot alarm at this look.
std::vector<std::int64_t> critical_values(int tests) {
    std::vector<std::int64_t> values;
    for (const auto& look : make_plan({60, 0.01, tests}).looks)
        values.push_back(RankSumNull(std::vector<BlockShape>(static_cast<std::size_t>(look.blocks()), {4, 4}))
                             .critical(look.alpha)
                             .value_or(-1));
    return values;
}

TEST(Plan, LooksFollowTheMaximum) {
    using Trials = std::vector<int>;
    EXPECT_EQ(trials_of(60), (Trials{8, 12, 20, 28, 40, 60}));
    EXPECT_EQ(trials_of(63), (Trials{8, 12, 20, 28, 40, 60}));
    EXPECT_EQ(trials_of(64), (Trials{8, 12, 20, 28, 40, 60, 64}));
    EXPECT_EQ(trials_of(100), (Trials{8, 12, 20, 28, 40, 60, 100}));
    EXPECT_EQ(trials_of(59), (Trials{8, 12, 20, 28, 40, 56}));
    EXPECT_EQ(trials_of(20), (Trials{8, 12, 20}));
    EXPECT_EQ(trials_of(18), (Trials{8, 12, 16}));
    EXPECT_EQ(trials_of(8), (Trials{8}));
    EXPECT_EQ(trials_of(7), (Trials{4}));
    EXPECT_EQ(trials_of(0), (Trials{4}));
    EXPECT_EQ(trials_of(-5), (Trials{4}));
    EXPECT_EQ(trials_of(1'000'000'000).back(), max_planned_trials);
}

TEST(Plan, TheLevelsAddUpToTheShareOfOneTest) {
    for (const int max_trials : {4, 8, 12, 60, 100})
        for (const int tests : {1, 7, 100}) {
            const auto plan = make_plan({max_trials, 0.01, tests});
            double sum = 0;
            for (std::size_t k = 0; k < plan.looks.size(); ++k) {
                sum += plan.looks[k].alpha;
                if (k > 0) {
                    EXPECT_DOUBLE_EQ(plan.looks[k].alpha, 2 * plan.looks[k - 1].alpha);
                }
            }
            EXPECT_NEAR(sum, 0.01 / tests, 1e-15);
        }
    EXPECT_DOUBLE_EQ(make_plan({60, 0.01, 100}).looks[1].alpha, 0.0001 * 2 / 63);
    EXPECT_EQ(make_plan({60, 0.01, 0}).tests, 1);
}

TEST(Plan, PublishedCriticalValues) {
    using Values = std::vector<std::int64_t>;
    EXPECT_EQ(critical_values(1), (Values{-1, 44, 65, 84, 111, 155}));
    EXPECT_EQ(critical_values(10), (Values{-1, 47, 69, 90, 118, 165}));
    EXPECT_EQ(critical_values(20), (Values{-1, 47, 70, 91, 120, 167}));
    EXPECT_EQ(critical_values(50), (Values{-1, 48, 72, 93, 123, 170}));
    EXPECT_EQ(critical_values(100), (Values{-1, 48, 72, 94, 124, 172}));
    EXPECT_EQ(critical_values(108)[1], 48);
    EXPECT_EQ(critical_values(109)[1], -1);
    EXPECT_EQ(critical_values(200), (Values{-1, -1, 73, 95, 126, 174}));
    EXPECT_EQ(critical_values(1000), (Values{-1, -1, 75, 98, 129, 179}));
    Values clear, nominal;
    for (const int blocks : {2, 3, 5, 7, 10, 15}) {
        const RankSumNull null(std::vector<BlockShape>(static_cast<std::size_t>(blocks), {4, 4}));
        clear.push_back(*null.critical(futility_level));
        nominal.push_back(*null.critical(nominal_level));
    }
    EXPECT_EQ(clear, (Values{28, 39, 59, 79, 107, 153}));
    EXPECT_EQ(nominal, (Values{27, 37, 56, 75, 102, 147}));
}

TEST(Plan, ALookIsDueOnceItsTrialsAreThere) {
    const auto plan = make_plan({});
    EXPECT_FALSE(plan.look_at(7));
    EXPECT_EQ(plan.look_at(8), 0);
    EXPECT_EQ(plan.look_at(11), 0);
    EXPECT_EQ(plan.look_at(12), 1);
    EXPECT_EQ(plan.look_at(1000), 5);
}

}  // namespace
}  // namespace benchgate::judging
