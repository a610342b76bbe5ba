#pragma once
// A plan as rows: runs, jobs, superseded ones, checks, replies, all in the transaction of the event that led to it.
// Decides nothing (core/planning) and sends nothing (outbox.h).

#include <string>

#include "core/planning/plan.h"
#include "service/reports/run_report.h"
#include "service/store/pool.h"
#include "service/workers/outbox_items.h"
#include "service/workers/planned_runs.h"

namespace benchgate::workers {

struct PlanContext {
    planning::PlanInput input;
    std::string config_text;  ///< the .benchgate.yml that was used
    std::string trigger_id;   ///< delivery id
    std::optional<std::int64_t> number;
    std::optional<std::int64_t> comment_id;
};

RunGround ground_of(const PlanContext& context);

/// What the check of a run says that is over before its end; nullopt: a newer run of the commit owns the check.
std::optional<CheckItem> closing_check(const std::string& run_id, const std::string& head_sha, bool superseded,
                                       const PlanContext& context);
CheckItem check_of(const planning::PlannedCheck& check);

/// Below a button there is no comment to answer: who pressed it finds the answer in the check. Markdown; may be empty.
std::string remark_on(const planning::Plan& plan, const PlanContext& context);

void carry_out(store::Tx& tx, const planning::Plan& plan, const PlanContext& context,
               const reports::Addresses& addresses, store::Time now);

}  // namespace benchgate::workers
