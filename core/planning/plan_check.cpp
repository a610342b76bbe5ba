// What a check's re-request and its buttons lead to. GitHub has reset the check by then, so that each way out of here
// gives it something to say again.

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/plan_forks.h"
#include "core/planning/plan_verbs.h"

namespace benchgate::planning {
namespace {

/// The run whose check was pressed, if that is one of its own.
const ExistingRun* run_of_own_check(const PlanInput& input, const CheckTrigger& trigger) {
    for (const auto& run : input.existing)
        if (run.id == trigger.run_id && run.head_sha == trigger.head_sha && model::has_check_of_each_suite(run.kind))
            return &run;
    return nullptr;
}

/// `answer`: for the person who asked.
Plan restated(const PlanInput& input, const CheckTrigger& trigger, std::string reason, std::string answer) {
    Plan plan = nothing(std::move(reason));
    if (const auto* run = run_of_own_check(input, trigger))
        plan.restated_run = run->id;
    else
        plan.restated_head = trigger.head_sha;
    plan.reply = PlannedReply{"", std::move(answer)};
    return plan;
}

const ExistingRun* newest_of(const PlanInput& input, const std::string& head_sha) {
    const ExistingRun* newest = nullptr;
    for (const auto& run : input.existing)
        if (run.head_sha == head_sha && model::speaks_on_check(run.kind) && !model::has_check_of_each_suite(run.kind) &&
            (newest == nullptr || run.attempt >= newest->attempt))
            newest = &run;
    return newest;
}

/// A push's commit, a schedule's, or the merge queue's: as it was asked for the last time.
Plan rerun_as_before(const PlanInput& input, const CheckTrigger& trigger) {
    const auto* of_schedule = run_of_own_check(input, trigger);
    const auto* before = of_schedule != nullptr ? of_schedule : newest_of(input, trigger.head_sha);
    const bool known =
        before != nullptr && (before == of_schedule || before->kind == model::RunKind::push ||
                              (before->kind == model::RunKind::merge_group && !before->head_ref.empty()));
    if (!known)
        return restated(input, trigger, "a check of a commit that is not measured any more",
                        "There is no run of this commit that could be repeated.");
    if (is_unfinished(*before)) return restated(input, trigger, "it is under way", "It is under way already.");
    const auto suites = suites_where(input.config, [&](const model::Suite& suite) {
        return std::any_of(before->jobs.begin(), before->jobs.end(),
                           [&](const ExistingJob& job) { return job.suite == suite.name; });
    });
    if (suites.empty())
        return restated(input, trigger, "none of its suites is left", "None of the suites of its run is left.");
    PlannedRun run;
    run.kind = before->kind;
    run.pull_number = before->pull_number;
    run.base_sha = before->base_sha;
    run.base_ref = before->base_ref;
    run.head_sha = before->head_sha;
    run.head_ref = before->head_ref.empty() ? before->base_ref : before->head_ref;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::asked_for;
    run.requested_by = trigger.sender;
    add_jobs(run, input, suites);
    for (auto& planned : run.jobs)
        for (const auto& job : before->jobs)
            if (job.suite == planned.suite) planned.max_trials = job.max_trials;
    if (run.kind == model::RunKind::merge_group)
        for (auto& job : run.jobs) job.time_limit = input.config.merge_group_timeout;
    Plan plan = nothing("run again by button");
    plan.runs.push_back(std::move(run));
    return plan;
}

/// Some run that stands has measured it, whatever the paths that are changed.
bool was_measured(const PlanInput& input, const model::Suite& suite) {
    return std::ranges::any_of(standing_answers(input), [&](const ExistingRun* run) {
        return std::ranges::any_of(
            run->jobs, [&](const ExistingJob& job) { return job.suite == suite.name && job.claims_since.empty(); });
    });
}

Plan rerun_pull(const PlanInput& input, const CheckTrigger& trigger) {
    if (!input.pull->open) return restated(input, trigger, "the pull request is closed", "The pull request is closed.");
    Plan plan;
    const bool is_measured = !standing_answers(input).empty();
    if (const auto fork = fork_answer(input); fork != ForkAnswer::may_run) {
        if (is_measured)
            return restated(input, trigger, "a fork's head that may not run", held_back_text(fork, *input.pull));
        plan.reason = "a fork's head that may not run";
        add_check(plan, trigger.head_sha, fork == ForkAnswer::never ? "neutral" : "action_required",
                  fork == ForkAnswer::never ? "Not measured: forks are not measured here"
                                            : "Waiting for a maintainer's approval",
                  held_back_text(fork, *input.pull));
        return plan;
    }
    if (!input.base_sha && is_measured)
        return restated(input, trigger, "no common history", "It has no common history with its base any more.");
    if (!input.base_sha) return add_no_base_check(plan, input), plan;
    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_pull(suite, input.changed_paths); };
    auto suites = suites_where(input.config, wanted);
    if (suites.empty())
        suites = suites_where(input.config, [&](const model::Suite& suite) { return was_measured(input, suite); });
    if (suites.empty() && is_measured)
        return restated(input, trigger, "none of its suites is left", "None of the suites of its run is left.");
    if (suites.empty()) return add_no_suite_check(plan, input, trigger.head_sha, wanted), plan;
    PlannedRun run = run_of_pull(input);
    run.kind = model::RunKind::command;
    run.priority = priority::asked_for;
    run.requested_by = trigger.sender;
    add_jobs(run, input, suites);
    settle_with_existing(plan, input, run);
    if (run.jobs.empty()) return restated(input, trigger, "all of it is under way", "It is under way already.");
    plan.reason = fmt::format("{} suites by button", run.jobs.size());
    plan.runs.push_back(std::move(run));
    return plan;
}

}  // namespace

std::optional<CheckRequest> check_request_of(const CheckRunEvent& event) {
    if (event.action == CheckRunAction::rerequested || event.identifier == "rerun") return CheckRequest::rerun;
    if (event.identifier == "waive") return CheckRequest::waive;
    return std::nullopt;
}

Plan plan_check(const PlanInput& input, const CheckTrigger& trigger) {
    // GitHub shows these buttons to people with write access; a payload is not what proves it.
    if (trigger.permission != Permission::write && trigger.permission != Permission::admin)
        return restated(input, trigger, "no write access", "This takes write access to the repository.");
    for (const auto& run : input.existing)
        if (!trigger.delivery.empty() && run.request == trigger.delivery)
            return restated(input, trigger, "this press is planned already", "");
    const bool of_pull = input.pull && input.pull->head_sha == trigger.head_sha;
    if (trigger.request == CheckRequest::waive) {
        if (!of_pull || !input.pull->open)
            return restated(input, trigger, "no open pull request has this head",
                            "No open pull request has this commit as its head: nothing was waived.");
        return plan_waive_button(input, trigger);
    }
    return of_pull ? rerun_pull(input, trigger) : rerun_as_before(input, trigger);
}

}  // namespace benchgate::planning
