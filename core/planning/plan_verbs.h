#pragma once
// The verbs of `/rebench` that start something or change what the gate counts, each as a plan. Who may type them is
// asked before (plan_command.cpp). Internal to planning.

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {

Plan plan_run(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_approve(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_retry(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_calibration(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_profile(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_bisect(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_waive(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_unwaive(const PlanInput& input, const CommandTrigger& trigger);

/// The button: every regression of this head that blocks, up to the upper end of its interval, for 30 days.
Plan plan_waive_button(const PlanInput& input, const CheckTrigger& trigger);

/// The suites of suite=a,b, else those that run for pull requests.
struct ChosenSuites {
    Suites suites;
    std::string problem;   ///< why there are none, Markdown: a name is not known, nothing can be measured
    std::string left_out;  ///< what a person is told of suites that cannot be measured while others are, Markdown
};
ChosenSuites chosen_suites(const PlanInput& input, const Command& command);

/// The suite that measures a benchmark, by the last judged run, else the only suite that there is.
struct FoundSuite {
    const model::Suite* suite = nullptr;
    std::string problem;  ///< Markdown; empty: none
};
FoundSuite suite_of_benchmark(const PlanInput& input, const std::string& benchmark);

/// "The last run measured no benchmark `X`." and what is near.
std::string unknown_benchmark(const PlanInput& input, const std::string& benchmark);

}  // namespace benchgate::planning
