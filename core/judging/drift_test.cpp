#include "core/judging/drift.h"

#include <gtest/gtest.h>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

/// Blocks with a scatter of 1 %; the level climbs by `rise` from the first to the last.
std::vector<Block> drifting_blocks(int count, double rise, double effect = 1) {
    std::uint64_t state = 3;
    const auto draw = [&] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<double>(state >> 40) / static_cast<double>(1u << 24);
    };
    std::vector<Block> made(static_cast<std::size_t>(count));
    for (int b = 0; b < count; ++b)
        for (int i = 0; i < 4; ++i) {
            const double level = 1000 * (1 + rise * b / (count - 1));
            made[static_cast<std::size_t>(b)].base.push_back(level * (1 + 0.02 * (draw() - 0.5)));
            made[static_cast<std::size_t>(b)].head.push_back(level * effect * (1 + 0.02 * (draw() - 0.5)));
        }
    return made;
}

TEST(Drift, AClimbingLevelIsNamedWithItsSpan) {
    const auto drift = find_drift(drifting_blocks(10, 0.1));
    ASSERT_TRUE(drift);
    EXPECT_NEAR(*drift, 0.095, 0.015);
    EXPECT_FALSE(find_drift(drifting_blocks(10, 0)));
    EXPECT_FALSE(find_drift(drifting_blocks(10, 0, 1.5))) << "a slower head is no drift";
    EXPECT_FALSE(find_drift(drifting_blocks(2, 0.5))) << "two blocks say nothing";
    EXPECT_FALSE(find_drift({}));
}

TEST(Drift, EqualValuesZerosAndAbsentSidesAreNone) {
    EXPECT_FALSE(find_drift(std::vector<Block>(5, Block{{7, 7, 7, 7}, {7, 7, 7, 7}})));
    auto with_zero = drifting_blocks(10, 0.1);
    with_zero[2].base[0] = 0;
    EXPECT_FALSE(find_drift(with_zero));
    auto one_side = drifting_blocks(10, 0.1);
    for (auto& block : one_side) block.base.clear();
    EXPECT_TRUE(find_drift(one_side));
}

TEST(Drift, IsNamedInTheVerdictAndCancelsInIt) {
    const auto judged = [](const std::vector<Block>& of) {
        JobBlocks job;
        job.measured.series.push_back({{{"b", "time"}, "ns", model::Better::lower, true}, of, {}});
        job.measured.kept = static_cast<int>(of.size());
        JudgeOptions options;
        options.confirmation_required = false;
        options.tests = 100;
        return judge(job, options).verdicts.at(0);
    };
    const auto slower = judged(drifting_blocks(10, 0.2, 1.08));
    EXPECT_EQ(slower.kind, model::VerdictKind::regressed);
    ASSERT_TRUE(slower.drift);
    EXPECT_NE(slower.reason.find("the level drifted by "), std::string::npos) << slower.reason;
    const auto doubled = judged(drifting_blocks(10, 12, 1.08));
    EXPECT_EQ(doubled.reason.find("e+"), std::string::npos) << "no figure of a calculator: " << doubled.reason;
    EXPECT_GT(doubled.drift.value_or(0), 1);
    EXPECT_NEAR(*slower.ratio, 1.08, 0.01) << "a drift larger than the effect does not blur it";
    EXPECT_FALSE(judged(drifting_blocks(10, 0.01)).drift) << "less than what is to be detected is no news";
}

}  // namespace
}  // namespace benchgate::judging
