// The verbs that ask something besides the gate: aa, profile, bisect.

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/nearest.h"
#include "core/planning/plan_forks.h"
#include "core/planning/plan_text.h"
#include "core/planning/plan_verbs.h"

namespace benchgate::planning {
namespace {

constexpr std::size_t most_open_searches = 5;  // of a pull request
constexpr int most_open_profiles = 5;

void set_request(PlannedRun& run, const CommandTrigger& trigger) {
    run.comment_id = trigger.comment_id;
    run.requested_by = trigger.author;
    run.request = request_of(trigger);
}

const ExistingRun* unfinished_where(const PlanInput& input, const std::function<bool(const ExistingRun&)>& wanted) {
    for (const auto* run : runs_of_pull(input))
        if (is_unfinished(*run) && wanted(*run)) return run;
    return nullptr;
}

std::vector<std::string> measured_benchmarks(const PlanInput& input) {
    std::vector<std::string> names;
    if (input.judged)
        for (const auto& series : input.judged->series) names.push_back(series.verdict.series.key.benchmark);
    return names;
}

}  // namespace

std::string unknown_benchmark(const PlanInput& input, const std::string& benchmark) {
    std::string text = fmt::format("The last run measured no benchmark {}.", as_code(benchmark));
    const auto near = nearest_names(benchmark, measured_benchmarks(input), 3);
    return near.empty() ? text : text + fmt::format(" Did you mean {}?", code_list(near));
}

FoundSuite suite_of_benchmark(const PlanInput& input, const std::string& benchmark) {
    const auto suites = suites_where(input.config, [](const model::Suite&) { return true; });
    if (!input.judged || input.judged->series.empty()) {
        if (suites.size() == 1) return {suites[0], ""};
        return {nullptr,
                "Nothing was judged here yet, so it is not known which suite measures this benchmark. `/rebench` "
                "measures them all."};
    }
    for (const auto& series : input.judged->series) {
        if (series.verdict.series.key.benchmark != benchmark) continue;
        for (const auto* suite : suites)
            if (suite->name == series.suite) return {suite, ""};
    }
    return {nullptr, unknown_benchmark(input, benchmark)};
}

Plan plan_calibration(const PlanInput& input, const CommandTrigger& trigger) {
    const auto chosen = chosen_suites(input, trigger.command);
    if (!chosen.problem.empty()) return refused(chosen.problem, "no such suite");
    if (!input.base_sha) return refused("The base commit could not be fetched.", "no base");
    if (unfinished_where(input, [](const auto& run) { return run.kind == model::RunKind::calibration; }) != nullptr)
        return refused("A calibration is queued or under way already. `/rebench cancel` ends it.", "a second one");
    PlannedRun run = run_of_pull(input);
    run.kind = model::RunKind::calibration;
    run.head_sha = run.base_sha;
    run.head_ref = run.base_ref;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::calibration;
    set_request(run, trigger);
    add_jobs(run, input, chosen.suites);
    Plan plan = answered("rocket",
                         fmt::format("Measures the base `{}` against itself. It waits until nothing else is queued.",
                                     short_sha(run.base_sha)),
                         "a calibration on command");
    plan.runs.push_back(std::move(run));
    return plan;
}

Plan plan_profile(const PlanInput& input, const CommandTrigger& trigger) {
    if (const auto fork = fork_answer(input); fork != ForkAnswer::may_run)
        return refused(held_back_text(fork, *input.pull), "a fork's head that may not run");
    if (!input.base_sha) return refused("There is no merge-base to compare with.", "no merge-base");
    const auto& benchmark = trigger.command.words[0];
    const auto found = suite_of_benchmark(input, benchmark);
    if (found.suite == nullptr) return refused(found.problem, "an unknown benchmark");
    const auto is_profile = [](const auto& run) { return run.kind == model::RunKind::profile; };
    const auto* before = unfinished_where(input, [&](const auto& run) {
        return is_profile(run) && run.profile == benchmark && run.head_sha == input.pull->head_sha;
    });
    if (before != nullptr)
        return answered(
            "eyes",
            fmt::format("This profile is {} since {}.", model::to_string(before->state), moment(before->created_at)),
            "it is under way");
    const auto runs = runs_of_pull(input);
    if (std::count_if(runs.begin(), runs.end(),
                      [&](const auto* run) { return is_profile(*run) && is_unfinished(*run); }) >= most_open_profiles)
        return refused(fmt::format("{} profiles of this pull request are under way. `/rebench cancel` ends them.",
                                   most_open_profiles),
                       "too many at once");
    PlannedRun run = run_of_pull(input);
    run.kind = model::RunKind::profile;
    run.priority = priority::asked_for;
    run.profile = benchmark;
    set_request(run, trigger);
    add_jobs(run, input, {found.suite});
    Plan plan = answered("rocket", "", "a profile on command");
    plan.runs.push_back(std::move(run));
    return plan;
}

Plan plan_bisect(const PlanInput& input, const CommandTrigger& trigger) {
    const auto& benchmark = trigger.command.words[0];
    const auto written = range_of(trigger.command);
    if (!written || !input.range) return refused("The range of commits could not be looked up.", "no range");
    const auto& range = *input.range;
    for (const auto& [name, sha] : {std::pair(written->good, range.good), std::pair(written->bad, range.bad)})
        if (!sha)
            return refused(
                fmt::format("{} is no branch or tag of this repository, nor a commit that one of them holds. "
                            "Commits of forks are not taken.",
                            as_code(name)),
                "an unknown commit");
    if (range.commits.empty() || range.commits.back() != *range.bad)
        return refused(fmt::format("{} does not come before {} along first parents.", as_code(written->good),
                                   as_code(written->bad)),
                       "no range");
    if (range.commits.size() > most_searched_commits)
        return refused(fmt::format("There are more than {} commits between {} and {}; no more are searched.",
                                   most_searched_commits, as_code(written->good), as_code(written->bad)),
                       "too long a range");
    const auto found = suite_of_benchmark(input, benchmark);
    if (found.suite == nullptr) return refused(found.problem, "an unknown benchmark");
    const auto open = open_searches(input);
    for (const auto* search : open)
        if (search->benchmark == benchmark)
            return refused(fmt::format("A search for {} is under way since {}. `/rebench cancel` ends it.",
                                       as_code(benchmark), moment(search->created_at)),
                           "a second one");
    if (open.size() >= most_open_searches)
        return refused(
            fmt::format("{} searches of this pull request are under way. `/rebench cancel` ends them.", open.size()),
            "too many at once");

    PlannedBisection bisection;
    bisection.number = input.pull->number;
    bisection.suite = found.suite->name;
    bisection.benchmark = benchmark;
    bisection.good_sha = *range.good;
    bisection.bad_sha = *range.bad;
    bisection.commits = range.commits;
    bisection.ref = range.ref;
    bisection.comment_id = trigger.comment_id;
    bisection.requested_by = trigger.author;
    bisection.request = request_of(trigger);
    // What is said of it is said anew at each step (core/reporting/search_report.h).
    Plan plan = answered("rocket", "", fmt::format("a search in {} commits on command", range.commits.size()));
    plan.runs.push_back(run_of_step(bisection, *range.bad, input));
    plan.bisection = std::move(bisection);
    return plan;
}

PlannedRun run_of_step(const PlannedBisection& bisection, const std::string& sha, const PlanInput& input) {
    PlannedRun run;
    run.kind = model::RunKind::bisection;
    const bool asked_for = bisection.number != 0;
    if (asked_for) run.pull_number = bisection.number;
    run.base_sha = bisection.good_sha;
    run.head_sha = sha;
    run.base_ref = run.head_ref = bisection.ref;
    run.attempt = next_attempt(input, sha);
    run.priority = asked_for ? priority::asked_for : priority::history;
    if (asked_for) run.comment_id = bisection.comment_id;
    run.requested_by = bisection.requested_by;
    run.request = bisection.request;
    add_jobs(run, input, suites_where(input.config, [&](const auto& suite) { return suite.name == bisection.suite; }));
    for (auto& job : run.jobs) job.filter = bisection.benchmark;
    return run;
}

}  // namespace benchgate::planning
