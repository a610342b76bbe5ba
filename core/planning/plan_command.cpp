// Who may type what, and the verbs that only look or stop.

#include <fmt/format.h>

#include "core/planning/plan_text.h"
#include "core/planning/plan_verbs.h"

namespace benchgate::planning {
namespace {

/// The merge queue waits for its answer, whoever changes his mind about the pull request.
Plan plan_cancel(const PlanInput& input) {
    Plan plan = answered("rocket", "", "cancelled on command");
    for (const auto* run : runs_of_pull(input)) {
        if (!is_unfinished(*run) || run->kind == model::RunKind::merge_group) continue;
        plan.cancelled.push_back(run->id);
        // What was found of the head before speaks again; without it the cancelled run does.
        if (measures_head(*run) && run->head_sha == input.pull->head_sha) plan.restated_head = run->head_sha;
    }
    for (const auto* search : open_searches(input)) plan.cancelled_searches.push_back(search->id);
    if (plan.cancelled.empty() && plan.cancelled_searches.empty())
        return refused("Nothing is queued or under way.", "nothing to cancel");
    return plan;
}

std::string name_of(const ExistingRun& run) {
    switch (run.kind) {
        case model::RunKind::calibration:
            return "calibration of";
        case model::RunKind::bisection:
            return "bisection of";
        case model::RunKind::merge_group:
            return "merge queue of";
        case model::RunKind::profile:
            return "profile of " + as_code(run.profile) + ", head";
        default:
            return "run of";
    }
}

std::string jobs_of(const ExistingRun& run) {
    std::string text;
    for (const auto& job : run.jobs)
        text += fmt::format("\n- {}{}: {}", as_code(job.suite),
                            job.claims_since.empty() ? "" : " since " + as_code(job.claims_since), state_of(job));
    return text;
}

Plan plan_status(const PlanInput& input) {
    const ExistingRun* newest = latest_run(input);
    const std::string head = short_sha(input.pull->head_sha);
    std::string text;
    if (newest == nullptr)
        text = fmt::format("Nothing was measured for the head `{}`, and nothing is queued.", head);
    else
        text = fmt::format("Head `{}`, attempt {}, asked for on {}: {}.\n{}", head, newest->attempt,
                           moment(newest->created_at), model::to_string(newest->state), jobs_of(*newest));
    for (const auto* run : runs_of_pull(input))
        if (run != newest && is_unfinished(*run))
            text += fmt::format("\n\nBesides, a {} `{}`: {}.\n{}", name_of(*run), short_sha(run->head_sha),
                                model::to_string(run->state), jobs_of(*run));
    for (const auto* search : open_searches(input))
        text +=
            fmt::format("\n\nA search for the first of {} commits that made {} worse, since {}: step {} of about {}.",
                        search->commits, as_code(search->benchmark), moment(search->created_at), search->steps,
                        static_cast<std::size_t>(search->steps) + search->steps_left);
    return answered("eyes", std::move(text), "status");
}

bool is_planned_already(const PlanInput& input, const CommandTrigger& trigger) {
    const auto request = request_of(trigger);
    for (const auto& run : input.existing)
        if (run.request == request) return true;
    for (const auto& search : input.searches)
        if (search.request == request) return true;
    for (const auto& approval : input.approvals)
        if (approval.comment_id == trigger.comment_id && trigger.command.verb == Verb::approve && !trigger.edited)
            return true;
    for (const auto& waiver : input.waivers)
        if (waiver.comment_id == trigger.comment_id && trigger.command.verb == Verb::waive && !trigger.edited)
            return true;
    return false;
}

}  // namespace

Plan plan_command(const PlanInput& input, const CommandTrigger& trigger) {
    const auto verb = trigger.command.verb;
    if (verb == Verb::help) return answered("eyes", help_text(), "help");
    if (!input.pull)
        return refused("Commands are heard on pull requests: there is nothing to measure on an issue.", "an issue");
    if (is_planned_already(input, trigger)) return nothing("this command is planned already");
    if (!input.pull->open) return refused("This pull request is closed.", "closed");
    if (verb == Verb::status) return plan_status(input);
    if (trigger.permission != Permission::write && trigger.permission != Permission::admin)
        return refused(fmt::format("This needs write access to this repository: `/rebench {}`.", to_string(verb)),
                       "no write access");
    switch (verb) {
        case Verb::run:
            return plan_run(input, trigger);
        case Verb::approve:
            return plan_approve(input, trigger);
        case Verb::cancel:
            return plan_cancel(input);
        case Verb::retry:
            return plan_retry(input, trigger);
        case Verb::waive:
            return plan_waive(input, trigger);
        case Verb::unwaive:
            return plan_unwaive(input, trigger);
        case Verb::bisect:
            return plan_bisect(input, trigger);
        case Verb::profile:
            return plan_profile(input, trigger);
        case Verb::aa:
            return plan_calibration(input, trigger);
        case Verb::status:
        case Verb::help:
            break;
    }
    return nothing("answered above");
}

}  // namespace benchgate::planning
