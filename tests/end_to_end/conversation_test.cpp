// What people do on GitHub after the first verdict: commands, buttons, the merge queue. Each answer is seen where they
// look, and the check is one check all the time.

#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

TEST_F(Conversation, AWaiverTurnsTheRedCheckAndTakingItBackTurnsItAgain) {
    const auto pull = red_pull("waived");
    const auto leases = leases_of("waived");
    say(pull, "/rebench waive sorted max=8% until=2027-01-31 reason=\"too small a ceiling\"");
    EXPECT_TRUE(is_said(pull, "does not cover it any more")) << all_comments(pull);
    say(pull, "/rebench waive sorted max=90% until=2027-01-31 reason=\"known, see the roadmap\"");
    EXPECT_TRUE(becomes(pull, "success"));
    EXPECT_TRUE(is_said(pull, "Waived (1)")) << all_comments(pull);
    EXPECT_TRUE(is_said(pull, "known, see the roadmap")) << all_comments(pull);
    say(pull, "/rebench unwaive sorted");
    EXPECT_TRUE(becomes(pull, "failure"));
    EXPECT_EQ(leases_of("waived"), leases) << "a waiver measured something";
}

TEST_F(Conversation, AVerdictThatTurnsRedGetsANewCommentAndTheOldOneIsFoldedAway) {
    auto pull = pull_after("turns", quick_suite(1000), {{"README", "harmless\n"}});
    EXPECT_TRUE(becomes(pull, "success"));
    EXPECT_EQ(comments(pull), 1u);
    world().commit("turns", "slower", quick_suite(1500), "change");
    world().push(pull, "slower");
    EXPECT_TRUE(becomes(pull, "failure"));
    ASSERT_TRUE(world().calms_down());
    const auto all = json::at(world().state(pull), "comments");
    ASSERT_EQ(all.size(), 2u) << all_comments(pull);
    const auto old = json::text(all.at(0), "body").value(), newest = json::text(all.at(1), "body").value();
    EXPECT_TRUE(old.starts_with("An earlier result; see [a newer comment](http")) << old;
    EXPECT_EQ(old.find("<!-- benchgate:sticky -->"), std::string::npos) << old;
    EXPECT_TRUE(newest.starts_with("**Merging this would slow 1 of 2 benchmarks")) << newest;
    EXPECT_NE(newest.find("<!-- benchgate:sticky -->"), std::string::npos) << newest;
    world().commit("turns", "quicker", quick_suite(1000), "slower");
    world().push(pull, "quicker");
    EXPECT_TRUE(becomes(pull, "success"));
    ASSERT_TRUE(world().calms_down());
    EXPECT_EQ(comments(pull), 2u) << all_comments(pull);
}

TEST_F(Conversation, WhoPressesAButtonInVainReadsWhyInTheCheck) {
    const auto pull = red_pull("in-vain");
    const auto id = json::integer(world().checks("in-vain", pull.head_sha).at(0), "id").value();
    world().control("POST", "/requested-action",
                    in(pull, {{"check_run_id", id}, {"identifier", "waive"}, {"as", "outsider"}}));
    EXPECT_TRUE(wait_until([&] {
        return words(world().checks("in-vain", pull.head_sha).at(0)).find("This takes write access") !=
               std::string::npos;
    })) << words(world().checks("in-vain", pull.head_sha).at(0));
    EXPECT_TRUE(becomes(pull, "failure"));
    EXPECT_EQ(comments(pull), 1u);
}

TEST_F(Conversation, ACommitStatusTakesTheChecksPlaceWhereTheConfigurationAsksForIt) {
    auto files = quick_suite(1000);
    files[".benchgate.yml"] += "report: status\n";
    const auto violations = world().control("GET", "/violations").size();
    const auto pull = pull_after("status", files, {{"bench.sh", quick_suite(1500)["bench.sh"]}});
    const auto newest = [&] {
        const auto statuses = json::at(world().state(pull), "statuses");
        return statuses.empty() ? json::Json() : statuses.back();
    };
    EXPECT_TRUE(wait_until([&] { return json::text(newest(), "state") == "failure"; })) << newest();
    ASSERT_TRUE(world().calms_down());
    EXPECT_EQ(json::text(newest(), "context"), "benchgate");
    EXPECT_EQ(json::text(newest(), "description"), "Merging this would slow 1 of 2 benchmarks");
    EXPECT_EQ(json::text(newest(), "target_url"), world().url() + "/maintainer/status/pull/1");
    EXPECT_EQ(json::text(json::at(world().state(pull), "statuses").at(0), "state"), "pending");
    EXPECT_TRUE(world().checks("status", pull.head_sha).empty()) << "GitHub would ask for both";
    EXPECT_EQ(world().control("GET", "/violations").size(), violations) << world().control("GET", "/violations");
}

