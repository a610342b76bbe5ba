#pragma once
// A head that was measured before: what the earlier attempts said is shown, and a regression of theirs that the present
// one leaves open stands with the numbers of then. Owns which runs are attempts at the same question: finished ones of
// the pull request with the same head and the same base. The rule is core/judging/standing.h.

#include <set>

#include "core/reporting/report.h"
#include "service/store/runs.h"

namespace benchgate::reports {

/// For a run that speaks for a pull request. The verdicts that stand are put into the report; returns, for each suite
/// of the report, whether any was. Adds one note when there were attempts at all.
std::vector<bool> add_earlier_attempts(store::Tx& tx, const store::RunRow& run, reporting::Report& report);

}  // namespace benchgate::reports
