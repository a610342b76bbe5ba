#pragma once
// A pull request of a repository with two suites, as the tests of the plans begin with it. Owns no expectation.

#include <string>
#include <utility>
#include <vector>

#include "core/planning/plan.h"

namespace benchgate::planning::for_tests {

inline const std::string old_head(40, '1');
inline const std::string head(40, '2');
inline const std::string base(40, 'b');
inline constexpr auto today = std::chrono::sys_days{std::chrono::November / 21 / 2026};
inline constexpr Time now = today + std::chrono::hours(7) + std::chrono::minutes(30);

inline model::Suite suite(const std::string& name, std::vector<std::string> paths = {}) {
    model::Suite made;
    made.name = name;
    made.run = "bench";
    made.on.pull_request_paths = paths;
    made.on.push_paths = std::move(paths);
    return made;
}

/// One that says nothing to run.
inline model::Suite load_suite(const std::string& name) {
    auto made = suite(name);
    made.tier = model::Tier::load;
    made.run.clear();
    return made;
}

inline PlanInput pull_input(PullRequestAction action = PullRequestAction::opened) {
    PlanInput input;
    input.repository = {7, "acme", "engine", "main", false, ""};
    input.trigger = PullRequestTrigger{action};
    input.now = now;
    input.pull = PullRequest{12, head, "topic", "acme/engine", "main", base, false, false, true, "ann"};
    input.config.host_class = {"bare-metal"};
    input.config.suites = {suite("micro", {"src/**"}), suite("load", {"server/**"})};
    input.base_sha = base;
    input.changed_paths = std::vector<std::string>{"src/a.cpp"};
    return input;
}

inline PlanInput command_input(Command command, Permission permission = Permission::write) {
    auto input = pull_input();
    input.trigger = CommandTrigger{std::move(command), 500, "ann", permission};
    return input;
}

/// The command of a comment, which must be one.
inline PlanInput said(const std::string& comment, Permission permission = Permission::write) {
    return command_input(std::get<Command>(read_command(comment)), permission);
}

inline ExistingJob existing_job(const std::string& name, model::JobState state) {
    ExistingJob job;
    job.suite = name;
    job.state = state;
    job.host_class = {"bare-metal"};
    return job;
}

/// With one job of the suite micro that went wrong, or is in the state of the run.
inline ExistingRun existing(const std::string& id, const std::string& sha, model::RunState state) {
    ExistingRun run;
    run.id = id;
    run.pull_number = 12;
    run.base_sha = base;
    run.base_ref = "main";
    run.head_sha = sha;
    run.state = state;
    run.created_at = now - std::chrono::minutes(20);
    const auto job = state == model::RunState::queued    ? model::JobState::queued
                     : state == model::RunState::running ? model::JobState::running
                                                         : model::JobState::failed;
    run.jobs = {existing_job("micro", job)};
    return run;
}

inline JudgedSeries judged(const std::string& benchmark, double ratio, model::VerdictKind kind,
                           model::Action action = model::Action::log) {
    model::Verdict verdict;
    verdict.series = {{benchmark, "time"}, "ns", model::Better::lower, true};
    verdict.kind = kind;
    verdict.ratio = ratio;
    verdict.interval = {ratio - 0.01, ratio + 0.012};
    verdict.action = action;
    return {"micro", verdict};
}

inline std::vector<std::string> suites(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& run : plan.runs)
        for (const auto& job : run.jobs) names.push_back(job.suite);
    return names;
}

inline std::string answer(const Plan& plan) {
    return plan.reply ? plan.reply->message : "(no answer)";
}

inline bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace benchgate::planning::for_tests
