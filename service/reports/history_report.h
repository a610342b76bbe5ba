#pragma once
// Main's history as the renderers want it: changes, series, one series with its points. Owns nothing of what is shown.

#include <optional>

#include "core/reporting/history.h"
#include "service/reports/run_report.h"
#include "service/store/repositories.h"

namespace benchgate::reports {

reporting::HistoryPlace history_place(const store::RepositoryRow& repository, const Addresses& addresses);

/// Newest first, at most 500; withdrawn ones last.
std::vector<reporting::HistoryChange> changes_of_main(store::Tx& tx, std::int64_t repository_id);
/// At most 2,000.
std::vector<reporting::HistorySeriesRow> series_of_main(store::Tx& tx, std::int64_t repository_id);
/// The newest 2,000 commits. Absent: there is no such series.
std::optional<reporting::HistorySeries> series_of_main(store::Tx& tx, std::int64_t repository_id,
                                                       const std::string& series_id, store::Time now);

}  // namespace benchgate::reports
