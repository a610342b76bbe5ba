// What GitHub gets to see of the outbox: a real PostgreSQL, a scripted GitHub, and a clock on which waiting takes no
// time.
#include "service/workers/outbox.h"

#include <fmt/format.h>

#include "service/github/scripted_github_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"
#include "service/workers/announce.h"
#include "service/workers/renames.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;
using github::Answer;

const std::string checks = "/repos/octo/engine/check-runs";
const std::string comments = "/repos/octo/engine/issues/7/comments";

class OutboxWorkerTest : public store::TestDatabase, public github::GithubScript {
  protected:
    OutboxWorkerTest() {
        hand_out_tokens();
        install(77, 100, "engine");
    }
    void install(std::int64_t repository_id, std::int64_t installation_id, const std::string& name) {
        store::RepositoryRow row;
        row.repository_id = repository_id;
        row.installation_id = installation_id;
        row.owner = "octo";
        row.name = name;
        pool.transaction([&](store::Tx& tx) { store::upsert_repository(tx, row, now()); });
    }
    store::Time now() { return timing().now(); }
    void put(const std::string& target, const std::string& kind, const std::string& body,
             std::int64_t repository = 77) {
        pool.transaction([&](store::Tx& tx) { store::put_outbox(tx, {repository, target, kind, body, now()}, now()); });
    }
    void put_check(const std::string& status, const std::string& conclusion = "", std::int64_t repository = 77) {
        CheckItem item;
        item.name = "benchgate";
        item.head_sha = "abc";
        item.status = status;
        item.conclusion = conclusion;
        item.title = "title";
        item.summary = "summary";
        item.external_id = "run-1";
        put(store::check_target("abc"), "check:benchgate", to_body(item), repository);
    }
    /// Sends what is due now; returns how many items went.
    int work() {
        int count = 0;
        while (worker_.work({})) ++count;
        return count;
    }
    store::OutboxCounts counts() {
        return pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx); });
    }
    std::optional<std::string> remote_id(const std::string& target, const std::string& kind) {
        return pool.transaction([&](store::Tx& tx) { return store::find_github_object(tx, 77, target, kind); });
    }
    static json::Json body_of(const github::Asked& request) { return json::parse(request.body).value(); }

    OutboxWorker worker_{pool, *rest_, timing()};
};

TEST_F(OutboxWorkerTest, ACheckIsMadeOnceAndThenUpdated) {
    on("POST", checks, {201, R"({"id": 5})"});
    on("PATCH", checks + "/5", {200, R"({"id": 5})"});
    put_check("queued");
    EXPECT_EQ(work(), 1);
    put_check("completed", "failure");
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(asked("POST", "/check-runs").size(), 1u);
    const auto update = body_of(asked("PATCH", "/check-runs/5").at(0));
    EXPECT_EQ(update["conclusion"], "failure");
    EXPECT_EQ(update["completed_at"], "2027-01-15T08:00:00Z");
    EXPECT_EQ(remote_id("sha/abc", "check:benchgate"), "5");
    EXPECT_EQ(counts().waiting, 0);
}

TEST_F(OutboxWorkerTest, AfterALostAnswerTheCheckIsLookedForAndNotMadeTwice) {
    on("POST", checks, {502, ""});
    on("GET", "/repos/octo/engine/commits/abc/check-runs",
       {200, R"({"check_runs": [{"id": 5, "name": "benchgate", "external_id": "run-1",
                                 "output": {"annotations_count": 50}}]})"});
    on("PATCH", checks + "/5", {200, R"({"id": 5})"});
    CheckItem item;
    item.name = "benchgate";
    item.head_sha = "abc";
    item.status = "completed";
    item.conclusion = "success";
    item.title = "t";
    item.external_id = "run-1";
    item.annotations.assign(70, {"a.yml", 3, 3, github::AnnotationLevel::failure, "m", ""});
    item.actions = {{"Re-run", "Measures again", "rerun"}};
    put("sha/abc", "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1);
    advance(5s);
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(asked("POST", "/check-runs").size(), 1u);
    EXPECT_EQ(body_of(asked("POST", "/check-runs").at(0))["actions"][0]["identifier"], "rerun");
    EXPECT_EQ(body_of(asked("PATCH").at(0))["output"]["annotations"].size(), 20u) << "the first 50 are there";
}

