#include "core/judging/modes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

using model::Action;
using model::Gate;
using model::VerdictKind;

/// Blocks whose sides have a fast mode with a scatter of about 1 %, and a slow one.
class Series {
  public:
    explicit Series(unsigned seed = 1) : state_(seed) {}

    struct Side {
        double level = 1000;
        double slow_share = 0;
        double slower = 1.5;
    };

    std::vector<Block> blocks(int count, const Side& base, const Side& head) {
        std::vector<Block> made(static_cast<std::size_t>(count));
        for (auto& block : made)
            for (int i = 0; i < 4; ++i) {
                block.base.push_back(trial(base));
                block.head.push_back(trial(head));
            }
        return made;
    }

    /// From 0 to 1.
    double draw() {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<double>(state_ >> 40) / static_cast<double>(1u << 24);
    }

  private:
    double trial(const Side& side) {
        const bool slow = draw() < side.slow_share;
        return side.level * (slow ? side.slower : 1) * (1 + 0.02 * (draw() + draw() + draw() - 1.5));
    }
    std::uint64_t state_;
};

model::Judgement judged(const std::vector<Block>& blocks, model::Policy policy = {}) {
    JobBlocks job;
    job.measured.series.push_back({{{"b", "time"}, "ns", model::Better::lower, true}, blocks, {}});
    job.measured.kept = static_cast<int>(blocks.size());
    JudgeOptions options;
    options.policy = std::move(policy);
    options.confirmation_required = false;
    return judge(job, options);
}

TEST(Modes, TwoModesAreNamedWithTheirLevelsAndShares) {
    const auto blocks = Series().blocks(15, {1000, 0.3}, {1000, 0.6});
    const auto found = find_modes(blocks, false);
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->modes.better_level, 1000, 5);
    EXPECT_NEAR(found->modes.worse_level, 1500, 8);
    EXPECT_NEAR(found->modes.base_share, 0.7, 0.12);
    EXPECT_NEAR(found->modes.head_share, 0.4, 0.12);
    const auto mirrored = find_modes(blocks, true);
    ASSERT_TRUE(mirrored);
    EXPECT_NEAR(mirrored->modes.better_level, 1500, 8) << "of a throughput the upper mode is the fast one";
    EXPECT_NEAR(mirrored->modes.base_share, 1 - found->modes.base_share, 1e-12);
}

TEST(Modes, OneSideMayShowOnlyOneOfThem) {
    const auto found = find_modes(Series().blocks(10, {1000, 0}, {1000, 0.5}), false);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->modes.base_share, 1);
    EXPECT_LT(found->modes.head_share, 0.8);
}

TEST(Modes, OneModeIsNotTwoWhateverIsDone) {
    EXPECT_FALSE(find_modes(Series().blocks(15, {1000, 0}, {1000, 0}), false));
    EXPECT_FALSE(find_modes(Series().blocks(15, {1000, 0}, {1500, 0}), false)) << "a regression is not a mode";
    EXPECT_FALSE(find_modes(Series().blocks(15, {1000, 0.04}, {1000, 0.04}), false)) << "a few outliers are not one";
    EXPECT_FALSE(find_modes(Series().blocks(2, {1000, 0.5}, {1000, 0.5}), false)) << "eight a side say nothing";
    EXPECT_FALSE(find_modes({}, false));
    const std::vector<Block> equal(5, Block{{7, 7, 7, 7}, {7, 7, 7, 7}});
    EXPECT_FALSE(find_modes(equal, false));
    std::vector<Block> zeros = Series().blocks(15, {1000, 0.5}, {1000, 0.5});
    zeros[3].head[2] = 0;
    EXPECT_FALSE(find_modes(zeros, false));
}

