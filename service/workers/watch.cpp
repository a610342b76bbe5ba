#include "service/workers/watch.h"

#include <spdlog/spdlog.h>

#include <set>

#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/trials.h"
#include "service/workers/announce.h"

namespace benchgate::workers {
namespace {
constexpr int most_open_jobs = 2000;
}

Reaper::Reaper(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool Reaper::work(std::stop_token) {
    const auto reaped = pool_.transaction([&](store::Tx& tx) { return store::reap_leases(tx, now_()); });
    for (const auto& job : reaped.requeued) spdlog::warn("job {}: its runner was lost; queued again", job);
    for (const auto& job : reaped.failed) spdlog::error("job {}: its runner was lost, for the last time", job);
    for (const auto& job : reaped.past_deadline) spdlog::warn("job {}: past its deadline", job);
    return false;
}

Upkeep::Upkeep(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool Upkeep::work(std::stop_token) {
    pool_.transaction([&](store::Tx& tx) {
        store::ensure_sample_partitions(tx, now_());
        store::prune_answers(tx, now_());
    });
    return false;
}

ProgressWatch::ProgressWatch(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)) {}

bool ProgressWatch::work(std::stop_token) {
    pool_.transaction([&](store::Tx& tx) {
        std::set<std::string> seen;
        for (const auto& job : store::open_jobs(tx, most_open_jobs)) {
            if (job.state == model::JobState::queued || !seen.insert(job.job.run_id).second) continue;
            auto run = store::find_run(tx, job.job.repository_id, job.job.run_id);
            if (!run || run->state != model::RunState::queued) continue;
            if (!store::set_run_state(tx, run->repository_id, run->run_id,
                                      {model::RunState::running, std::nullopt, run->message, now_()}))
                continue;
            run->state = model::RunState::running;
            announce_run(tx, *run, addresses_, now_());
        }
    });
    return false;
}

}  // namespace benchgate::workers
