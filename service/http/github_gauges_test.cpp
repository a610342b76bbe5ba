#include "service/http/github_gauges.h"

#include "service/store/outbox.h"
#include "service/store/test_database.h"

namespace benchgate::http {
namespace {

struct GithubGauges : store::TestDatabase {
    bool shows(const std::string& line) { return metrics.text().find(line + "\n") != std::string::npos; }
    Metrics metrics;
    github::Counts counts;
};

TEST_F(GithubGauges, AnOperatorSeesWhatGitHubRefusesAndWhoHasToWait) {
    gauge_github(metrics, counts, pool, [&] { return start(); });
    EXPECT_TRUE(shows("benchgate_github_events_total{kind=\"limited\"} 0")) << metrics.text();
    EXPECT_TRUE(shows("benchgate_github_resting_installations 0"));
    counts.add(github::Count::limited);
    counts.add(github::Count::limited);
    counts.add_refused_permissions("checks:write");
    pool.transaction([&](store::Tx& tx) {
        store::put_outbox(tx, {1, "pull/1", "comment", "1", start()}, start());
        const auto claimed = store::claim_due_items(tx, start());
        ASSERT_EQ(claimed.items.size(), 1u);
        store::retry_item(tx, claimed.items[0], "limited", start() + std::chrono::minutes(1));
        store::release_lane(tx, claimed.items[0].lane, {.rest_until = start() + std::chrono::minutes(1)}, {}, start());
    });
    EXPECT_TRUE(shows("benchgate_github_events_total{kind=\"limited\"} 2"));
    EXPECT_TRUE(shows("benchgate_github_events_total{kind=\"limited\"} 2")) << "reading does not count";
    EXPECT_TRUE(shows("benchgate_github_permissions_refused_total{permissions=\"checks:write\"} 1"));
    EXPECT_TRUE(shows("benchgate_github_resting_installations 1"));
}

TEST_F(GithubGauges, WithoutADatabaseTheRestIsThere) {
    store::Pool away({.url = "host=/nowhere dbname=none", .connections = 1});
    gauge_github(metrics, counts, away, [&] { return start(); });
    counts.add(github::Count::reads);
    EXPECT_TRUE(shows("benchgate_github_events_total{kind=\"reads\"} 1"));
    EXPECT_TRUE(shows("benchgate_github_resting_installations Nan")) << metrics.text();
}

}  // namespace
}  // namespace benchgate::http
