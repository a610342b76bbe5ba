#include "service/workers/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/clock.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/workers/known.h"

namespace benchgate::workers {

void Rehearsal::look_up_pull(planning::PlanInput& input) {
    input.now = now_;
    if (tx_) workers::look_up_pull(*tx_, input, now_);
}

void Rehearsal::look_up_pushes(planning::PlanInput& input) {
    input.now = now_;
    if (tx_) workers::look_up_pushes(*tx_, input, now_);
}

void Rehearsal::look_up_group(planning::PlanInput& input) {
    input.now = now_;
    if (tx_) workers::look_up_group(*tx_, input, now_);
}

void Rehearsal::look_up_commit(planning::PlanInput& input, const std::string& head_sha) {
    input.now = now_;
    if (tx_) workers::look_up_commit(*tx_, input, head_sha, now_);
}

void Rehearsal::look_up_schedule(planning::PlanInput& input) {
    input.now = now_;
    if (tx_) workers::look_up_schedule(*tx_, input, now_);
}

bool Rehearsal::is_head_told(const store::HeadOfPull& head, const std::string& base_ref) {
    return tx_ && store::is_head_told(*tx_, head, base_ref);
}

std::optional<std::string> Rehearsal::config_of(std::int64_t repository_id, const std::string& run_id) {
    const auto run = tx_ ? store::find_run(*tx_, repository_id, run_id) : std::nullopt;
    return run ? std::optional(run->config) : std::nullopt;
}

void Rehearsal::remember(const planning::EventSource& source, bool) {
    if (tx_ && !store::find_repository(*tx_, source.repository.id))
        result_.rows.push_back(fmt::format("the repository {}, which was not known", source.repository.full_name()));
}

bool Rehearsal::remember_pull(const store::PullRequestRow& row, const store::Telling&) {
    result_.rows.push_back(fmt::format("pull request #{} with the head {} on {}, {}", row.number,
                                       row.head_sha.substr(0, 9), row.base_ref, row.open ? "open" : "closed"));
    return true;
}

void Rehearsal::reach(const planning::InstallationEvent& event, const std::optional<Listed>& listed) {
    result_.rows.push_back(fmt::format("installation {}: {} repositories added, {} removed", event.installation_id,
                                       listed ? listed->items.size() : event.added.size(), event.removed.size()));
}

void Rehearsal::reach(const planning::RepositoryEvent& event) {
    result_.rows.push_back(fmt::format("the repository as {}", event.source.repository.full_name()));
}

void Rehearsal::ask_for_reconciliation() {
    result_.rows.push_back("that everything is to be compared with GitHub again");
}

void Rehearsal::keep_schedules(std::int64_t, const model::Config& config) {
    for (const auto& due : planning::schedules_of(config, now_))
        result_.rows.push_back(fmt::format("suite {} by its schedule {}, next at {}", due.suite, due.line,
                                           platform::format_utc(due.next)));
}

void Rehearsal::say_of_schedules(std::int64_t, const std::vector<std::string>& suites, const std::string& words) {
    for (const auto& suite : suites) result_.rows.push_back(fmt::format("of the schedule of {}: {}", suite, words));
}

void Rehearsal::check(std::int64_t, const CheckItem& item) {
    std::erase_if(result_.checks,
                  [&](const CheckItem& one) { return one.head_sha == item.head_sha && one.name == item.name; });
    result_.checks.push_back(item);
}

void Rehearsal::reply(const Reply& reply) {
    result_.replies.push_back(reply);
}

void Rehearsal::nothing(const std::string& reason, Surprise) {
    result_.reasons.push_back(reason);
}

void Rehearsal::close(const std::string& run_id, bool superseded, const PlanContext& context) {
    const auto& existing = context.input.existing;
    const auto run = std::find_if(existing.begin(), existing.end(), [&](const auto& one) { return one.id == run_id; });
    if (run == existing.end() || !model::speaks_on_check(run->kind)) return;
    if (const auto item = closing_check(run_id, run->head_sha, superseded, context))
        check(context.input.repository.id, *item);
}

void Rehearsal::say_again(const store::RunRow& run, const std::string& remark) {
    for (const auto& item : check_items_of(run, reports::run_report(*tx_, run, addresses_), remark))
        check(run.repository_id, item);
}

/// As it stands now: what this plan would write is not in it.
void Rehearsal::restate(const std::string& head_sha, const std::string& remark, const PlanContext& context) {
    if (!tx_) return;
    auto row = speaker_of(*tx_, context.input, head_sha);
    if (!row)
        row = store::told_by_another_pull(*tx_, {context.input.repository.id, context.number.value_or(0), head_sha});
    if (row) say_again(*row, remark);
}

/// In the order of carry_out.cpp.
void Rehearsal::carry_out(const planning::Plan& plan, const PlanContext& context) {
    result_.steps.push_back({plan, context.input});
    const auto repository_id = context.input.repository.id;
    for (const auto& run_id : plan.superseded) close(run_id, true, context);
    for (const auto& run_id : plan.cancelled) close(run_id, false, context);
    for (const auto& planned : plan.runs) {
        if (!model::speaks_on_check(planned.kind)) continue;
        const auto rows = rows_of(planned, ground_of(context), now_);
        const auto report =
            reports::queued_report(rows.run, rows.jobs, context.input.repository.full_name(), addresses_);
        for (auto& item : check_items_of(rows.run, report)) {
            item.external_id.clear();  // the run is not made, so its id means nothing
            check(repository_id, item);
        }
    }
    for (const auto& one : plan.checks) check(repository_id, check_of(one));
    if (plan.restated_head) restate(*plan.restated_head, remark_on(plan, context), context);
    if (plan.restated_run && tx_)
        if (const auto row = store::find_run(*tx_, repository_id, *plan.restated_run))
            say_again(*row, remark_on(plan, context));
    for (const auto& [suite, words] : plan.schedule_words) say_of_schedules(repository_id, {suite}, words);
    if (plan.reply && context.comment_id && context.number)
        reply({repository_id, *context.number, *context.comment_id, plan.reply->reaction, plan.reply->message});
}

}  // namespace benchgate::workers
