// The verbs that measure the pull request's head: run, approve, retry.

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/nearest.h"
#include "core/planning/plan_forks.h"
#include "core/planning/plan_text.h"
#include "core/planning/plan_verbs.h"

namespace benchgate::planning {
namespace {

Plan no_base(const CommandTrigger& trigger) {
    if (const auto base = trigger.command.value("base"); !base.empty())
        return refused(fmt::format("{} is no branch or tag of this repository, nor a commit that one of them holds. "
                                   "Commits of forks are not taken.",
                                   as_code(base)),
                       "the base cannot be found");
    return refused(
        "The head has no commit in common with the base branch that could be fetched, and no other commit is "
        "taken in its place.",
        "no merge-base");
}

PlannedRun run_on_command(const PlanInput& input, const CommandTrigger& trigger) {
    PlannedRun run = run_of_pull(input);
    run.kind = model::RunKind::command;
    run.priority = priority::asked_for;
    run.comment_id = trigger.comment_id;
    run.requested_by = trigger.author;
    run.request = request_of(trigger);
    return run;
}

std::string under_way_text(const std::vector<UnderWay>& same) {
    std::string text = "Asked for in the same way before, and not measured twice:\n";
    for (const auto& [run, job] : same)
        text += fmt::format("\n- {}: {}, since {}", as_code(job->suite), state_of(*job), moment(run->created_at));
    return text;
}

/// The run without what is under way already, and the answer to whom asked for it.
Plan started(const PlanInput& input, PlannedRun run) {
    Plan plan;
    const auto same = settle_with_existing(plan, input, run);
    if (run.jobs.empty()) {
        plan.reply = PlannedReply{"eyes", under_way_text(same)};
        plan.reason = "all of it is under way";
        return plan;
    }
    plan.reply = PlannedReply{"rocket", same.empty() ? "" : under_way_text(same)};
    plan.reason = fmt::format("{} suites on command", run.jobs.size());
    plan.runs.push_back(std::move(run));
    return plan;
}

/// What stands against running this head; empty reason: nothing.
Plan held_back(const PlanInput& input, const CommandTrigger& trigger) {
    if (const auto fork = fork_answer(input); fork != ForkAnswer::may_run)
        return refused(held_back_text(fork, *input.pull), "a fork's head that may not run");
    return input.base_sha ? Plan() : no_base(trigger);
}

void set_parameters(PlannedRun& run, const PlanInput& input, const Command& command) {
    if (!command.value("base").empty()) run.base_ref = input.base_ref;
    run.aside = !command.value("base").empty();
    for (auto& job : run.jobs) {
        job.filter = command.value("filter");
        if (const auto host = command.value("host"); !host.empty()) job.host_class = list_of(host);
        run.aside = run.aside || job.host_class != input.config.host_class;
        if (command.value("profile") == "quick") job.max_trials = std::min(job.max_trials, quick_trials);
        if (const auto trials = command.value("trials"); !trials.empty()) job.max_trials = std::stoi(trials);
    }
}

}  // namespace

ChosenSuites chosen_suites(const PlanInput& input, const Command& command) {
    const auto wanted_names = list_of(command.value("suite"));
    std::vector<std::string> known;
    for (const auto& suite : input.config.suites) known.push_back(suite.name);
    ChosenSuites chosen;
    for (const auto& name : wanted_names) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        chosen.problem = fmt::format("There is no suite {}.", as_code(name));
        if (const auto near = nearest(name, known)) chosen.problem += fmt::format(" Did you mean {}?", as_code(*near));
        chosen.problem += known.empty() ? " The configuration of the base has none." : " Suites: " + code_list(known);
        return chosen;
    }
    const Wanted wanted = [&](const model::Suite& suite) {
        if (wanted_names.empty()) return suite.on.pull_request;
        return std::find(wanted_names.begin(), wanted_names.end(), suite.name) != wanted_names.end();
    };
    chosen.suites = suites_where(input.config, wanted);
    chosen.left_out = left_out_text(input, wanted);
    if (chosen.suites.empty())
        chosen.problem =
            chosen.left_out.empty()
                ? "No suite of `.benchgate.yml` runs for pull requests. `/rebench suite=NAME` measures any suite."
                : chosen.left_out;
    // Of suites that nobody named nobody asks what became of them.
    if (wanted_names.empty()) chosen.left_out.clear();
    return chosen;
}

