#include "core/planning/expected_start.h"

#include <gtest/gtest.h>

namespace benchgate::planning {
namespace {

const std::vector<std::string> x86{"linux", "x86_64"};

std::vector<std::optional<double>> times(const std::vector<QueueRunner>& runners, const std::vector<QueueJob>& jobs) {
    std::vector<std::optional<double>> all;
    for (const auto& start : expected_starts(runners, jobs)) all.push_back(start.in_s);
    return all;
}

TEST(ExpectedStart, JobsGoInTheirOrderToWhoIsFreeFirst) {
    const std::vector<QueueRunner> two{{"a", x86, 100}, {"b", x86, 0}};
    const QueueJob job{{"x86_64"}, "", 300};
    EXPECT_EQ(times(two, {job, job, job}), (std::vector<std::optional<double>>{0, 100, 300}));
}

TEST(ExpectedStart, OnlyARunnerThatMayHaveItCounts) {
    const std::vector<QueueRunner> one{{"a", x86, 0}};
    const auto starts = expected_starts(one, {{{"arm64"}, "", 60}, {{"linux"}, "a", 60}, {{"linux"}, "", 60}});
    EXPECT_EQ(starts[0], (ExpectedStart{false, std::nullopt})) << "nobody has the label";
    EXPECT_EQ(starts[1], (ExpectedStart{false, std::nullopt})) << "a confirmation is for another host";
    EXPECT_EQ(starts[2], (ExpectedStart{true, 0.0}));
}

TEST(ExpectedStart, BehindAJobOfUnknownLengthNothingIsMadeUp) {
    const std::vector<QueueRunner> one{{"a", x86, 0}};
    EXPECT_EQ(times(one, {{x86, "", {}}, {x86, "", 60}}), (std::vector<std::optional<double>>{0, std::nullopt}));
    const std::vector<QueueRunner> two{{"a", x86, std::nullopt}, {"b", x86, 200}};
    EXPECT_EQ(times(two, {{x86, "", 60}}), (std::vector<std::optional<double>>{200}));
}

}  // namespace
}  // namespace benchgate::planning