TEST(Modes, AStepOfTheHostInTheMiddleOfTheJobIsNoMode) {
    auto blocks = Series().blocks(14, {1000, 0}, {1000, 0});
    for (std::size_t b = 7; b < blocks.size(); ++b)
        for (auto* side : {&blocks[b].base, &blocks[b].head})
            for (auto& value : *side) value *= 1.3;
    EXPECT_FALSE(find_modes(blocks, false));
}

TEST(Modes, HugeAndTinyValuesAreNoOverflow) {
    for (const double level : {1e-290, 1e290}) {
        const auto found = find_modes(Series().blocks(15, {level, 0.4}, {level, 0.4}), false);
        ASSERT_TRUE(found) << level;
        EXPECT_TRUE(std::isfinite(found->modes.worse_level));
    }
}

TEST(Modes, AChangedMixOfModesNeverBlocks) {
    const auto judgement = judged(Series().blocks(15, {1000, 0.03}, {1000, 0.8}));
    const auto& verdict = judgement.verdicts.at(0);
    EXPECT_EQ(verdict.kind, VerdictKind::regressed) << "it is slower, and that is said";
    EXPECT_EQ(verdict.level, "critical");
    EXPECT_EQ(verdict.action, Action::review);
    EXPECT_EQ(judgement.gate, Gate::neutral);
    EXPECT_NE(verdict.reason.find("the mix of its modes changed"), std::string::npos) << verdict.reason;
    EXPECT_NE(verdict.reason.find("two modes 49"), std::string::npos) << verdict.reason;
    ASSERT_TRUE(verdict.modes);
    EXPECT_LT(*verdict.modes->levels.low, 1.01);
    EXPECT_GT(*verdict.modes->levels.high, 0.99);
}

TEST(Modes, AWorseModeThatTheBaseNeverHadIsNoOtherMix) {
    const auto judgement = judged(Series().blocks(15, {1000, 0}, {1000, 0.8}));
    EXPECT_EQ(judgement.verdicts.at(0).action, Action::block) << judgement.verdicts.at(0).reason;
    EXPECT_EQ(judgement.gate, Gate::failure);
}

TEST(Modes, SlowerLevelsOfBothModesBlock) {
    const auto judgement = judged(Series().blocks(15, {1000, 0.3}, {1700, 0.3}));
    const auto& verdict = judgement.verdicts.at(0);
    EXPECT_EQ(verdict.kind, VerdictKind::regressed);
    EXPECT_EQ(verdict.action, Action::block);
    EXPECT_EQ(judgement.gate, Gate::failure);
    if (verdict.modes) {
        EXPECT_GT(*verdict.modes->levels.low, 1.2);
    }
}

/// A policy that blocks at 3 %: the levels must have moved by that, not the mix.
TEST(Modes, APolicyThatBlocksAtThreePercentIsHeldByTheLevelsAlone) {
    model::Policy policy;
    policy.levels = {{"any", 0.03, Action::block}};
    int red = 0, alarmed = 0;
    for (unsigned seed = 1; seed <= 200; ++seed) {
        const auto judgement = judged(Series(seed).blocks(15, {1000, 0.3, 1.08}, {1000, 0.75, 1.08}), policy);
        alarmed += judgement.verdicts.at(0).kind == VerdictKind::regressed && judgement.verdicts.at(0).modes;
        red += judgement.gate == Gate::failure && judgement.verdicts.at(0).modes;
    }
    EXPECT_GT(alarmed, 50) << "the mix is seen";
    EXPECT_EQ(red, 0);
}

TEST(Modes, TheSmallestDetectableChangeKnowsBothModes) {
    const auto one = judged(Series().blocks(15, {1000, 0}, {1000, 0})).verdicts.at(0);
    const auto two = judged(Series(7).blocks(15, {1000, 0.5}, {1000, 0.5})).verdicts.at(0);
    ASSERT_TRUE(two.modes) << to_string(two.kind);
    EXPECT_LT(*one.minimum_detectable, 0.05);
    EXPECT_GT(*two.minimum_detectable, 0.15);
}

}  // namespace
}  // namespace benchgate::judging
