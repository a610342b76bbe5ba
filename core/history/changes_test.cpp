#include "core/history/changes.h"

#include <gtest/gtest.h>

namespace benchgate::history {
namespace {

Finding found(std::size_t index, bool ripe = true, bool worse = true) {
    Finding finding;
    finding.index = index;
    finding.ripe = ripe;
    finding.worse = worse;
    return finding;
}

KnownChange known(std::optional<std::size_t> index, ChangeState state, bool worse = true, bool on_main = true) {
    return {state, worse, on_main, index};
}

using Known = std::vector<KnownChange>;
using Found = std::vector<Finding>;

TEST(Changes, AChangeIsItselfThoughItsPlaceMoves) {
    const auto result = reconcile(Known{known(20, ChangeState::provisional)}, Found{found(22)});
    EXPECT_EQ(result, (Reconciled{{{0, 0, ChangeState::found}}, {}, {}}));
    EXPECT_EQ(reconcile(Known{known(20, ChangeState::provisional)}, Found{found(26)}), (Reconciled{{}, {0}, {0}}))
        << "too far";
    EXPECT_EQ(reconcile(Known{known(20, ChangeState::provisional)}, Found{found(20, true, false)}),
              (Reconciled{{}, {0}, {0}}))
        << "the other direction";
}

TEST(Changes, OfSeveralTheNearestIsTakenAndNoneTwice) {
    const auto result = reconcile(Known{known(20, ChangeState::found), known(24, ChangeState::found)},
                                  Found{found(23), found(28, false)});
    EXPECT_EQ(result.kept, (std::vector<KeptChange>{{1, 0, ChangeState::found}}));
    EXPECT_EQ(result.fresh, (std::vector<std::size_t>{1}));
    EXPECT_EQ(result.gone, (std::vector<std::size_t>{0}));
}

TEST(Changes, ASuspicionThatLaterValuesTakeBackIsWithdrawnAndMayComeBack) {
    EXPECT_EQ(reconcile(Known{known(20, ChangeState::provisional), known(40, ChangeState::found)}, Found{}).gone,
              (std::vector<std::size_t>{0, 1}));
    EXPECT_TRUE(reconcile(Known{known(20, ChangeState::withdrawn)}, Found{}).gone.empty());
    EXPECT_EQ(reconcile(Known{known(20, ChangeState::withdrawn)}, Found{found(21, false)}).kept,
              (std::vector<KeptChange>{{0, 0, ChangeState::provisional}}));
}

TEST(Changes, WhatWasMeasuredStaysWhateverTheSeriesSays) {
    for (const auto state :
         {ChangeState::measuring, ChangeState::confirmed, ChangeState::rejected, ChangeState::undecided}) {
        EXPECT_TRUE(reconcile(Known{known(20, state)}, Found{}).gone.empty());
        const auto again = reconcile(Known{known(20, state)}, Found{found(21)});
        EXPECT_TRUE(again.fresh.empty()) << "no second suspicion of the same change";
        EXPECT_EQ(again.kept.at(0).next, state);
    }
}

TEST(Changes, WhatIsOlderThanTheLookStaysAndWhatIsOffMainGoes) {
    EXPECT_TRUE(reconcile(Known{known(std::nullopt, ChangeState::found)}, Found{}).gone.empty());
    EXPECT_EQ(reconcile(Known{known(std::nullopt, ChangeState::found, true, false)}, Found{}).gone,
              (std::vector<std::size_t>{0}));
}

TEST(Changes, ALevelThatReturnsTakesTheChangeBack) {
    using Shifts = std::vector<LevelShift>;
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 120}, {30, false, 120, 101}}, 0), 1u);
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 120}, {30, false, 120, 90}}, 0), 1u) << "better than it was";
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 120}, {30, false, 120, 110}}, 0), std::nullopt) << "half of it";
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 120}, {5, false, 130, 100}}, 0), std::nullopt) << "before it";
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 80}, {30, false, 80, 99}}, 0), 1u) << "higher is better";
    EXPECT_EQ(taken_back_by(Shifts{{10, false, 100, 80}, {30, true, 80, 100}}, 0), std::nullopt) << "nothing was lost";
    EXPECT_EQ(taken_back_by(Shifts{{10, true, 100, 120}, {50, false, 120, 99}, {30, false, 120, 101}}, 0), 2u);
}

TEST(Changes, OnePushThatShowsItIsTheRange) {
    EXPECT_EQ(only_push_that_shows(std::vector<PushInRange>{{"a", "b", false}, {"b", "c", true}}), 1u);
    EXPECT_EQ(only_push_that_shows(std::vector<PushInRange>{{"a", "b", true}, {"b", "c", true}}), std::nullopt);
    EXPECT_EQ(only_push_that_shows(std::vector<PushInRange>{{"a", "b", false}}), std::nullopt);
}

TEST(Changes, EveryWordIsReadAsItIsWritten) {
    for (const auto* word : {"provisional", "found", "measuring", "confirmed", "rejected", "undecided", "withdrawn"})
        EXPECT_EQ(to_string(change_state_from(word).value()), word);
    for (const auto* word : {"open", "acknowledged", "fixed", "reverted", "expected"})
        EXPECT_EQ(to_string(handling_from(word).value()), word);
    EXPECT_FALSE(change_state_from("x"));
    EXPECT_FALSE(handling_from(""));
}

MergedWaiver merged(const std::string& benchmark, double max, const std::string& sha, std::int64_t number) {
    return {{"", benchmark, "", max, "2026-12-31", "a safer hash", "ann"}, number, sha};
}

TEST(Changes, WhatWasWaivedOnItsPullRequestWasToBeExpectedOnMain) {
    const KnownRegression slower{{"sort", "time"}, "c0ffee", 1.06};
    EXPECT_FALSE(expectation_of(slower, {})) << "nobody waived it";
    EXPECT_FALSE(expectation_of(slower, std::vector{merged("sort", 0.08, "another", 7)}))
        << "it came with another pull request";
    EXPECT_FALSE(expectation_of(slower, std::vector{merged("find", 0.08, "c0ffee", 7)})) << "another benchmark";
    EXPECT_EQ(expectation_of(slower, std::vector{merged("so*", 0.08, "c0ffee", 7)}),
              (Expectation{true, "ann", "waived on #7 up to 8 %: a safer hash"}));
    EXPECT_EQ(
        expectation_of(slower, std::vector{merged("sort", 0.01, "c0ffee", 7), merged("*", 0.08, "c0ffee", 8)})->note,
        "waived on #8 up to 8 %: a safer hash")
        << "the one that covers it";
}

TEST(Changes, AWaiverIsVoidOnMainOnceTheChangeIsOverItsCeiling) {
    const std::vector waivers{merged("sort", 0.08, "c0ffee", 7)};
    EXPECT_EQ(expectation_of({{"sort", "time"}, "c0ffee", 1.091}, waivers),
              (Expectation{false, "ann", "the waiver of #7 is void: the change of 9.1 % is over its ceiling of 8 %"}));
    EXPECT_FALSE(expectation_of({{"sort", "time"}, "c0ffee", std::nullopt}, waivers)->covers) << "of no known size";
}

}  // namespace
}  // namespace benchgate::history
