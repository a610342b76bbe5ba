// GitHub's bad days: it refuses, it is slow, it does what was asked and does not say so. Nothing is posted twice,
// nothing is lost in silence, and the next pull request is served.

#include <fmt/format.h>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using testing::HasSubstr;

class BadGitHub : public SharedWorld {
  protected:
    void SetUp() override { world().control("POST", "/requests/clear", json::Json::object()); }
    void TearDown() override {
        world().control("POST", "/faults/clear", json::Json::object());
        SharedWorld::TearDown();
    }
    static double dead() { return world().metric("benchgate_outbox_items{state=\"dead\"}").value_or(-1); }
    static void answers(int status, const std::string& method, const std::string& path,
                        const json::Json& headers = json::Json::object()) {
        world().fault(
            {{"kind", "status"}, {"status", status}, {"method", method}, {"path", path}, {"headers", headers}});
    }
    /// Equal builds, so that what is measured does not matter; it takes long enough for all three states of a check.
    static void make_repository(const std::string& name) {
        world().make_repository(name, equal_suite("sleep 1.5\necho same > out\n"));
    }
    static Pull open_pull(const std::string& repository, const std::string& branch) {
        world().commit(repository, branch, {{"README", branch}});
        return world().open_pull(repository, branch);
    }
    static void expect_told_once(const Pull& pull) {
        EXPECT_EQ(conclusion(world().completed_check(pull)), "success");
        EXPECT_TRUE(is_told_once(pull));
    }
    /// Waits until the check was made and says that the run is under way: all that follows are updates.
    static bool is_begun(const Pull& pull) {
        return wait_until([&] {
            const auto found = world().checks(pull.repository, pull.head_sha);
            return !found.empty() && json::text(found[0], "status") == "in_progress";
        });
    }
};

TEST_F(BadGitHub, BadDaysEndWithOneCheckAndOneComment) {
    make_repository("moody");
    world().fault({{"kind", "fresh_token"}, {"times", 1}});
    answers(500, "POST", "/check-runs");
    answers(403, "POST", "/check-runs", {{"retry-after", "1"}});
    answers(404, "POST", "/comments");
    world().fault({{"kind", "silence"}, {"method", "POST"}, {"path", "/comments"}});
    world().control("POST", "/tokens/expire", json::Json::object());
    const auto first = open_pull("moody", "first");
    expect_told_once(first);

    // Updates of a check that is there.
    const auto second = open_pull("moody", "second");
    ASSERT_TRUE(is_begun(second));
    world().fault({{"kind", "disconnect"}, {"method", "PATCH"}, {"path", "/check-runs"}});
    answers(502, "PATCH", "/check-runs");
    expect_told_once(second);
    EXPECT_TRUE(is_told_once(first));

    std::map<std::string, int> met;
    for (const auto& request : world().control("GET", "/requests"))
        if (const auto kind = json::text(request, "fault"))
            ++met[*kind + " " + std::to_string(json::integer(request, "status").value_or(0))];
    EXPECT_GE(met["fresh_token 401"], 1) << "no token was refused right after it was made";
    for (const auto* fault : {"status 500", "status 403", "status 404", "status 502", "silence 0", "disconnect 0"})
        EXPECT_EQ(met[fault], 1) << fault;
}

TEST_F(BadGitHub, AnswersThatAreLostAfterTheDeedAreNotPostedAgain) {
    make_repository("deaf");
    // While the first answer is withheld the run goes on: what is said next is a newer item of the outbox.
    world().fault({{"kind", "answer_withheld"}, {"method", "POST"}, {"path", "/check-runs$"}});
    world().fault({{"kind", "answer_lost"}, {"method", "PATCH"}, {"path", "/check-runs"}});
    world().fault({{"kind", "answer_lost"}, {"method", "POST"}, {"path", "/comments$"}});
    expect_told_once(open_pull("deaf", "first"));
    EXPECT_EQ(world().hits("answer_withheld", "POST", "/check-runs"), 1u);
    EXPECT_EQ(world().hits("answer_lost", "POST", "/comments"), 1u);

    // The other way about, for a run whose check is lost and whose comment is withheld.
    world().fault({{"kind", "answer_lost"}, {"method", "POST"}, {"path", "/check-runs$"}});
    world().fault({{"kind", "answer_withheld"}, {"method", "POST"}, {"path", "/comments$"}});
    expect_told_once(open_pull("deaf", "second"));
    EXPECT_EQ(world().hits("answer_lost", "POST", "/check-runs"), 1u);
    EXPECT_EQ(world().hits("answer_withheld", "POST", "/comments"), 1u);
}

TEST_F(BadGitHub, WhatItDoesNotTakeIsSeenOnThePageInTheLogAndInTheMetrics) {
    const auto before = dead();
    make_repository("refused");
    answers(422, "POST", "/comments");
    const auto pull = open_pull("refused", "first");
    EXPECT_EQ(conclusion(world().completed_check(pull)), "success");
    EXPECT_TRUE(world().calms_down());
    EXPECT_EQ(comments(pull), 0u);
    EXPECT_THAT(page(pull), HasSubstr("GitHub did not take the comment: unprocessable (422): Validation Failed"));
    EXPECT_THAT(world().log_of("service"),
                HasSubstr(fmt::format("outbox maintainer/refused pull/{} comment is given up: unprocessable (422): "
                                      "Validation Failed",
                                      pull.number)));
    EXPECT_EQ(dead(), before + 1);
    expect_told_once(open_pull("refused", "second"));
    EXPECT_EQ(dead(), before + 1);
}

TEST_F(BadGitHub, AReportThatItDoesNotTakeStillClosesTheCheck) {
    const auto before = dead();
    make_repository("verbose");
    const auto pull = open_pull("verbose", "first");
    ASSERT_TRUE(is_begun(pull));
    answers(422, "PATCH", "/check-runs");
    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "success") << "the verdict stands";
    EXPECT_THAT(title(check), HasSubstr("both commits build the same artifacts"));
    EXPECT_THAT(words(check), HasSubstr("GitHub did not take the full report of this check (422)"));
    EXPECT_THAT(words(check), HasSubstr(fmt::format("/maintainer/verbose/pull/{})", pull.number)));
    EXPECT_TRUE(is_told_once(pull));
    EXPECT_EQ(dead(), before) << "nothing is left unsaid";
}

}  // namespace
}  // namespace benchgate::end_to_end
