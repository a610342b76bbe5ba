// What an operator would notice of the recovery: nothing that GitHub delivered is missing, nothing is read twice, and
// GitHub is asked calmly.
#include "service/workers/recovery.h"

#include <fmt/format.h>

#include "platform/clock.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/inbox.h"
#include "service/store/settings.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

class RecoveryWorkerTest : public store::TestDatabase, public github::GithubScript {
  protected:
    store::Time now() { return timing().now(); }
    json::Json entry(std::int64_t id, const std::string& guid, std::chrono::seconds ago,
                     const std::string& event = "pull_request", const std::string& action = "synchronize",
                     int status_code = 503) {
        return {{"id", id},
                {"guid", guid},
                {"event", event},
                {"action", action},
                {"status", status_code == 202 ? "OK" : "no"},
                {"status_code", status_code},
                {"redelivery", false},
                {"delivered_at", platform::format_utc(now() - ago)}};
    }
    void list(const std::vector<json::Json>& entries, const std::string& next = "") {
        github::Answer answer{200, json::dump(json::Json(entries))};
        if (!next.empty())
            answer.headers = {{"Link", fmt::format("<{}/api/v3/app/hook/deliveries?cursor={}>; rel=\"next\"",
                                                   GithubScript::url(), next)}};
        on("GET", "/app/hook/deliveries", answer);
    }
    /// Its payload tells the id, so that the tests see which one came.
    void hold(const json::Json& entry, int status = 200) {
        auto whole = entry;
        whole["request"] = {{"headers", {{"X-GitHub-Event", "x"}, {"X-Hub-Signature-256", "s"}, {"User-Agent", "G"}}},
                            {"payload", {{"number", entry["id"]}}}};
        on("GET", fmt::format("/app/hook/deliveries/{}", entry["id"].get<int>()), {status, json::dump(whole)});
    }
    std::size_t fetched() { return asked("GET", "/app/hook/deliveries/").size(); }
    std::size_t listed() { return asked("GET", "/app/hook/deliveries?").size(); }
    std::optional<store::InboxRow> row(const std::string& guid) {
        return pool.transaction([&](store::Tx& tx) { return store::find_delivery(tx, guid); });
    }
    std::optional<store::RecoveryRow> state() {
        return pool.transaction([&](store::Tx& tx) { return store::find_recovery(tx, 4711); });
    }
    /// Until nothing is due any more.
    static int run(RecoveryWorker& worker) {
        int steps = 1;
        while (worker.work({})) ++steps;
        return steps;
    }
    RecoveryWorker worker(int pages = 5) {
        return {
            pool, *tokens_, github_, [this] { return now(); }, {.interval = 900s, .pages_a_step = pages, .pause = 0ms}};
    }

    github::AppRest github_{*api_, *tokens_};
};

TEST_F(RecoveryWorkerTest, FetchesWhatIsLackingOldestFirstAndSaysHowItCame) {
    const auto newest = entry(30, "guid-30", 1min), oldest = entry(10, "guid-10", 2h, "push", "");
    pool.transaction([&](store::Tx& tx) {
        const store::Delivery here{"guid-20", "pull_request", "{}", "{}"};
        store::insert_deliveries(tx, std::span(&here, 1), start());
    });
    list({newest, entry(20, "guid-20", 1h), entry(15, "guid-30", 90min), oldest,
          entry(5, "guid-5", 3h, "check_run", "completed"), entry(4, "guid-4", 4h, "star", "created")});
    for (const auto& one : {newest, oldest}) hold(one);
    auto recovery = worker();
    EXPECT_EQ(run(recovery), 1);
    EXPECT_EQ(fetched(), 2u) << "not what is here, not twice, and not what nothing follows from";
    ASSERT_TRUE(row("guid-10") && row("guid-30"));
    EXPECT_LT(row("guid-10")->seq, row("guid-30")->seq);
    const auto came = row("guid-10")->delivery;
    EXPECT_EQ(came.origin, store::Origin::recovered);
    EXPECT_EQ(came.event, "push");
    EXPECT_EQ(came.body, R"({"number":10})");
    EXPECT_EQ(came.headers_json, R"({"User-Agent": "G"})");
    EXPECT_EQ(row("guid-20")->delivery.origin, store::Origin::webhook);
}

TEST_F(RecoveryWorkerTest, ReadsOnFromWhereItLookedLastAndNotBeforeTheIntervalIsOver) {
    list({entry(2, "guid-2", 1h, "push", "", 202), entry(1, "guid-1", 40h, "push", "", 202)}, "v1_1");
    list({entry(0, "guid-0", 60h, "ping", "", 202)});
    hold(entry(2, "guid-2", 1h, "push", ""));
    hold(entry(1, "guid-1", 40h, "push", ""));
    auto recovery = worker();
    EXPECT_EQ(run(recovery), 1);
    EXPECT_EQ(listed(), 2u);
    EXPECT_EQ(state()->looked_until, now());
    EXPECT_EQ(run(recovery), 1);
    EXPECT_EQ(listed(), 2u) << "asked again at once";
    advance(901s);
    list({entry(3, "guid-3", 1min), entry(2, "guid-2", 90min, "push", "")}, "v1_2");
    hold(entry(3, "guid-3", 1min));
    run(recovery);
    EXPECT_EQ(listed(), 3u) << "read on into what was read before";
    EXPECT_TRUE(row("guid-3"));
}

