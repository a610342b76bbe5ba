#include "service/workers/ledger.h"

#include <spdlog/spdlog.h>

#include "service/store/recovery.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"
#include "service/workers/known.h"
#include "service/workers/reach.h"

namespace benchgate::workers {

void StoreLedger::look_up_pull(planning::PlanInput& input) {
    workers::look_up_pull(tx_, input, now_);
}

void StoreLedger::look_up_pushes(planning::PlanInput& input) {
    workers::look_up_pushes(tx_, input, now_);
}

void StoreLedger::look_up_group(planning::PlanInput& input) {
    workers::look_up_group(tx_, input, now_);
}

void StoreLedger::look_up_commit(planning::PlanInput& input, const std::string& head_sha) {
    workers::look_up_commit(tx_, input, head_sha, now_);
}

void StoreLedger::look_up_schedule(planning::PlanInput& input) {
    workers::look_up_schedule(tx_, input, now_);
}

bool StoreLedger::is_head_told(const store::HeadOfPull& head, const std::string& base_ref) {
    return store::is_head_told(tx_, head, base_ref);
}

std::optional<std::string> StoreLedger::config_of(std::int64_t repository_id, const std::string& run_id) {
    const auto run = store::find_run(tx_, repository_id, run_id);
    return run ? std::optional(run->config) : std::nullopt;
}

void StoreLedger::remember(const planning::EventSource& source, bool only_new) {
    if (only_new && store::find_repository(tx_, source.repository.id)) return;
    workers::remember(tx_, source, now_);
}

bool StoreLedger::remember_pull(const store::PullRequestRow& row, const store::Telling& telling) {
    return store::upsert_pull_request(tx_, row, telling, now_);
}

void StoreLedger::reach(const planning::InstallationEvent& event, const std::optional<Listed>& listed) {
    reach_of(event, listed)(tx_, now_);
}

void StoreLedger::reach(const planning::RepositoryEvent& event) {
    reach_of(event)(tx_, now_);
}

void StoreLedger::ask_for_reconciliation() {
    store::ask_for_reconciliation(tx_, now_);
}

void StoreLedger::keep_schedules(std::int64_t repository_id, const model::Config& config) {
    std::vector<store::ScheduleRow> rows;
    for (const auto& due : planning::schedules_of(config, now_))
        rows.push_back({.repository_id = repository_id, .suite = due.suite, .line = due.line, .next_at = due.next});
    store::keep_schedules(tx_, repository_id, rows, now_);
}

void StoreLedger::say_of_schedules(std::int64_t repository_id, const std::vector<std::string>& suites,
                                   const std::string& words) {
    for (const auto& suite : suites) store::say_of_schedule(tx_, repository_id, suite, words, now_);
}

void StoreLedger::check(std::int64_t repository_id, const CheckItem& item) {
    announce_check(tx_, repository_id, item, now_);
}

void StoreLedger::reply(const Reply& reply) {
    announce_reply(tx_, reply, now_);
}

void StoreLedger::carry_out(const planning::Plan& plan, const PlanContext& context) {
    workers::carry_out(tx_, plan, context, addresses_, now_);
}

void StoreLedger::nothing(const std::string& reason, Surprise surprise) {
    spdlog::log(surprise == Surprise::notable ? spdlog::level::info : spdlog::level::debug, "{}", reason);
}

}  // namespace benchgate::workers
