#include "service/workers/carry_out.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "platform/ids.h"
#include "service/store/approvals.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"
#include "service/store/waivers.h"
#include "service/workers/announce.h"
#include "service/workers/known.h"
#include "service/workers/planned_runs.h"
#include "service/workers/searches.h"

namespace benchgate::workers {
namespace {

/// The check of a run that is over before its end is closed on its own commit; a check left open blocks a merge.
void close_check(store::Tx& tx, std::int64_t repository_id, const std::string& run_id, const PlanContext& context,
                 store::Time now) {
    const auto run = store::find_run(tx, repository_id, run_id);
    if (!run || !model::speaks_on_check(run->kind)) return;
    if (const auto check = closing_check(run_id, run->head_sha, run->state == model::RunState::superseded, context))
        announce_check(tx, repository_id, *check, now);
}

/// What people said, as rows: approvals, waivers taken back, waivers made.
void write_words(store::Tx& tx, const planning::Plan& plan, const PlanContext& context, store::Time now) {
    const auto repository_id = context.input.repository.id;
    if (const auto& given = plan.approval)
        store::insert_approval(tx,
                               {repository_id, given->number, given->head_sha, given->author, given->comment_id, now});
    if (!context.number) return;
    const auto* command = std::get_if<planning::CommandTrigger>(&context.input.trigger);
    const auto* check = std::get_if<planning::CheckTrigger>(&context.input.trigger);
    const std::string author = command ? command->author : check ? check->sender : "";
    for (const auto& benchmark : plan.unwaived)
        store::revoke_waivers(tx, repository_id, *context.number, benchmark, author, now);
    for (const auto& stated : plan.waivers) {
        store::WaiverRow row{repository_id, *context.number, stated.waiver, stated.comment_id, now};
        row.waiver.id = platform::random_uuid();
        store::insert_waiver(tx, row);
    }
}

/// The check of this commit, and the comment of its pull request, as they now stand.
void restate(store::Tx& tx, const std::string& head_sha, const std::string& remark, const PlanContext& context,
             const reports::Addresses& addresses, store::Time now) {
    if (const auto run = speaker_of(tx, context.input, head_sha)) return announce_run(tx, *run, addresses, now, remark);
    if (const auto run =
            store::told_by_another_pull(tx, {context.input.repository.id, context.number.value_or(0), head_sha}))
        return announce_run(tx, *run, addresses, now, remark);
    // GitHub waits for a check that was asked for again, whoever may have made it.
    if (!remark.empty())
        announce_check(tx, context.input.repository.id,
                       {"benchgate", head_sha, "completed", "neutral", "Not measured", remark, "", "", ""}, now);
}

/// The runs; the first step of a search belongs to it. A search that is there already has its step, too.
void insert_runs(store::Tx& tx, const planning::Plan& plan, const PlanContext& context,
                 const reports::Addresses& addresses, store::Time now) {
    const auto ground = ground_of(context);
    if (plan.bisection) {
        begin_search(tx, *plan.bisection, plan.runs.at(0), ground, addresses, now);
        return;
    }
    for (const auto& planned : plan.runs) announce_run(tx, insert_planned(tx, planned, ground, now), addresses, now);
}

}  // namespace

RunGround ground_of(const PlanContext& context) {
    const auto& input = context.input;
    return {input.repository, input.config, context.config_text, context.trigger_id,
            input.pull ? input.pull->base_sha : ""};
}

std::optional<CheckItem> closing_check(const std::string& run_id, const std::string& head_sha, bool superseded,
                                       const PlanContext& context) {
    // A newer run of the same commit owns the check now.
    for (const auto& planned : context.input.existing)
        if (planned.id != run_id && planned.head_sha == head_sha && model::speaks_on_check(planned.kind) &&
            !model::has_check_of_each_suite(planned.kind) &&
            (planned.state == model::RunState::queued || planned.state == model::RunState::running))
            return std::nullopt;
    return stopped_check(run_id, head_sha, superseded);
}

std::string remark_on(const planning::Plan& plan, const PlanContext& context) {
    const auto* check = std::get_if<planning::CheckTrigger>(&context.input.trigger);
    if (check == nullptr || !plan.reply || plan.reply->message.empty()) return "";
    return fmt::format("**{}, asked by** `{}`**:** {}",
                       check->request == planning::CheckRequest::waive ? "Waive" : "Measure again", check->sender,
                       plan.reply->message);
}

CheckItem check_of(const planning::PlannedCheck& check) {
    return {"benchgate", check.head_sha, "completed", check.conclusion, check.title, check.summary, "", "", ""};
}

void carry_out(store::Tx& tx, const planning::Plan& plan, const PlanContext& context,
               const reports::Addresses& addresses, store::Time now) {
    const auto repository_id = context.input.repository.id;
    spdlog::info("{}: {} runs, {} checks, {} superseded ({})", context.input.repository.full_name(), plan.runs.size(),
                 plan.checks.size(), plan.superseded.size(), plan.reason);
    for (const auto& run_id : store::supersede_runs(tx, repository_id, plan.superseded, now).runs)
        close_check(tx, repository_id, run_id, context, now);
    for (const auto& run_id : plan.cancelled)
        for (const auto& stopped : store::cancel_run(tx, repository_id, run_id, now).runs)
            close_check(tx, repository_id, stopped, context, now);
    for (const auto& search_id : plan.cancelled_searches) cancel_search(tx, repository_id, search_id, addresses, now);
    for (const auto& [run_id, suite] : plan.superseded_jobs)
        store::supersede_job(tx, {repository_id, run_id, suite}, now);
    write_words(tx, plan, context, now);
    insert_runs(tx, plan, context, addresses, now);
    for (const auto& check : plan.checks) {
        // A check is a commit's. That nothing was measured for one pull request must not take the place of what was, or
        // will be, for another open one with the same head.
        if (const auto other =
                store::told_by_another_pull(tx, {repository_id, context.number.value_or(0), check.head_sha})) {
            // A button has reset it.
            if (std::holds_alternative<planning::CheckTrigger>(context.input.trigger))
                announce_run(tx, *other, addresses, now, remark_on(plan, context));
            continue;
        }
        announce_check(tx, repository_id, check_of(check), now,
                       context.config_text.empty() ? std::nullopt : std::optional(context.input.config.report));
    }
    if (plan.restated_head) restate(tx, *plan.restated_head, remark_on(plan, context), context, addresses, now);
    if (plan.restated_run)
        if (const auto run = store::find_run(tx, repository_id, *plan.restated_run))
            announce_run(tx, *run, addresses, now, remark_on(plan, context));
    for (const auto& [suite, words] : plan.schedule_words) store::say_of_schedule(tx, repository_id, suite, words, now);
    if (plan.reply && context.comment_id && context.number)
        announce_reply(
            tx, {repository_id, *context.number, *context.comment_id, plan.reply->reaction, plan.reply->message}, now);
}

}  // namespace benchgate::workers
