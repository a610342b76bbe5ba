#include "core/judging/plan.h"

#include <algorithm>

namespace benchgate::judging {

std::optional<int> Plan::look_at(int trials) const {
    std::optional<int> due;
    for (std::size_t k = 0; k < looks.size() && looks[k].trials <= trials; ++k) due = static_cast<int>(k);
    return due;
}

Plan make_plan(const PlanOptions& options) {
    const int wished = std::min(options.max_trials, max_planned_trials);
    const int last = std::max(wished / trials_per_block, 1) * trials_per_block;
    Plan plan;
    plan.tests = std::max(options.tests, 1);
    plan.alpha = options.false_alarms / plan.tests;
    for (const int trials : {8, 12, 20, 28, 40, 60})
        if (trials < last) plan.looks.push_back({trials, 0});
    plan.looks.push_back({last, 0});
    const double weights = static_cast<double>((1 << plan.looks.size()) - 1);
    for (std::size_t k = 0; k < plan.looks.size(); ++k)
        plan.looks[k].alpha = plan.alpha * static_cast<double>(1 << k) / weights;
    return plan;
}

}  // namespace benchgate::judging
