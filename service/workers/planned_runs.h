#pragma once
// A planned run as rows: the run and its jobs, each with the specification that its runner gets. Owns which refs hold
// the commits of each kind of run. Decides nothing (core/planning).

#include <string>
#include <vector>

#include "core/model/config.h"
#include "core/planning/plan.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"

namespace benchgate::workers {

/// What the rows need beside the plan.
struct RunGround {
    planning::Repository repository;
    const model::Config& config;  ///< has every suite that is planned; outlives the call
    std::string config_text;
    std::string trigger_id;  ///< of a run that names no request: the delivery
    std::string base_tip;    ///< tip of the pull request's base branch; empty: the planned base
};

/// A planned run as rows; their ids are made here.
struct PlannedRows {
    store::RunRow run;
    std::vector<store::NewJob> jobs;
};

/// Throws std::runtime_error for a suite that the configuration lacks.
PlannedRows rows_of(const planning::PlannedRun& planned, const RunGround& ground, store::Time now);

/// Writes them; the same errors.
store::RunRow insert_planned(store::Tx& tx, const planning::PlannedRun& planned, const RunGround& ground,
                             store::Time now);

}  // namespace benchgate::workers