TEST_F(RecoveryWorkerTest, WhatIsLongGoesOnInStepsFromItsCursorInAnotherProcessToo) {
    for (int page = 0; page < 4; ++page) {
        const auto one = entry(100 - page, fmt::format("guid-{}", page), 1h * (page + 1));
        hold(one);
        list({one}, page == 3 ? "" : fmt::format("v1_{}", page));
    }
    auto first = worker(2);
    EXPECT_TRUE(first.work({}));
    EXPECT_EQ(state()->walk_cursor, "v1_1");
    EXPECT_TRUE(row("guid-1"));
    EXPECT_FALSE(row("guid-2"));
    advance(6min);  // the first process died
    auto second = worker(2);
    EXPECT_EQ(run(second), 1);
    EXPECT_EQ(asked("GET", "/app/hook/deliveries?").at(2).target.find("cursor=v1_1") != std::string::npos, true);
    EXPECT_TRUE(row("guid-3"));
    EXPECT_TRUE(state()->walk_cursor.empty());
    EXPECT_LT(*state()->looked_until, now()) << "what came since the reading began is read the next time";
}

TEST_F(RecoveryWorkerTest, TwoProcessesDoNotReadAtOnceAndOneThatEndsGivesWay) {
    list({});
    auto other = worker();
    {
        auto leader = worker();
        run(leader);
        run(other);
        EXPECT_EQ(listed(), 1u) << "the other one leads";
    }
    run(other);
    EXPECT_EQ(listed(), 2u) << "a process that starts looks once";
}

TEST_F(RecoveryWorkerTest, ARefusalIsWaitedForAndNothingIsPassedOver) {
    list({entry(1, "guid-1", 1h)});
    on("GET", "/app/hook/deliveries/1", {429, R"({"message": "secondary rate limit"})", {{"retry-after", "300"}}});
    auto recovery = worker();
    run(recovery);
    EXPECT_FALSE(state()->looked_until);
    advance(100s);
    run(recovery);
    EXPECT_EQ(fetched(), 1u) << "asked while it was told to wait";
    hold(entry(1, "guid-1", 1h));
    advance(300s);
    run(recovery);
    EXPECT_TRUE(row("guid-1"));
    EXPECT_TRUE(state()->looked_until);
}

TEST_F(RecoveryWorkerTest, WhatGitHubLostAndWhatNoWebhookWouldBeTakenWithHoldsNothingUp) {
    const auto strange = entry(2, "guid\n2", 1h), after = entry(3, "guid-3", 1min);
    list({after, strange, entry(1, "guid-1", 2h)});
    hold(entry(1, "guid-1", 2h), 404);
    hold(strange);
    hold(after);
    auto recovery = worker();
    run(recovery);
    EXPECT_TRUE(row("guid-3"));
    EXPECT_FALSE(row("guid\n2"));
    EXPECT_TRUE(state()->looked_until);
}

TEST_F(RecoveryWorkerTest, AnEntryWithoutAReadableTimeIsNoEndOfTheLog) {
    auto odd = entry(9, "guid-9", 1min), after = entry(3, "guid-3", 1h);
    odd["delivered_at"] = 17;
    list({odd, after});
    for (const auto& one : {odd, after}) hold(one);
    auto recovery = worker(1);
    run(recovery);
    EXPECT_TRUE(row("guid-9")) << "when it came is not what matters most";
    EXPECT_TRUE(row("guid-3"));
    advance(901s);
    list({odd}, "v1_1");
    const auto older = entry(2, "guid-2", 5min);
    hold(older);
    list({older, entry(1, "guid-1", 240h)}, "v1_2");
    run(recovery);
    EXPECT_TRUE(row("guid-2")) << "what came before it was passed over";
}

TEST_F(RecoveryWorkerTest, ALogThatLeadsBackToItselfIsReadOnce) {
    for (int page = 0; page < 20; ++page) list({entry(1, "guid-1", 1h)}, "v1_0");
    hold(entry(1, "guid-1", 1h));
    auto recovery = worker(2);
    for (int step = 0; step < 8; ++step) recovery.work({});
    EXPECT_EQ(listed(), 2u);
    EXPECT_TRUE(state()->looked_until);
}

TEST_F(RecoveryWorkerTest, ALogWithoutAnEndIsGivenUpAfterHours) {
    for (int page = 0; page < 100; ++page) list({entry(1, "guid-1", 1h)}, fmt::format("v1_{}", page));
    hold(entry(1, "guid-1", 1h));
    auto recovery = worker(1);
    int steps = 0;
    for (; steps < 50 && recovery.work({}); ++steps) advance(1h);
    EXPECT_LT(steps, 24);
    EXPECT_TRUE(state()->looked_until) << "it never looks at what is new again";
}

TEST_F(RecoveryWorkerTest, AfterALongAbsenceEverythingIsToBeComparedAgain) {
    list({});
    auto recovery = worker();
    run(recovery);
    const auto before = state()->reconcile_since;
    advance(16min);
    run(recovery);
    EXPECT_EQ(state()->reconcile_since, before) << "it was there all the time";
    advance(31min);
    run(recovery);
    EXPECT_EQ(state()->reconcile_since, now());
}

TEST_F(RecoveryWorkerTest, WithoutAnAppNothingIsAsked) {
    github::Tokens nobody(*api_);
    RecoveryWorker recovery(pool, nobody, github_, [this] { return now(); }, {});
    EXPECT_FALSE(recovery.work({}));
    EXPECT_TRUE(asked().empty());
}

}  // namespace
}  // namespace benchgate::workers