TEST_F(Conversation, ABrokenBudgetFailsTheCheckAndIsMarkedAtItsLine) {
    auto files = quick_suite(1000);
    files[".benchgate.yml"] +=
        "budgets:\n  - { benchmark: sorted, metric: time, max: 2us }\n"
        "  - { benchmark: steady, metric: time, max: 2us }\n";
    const auto pull = pull_after("budget", files, {{"README", "harmless\n"}});
    EXPECT_TRUE(becomes(pull, "failure"));
    const auto check = world().checks("budget", pull.head_sha).at(0);
    EXPECT_TRUE(title(check).starts_with("1 budget is broken; no slowdown of 3 % or more in 2 benchmarks"))
        << title(check);
    EXPECT_EQ(json::integer(json::at(check, "output"), "annotations_count"), 1) << check;
    EXPECT_TRUE(is_said(pull, "| ❌ budget | <code>steady</code> | time | 5")) << all_comments(pull);
    EXPECT_TRUE(is_said(pull, "at most 2\u00a0µs")) << all_comments(pull);
    EXPECT_NE(page(pull).find("<h3>Budgets</h3>"), std::string::npos);
}

TEST_F(Conversation, AStrangersWaiverIsRefusedWithAReason) {
    const auto pull = red_pull("stranger");
    say(pull, "/rebench waive sorted max=90% until=2027-01-31 reason=please", "outsider");
    EXPECT_TRUE(is_said(pull, "needs write access")) << all_comments(pull);
}

TEST_F(Conversation, ButtonsMeasureAgainAndWaive) {
    const auto pull = red_pull("buttons");
    const auto id = json::integer(world().checks("buttons", pull.head_sha).at(0), "id").value();
    const auto leases = leases_of("buttons");
    world().control("POST", "/requested-action", in(pull, {{"check_run_id", id}, {"identifier", "rerun"}}));
    ASSERT_TRUE(wait_until([&] { return leases_of("buttons") == leases + 1; })) << "nothing was measured again";
    EXPECT_TRUE(becomes(pull, "failure"));
    world().control("POST", "/requested-action", in(pull, {{"check_run_id", id}, {"identifier", "waive"}}));
    EXPECT_TRUE(becomes(pull, "success"));
}

TEST_F(Conversation, AMergeGroupWithTheSameFilesGetsThePullRequestsVerdictAtOnce) {
    const auto pull = red_pull("queue");
    const auto leases = leases_of("queue");
    const auto branch = "gh-readonly-queue/main/pr-1-" + std::string(40, 'b');
    // The group's commit: main with the change on top, here with the very files of the pull request's head.
    const auto group_sha = world().commit("queue", "group", {}, "change");
    world().control(
        "POST", "/commits",
        in(pull, {{"path", (world().folder() / "work/queue").string()}, {"head", "group"}, {"branch", branch}}));
    const auto main_sha = world().head_of("queue", "main");
    const auto tell = [&](const std::string& action) {
        const json::Json group{{"head_sha", group_sha},
                               {"head_ref", "refs/heads/" + branch},
                               {"base_sha", main_sha},
                               {"base_ref", "refs/heads/main"}};
        world().control(
            "POST", "/events",
            in(pull, {{"event", "merge_group"}, {"action", action}, {"payload", {{"merge_group", group}}}}));
    };
    tell("checks_requested");
    // All is calm before the delivery comes, too.
    ASSERT_TRUE(wait_until([&] { return !world().checks("queue", group_sha).empty(); }, std::chrono::seconds(30),
                           github_pause));
    ASSERT_TRUE(world().calms_down());
    const auto checks = world().checks("queue", group_sha);
    ASSERT_EQ(checks.size(), 1u);
    EXPECT_EQ(conclusion(checks[0]), "failure") << words(checks[0]);
    EXPECT_EQ(leases_of("queue"), leases) << "measured again for the same files";
}

}  // namespace
}  // namespace benchgate::end_to_end
