#pragma once
// What the profiles of a pull request's head have shown, for its comment and page: those that were taken of its
// regressions, and those that somebody asked for. The profile itself is profile_report.h.

#include "service/reports/run_report.h"

namespace benchgate::reports {

/// Of a run that speaks for a pull request: profiles of its head whose benchmark it calls slower join the report.
void add_profiles(store::Tx& tx, const store::RunRow& run, const Addresses& addresses, reporting::Report& report);

}  // namespace benchgate::reports
