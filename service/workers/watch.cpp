#include "service/workers/watch.h"

#include <spdlog/spdlog.h>

#include "service/store/inbox.h"
#include "service/store/job_logs.h"
#include "service/store/leases.h"
#include "service/store/outbox.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/trials.h"
#include "service/workers/announce.h"

namespace benchgate::workers {
namespace {
constexpr int most_begun_runs = 200;
/// GitHub can deliver again for three days, and people look into what came for a while longer.
constexpr auto deliveries_kept = std::chrono::days(30);
constexpr auto logs_kept = std::chrono::days(90);
/// For whoever asks why GitHub says what it says. What was given up is kept: it is told on the page of its run.
constexpr auto said_kept = std::chrono::days(7);
constexpr int pruned_at_once = 500;

/// Piece by piece: one long transaction would hold back the clean-up of every table.
void prune(store::Pool& pool, std::stop_token stop, const std::function<std::size_t(store::Tx&)>& some) {
    while (!stop.stop_requested() && pool.transaction(some) == pruned_at_once) continue;
}

}  // namespace

Reaper::Reaper(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool Reaper::work(std::stop_token) {
    const auto reaped = pool_.transaction([&](store::Tx& tx) { return store::reap_leases(tx, now_()); });
    for (const auto& job : reaped.requeued) spdlog::warn("job {}: its runner was lost; queued again", job);
    for (const auto& job : reaped.failed) spdlog::error("job {}: its runner was lost, for the last time", job);
    for (const auto& job : reaped.untaken) spdlog::warn("job {}: no second host took it in time", job);
    for (const auto& job : reaped.past_deadline) spdlog::warn("job {}: past its deadline", job);
    return false;
}

Upkeep::Upkeep(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool Upkeep::work(std::stop_token stop) {
    const auto now = now_();
    pool_.transaction([&](store::Tx& tx) {
        store::ensure_sample_partitions(tx, now);
        store::prune_answers(tx, now);
    });
    prune(pool_, stop, [&](store::Tx& tx) { return store::prune_inbox(tx, now - deliveries_kept, pruned_at_once); });
    prune(pool_, stop, [&](store::Tx& tx) { return store::prune_outbox(tx, now - said_kept, pruned_at_once); });
    prune(pool_, stop, [&](store::Tx& tx) { return store::prune_logs(tx, now - logs_kept, pruned_at_once); });
    return false;
}

ProgressWatch::ProgressWatch(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)) {}

bool ProgressWatch::work(std::stop_token) {
    const auto began = pool_.transaction([&](store::Tx& tx) { return store::runs_that_began(tx, most_begun_runs); });
    for (const auto& run : began) {
        try {
            pool_.transaction([&](store::Tx& tx) { announce_begin(tx, run); });
        } catch (const store::DatabaseLost&) {
            throw;
        } catch (const std::exception& error) {
            // The others are not to wait for it.
            spdlog::error("run {}: cannot be called in progress: {}", run.run_id, error.what());
        }
    }
    return false;
}

void ProgressWatch::announce_begin(store::Tx& tx, store::RunRow run) {
    if (!store::set_run_state(tx, run.repository_id, run.run_id,
                              {model::RunState::running, std::nullopt, run.message, now_()}))
        return;  // it was over meanwhile
    run.state = model::RunState::running;
    announce_run(tx, run, addresses_, now_());
}

}  // namespace benchgate::workers
