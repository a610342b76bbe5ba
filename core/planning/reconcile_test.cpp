#include "core/planning/reconcile.h"

#include <gtest/gtest.h>

namespace benchgate::planning {
namespace {

PullRequest open_pull(std::int64_t number, char head = 'a') {
    PullRequest pull;
    pull.number = number;
    pull.head_sha = std::string(40, head);
    pull.base_ref = "main";
    return pull;
}

KnownPull known_pull(std::int64_t number, char head = 'a') {
    return {number, std::string(40, head), "main", true, false, false};
}

std::vector<std::string> reasons(const std::vector<Unheard>& all) {
    std::vector<std::string> texts;
    for (const auto& one : all) texts.push_back(std::to_string(one.number) + ": " + one.reason);
    return texts;
}

std::vector<Unheard> compare(const std::vector<PullRequest>& listed, const std::vector<KnownPull>& known,
                             bool complete = true) {
    OpenNow now{{}, complete, {}};
    for (const auto& pull : listed) now.pulls.push_back({pull, {}});
    return unheard(now, known);
}

using Texts = std::vector<std::string>;

TEST(UnheardTest, IsEmptyWhereGitHubSaysWhatIsKnown) {
    EXPECT_TRUE(compare({}, {}).empty());
    EXPECT_TRUE(compare({open_pull(1), open_pull(2)}, {known_pull(2), known_pull(1)}).empty());
}

TEST(UnheardTest, NamesWhatMovedWhileNobodyListened) {
    auto other_base = open_pull(3);
    other_base.base_ref = "stable";
    auto ready = known_pull(4);
    ready.draft = true;
    auto draft = open_pull(5);
    draft.draft = true;
    auto closed = known_pull(6);
    closed.open = false;
    const auto found = compare({open_pull(1), open_pull(2, 'b'), other_base, open_pull(4), draft, open_pull(6)},
                               {known_pull(2), known_pull(3), ready, known_pull(5), closed});
    EXPECT_EQ(reasons(found), (Texts{"1: it was never heard of", "2: its head moved", "3: its base is another branch",
                                     "4: it is no draft any more", "5: it became a draft", "6: it was opened again"}));
    for (const auto& one : found) EXPECT_TRUE(one.listed);
}

TEST(UnheardTest, ADraftThatWasNotKeptIsNoDifference) {
    auto before = known_pull(1);
    before.draft.reset();
    auto draft = open_pull(1);
    draft.draft = true;
    EXPECT_TRUE(compare({draft}, {before}).empty());
}

TEST(UnheardTest, NamesWhatWasClosedAndWhatStillWaitsForARunner) {
    auto still_queued = known_pull(2);
    still_queued.open = false;
    still_queued.has_open_runs = true;
    auto over = known_pull(3);
    over.open = false;
    const auto found = compare({}, {known_pull(1), still_queued, over});
    EXPECT_EQ(reasons(found), (Texts{"1: it was closed", "2: it is closed, and something of it is still to run"}));
    for (const auto& one : found) EXPECT_FALSE(one.listed);
}

TEST(UnheardTest, OfAListThatWasCutOffNothingIsConcludedBeyondItsEnd) {
    const auto found = compare({open_pull(2)}, {known_pull(1), known_pull(2), known_pull(3)}, false);
    EXPECT_EQ(reasons(found), (Texts{"1: it was closed"}));
}

TEST(UnheardTest, WhatWasThereLongBeforeTheAppIsLeftAlone) {
    const std::chrono::system_clock::time_point installed{std::chrono::hours(1000)};
    OpenNow now{{{open_pull(1), installed - std::chrono::hours(1)},
                 {open_pull(2), installed + std::chrono::hours(1)},
                 {open_pull(3, 'b'), installed - std::chrono::hours(1)}},
                true,
                installed};
    EXPECT_EQ(reasons(unheard(now, {known_pull(3)})), (Texts{"2: it was never heard of", "3: its head moved"}));
}

TEST(PresentActionTest, FollowsFromTheStateAlone) {
    auto pull = open_pull(1);
    EXPECT_EQ(present_action(pull), PullRequestAction::synchronize);
    pull.draft = true;
    EXPECT_EQ(present_action(pull), PullRequestAction::converted_to_draft);
    pull.open = false;
    EXPECT_EQ(present_action(pull), PullRequestAction::closed);
}

TEST(IsWantedTest, LeavesOutWhatNothingFollowsFrom) {
    EXPECT_TRUE(is_wanted("push", ""));
    EXPECT_TRUE(is_wanted("pull_request", "synchronize"));
    EXPECT_TRUE(is_wanted("installation", "suspend"));
    EXPECT_TRUE(is_wanted("check_run", "requested_action"));
    EXPECT_FALSE(is_wanted("check_run", "completed"));
    EXPECT_FALSE(is_wanted("pull_request", "labeled"));
    EXPECT_FALSE(is_wanted("issue_comment", "deleted"));
    EXPECT_FALSE(is_wanted("issue_comment", ""));
    EXPECT_FALSE(is_wanted("ping", ""));
    EXPECT_FALSE(is_wanted("star", "created"));
}

}  // namespace
}  // namespace benchgate::planning
