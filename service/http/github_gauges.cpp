#include "service/http/github_gauges.h"

#include <spdlog/spdlog.h>

#include <limits>

#include "service/store/outbox.h"

namespace benchgate::http {
namespace {

constexpr int most_resting = 100'000;

/// Counters of the library can only be added to.
void raise_to(prometheus::Counter& counter, std::uint64_t value) {
    counter.Increment(static_cast<double>(value) - counter.Value());
}

double resting_now(store::Pool& pool, store::Time now) {
    try {
        return static_cast<double>(
            pool.transaction([&](store::Tx& tx) { return store::resting_lanes(tx, now, most_resting).size(); }));
    } catch (const store::StoreError& error) {
        spdlog::warn("metrics: {}", error.what());
        return std::numeric_limits<double>::quiet_NaN();
    }
}

}  // namespace

void gauge_github(Metrics& metrics, const github::Counts& counts, store::Pool& pool, std::function<store::Time()> now) {
    auto& events = prometheus::BuildCounter()
                       .Name("benchgate_github_events_total")
                       .Help("Requests to GitHub's API and what became of them")
                       .Register(metrics.registry());
    auto& refused = prometheus::BuildCounter()
                        .Name("benchgate_github_permissions_refused_total")
                        .Help("Tokens not given because an installation has not accepted these permissions")
                        .Register(metrics.registry());
    auto& resting = prometheus::BuildGauge()
                        .Name("benchgate_github_resting_installations")
                        .Help("Installations that GitHub asked to wait")
                        .Register(metrics.registry());
    metrics.before_each_read([&, now = std::move(now)](prometheus::Registry&) {
        for (std::size_t kind = 0; kind < github::count_kinds; ++kind) {
            const auto count = static_cast<github::Count>(kind);
            raise_to(events.Add({{"kind", std::string(to_string(count))}}), counts.of(count));
        }
        for (const auto& [permissions, times] : counts.refused_permissions())
            raise_to(refused.Add({{"permissions", permissions}}), times);
        resting.Add({}).Set(resting_now(pool, now()));
    });
}

}  // namespace benchgate::http
