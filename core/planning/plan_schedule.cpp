// What follows when the time of suites' schedules has come.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/planning/cron.h"
#include "core/planning/plan_jobs.h"

namespace benchgate::planning {
namespace {

/// So many tries in vain, and the commit that they were compared with is taken for the reason: a base that no longer
/// builds must not hold up the suite for ever.
constexpr int most_failures_of_base = 3;

std::string short_name(const std::string& sha) {
    return sha.substr(0, 9);
}

/// Whether runs that were asked for at this commit have measured the suite, or are about to.
bool is_measured_at(const PlanInput& input, const std::string& suite, const std::string& head_sha) {
    return std::ranges::any_of(input.existing, [&](const ExistingRun& run) {
        const bool counts = run.kind == model::RunKind::push || run.kind == model::RunKind::schedule;
        return counts && run.head_sha == head_sha && std::ranges::any_of(run.jobs, [&](const ExistingJob& job) {
                   return job.suite == suite && (is_unfinished(job) || job.state == model::JobState::succeeded);
               });
    });
}

/// What the suite is compared with, or why it is not measured.
struct Comparison {
    std::string base_sha;
    std::string why_not;
};

Comparison comparison_of(const PlanInput& input, const ScheduleTrigger& trigger, const model::Suite& suite) {
    const auto known = input.scheduled.find(suite.name);
    const auto before = known == input.scheduled.end() ? ScheduledBefore() : known->second;
    const auto& head = trigger.line.back();
    if (const auto why = unmeasured_because(suite); !why.empty()) return {"", std::string(why)};
    if (before.open) return {"", "not started again: the run of an earlier time is not over"};
    if (before.measured_sha == head || is_measured_at(input, suite.name, head))
        return {"", fmt::format("skipped: nothing changed, {} is measured already", short_name(head))};
    // A base that is not on the branch any more cannot be fetched from it.
    const bool is_on_line = std::ranges::find(trigger.line, before.measured_sha) != trigger.line.end();
    if (is_on_line && before.failed_since < most_failures_of_base) return {before.measured_sha, ""};
    if (trigger.line.size() < 2) return {"", "skipped: the branch has one commit, and nothing to compare it with"};
    if (std::ranges::find(trigger.suites_before, suite.name) == trigger.suites_before.end())
        return {"",
                fmt::format("skipped: {} brought this suite, so that there is nothing to compare it with before the "
                            "next commit",
                            short_name(head))};
    return {trigger.line[trigger.line.size() - 2], ""};
}

PlannedRun run_from(const PlanInput& input, const ScheduleTrigger& trigger, const std::string& base_sha) {
    PlannedRun run;
    run.kind = model::RunKind::schedule;
    run.base_sha = base_sha;
    run.head_sha = trigger.line.back();
    run.base_ref = run.head_ref = trigger.branch;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::schedule;
    return run;
}

}  // namespace

std::vector<DueSuite> schedules_of(const model::Config& config, Time now) {
    std::vector<DueSuite> due;
    for (const auto& suite : config.suites) {
        if (!suite.on.schedule) continue;
        const auto line = model::read_cron(*suite.on.schedule);
        if (const auto next = line ? next_after(*line, now) : std::nullopt)
            due.push_back({suite.name, *suite.on.schedule, *next});
    }
    return due;
}

Plan plan_schedule(const PlanInput& input, const ScheduleTrigger& trigger) {
    if (trigger.line.empty()) return nothing("the default branch has no commit that could be fetched");
    Plan plan;
    std::map<std::string, Suites> by_base;
    for (const auto& suite : input.config.suites) {
        if (!suite.on.schedule || std::ranges::find(trigger.suites, suite.name) == trigger.suites.end()) continue;
        const auto comparison = comparison_of(input, trigger, suite);
        if (comparison.why_not.empty()) by_base[comparison.base_sha].push_back(&suite);
        plan.schedule_words.push_back(
            {suite.name, comparison.why_not.empty()
                             ? fmt::format("{} is measured against {}", short_name(trigger.line.back()),
                                           short_name(comparison.base_sha))
                             : comparison.why_not});
    }
    for (const auto& [base_sha, suites] : by_base) {
        auto run = run_from(input, trigger, base_sha);
        run.attempt += static_cast<int>(plan.runs.size());
        add_jobs(run, input, suites);
        plan.runs.push_back(std::move(run));
    }
    std::size_t measured = 0;
    for (const auto& run : plan.runs) measured += run.jobs.size();
    plan.reason = fmt::format("{} of {} suites whose time has come", measured, trigger.suites.size());
    return plan;
}

}  // namespace benchgate::planning
