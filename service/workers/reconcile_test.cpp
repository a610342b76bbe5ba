// What people would notice of the comparison: pull requests that moved while nobody listened are measured, closed ones
// do not occupy a runner, and GitHub is asked calmly.
#include "service/workers/reconcile.h"

#include <fmt/format.h>

#include "core/planning/events.h"
#include "platform/clock.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/inbox.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

class ReconcileWorkerTest : public store::TestDatabase, public github::GithubScript {
  protected:
    ReconcileWorkerTest() {
        hand_out_tokens();
        pool.transaction([&](store::Tx& tx) {
            store::put_recovery(tx,
                                {.app_id = 4711, .looked_until = now(), .looked_at = now(), .reconcile_since = now()});
        });
        on("GET", "/repos/octo/engine/contents/.benchgate.yml", {200, "suites: {}", {}, "text/plain"});
        advance(1s);
    }
    store::Time now() { return timing().now(); }
    static json::Json repository(std::int64_t id, const std::string& name) {
        return {{"id", id}, {"name", name}, {"owner", {{"login", "octo"}}}, {"default_branch", "main"}};
    }
    void installations(const std::vector<json::Json>& all) {
        has_installations_ = true;
        on("GET", "/app/installations", {200, json::dump(json::Json(all))});
    }
    void repositories(const std::vector<json::Json>& all) {
        has_repositories_ = true;
        on("GET", "/installation/repositories",
           {200, json::dump(json::Json{{"total_count", all.size()}, {"repositories", all}})});
    }
    json::Json pull(std::int64_t number, char head, const std::string& state = "open") {
        const json::Json here{{"id", 77}, {"full_name", "octo/engine"}};
        return {{"number", number},
                {"state", state},
                {"updated_at", platform::format_utc(now() + 24h)},
                {"user", {{"login", "dev"}}},
                {"head", {{"ref", "change"}, {"sha", std::string(40, head)}, {"repo", here}}},
                {"base", {{"ref", "main"}, {"sha", std::string(40, 'b')}, {"repo", here}}}};
    }
    void pulls(const std::vector<json::Json>& all) {
        on("GET", "/repos/octo/engine/pulls", {200, json::dump(json::Json(all))});
    }
    void know(std::int64_t number, char head, bool open = true) {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_pull_request(
                tx, {77, number, std::string(40, head), "main", std::nullopt, false, open, std::nullopt, false}, 1,
                now());
        });
    }
    void run() {
        if (!has_installations_) installations({json::Json{{"id", 100}, {"account", {{"login", "octo"}}}}});
        if (!has_repositories_) repositories({repository(77, "engine")});
        while (worker.work({})) continue;
    }
    /// What waits in the inbox, as planning will read it.
    std::string told() {
        std::string text;
        pool.transaction([&](store::Tx& tx) {
            auto rows = store::recent_deliveries(tx, 50);
            std::reverse(rows.begin(), rows.end());
            for (const auto& row : rows) {
                const auto whole = store::find_delivery(tx, row.delivery.delivery_id)->delivery;
                EXPECT_EQ(whole.origin, store::Origin::reconciled);
                const auto event = planning::read_event(whole.event, json::parse(whole.body).value());
                ASSERT_TRUE(event) << event.error().message;
                const auto& one = std::get<planning::PullRequestEvent>(*event);
                EXPECT_EQ(one.source.installation_id, 100);
                EXPECT_EQ(one.source.repository.full_name(), "octo/engine");
                text += fmt::format("#{} {} {}; ", one.pull.number, one.pull.head_sha[0],
                                    one.pull.open ? "open" : "closed");
            }
        });
        return text;
    }
    bool active(std::int64_t id) {
        const auto row = pool.transaction([&](store::Tx& tx) { return store::find_repository(tx, id); });
        return row && row->active;
    }

    bool has_installations_ = false, has_repositories_ = false;
    github::AppRest app_{*api_, *tokens_};
    ReconcileWorker worker{pool, *tokens_, app_, *rest_, [this] { return now(); }, {.pause = 0ms}};
};

