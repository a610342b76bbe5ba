#include "service/workers/outbox_items.h"

#include <gtest/gtest.h>

namespace benchgate::workers {
namespace {

TEST(OutboxItems, ACheckComesBackAsItWasWritten) {
    CheckItem item{"benchgate", "abc", "completed", "failure", "t", "s", "x", "https://h", "run-1", {}, {}};
    item.annotations = {{".benchgate.yml", 3, 4, github::AnnotationLevel::failure, "over budget", "p95"}};
    item.actions = {{"Re-run", "Measures again", "rerun"}};
    const auto check = check_run_of(check_item_from(to_body(item)));
    EXPECT_EQ(check.conclusion, github::CheckConclusion::failure);
    EXPECT_EQ(check.details_url, "https://h");
    ASSERT_EQ(check.annotations.size(), 1u);
    EXPECT_EQ(check.annotations[0].end_line, 4);
    EXPECT_EQ(check.annotations[0].level, github::AnnotationLevel::failure);
    EXPECT_EQ(check.annotations[0].title, "p95");
    ASSERT_EQ(check.actions.size(), 1u);
    EXPECT_EQ(check.actions[0].identifier, "rerun");
}

TEST(OutboxItems, WhatIsAbsentOrOddHasItsDefault) {
    const auto empty = check_run_of(check_item_from("{}"));
    EXPECT_EQ(empty.status, github::CheckStatus::completed);
    EXPECT_EQ(empty.conclusion, github::CheckConclusion::neutral);
    EXPECT_TRUE(empty.annotations.empty() && empty.actions.empty());
    const auto odd = check_item_from(R"({"annotations": [{"start_line": -3, "level": "loud"}, 7], "actions": "x"})");
    ASSERT_EQ(odd.annotations.size(), 2u);
    EXPECT_EQ(odd.annotations[0].start_line, 1);
    EXPECT_EQ(odd.annotations[0].level, github::AnnotationLevel::warning);
    EXPECT_EQ(check_item_from("not json").name, "");
}

TEST(OutboxItems, ABodyHoldsNoMoreThanIsSent) {
    CheckItem item;
    item.annotations.assign(5000, {"a", 1, 1, github::AnnotationLevel::notice, "m", ""});
    EXPECT_EQ(check_item_from(to_body(item)).annotations.size(), 250u);
}

TEST(OutboxItems, AStatusPassesWhereTheCheckDoes) {
    const auto state_of = [](const std::string& status, const std::string& conclusion) {
        return status_item_of({"benchgate", "abc", status, conclusion, "t", "s", "x", "https://h/p", "run-1"}).state;
    };
    EXPECT_EQ(state_of("queued", ""), "pending");
    EXPECT_EQ(state_of("in_progress", ""), "pending");
    for (const char* passes : {"success", "neutral", "skipped"}) EXPECT_EQ(state_of("completed", passes), "success");
    for (const char* holds : {"failure", "action_required"}) EXPECT_EQ(state_of("completed", holds), "failure");
    for (const char* other : {"cancelled", "timed_out", ""}) EXPECT_EQ(state_of("completed", other), "error");
    const auto status = status_item_of({"benchgate", "abc", "completed", "failure", "t", "s", "x", "https://h/p", "r"});
    EXPECT_EQ(status.description, "t");
    EXPECT_EQ(status.target_url, "https://h/p");
}

TEST(OutboxItems, TargetsNameTheirPullRequest) {
    EXPECT_EQ(number_in("pull/7"), 7);
    for (const char* odd : {"pull/", "pull/x", "pull/7x", "sha/7", "7", "pull/-7", "pull/99999999999999999999"})
        EXPECT_EQ(number_in(odd), 0) << odd;
}

}  // namespace
}  // namespace benchgate::workers
