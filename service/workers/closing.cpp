#include "service/workers/closing.h"

#include <spdlog/spdlog.h>

#include "core/config/config.h"
#include "core/reporting/check.h"
#include "service/store/closing.h"
#include "service/store/jobs.h"
#include "service/workers/announce.h"

namespace benchgate::workers {
namespace {

constexpr int closed_at_once = 100;

bool blocks_without_result(const store::RunRow& run) {
    const auto config = config::parse(run.config);
    return config && config->policy.inconclusive == model::InconclusiveAction::block;
}

}  // namespace

std::vector<std::string> check_names(store::Tx& tx, const store::RunRow& run) {
    if (!model::speaks_on_check(run.kind)) return {};
    if (!model::has_check_of_each_suite(run.kind)) return {reporting::check_name("")};
    std::vector<std::string> names;
    for (const auto& job : store::jobs_of_run(tx, run.repository_id, run.run_id))
        names.push_back(reporting::check_name(job.job.suite));
    return names;
}

Closer::Closer(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool Closer::work(std::stop_token stop) {
    const auto now = now_();
    const auto too_old = now - longest_wait;
    // The judge says what became of them, in the check and in the comment, as of every job that failed.
    const auto given_up = pool_.transaction(
        [&](store::Tx& tx) { return store::give_up_jobs(tx, too_old, static_cast<int>(longest_wait.count()), now); });
    for (const auto& job : given_up) spdlog::warn("job {}: given up after {} hours", job, longest_wait.count());
    const auto left =
        pool_.transaction([&](store::Tx& tx) { return store::runs_left_open(tx, too_old, closed_at_once); });
    for (const auto& run : left) {
        if (stop.stop_requested()) return false;
        pool_.transaction([&](store::Tx& tx) { close(tx, run); });
    }
    const auto revived = pool_.transaction([&](store::Tx& tx) {
        return store::revive_given_up(tx, {{}, now - revived_after, now - revived_for}, now);
    });
    if (revived > 0) spdlog::info("outbox: {} items that were given up are tried again", revived);
    return false;
}

/// Its report cannot be rendered, or it would have been closed: so the check says no more than that.
void Closer::close(store::Tx& tx, const store::RunRow& run) {
    const std::string conclusion = blocks_without_result(run) ? "action_required" : "neutral";
    if (!store::set_run_state(tx, run.repository_id, run.run_id,
                              {model::RunState::failed, conclusion, "its result could not be told", now_()}))
        return;  // it was over meanwhile
    spdlog::error("run {}: still open after {} hours, closed without its result", run.run_id, longest_wait.count());
    for (const auto& name : check_names(tx, run))
        announce_check(
            tx, run.repository_id,
            {name, run.head_sha, "completed", conclusion, "The result could not be told",
             "The measurements ended, and the service failed to put their result into words; its log says why. "
             "`/rebench` measures again.",
             "", "", run.run_id},
            now_());
}

}  // namespace benchgate::workers
