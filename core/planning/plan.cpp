#include "core/planning/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {
namespace {

Plan nothing(std::string reason) {
    Plan plan;
    plan.reason = std::move(reason);
    return plan;
}

void add_whole_check(Plan& plan, const PlanInput& input, std::string conclusion, std::string title,
                     std::string summary) {
    plan.checks.push_back({"", input.pull->head_sha, std::move(conclusion), std::move(title), std::move(summary)});
}

Plan plan_closed(const PlanInput& input) {
    Plan plan = nothing("the pull request is closed");
    for (const auto* run : runs_of_pull(input))
        if (is_unfinished(*run)) plan.cancelled.push_back(run->id);
    return plan;
}

/// A replayed delivery, or a pull request opened again: this head has, or will have, its answer. Commands answer for
/// the suites that they named, and a draft may have seen narrow ones.
bool is_answered(const PlanInput& input, const SuiteList& suites) {
    std::set<std::string> commanded;
    bool any_command = false;
    for (const auto* run : runs_of_pull(input)) {
        const bool stands = run->state != model::RunState::cancelled && run->state != model::RunState::superseded;
        if (run->head_sha != input.pull->head_sha || !stands) continue;
        if (run->kind != model::RunKind::command) return true;
        any_command = true;
        for (const auto& job : run->jobs) commanded.insert(job.suite);
    }
    return any_command && std::all_of(suites.begin(), suites.end(),
                                      [&](const model::Suite* suite) { return commanded.contains(suite->name); });
}

/// Clauses about suites that are wanted and cannot be measured, for the log; empty: there are none.
std::string left_out(const PlanInput& input, const Wanted& wanted) {
    const auto as_it_is = [](const std::string& name) { return name; };
    return fmt::format("{}", fmt::join(unmeasured_where(input.config, wanted, as_it_is), "; "));
}

/// `left_out`: clauses about suites that would have run.
void add_nothing_to_measure(Plan& plan, const PlanInput& input, const std::string& left_out) {
    if (!left_out.empty()) {
        plan.reason = left_out;
        add_whole_check(plan, input, "skipped", "Nothing to measure: load suites are not measured yet",
                        "Every suite of `.benchgate.yml` that runs for this pull request names a load tool and no "
                        "`run` command, and this version measures commands only.");
        return;
    }
    plan.reason = "no suite matches the changed paths";
    add_whole_check(plan, input, "skipped", "Nothing to measure: no suite matches the changed paths",
                    fmt::format("`.benchgate.yml` of the base has {} suites, and none of them runs for the paths "
                                "that this pull request changes. `/rebench` measures all the same.",
                                input.config.suites.size()));
}

/// The reasons for which no run is planned, each told on the check; true: one of them holds.
bool is_held_back(Plan& plan, const PlanInput& input) {
    if (input.pull->draft) {
        add_whole_check(plan, input, "skipped", "Not measured while it is a draft",
                        "Benchmarks run when the pull request is marked as ready for review, or on `/rebench`.");
        plan.reason = "a draft";
    } else if (needs_approval(input)) {
        add_whole_check(plan, input, "action_required", "Waiting for a maintainer's approval",
                        approval_text(*input.pull));
        plan.reason = "a fork's head that nobody approved";
    } else if (!input.base_sha) {
        add_whole_check(plan, input, "neutral", "Not measured: there is no merge-base",
                        "The head has no commit in common with the base branch that could be fetched. No other commit "
                        "is taken in its place. A rebase onto the base branch mends this.");
        plan.reason = "no merge-base";
    } else {
        return false;
    }
    return true;
}

Plan plan_pull(const PlanInput& input, const PullRequestTrigger& trigger) {
    if (!input.pull) return nothing("the pull request is gone");
    if (trigger.action == PullRequestAction::closed || !input.pull->open) return plan_closed(input);
    Plan plan;
    for (const auto* run : runs_of_pull(input))
        if (is_unfinished(*run) && run->head_sha != input.pull->head_sha) plan.superseded.push_back(run->id);
    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_pull(suite, input.changed_paths); };
    const auto suites = suites_where(input.config, wanted);
    // A draft is not measured of itself, so whatever a command measured is all the answer that it waits for.
    if (is_answered(input, input.pull->draft ? SuiteList{} : suites)) {
        plan.reason = "this head is planned already";
        return plan;
    }
    if (is_held_back(plan, input)) return plan;

    add_skipped_checks(plan, input, suites);
    if (suites.empty()) {
        add_nothing_to_measure(plan, input, left_out(input, wanted));
        return plan;
    }
    PlannedRun run = run_of_pull(input);
    add_jobs(run, input, suites);
    plan.reason = fmt::format("{} of {} suites", suites.size(), input.config.suites.size());
    plan.runs.push_back(std::move(run));
    return plan;
}

Plan plan_push(const PlanInput& input, const PushTrigger& push) {
    if (!input.base_sha) return nothing("the branch is new: there is nothing to compare with");
    if (*input.base_sha == push.after) return nothing("the branch did not move");
    for (const auto& run : input.existing)
        if (run.kind == model::RunKind::push && run.head_sha == push.after)
            return nothing("this push is planned already");
    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_push(suite, push, input); };
    const auto suites = suites_where(input.config, wanted);
    if (suites.empty()) {
        const auto clauses = left_out(input, wanted);
        return nothing(clauses.empty() ? "no suite runs for this push" : clauses);
    }

    PlannedRun run;
    run.kind = model::RunKind::push;
    run.base_sha = *input.base_sha;
    run.base_ref = push.branch;
    run.head_sha = push.after;
    run.head_ref = push.branch;
    run.priority = 10;
    add_jobs(run, input, suites);
    Plan plan = nothing(fmt::format("{} of {} suites", suites.size(), input.config.suites.size()));
    plan.runs.push_back(std::move(run));
    return plan;
}

}  // namespace

Plan plan(const PlanInput& input) {
    if (const auto* trigger = std::get_if<PullRequestTrigger>(&input.trigger)) return plan_pull(input, *trigger);
    if (const auto* trigger = std::get_if<PushTrigger>(&input.trigger)) return plan_push(input, *trigger);
    return plan_command(input, std::get<CommandTrigger>(input.trigger));
}

}  // namespace benchgate::planning
