#pragma once
// A profile as the renderers of core/reporting want it, from the signed bundle and the stacks that came with it. Used
// by the comment and by the page. Renders nothing and writes nothing.

#include "core/reporting/profile_report.h"
#include "service/reports/run_report.h"

namespace benchgate::reports {

/// Of a run of kind profile. Stacks whose digests are not the signed ones are not shown: the report says so instead.
reporting::ProfileReport profile_report(store::Tx& tx, const store::RunRow& run, const Addresses& addresses);

/// The folded stacks of one side, as they came; nullopt: there are none, or not those that were signed.
std::optional<std::string> folded_stacks(store::Tx& tx, const store::RunRow& run, model::Side side);

}  // namespace benchgate::reports
