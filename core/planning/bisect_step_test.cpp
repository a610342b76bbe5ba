#include "core/planning/bisect_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <functional>

namespace benchgate::planning {
namespace {

using Judge = std::function<StepVerdict(int)>;

std::vector<std::string> commits(int count) {
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(std::to_string(i));
    return all;
}

/// Lets the search run to its end; `asked` collects the commits that were measured.
BisectStep searched(int count, const Judge& judge, std::vector<int>* asked = nullptr) {
    const auto all = commits(count);
    std::vector<StepResult> results;
    for (int step = 0; step < 1000; ++step) {
        const auto next = bisect_step(all, results);
        const auto* compare = std::get_if<CompareNext>(&next);
        if (compare == nullptr) return next;
        const int commit = std::stoi(compare->sha);
        EXPECT_TRUE(std::none_of(results.begin(), results.end(), [&](const auto& r) { return r.sha == compare->sha; }));
        if (asked != nullptr) asked->push_back(commit);
        results.push_back({compare->sha, judge(commit)});
    }
    ADD_FAILURE() << "the search does not end";
    return NotReproduced{};
}

Judge bad_from(int first) {
    return [=](int commit) { return commit >= first ? StepVerdict::bad : StepVerdict::good; };
}

TEST(Bisect, FindsTheFirstBadCommitWhereverItIs) {
    for (const int count : {1, 2, 3, 7, 64, 100})
        for (int first = 0; first < count; ++first) {
            std::vector<int> asked;
            const auto found = searched(count, bad_from(first), &asked);
            EXPECT_EQ(found, BisectStep(FirstBad{std::to_string(first), first == 0 ? "" : std::to_string(first - 1)}));
            EXPECT_EQ(asked.front(), count - 1) << "the bad end is looked at first";
            EXPECT_LE(asked.size(), 1u + static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(count - 1))));
        }
}

TEST(Bisect, SaysHowManyStepsAreLeft) {
    EXPECT_EQ(bisect_step(commits(100), {}), BisectStep(CompareNext{"99", 8}));
    EXPECT_EQ(bisect_step(commits(100), {{"99", StepVerdict::bad}}), BisectStep(CompareNext{"49", 7}));
    EXPECT_EQ(bisect_step(commits(1), {}), BisectStep(CompareNext{"0", 1}));
}

TEST(Bisect, ABadEndThatIsNotWorseEndsTheSearch) {
    EXPECT_EQ(searched(50, [](int) { return StepVerdict::good; }), BisectStep(NotReproduced{}));
    EXPECT_EQ(searched(50, [](int) { return StepVerdict::inconclusive; }), BisectStep(Undecided{{"49"}}));
    EXPECT_EQ(searched(50, [](int) { return StepVerdict::failed; }), BisectStep(Undecided{{"49"}}));
    EXPECT_EQ(bisect_step({}, {}), BisectStep(NotReproduced{}));
}

TEST(Bisect, GoesAroundCommitsThatCannotBeJudged) {
    const auto odd_ones_fail = [](int commit) {
        if (commit != 49 && commit % 2 == 1) return StepVerdict::failed;
        return bad_from(20)(commit);
    };
    // 19 fails, so that either it or 20 is the first bad one.
    EXPECT_EQ(searched(50, odd_ones_fail), BisectStep(Undecided{{"19", "20"}}));
    const auto all_between_fail = [](int commit) { return commit == 9 ? StepVerdict::bad : StepVerdict::inconclusive; };
    std::vector<int> asked;
    const auto end = searched(10, all_between_fail, &asked);
    EXPECT_EQ(std::get<Undecided>(end).suspects.size(), 10u);
    EXPECT_EQ(asked.size(), 10u);
}

TEST(Bisect, TakesTheLaterOfTwoVerdictsAndIgnoresStrangers) {
    const std::vector<StepResult> results{
        {"9", StepVerdict::failed}, {"9", StepVerdict::bad}, {"other", StepVerdict::good}, {"4", StepVerdict::good}};
    EXPECT_EQ(bisect_step(commits(10), results), BisectStep(CompareNext{"7", 3}));
}

TEST(Bisect, ASearchThatIsBrokenOffNamesWhatIsLeft) {
    std::vector<StepResult> results{{"99", StepVerdict::bad}, {"49", StepVerdict::failed}, {"50", StepVerdict::good}};
    EXPECT_EQ(suspects(commits(100), results).front(), "51");
    EXPECT_EQ(suspects(commits(100), results).back(), "99");
    EXPECT_EQ(suspects(commits(100), {}).size(), 100u);
    EXPECT_TRUE(suspects({}, {}).empty());
    EXPECT_EQ(most_steps(10'000), 25u);
    EXPECT_GE(most_steps(1), 1u);
}

TEST(Bisect, AVerdictIsKeptAsAWord) {
    for (const auto verdict : {StepVerdict::good, StepVerdict::bad, StepVerdict::inconclusive, StepVerdict::failed})
        EXPECT_EQ(step_verdict_from(to_string(verdict)), verdict);
    EXPECT_EQ(step_verdict_from(""), std::nullopt);
}

TEST(Bisect, SeveralChangesStillLeadToOneOfThem) {
    // Bad, good again, bad for good: each pair of neighbours good and bad is an answer.
    const auto wavy = [](int commit) {
        return (commit >= 10 && commit < 20) || commit >= 30 ? StepVerdict::bad : StepVerdict::good;
    };
    const auto found = searched(40, wavy);
    ASSERT_TRUE(std::holds_alternative<FirstBad>(found));
    const auto& sha = std::get<FirstBad>(found).sha;
    EXPECT_TRUE(sha == "10" || sha == "30") << sha;
}

}  // namespace
}  // namespace benchgate::planning
