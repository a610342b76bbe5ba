#include "service/http/work_gauges.h"

#include "service/store/inbox.h"
#include "service/store/outbox.h"
#include "service/store/test_database.h"

namespace benchgate::http {
namespace {

struct WorkGauges : store::TestDatabase {
    bool shows(const std::string& line) { return metrics.text().find(line + "\n") != std::string::npos; }
    Metrics metrics;
};

TEST_F(WorkGauges, AnOperatorSeesWhatWaitsAndWhatWasGivenUp) {
    gauge_work(metrics, pool);
    EXPECT_TRUE(shows("benchgate_outbox_items{state=\"waiting\"} 0")) << metrics.text();
    EXPECT_TRUE(shows("benchgate_inbox_deliveries{state=\"waiting\"} 0"));
    EXPECT_TRUE(shows("benchgate_jobs{state=\"queued\"} 0"));
    EXPECT_TRUE(shows("benchgate_runners{state=\"quarantined\"} 0"));
    pool.transaction([&](store::Tx& tx) {
        const store::Delivery delivery{"guid", "ping", "{}", "{}"};
        store::insert_deliveries(tx, {&delivery, 1}, start());
        for (const auto* target : {"pull/1", "pull/2"})
            store::put_outbox(tx, {1, target, "comment", "1", start()}, start());
        store::mark_dead(tx, store::claim_due_items(tx, start()).items.at(0), "422", start());
    });
    EXPECT_TRUE(shows("benchgate_inbox_deliveries{state=\"waiting\"} 1"));
    EXPECT_TRUE(shows("benchgate_outbox_items{state=\"waiting\"} 1"));
    EXPECT_TRUE(shows("benchgate_outbox_items{state=\"dead\"} 1"));
}

TEST_F(WorkGauges, WithoutADatabaseTheyAreUnknownAndTheRestIsThere) {
    store::Pool away({.url = "host=/nowhere dbname=none", .connections = 1});
    gauge_work(metrics, away);
    metrics.count_delivery("accepted");
    EXPECT_TRUE(shows("benchgate_outbox_items{state=\"waiting\"} Nan")) << metrics.text();
    EXPECT_TRUE(shows("benchgate_webhook_deliveries_total{result=\"accepted\"} 1"));
}

}  // namespace
}  // namespace benchgate::http
