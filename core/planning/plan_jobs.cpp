#include "core/planning/plan_jobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/model/globs.h"

namespace benchgate::planning {

bool is_unfinished(const ExistingRun& run) {
    return run.state == model::RunState::queued || run.state == model::RunState::running;
}

bool is_unfinished(const ExistingJob& job) {
    return job.state == model::JobState::queued || job.state == model::JobState::leased ||
           job.state == model::JobState::running;
}

std::vector<const ExistingRun*> runs_of_pull(const PlanInput& input) {
    std::vector<const ExistingRun*> runs;
    for (const auto& run : input.existing)
        if (input.pull && run.pull_number == input.pull->number) runs.push_back(&run);
    return runs;
}

int next_attempt(const std::vector<const ExistingRun*>& runs, const std::string& head_sha) {
    int attempt = 0;
    for (const auto* run : runs)
        if (run->head_sha == head_sha) attempt = std::max(attempt, run->attempt);
    return attempt + 1;
}

SuiteList suites_where(const model::Config& config, const Wanted& wanted) {
    SuiteList suites;
    for (const auto& suite : config.suites)
        if (wanted(suite) && unmeasured_because(suite).empty()) suites.push_back(&suite);
    return suites;
}

std::vector<std::string> unmeasured_where(const model::Config& config, const Wanted& wanted,
                                          const std::function<std::string(const std::string&)>& shown) {
    std::vector<std::string> clauses;
    for (const auto& suite : config.suites)
        if (const auto why = unmeasured_because(suite); !why.empty() && wanted(suite))
            clauses.push_back(fmt::format("suite {}: {}", shown(suite.name), why));
    return clauses;
}

bool wanted_by_pull(const model::Suite& suite, const std::optional<std::vector<std::string>>& changed_paths) {
    if (!suite.on.pull_request) return false;
    return !changed_paths || model::any_matches(suite.on.pull_request_paths, *changed_paths);
}

bool wanted_by_push(const model::Suite& suite, const PushTrigger& push, const PlanInput& input) {
    if (!suite.on.push) return false;
    const bool branch_fits = suite.on.push_branches.empty() ? push.branch == input.repository.default_branch
                                                            : model::globs_match(suite.on.push_branches, push.branch);
    return branch_fits && (!input.changed_paths || model::any_matches(suite.on.push_paths, *input.changed_paths));
}

void add_jobs(PlannedRun& run, const PlanInput& input, const SuiteList& suites) {
    for (const auto* suite : suites) {
        PlannedJob job;
        job.suite = suite->name;
        job.host_class = input.config.host_class;
        job.seed = derive_seed({input.repository.id, run.head_sha, suite->name, run.attempt});
        job.false_alarms = input.config.policy.false_alarms / static_cast<double>(suites.size());
        job.max_trials = suite->max_trials;
        run.jobs.push_back(std::move(job));
    }
}

PlannedRun run_of_pull(const PlanInput& input) {
    PlannedRun run;
    run.kind = model::RunKind::pull_request;
    run.pull_number = input.pull->number;
    run.base_sha = input.base_sha.value_or("");
    run.base_ref = input.pull->base_ref;
    run.head_sha = input.pull->head_sha;
    run.head_ref = input.pull->head_ref;
    run.attempt = next_attempt(runs_of_pull(input), run.head_sha);
    run.priority = 20;
    return run;
}

void add_skipped_checks(Plan& plan, const PlanInput& input, const SuiteList& planned) {
    for (const auto& suite : input.config.suites) {
        if (!suite.on.pull_request || std::find(planned.begin(), planned.end(), &suite) != planned.end()) continue;
        PlannedCheck check{suite.name, input.pull->head_sha, "skipped", "Not measured: no changed path concerns it",
                           "None of the paths that this pull request changes matches the suite's "
                           "`on.pull_request.paths`. `/rebench` measures it all the same."};
        if (const auto why = unmeasured_because(suite); !why.empty()) {
            check.title = fmt::format("Not measured: {}", why);
            check.summary =
                "The suite names a load tool and no `run` command, and this version measures commands only.";
        }
        plan.checks.push_back(std::move(check));
    }
}

bool needs_approval(const PlanInput& input) {
    if (!input.pull || !input.pull->fork) return false;
    // Nothing of a fork is planned without approval, so a run of this very commit means that it was given.
    const auto runs = runs_of_pull(input);
    return std::none_of(runs.begin(), runs.end(),
                        [&](const auto* run) { return run->head_sha == input.pull->head_sha; });
}

std::string approval_text(const PullRequest& pull) {
    return fmt::format(
        "This pull request comes from a fork, and its code runs on this project's benchmark hosts only after a "
        "maintainer has looked at it. Somebody with write access can let this commit run by commenting:\n\n"
        "```\n/rebench approve {}\n```\n\nA push makes the approval void.",
        pull.head_sha);
}

std::uint64_t derive_seed(const SeedInput& input) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c :
         fmt::format("{}\n{}\n{}\n{}", input.repository_id, input.head_sha, input.suite, input.attempt)) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return (hash ^ (hash >> 31)) >> 11;
}

}  // namespace benchgate::planning
