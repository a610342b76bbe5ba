#include "service/http/work_gauges.h"

#include <spdlog/spdlog.h>

#include <limits>
#include <map>
#include <set>

#include "service/reports/runner_states.h"
#include "service/store/inbox.h"
#include "service/store/jobs.h"
#include "service/store/outbox.h"
#include "service/store/runners.h"

namespace benchgate::http {
namespace {

struct Counts {
    store::InboxCounts inbox;
    store::JobCounts jobs;
    store::OutboxCounts outbox;
    std::map<std::string_view, std::int64_t> runners;
};

std::map<std::string_view, std::int64_t> runner_counts(store::Tx& tx, store::Time now) {
    const auto ids = store::busy_runners(tx);
    const std::set<std::string> busy(ids.begin(), ids.end());
    std::map<std::string_view, std::int64_t> counts;
    for (const auto& runner : store::list_runners_briefly(tx))
        ++counts[reports::state_of(runner, busy.contains(runner.runner_id), now).word];
    return counts;
}

/// In the direction in which work moves: what moves on meanwhile is counted twice rather than not at all.
Counts read_counts(store::Tx& tx) {
    Counts counts;
    counts.inbox = store::inbox_counts(tx);
    counts.jobs = store::job_counts(tx);
    counts.outbox = store::outbox_counts(tx);
    counts.runners = runner_counts(tx, std::chrono::system_clock::now());
    return counts;
}

using Gauges = prometheus::Family<prometheus::Gauge>;

Gauges& family(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

void gauge_work(Metrics& metrics, store::Pool& pool) {
    Gauges& deliveries =
        family(metrics.registry(), "benchgate_inbox_deliveries", "Webhook deliveries that wait, and that failed");
    Gauges& jobs = family(metrics.registry(), "benchgate_jobs",
                          "Jobs that wait for a runner, that a runner has, and that wait for the judge");
    Gauges& items = family(metrics.registry(), "benchgate_outbox_items",
                           "What is to be said to GitHub: waiting, and dead: given up, shown on the run's page");
    Gauges& runners = family(metrics.registry(), "benchgate_runners",
                             "Runners by what they are doing; the words are those of the page of runners");
    metrics.before_each_read([&](prometheus::Registry&) {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        std::optional<Counts> counts;
        try {
            counts = pool.transaction(read_counts);
        } catch (const store::StoreError& error) {
            spdlog::warn("metrics: {}", error.what());
        }
        const auto set = [&](Gauges& gauges, const char* state, std::int64_t count) {
            gauges.Add({{"state", state}}).Set(counts ? static_cast<double>(count) : unknown);
        };
        const Counts known = counts.value_or(Counts{});
        set(deliveries, "waiting", known.inbox.waiting);
        set(deliveries, "failed", known.inbox.failed);
        set(jobs, "queued", known.jobs.queued);
        set(jobs, "active", known.jobs.active);
        set(jobs, "unjudged", known.jobs.unjudged);
        set(items, "waiting", known.outbox.waiting);
        set(items, "dead", known.outbox.dead);
        for (const auto word : reports::runner_words) {
            const auto count = known.runners.find(word);
            set(runners, std::string(word).c_str(), count == known.runners.end() ? 0 : count->second);
        }
    });
}

}  // namespace benchgate::http
