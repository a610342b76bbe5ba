#pragma once
// Profiles that nobody typed: which runs have their regressions profiled, and how such a run says what it is for. Which
// regressions those are is core/judging/to_profile.h; what a profile on command is, plan_verbs.h.

#include <string>
#include <string_view>

#include "core/model/run.h"

namespace benchgate::planning {

/// Whether a run of this kind has its regressions profiled.
bool profiles_regressions(model::RunKind kind);

/// PlannedRun::request of such a profile: "regression:RUN:SUITE:BENCHMARK".
std::string request_of_profile(std::string_view run_id, std::string_view suite, std::string_view benchmark);

/// The run in such a request, whose regression it is; empty: it is another kind of request.
std::string_view profiled_run(std::string_view request);

}  // namespace benchgate::planning