TEST_F(OutboxWorkerTest, WhatIsMarkedAtALineIsMarkedOnceHoweverOftenTheCheckIsSaid) {
    const auto found = [&](int annotations) {
        on("GET", "/repos/octo/engine/commits/abc/check-runs",
           {200, fmt::format(R"({{"check_runs": [{{"id": 5, "name": "benchgate", "external_id": "run-1",
                                                  "output": {{"annotations_count": {}}}}}]}})",
                             annotations)});
    };
    on("POST", checks, {201, R"({"id": 5})"});
    on("PATCH", checks + "/5", {200, R"({"id": 5})"});
    CheckItem item{"benchgate", "abc", "in_progress", "", "t", "s", "", "", "run-1"};
    item.annotations.assign(1, {".benchgate.yml", 3, 3, github::AnnotationLevel::failure, "first", ""});
    put("sha/abc", "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1);
    found(1);
    item.status = "completed";
    item.conclusion = "failure";
    item.annotations.push_back({".benchgate.yml", 4, 4, github::AnnotationLevel::failure, "second", ""});
    put("sha/abc", "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1);
    const auto added = body_of(asked("PATCH").at(0))["output"]["annotations"];
    ASSERT_EQ(added.size(), 1u) << "GitHub adds what it is sent to what is there";
    EXPECT_EQ(added[0]["message"], "second");
    found(2);
    item.title = "somebody waived something";
    put("sha/abc", "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1);
    EXPECT_FALSE(body_of(asked("PATCH").at(1))["output"].contains("annotations"));
    item.external_id = "run-2";
    item.annotations.resize(1);
    put("sha/abc", "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(body_of(asked("PATCH").at(2))["output"]["annotations"].size(), 1u) << "those are of an earlier run";
}

TEST_F(OutboxWorkerTest, AStatusIsSentInsteadOfACheck) {
    on("POST", "/repos/octo/engine/statuses/abc", {201, "{}"});
    put("sha/abc", "status:benchgate/micro",
        to_body(StatusItem{"benchgate/micro", "abc", "failure", "2 regressions", "https://h/p"}));
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(body_of(asked("POST", "/statuses").at(0)), (json::Json{{"context", "benchgate/micro"},
                                                                     {"state", "failure"},
                                                                     {"description", "2 regressions"},
                                                                     {"target_url", "https://h/p"}}));
    put("sha/abc", "status:benchgate/micro", to_body(StatusItem{"benchgate/micro", "abc", "great", "", ""}));
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(counts().dead, 1);
}

TEST_F(OutboxWorkerTest, TheCommentOfAPullRequestIsRememberedThere) {
    pool.transaction([&](store::Tx& tx) {
        store::upsert_pull_request(tx, {77, 7, "abc", "main", std::nullopt, false, true, std::nullopt}, 1, now());
    });
    on("GET", comments, {200, "[]"});
    on("POST", comments, {201, R"({"id": 12, "body": "x"})"});
    put("pull/7", "comment", R"({"marker": "<!-- m -->", "markdown": "<!-- m --> result"})");
    put("pull/7", "reply:3", R"({"markdown": "done"})");
    put("pull/7", "reaction:3", R"({"comment_id": 3, "reaction": "eyes"})");
    on("POST", "/repos/octo/engine/issues/comments/3/reactions", {201, "{}"});
    EXPECT_EQ(work(), 3);
    EXPECT_EQ(remote_id("pull/7", "comment"), "12");
    EXPECT_EQ(body_of(asked("POST", "/issues/7/comments").at(1))["body"], "done\n<!-- benchgate:reply:3 -->");
    EXPECT_EQ(counts().waiting, 0);
}

TEST_F(OutboxWorkerTest, ALimitLetsTheWholeInstallationRestAndNoOther) {
    install(88, 200, "other");
    on("POST", checks, {403, R"({"message": "You have exceeded a secondary rate limit"})", {{"Retry-After", "90"}}});
    on("POST", checks, {201, R"({"id": 5})"});
    on("POST", comments, {201, R"({"id": 12, "body": "x"})"});
    on("GET", comments, {200, "[]"});
    on("GET", "/repos/octo/engine/commits/abc/check-runs", {200, R"({"check_runs": []})"});
    on("POST", "/repos/octo/other/check-runs", {201, R"({"id": 6})"});
    put_check("queued");
    put("pull/7", "comment", R"({"marker": "<!-- m -->", "markdown": "<!-- m -->"})");
    put_check("queued", "", 88);
    EXPECT_EQ(work(), 2) << "the one that met the limit, and the other installation's";
    EXPECT_EQ(asked("", "/issues/").size(), 0u);
    const auto resting = pool.transaction([&](store::Tx& tx) { return store::resting_lanes(tx, now(), 9); });
    ASSERT_EQ(resting.size(), 1u);
    EXPECT_EQ(resting[0].reason, "rate_limited (403): You have exceeded a secondary rate limit");
    advance(89s);
    EXPECT_EQ(work(), 0);
    advance(1s);
    EXPECT_EQ(work(), 2);
    EXPECT_EQ(counts().waiting, 0);
}

TEST_F(OutboxWorkerTest, WhatIsWrongInItselfDiesVisiblyAndHoldsNothingUp) {
    on("POST", checks, {422, R"({"message": "Validation Failed"})"});
    on("GET", comments, {200, "[]"});
    on("POST", comments, {201, R"({"id": 12, "body": "x"})"});
    put_check("queued");
    put("pull/7", "comment", R"({"markdown": "without its marker"})");
    put("pull/7", "dance", "{}");
    put("pull/7", "reaction:3", R"({"comment_id": 3, "reaction": "tomato"})");
    put("pull/9", "comment", "7", 99);
    put("pull/7", "reply:3", R"({"markdown": "done"})");
    EXPECT_EQ(work(), 6);
    EXPECT_EQ(counts().dead, 5);
    EXPECT_EQ(counts().waiting, 0);
    EXPECT_EQ(asked("POST", "/issues/7/comments").size(), 1u) << "the last one";
}

TEST_F(OutboxWorkerTest, AMissingPermissionIsWaitedForWithinAnHour) {
    on("POST", "/app/installations/100/access_tokens",
       {422, R"({"message": "The permissions requested are not granted to this installation."})"});
    put_check("queued");
    for (int minutes = 0; minutes < 30; ++minutes, advance(1min)) work();
    EXPECT_EQ(counts().waiting, 1);
    on("POST", "/app/installations/100/access_tokens",
       {201, R"({"token": "ghs_x", "expires_at": "2027-01-15T10:00:00Z"})"});
    on("GET", "/repos/octo/engine/commits/abc/check-runs", {200, R"({"check_runs": []})"});
    on("POST", checks, {201, R"({"id": 5})"});
    for (int minutes = 0; minutes < 15; ++minutes, advance(1min)) work();
    EXPECT_EQ(counts().waiting, 0);
    EXPECT_EQ(counts().dead, 0);
}

TEST_F(OutboxWorkerTest, ARenamedRepositoryIsWrittenDown) {
    Renames renames(pool, [&] { return now(); });
    rest_->on_renamed([&](const github::RepositoryInfo& repository) { renames.note(repository); });
    on("POST", checks, {301, "", {{"Location", "/api/v3/repositories/77/check-runs"}}});
    on("POST", "/repositories/77/check-runs", {201, R"({"id": 5})"});
    on("GET", "/repositories/77", {200, R"({"id": 77, "name": "motor", "owner": {"login": "octo"}})"});
    on("PATCH", "/repos/octo/motor/check-runs/5", {200, R"({"id": 5})"});
    put_check("queued");
    EXPECT_EQ(work(), 1);
    EXPECT_TRUE(renames.work({}));
    EXPECT_FALSE(renames.work({}));
    put_check("completed", "success");
    EXPECT_EQ(work(), 1);
    EXPECT_EQ(asked("PATCH", "/repos/octo/motor/").size(), 1u);
}

TEST_F(OutboxWorkerTest, EveryRequestOfAnItemCountsForThePace) {
    on("POST", checks, {201, R"({"id": 5})"});
    on("PATCH", checks + "/5", {200, R"({"id": 5})"});
    CheckItem item;
    item.name = "benchgate";
    item.head_sha = "abc";
    item.status = "completed";
    item.title = "t";
    item.annotations.assign(250, {"a.yml", 3, 3, github::AnnotationLevel::failure, "m", ""});
    put("sha/abc", "check:benchgate", to_body(item));
    put_check("queued", "", 77);
    EXPECT_EQ(work(), 1) << "the newer one took the older one's place";
    for (const char* sha : {"sha/1", "sha/2"}) put(sha, "check:benchgate", to_body(item));
    EXPECT_EQ(work(), 1) << "one request, then five: the lane pauses";
    EXPECT_EQ(asked("", "/check-runs").size(), 6u);
    advance(1100ms);
    EXPECT_EQ(work(), 0);
    advance(1300ms);
    EXPECT_EQ(work(), 1);
}

TEST_F(OutboxWorkerTest, WhenTheServiceEndsTheItemIsDueAtOnce) {
    std::stop_source stop;
    put_check("queued");
    const auto claimed = worker_.claim(1);
    ASSERT_EQ(claimed.items.size(), 1u);
    stop.request_stop();
    worker_.deliver(claimed.items[0], stop.get_token());
    EXPECT_EQ(asked("POST", "/check-runs").size(), 0u);
    EXPECT_EQ(worker_.claim(1).items.size(), 1u);
}

}  // namespace
}  // namespace benchgate::workers