TEST_F(ReconcileWorkerTest, TellsTheInboxWhatMovedUnheardAndOnlyThat) {
    know(1, 'a');
    know(2, 'a');
    know(4, 'a');
    pulls({pull(1, 'a'), pull(2, 'c'), pull(3, 'd')});
    on("GET", "/repos/octo/engine/pulls/4", {200, json::dump(pull(4, 'a', "closed"))});
    run();
    EXPECT_EQ(told(), "#2 c open; #3 d open; #4 a closed; ");
    for (const auto& one : asked()) EXPECT_TRUE(one.method == "GET" || one.target.ends_with("/access_tokens"));
}

TEST_F(ReconcileWorkerTest, ComparesOnceADayAndWhenAsked) {
    pulls({});
    run();
    run();
    EXPECT_EQ(asked("GET", "/pulls?").size(), 1u);
    advance(23h);
    run();
    EXPECT_EQ(asked("GET", "/pulls?").size(), 1u);
    pool.transaction([&](store::Tx& tx) { store::ask_for_reconciliation(tx, now()); });
    advance(1s);
    run();
    EXPECT_EQ(asked("GET", "/pulls?").size(), 2u);
    advance(25h);
    run();
    EXPECT_EQ(asked("GET", "/pulls?").size(), 3u);
}

TEST_F(ReconcileWorkerTest, TheSameStateThatComesBackIsToldAgain) {
    know(1, 'a');
    pulls({pull(1, 'c')});
    run();
    const auto row = pool.transaction([&](store::Tx& tx) {
        auto taken = store::take_next_delivery(tx, {now(), 30s, [](const store::Delivery&) { return 77; }});
        EXPECT_TRUE(taken && store::mark_delivery_done(tx, *taken, now()));
        return taken.value_or(store::InboxRow{});
    });
    advance(25h);
    run();
    pool.transaction([&](store::Tx& tx) {
        const auto again = store::find_delivery(tx, row.delivery.delivery_id);
        EXPECT_TRUE(again && again->state == store::InboxState::fresh);
        EXPECT_EQ(store::recent_deliveries(tx, 10).size(), 1u);
    });
}

TEST_F(ReconcileWorkerTest, ARepositoryWithoutConfigurationCostsOneCall) {
    repositories({repository(77, "engine"), repository(78, "website")});
    on("GET", "/repos/octo/website/contents/.benchgate.yml", {404, R"({"message": "Not Found"})"});
    pulls({});
    run();
    EXPECT_EQ(asked("GET", "/repos/octo/website").size(), 1u);
}

TEST_F(ReconcileWorkerTest, WaitsForTheLogOfDeliveriesToBeReadFirst) {
    pulls({});
    pool.transaction([&](store::Tx& tx) {
        auto row = *store::find_recovery(tx, 4711);
        row.walk_from = now();
        store::put_recovery(tx, row);
    });
    run();
    EXPECT_TRUE(asked().empty());
    advance(2h);
    run();
    EXPECT_EQ(asked("GET", "/pulls?").size(), 1u) << "a log that cannot be read must not hold this up for ever";
}

