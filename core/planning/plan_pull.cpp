// What a pull request's own events lead to.

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/auto_profile.h"
#include "core/planning/plan_forks.h"
#include "core/planning/plan_jobs.h"

namespace benchgate::planning {
namespace {

Plan plan_closed(const PlanInput& input) {
    Plan plan = nothing("the pull request is closed");
    for (const auto* run : runs_of_pull(input))
        if (is_unfinished(*run)) plan.cancelled.push_back(run->id);
    for (const auto* search : open_searches(input)) plan.cancelled_searches.push_back(search->id);
    return plan;
}

/// A replayed delivery, or a pull request opened again. A run against another base branch is no answer.
bool is_answered(const PlanInput& input) {
    const auto runs = answers(input);
    return std::any_of(runs.begin(), runs.end(), [&](const ExistingRun* run) {
        return run->kind == model::RunKind::pull_request && run->base_ref == input.pull->base_ref;
    });
}

/// Somebody has asked for this suite already: all of it against this base, or in any way and it is not over.
bool is_asked_for(const PlanInput& input, const model::Suite& suite) {
    for (const auto* run : answers(input)) {
        if (run->kind != model::RunKind::command) continue;
        for (const auto& job : run->jobs)
            if (job.suite == suite.name && job.claims_since.empty() &&
                (is_unfinished(job) || (run->base_ref == input.pull->base_ref && job.filter.empty() &&
                                        job.state != model::JobState::cancelled)))
                return true;
    }
    return false;
}

void add_draft_check(Plan& plan, const PlanInput& input) {
    add_check(plan, input.pull->head_sha, "skipped", "Not measured while it is a draft",
              "Benchmarks run when the pull request is marked as ready for review, or on `/rebench`.");
}

/// The reasons for which no run is planned, each told on the check; true: one of them holds.
bool is_held_back(Plan& plan, const PlanInput& input) {
    const auto fork = fork_answer(input);
    if (input.pull->draft) {
        // A draft is not measured of itself, so whatever a command measured is all the answer that it waits for.
        plan.reason = "a draft";
        if (answers(input).empty()) add_draft_check(plan, input);
    } else if (fork == ForkAnswer::never) {
        plan.reason = "forks are not measured here";
        add_check(plan, input.pull->head_sha, "neutral", "Not measured: forks are not measured here",
                  held_back_text(fork, *input.pull));
    } else if (fork == ForkAnswer::needs_approval) {
        plan.reason = "a fork's head that nobody approved";
        add_check(plan, input.pull->head_sha, "action_required", "Waiting for a maintainer's approval",
                  held_back_text(fork, *input.pull));
    } else if (!input.base_sha) {
        add_no_base_check(plan, input);
    } else {
        return false;
    }
    return true;
}

/// A reason for which nothing is measured of itself passes a required check, so it never takes the place of what was
/// measured on command: that speaks again.
Plan unless_measured(Plan plan, const PlanInput& input) {
    const bool passes = std::any_of(plan.checks.begin(), plan.checks.end(),
                                    [](const PlannedCheck& check) { return check.conclusion != "action_required"; });
    if (!passes || standing_answers(input).empty()) return plan;
    plan.checks.clear();
    plan.restated_head = input.pull->head_sha;
    return plan;
}

/// What was begun by itself is not finished for a draft; what somebody asked for is.
Plan plan_draft(const PlanInput& input) {
    Plan plan = nothing("it became a draft");
    bool is_answered_otherwise = false;
    for (const auto* run : answers(input)) {
        if (run->kind == model::RunKind::pull_request && is_unfinished(*run))
            plan.cancelled.push_back(run->id);
        else
            is_answered_otherwise = true;
    }
    if (!is_answered_otherwise) add_draft_check(plan, input);
    return plan;
}

/// Nobody asked for it, and nobody looks at the old head's functions any more.
bool is_unasked_profile(const ExistingRun& run) {
    return run.kind == model::RunKind::profile && !profiled_run(run.request).empty();
}

/// Unfinished runs of older heads, and of this head against a branch that is no longer the base.
void supersede_older(Plan& plan, const PlanInput& input) {
    for (const auto* run : runs_of_pull(input)) {
        const bool other_base = run->kind == model::RunKind::pull_request && run->base_ref != input.pull->base_ref;
        const bool is_replaceable = measures_head(*run) || is_unasked_profile(*run);
        if (is_unfinished(*run) && is_replaceable && (run->head_sha != input.pull->head_sha || other_base))
            plan.superseded.push_back(run->id);
    }
}

}  // namespace

Plan plan_pull(const PlanInput& input, const PullRequestTrigger& trigger) {
    if (!input.pull) return nothing("the pull request is gone");
    if (trigger.action == PullRequestAction::closed || !input.pull->open) return plan_closed(input);
    if (trigger.action == PullRequestAction::converted_to_draft) return plan_draft(input);
    Plan plan;
    supersede_older(plan, input);
    // What was measured against this base speaks again: the check may show what another base was good for meanwhile.
    const bool is_back = trigger.action == PullRequestAction::base_changed;
    if (is_answered(input)) {
        plan.reason = "this head is planned already";
        if (is_back) plan.restated_head = input.pull->head_sha;
        return plan;
    }
    if (is_held_back(plan, input)) return unless_measured(std::move(plan), input);

    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_pull(suite, input.changed_paths); };
    const auto suites = suites_where(input.config, wanted);
    if (suites.empty()) {
        add_no_suite_check(plan, input, input.pull->head_sha, wanted);
        return unless_measured(std::move(plan), input);
    }
    auto open = suites;
    std::erase_if(open, [&](const model::Suite* suite) { return is_asked_for(input, *suite); });
    plan.reason = fmt::format("{} of {} suites", open.size(), input.config.suites.size());
    if (open.empty()) {
        if (is_back) plan.restated_head = input.pull->head_sha;
        return plan;
    }
    PlannedRun run = run_of_pull(input);
    add_jobs(run, input, open);
    plan.runs.push_back(std::move(run));
    return plan;
}

}  // namespace benchgate::planning
