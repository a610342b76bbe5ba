#include "core/history/line.h"

#include <gtest/gtest.h>

#include <vector>

namespace benchgate::history {
namespace {

using Places = std::vector<std::optional<std::int64_t>>;

TEST(Line, TheFirstWalkCountsFromItsOldestCommit) {
    const Places walked(4);
    const auto step = extend_line(walked, std::nullopt);
    EXPECT_EQ(step.first_new, 0u);
    EXPECT_EQ(step.first_place, 0);
    EXPECT_FALSE(step.cut_above);
    EXPECT_FALSE(is_connected(walked, std::nullopt));
}

TEST(Line, NewCommitsFollowTheNewestKnownOne) {
    const Places walked{8, 9, std::nullopt, std::nullopt};
    const auto step = extend_line(walked, 9);
    EXPECT_EQ(step.first_new, 2u);
    EXPECT_EQ(step.first_place, 10);
    EXPECT_FALSE(step.cut_above);
    EXPECT_TRUE(is_connected(walked, 9));
}

TEST(Line, APushThatComesLateAddsNothing) {
    const Places walked{7, 8, 9};
    const auto step = extend_line(walked, 9);
    EXPECT_EQ(step.first_new, walked.size());
    EXPECT_FALSE(step.cut_above);
}

TEST(Line, ARewrittenMainLosesWhatIsNotOnItAndKeepsTheRest) {
    const Places walked{6, 7, std::nullopt};
    const auto step = extend_line(walked, 9);
    EXPECT_EQ(step.cut_above, 7);
    EXPECT_EQ(step.first_new, 2u);
    EXPECT_EQ(step.first_place, 8);
}

TEST(Line, AMainThatWasOnlySetBackLosesItsEnd) {
    const Places walked{6, 7};
    const auto step = extend_line(walked, 9);
    EXPECT_EQ(step.cut_above, 7);
    EXPECT_EQ(step.first_new, 2u);
}

TEST(Line, WhereNothingConnectsTheOldOrderIsGivenUp) {
    const Places walked(3);
    const auto step = extend_line(walked, 9);
    EXPECT_EQ(step.cut_above, -1);
    EXPECT_EQ(step.first_new, 0u);
    EXPECT_GT(step.first_place, 10);
    EXPECT_FALSE(is_connected(walked, 9));
}

}  // namespace
}  // namespace benchgate::history