TEST_F(ReconcileWorkerTest, AnInstallationThatMustWaitHoldsUpNoOther) {
    installations({json::Json{{"id", 100}, {"account", {{"login", "octo"}}}},
                   json::Json{{"id", 200}, {"account", {{"login", "other"}}}}});
    repositories({repository(77, "engine")});
    on("GET", "/installation/repositories",
       {200, json::dump(json::Json{
                 {"total_count", 1},
                 {"repositories",
                  {{{"id", 88}, {"name", "tool"}, {"owner", {{"login", "other"}}}, {"default_branch", "main"}}}}})});
    on("GET", "/repos/octo/engine/pulls",
       {403,
        R"({"message": "API rate limit exceeded"})",
        {{"x-ratelimit-remaining", "0"},
         {"x-ratelimit-reset", std::to_string(std::chrono::system_clock::to_time_t(now() + 40min))}}});
    on("GET", "/repos/other/tool/contents/.benchgate.yml", {200, "suites: {}", {}, "text/plain"});
    on("GET", "/repos/other/tool/pulls", {200, "[]"});
    run();
    EXPECT_EQ(asked("GET", "/repos/octo/engine/pulls").size(), 1u);
    EXPECT_EQ(asked("GET", "/repos/other/tool/pulls").size(), 1u);
    advance(41min);
    pulls({});
    run();
    EXPECT_EQ(asked("GET", "/repos/octo/engine/pulls").size(), 2u) << "it is made up for";
}

TEST_F(ReconcileWorkerTest, ARepositoryThatGitHubCannotTellOfHoldsUpNoOther) {
    repositories({repository(77, "engine"), repository(88, "tool")});
    on("GET", "/repos/octo/engine/pulls", {502, ""});
    on("GET", "/repos/octo/tool/contents/.benchgate.yml", {200, "suites: {}", {}, "text/plain"});
    on("GET", "/repos/octo/tool/pulls", {200, "[]"});
    run();
    EXPECT_TRUE(asked("GET", "/repos/octo/tool/pulls").empty()) << "GitHub itself may be away";
    advance(2min);
    run();
    EXPECT_EQ(asked("GET", "/repos/octo/tool/pulls").size(), 1u);
    const auto before = asked("GET", "/repos/octo/engine/pulls").size();
    pulls({});
    advance(1h);
    run();
    EXPECT_EQ(asked("GET", "/repos/octo/engine/pulls").size(), before + 1) << "it is made up for";
}

TEST_F(ReconcileWorkerTest, WhatCannotBeReadIsNotTakenForWhatIsNoMore) {
    pool.transaction([&](store::Tx& tx) {
        store::upsert_repository(tx, {78, "octo", "ownerless", "main", 100, false, true}, now());
        store::upsert_repository(tx, {79, "other", "app", "main", 300, false, true}, now());
    });
    installations({json::Json{{"id", 100}, {"account", {{"login", "octo"}}}}, json::Json{{"id", "300"}}});
    repositories({repository(77, "engine"), json::Json{{"id", 78}, {"name", "ownerless"}, {"owner", nullptr}}});
    pulls({});
    on("GET", "/repos/octo/ownerless/contents/.benchgate.yml", {404, "{}"});
    on("GET", "/repos/other/app/contents/.benchgate.yml", {404, "{}"});
    run();
    EXPECT_TRUE(active(77));
    EXPECT_TRUE(active(78)) << "its runs would be cancelled";
    EXPECT_TRUE(active(79));
}

TEST_F(ReconcileWorkerTest, KnowsAgainWhatIsInReach) {
    pool.transaction([&](store::Tx& tx) {
        store::upsert_repository(tx, {77, "octo", "old-name", "main", 100, false, false}, now());
        store::upsert_repository(tx, {78, "octo", "removed", "main", 100, false, true}, now());
        store::upsert_repository(tx, {79, "gone", "app", "main", 300, false, true}, now());
    });
    pulls({});
    run();
    EXPECT_TRUE(active(77));
    EXPECT_FALSE(active(78)) << "taken out of the installation";
    EXPECT_FALSE(active(79)) << "of an installation that is no more";
    EXPECT_EQ(pool.transaction([&](store::Tx& tx) { return store::find_repository(tx, 77)->name; }), "engine");
    installations({json::Json{{"id", 100}, {"suspended_at", "2027-01-01T00:00:00Z"}}});
    advance(25h);
    run();
    EXPECT_FALSE(active(77));
}

}  // namespace
}  // namespace benchgate::workers
