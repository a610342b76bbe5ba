#include <fmt/format.h>

#include <algorithm>

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {
namespace {

constexpr int quick_trials = 12;  // the second look of the sequential plan: enough to see what is large

Plan answered(std::string reaction, std::string message, std::string reason) {
    Plan plan;
    plan.reply = PlannedReply{std::move(reaction), std::move(message)};
    plan.reason = std::move(reason);
    return plan;
}

Plan refused(std::string message, std::string reason) {
    return answered("confused", std::move(message), std::move(reason));
}

std::vector<std::string> names_of(const std::vector<model::Suite>& suites) {
    std::vector<std::string> names;
    for (const auto& suite : suites) names.push_back(suite.name);
    return names;
}

/// Unfinished runs that a new one makes pointless: of older heads, and of this head if it measures all that they do.
void supersede(Plan& plan, const PlanInput& input, const PlannedRun& fresh) {
    for (const auto* run : runs_of_pull(input)) {
        if (!is_unfinished(*run)) continue;
        const bool covered = std::all_of(run->jobs.begin(), run->jobs.end(), [&](const ExistingJob& job) {
            return std::any_of(fresh.jobs.begin(), fresh.jobs.end(),
                               [&](const PlannedJob& planned) { return planned.suite == job.suite; });
        });
        if (run->head_sha != fresh.head_sha || covered) plan.superseded.push_back(run->id);
    }
}

/// What a person is told of suites that were asked for and cannot be measured, Markdown; empty: there are none.
std::string left_out(const PlanInput& input, const Wanted& wanted) {
    std::string text;
    for (auto clause : unmeasured_where(input.config, wanted, [](const std::string& name) { return as_code(name); })) {
        clause[0] = 'S';
        text += (text.empty() ? "" : "\n") + clause + ".";
    }
    return text;
}

Plan started(const PlanInput& input, const CommandTrigger& trigger, const SuiteList& suites, std::string message = {}) {
    PlannedRun run = run_of_pull(input);
    run.kind = model::RunKind::command;
    run.priority = 30;
    run.comment_id = trigger.comment_id;
    run.requested_by = trigger.author;
    add_jobs(run, input, suites);
    const auto& values = trigger.command.values;
    const auto value = [&](const char* key) {
        const auto found = values.find(key);
        return found == values.end() ? std::string() : found->second;
    };
    if (!value("base").empty()) run.base_ref = value("base");
    for (auto& job : run.jobs) {
        job.filter = value("filter");
        if (!value("host").empty()) job.host_class = list_of(value("host"));
        if (value("profile") == "quick") job.max_trials = std::min(job.max_trials, quick_trials);
        if (!value("trials").empty()) job.max_trials = std::stoi(value("trials"));
    }
    Plan plan = answered("rocket", std::move(message), fmt::format("{} suites on command", suites.size()));
    supersede(plan, input, run);
    plan.runs.push_back(std::move(run));
    return plan;
}

Plan no_base(const CommandTrigger& trigger) {
    const auto base = trigger.command.values.find("base");
    if (base != trigger.command.values.end())
        return refused(fmt::format("{} is no branch, tag or commit of this repository that has history in common with "
                                   "this pull request.",
                                   as_code(base->second)),
                       "the base cannot be found");
    return refused(
        "The head has no commit in common with the base branch that could be fetched, and no other commit is "
        "taken in its place.",
        "no merge-base");
}

bool runs_for_pulls(const model::Suite& suite) {
    return suite.on.pull_request;
}

Plan no_suite(const PlanInput& input) {
    if (auto text = left_out(input, runs_for_pulls); !text.empty())
        return refused(std::move(text), "only suites that cannot be measured");
    return refused("No suite of `.benchgate.yml` runs for pull requests. `/rebench suite=NAME` measures any suite.",
                   "no suite for pull requests");
}

Plan plan_run(const PlanInput& input, const CommandTrigger& trigger) {
    if (needs_approval(input)) return refused(approval_text(*input.pull), "a fork's head that nobody approved");
    if (!input.base_sha) return no_base(trigger);
    const auto named = trigger.command.values.find("suite");
    if (named == trigger.command.values.end()) {
        const auto suites = suites_where(input.config, runs_for_pulls);
        if (suites.empty()) return no_suite(input);
        return started(input, trigger, suites);
    }
    const auto names = list_of(named->second);
    const auto known = names_of(input.config.suites);
    for (const auto& name : names) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string text = fmt::format("There is no suite {}.", as_code(name));
        if (const auto near = nearest(name, known)) text += fmt::format(" Did you mean {}?", as_code(*near));
        text += known.empty() ? " The configuration of the base has none." : " Suites:";
        for (const auto& suite : known) text += " " + as_code(suite);
        return refused(std::move(text), "an unknown suite");
    }
    const Wanted wanted = [&](const model::Suite& suite) {
        return std::find(names.begin(), names.end(), suite.name) != names.end();
    };
    const auto suites = suites_where(input.config, wanted);
    if (suites.empty()) return refused(left_out(input, wanted), "only suites that cannot be measured");
    return started(input, trigger, suites, left_out(input, wanted));
}

Plan plan_approve(const PlanInput& input, const CommandTrigger& trigger) {
    if (!input.pull->fork)
        return refused(
            "This pull request's head is a branch of this repository and needs no approval. `/rebench` measures "
            "it again.",
            "no fork");
    const auto& words = trigger.command.words;
    // A comment carries no head, so an approval that names none could fall on a commit pushed after the reading.
    if (words.empty())
        return refused(
            fmt::format("Name the commit that you have read; the head is now:\n\n```\n/rebench approve {}\n```",
                        input.pull->head_sha),
            "an approval without a commit");
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    if (!std::equal(words[0].begin(), words[0].end(), input.pull->head_sha.begin(), input.pull->head_sha.end(), same))
        return refused(fmt::format("The head has moved: it is `{}` now, and {} is not approved any more.",
                                   input.pull->head_sha, as_code(words[0])),
                       "an approval of another commit");
    if (!needs_approval(input)) return answered("eyes", "This commit is approved already.", "approved already");
    if (!input.base_sha) return no_base(trigger);
    auto suites = suites_where(input.config,
                               [&](const model::Suite& suite) { return wanted_by_pull(suite, input.changed_paths); });
    if (suites.empty()) suites = suites_where(input.config, runs_for_pulls);
    if (suites.empty()) return no_suite(input);
    Plan plan = started(input, trigger, suites);
    add_skipped_checks(plan, input, suites);
    return plan;
}

Plan plan_cancel(const PlanInput& input) {
    Plan plan = answered("rocket", "", "cancelled on command");
    for (const auto* run : runs_of_pull(input))
        if (is_unfinished(*run)) plan.cancelled.push_back(run->id);
    if (plan.cancelled.empty()) return refused("Nothing is queued or under way.", "nothing to cancel");
    return plan;
}

const ExistingRun* latest_run(const PlanInput& input) {
    const ExistingRun* latest = nullptr;
    for (const auto* run : runs_of_pull(input))
        if (run->head_sha == input.pull->head_sha && (latest == nullptr || run->attempt > latest->attempt))
            latest = run;
    return latest;
}

Plan plan_status(const PlanInput& input) {
    const ExistingRun* run = latest_run(input);
    const std::string head = input.pull->head_sha.substr(0, 9);
    if (run == nullptr)
        return answered("eyes", fmt::format("Nothing was measured for the head `{}`, and nothing is queued.", head),
                        "status");
    std::string text = fmt::format("Head `{}`, attempt {}: {}.\n", head, run->attempt, model::to_string(run->state));
    for (const auto& job : run->jobs)
        text += fmt::format("\n- {}: {}", as_code(job.suite), model::to_string(job.state));
    return answered("eyes", std::move(text), "status");
}

Plan plan_retry(const PlanInput& input, const CommandTrigger& trigger) {
    const ExistingRun* run = latest_run(input);
    if (run == nullptr) return refused("The head was not measured yet. `/rebench` does that.", "nothing to retry");
    if (is_unfinished(*run)) return refused("The last run is not finished yet.", "nothing to retry");
    if (!input.base_sha) return no_base(trigger);
    const auto failed = [&](const model::Suite& suite) {
        return std::any_of(run->jobs.begin(), run->jobs.end(), [&](const ExistingJob& job) {
            return job.suite == suite.name && job.state != model::JobState::succeeded && !is_unfinished(job);
        });
    };
    const auto suites = suites_where(input.config, failed);
    if (suites.empty())
        return refused("Every suite of the last run was measured. `/rebench` measures them again.", "nothing to retry");
    return started(input, trigger, suites);
}

}  // namespace

Plan plan_command(const PlanInput& input, const CommandTrigger& trigger) {
    for (const auto& run : input.existing)
        if (run.comment_id == trigger.comment_id) {
            Plan plan;
            plan.reason = "this command is planned already";
            return plan;
        }
    if (trigger.command.verb == Verb::help) return answered("eyes", help_text(), "help");
    if (!input.pull || !input.pull->open) return refused("This pull request is closed.", "closed");
    if (trigger.command.verb == Verb::status) return plan_status(input);
    if (trigger.permission != Permission::write && trigger.permission != Permission::admin)
        return refused(
            fmt::format("This needs write access to this repository: `/rebench {}`.", to_string(trigger.command.verb)),
            "no write access");
    switch (trigger.command.verb) {
        case Verb::run:
            return plan_run(input, trigger);
        case Verb::approve:
            return plan_approve(input, trigger);
        case Verb::cancel:
            return plan_cancel(input);
        case Verb::retry:
            return plan_retry(input, trigger);
        default:
            break;
    }
    return refused(fmt::format("This version of benchgate cannot carry out `/rebench {}`.\n\n{}",
                               to_string(trigger.command.verb), help_text()),
                   "a command of a later version");
}

}  // namespace benchgate::planning
