#pragma once
// A plan as rows: runs, jobs, superseded ones, checks, replies, all in the transaction of the event that led to it.
// Decides nothing (core/planning) and sends nothing (outbox.h).

#include <string>

#include "core/planning/plan.h"
#include "service/reports/run_report.h"
#include "service/store/pool.h"

namespace benchgate::workers {

struct PlanContext {
    planning::PlanInput input;
    std::string config_text;  ///< the .benchgate.yml that was used
    std::string trigger_id;   ///< delivery id
    std::optional<std::int64_t> number;
    std::optional<std::int64_t> comment_id;
};

void carry_out(store::Tx& tx, const planning::Plan& plan, const PlanContext& context,
               const reports::Addresses& addresses, store::Time now);

}  // namespace benchgate::workers