Plan plan_run(const PlanInput& input, const CommandTrigger& trigger) {
    if (auto refusal = held_back(input, trigger); refusal.reply) return refusal;
    const auto chosen = chosen_suites(input, trigger.command);
    if (!chosen.problem.empty()) return refused(chosen.problem, "no suite to measure");
    PlannedRun run = run_on_command(input, trigger);
    add_jobs(run, input, chosen.suites);
    set_parameters(run, input, trigger.command);
    Plan plan = started(input, std::move(run));
    if (!chosen.left_out.empty()) plan.reply->message += (plan.reply->message.empty() ? "" : "\n\n") + chosen.left_out;
    return plan;
}

Plan plan_approve(const PlanInput& input, const CommandTrigger& trigger) {
    const auto fork = fork_answer(input);
    if (fork == ForkAnswer::never) return refused(held_back_text(fork, *input.pull), "forks are not measured here");
    const auto& words = trigger.command.words;
    if (fork == ForkAnswer::may_run)
        return answered("eyes",
                        input.pull->fork ? "This commit may run already."
                                         : "This pull request's head is a branch of this repository and needs no "
                                           "approval. `/rebench` measures it again.",
                        "no approval is needed");
    // A comment carries no head, so an approval that names none could fall on a commit pushed after the reading.
    if (words.empty())
        return refused(
            fmt::format("Name the commit that you have read; the head is now:\n\n```\n/rebench approve {}\n```",
                        input.pull->head_sha),
            "an approval without a commit");
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    const auto& head = input.pull->head_sha;
    if (!std::equal(words[0].begin(), words[0].end(), head.begin(), head.end(), same))
        return refused(fmt::format("The head has moved: it is `{}` now, and {} is not approved any more.", head,
                                   as_code(words[0])),
                       "an approval of another commit");
    if (!input.base_sha) return no_base(trigger);

    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_pull(suite, input.changed_paths); };
    const auto suites = suites_where(input.config, wanted);
    PlannedRun run = run_on_command(input, trigger);
    add_jobs(run, input, suites);
    Plan plan;
    if (suites.empty()) {
        add_no_suite_check(plan, input, head, wanted);
        plan.reply = PlannedReply{"rocket", "Approved. No suite runs for the paths that this pull request changes."};
    } else {
        plan = started(input, std::move(run));
    }
    plan.approval =
        Approval{input.repository.id, input.pull->number, head, trigger.author, trigger.comment_id, input.now};
    return plan;
}

Plan plan_retry(const PlanInput& input, const CommandTrigger& trigger) {
    const ExistingRun* last = latest_run(input);
    if (last == nullptr) return refused("The head was not measured yet. `/rebench` does that.", "nothing to retry");
    if (is_unfinished(*last)) return refused("The last run is not finished yet.", "nothing to retry");
    if (auto refusal = held_back(input, trigger); refusal.reply) return refusal;
    const auto failed_job = [&](const model::Suite& suite) {
        return std::find_if(last->jobs.begin(), last->jobs.end(), [&](const ExistingJob& job) {
            return job.suite == suite.name && job.state != model::JobState::succeeded && !is_unfinished(job);
        });
    };
    const auto suites =
        suites_where(input.config, [&](const auto& suite) { return failed_job(suite) != last->jobs.end(); });
    if (suites.empty())
        return refused("Every suite of the last run was measured. `/rebench` measures them again.", "nothing to retry");

    // As it was asked for the last time.
    PlannedRun run = run_on_command(input, trigger);
    if (!last->base_sha.empty()) run.base_sha = last->base_sha;
    if (!last->base_ref.empty()) run.base_ref = last->base_ref;
    run.aside = last->aside;
    add_jobs(run, input, suites);
    for (std::size_t i = 0; i < suites.size(); ++i) {
        const auto job = failed_job(*suites[i]);
        run.jobs[i].filter = job->filter;
        run.jobs[i].max_trials = job->max_trials;
        if (!job->host_class.empty()) run.jobs[i].host_class = job->host_class;
    }
    return started(input, std::move(run));
}

}  // namespace benchgate::planning
