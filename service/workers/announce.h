#pragma once
// Puts what a run has to say into the outbox: its check (or commit status) always, its comment once it is complete.
// Rendering happens here, in the transaction that changed the run, so that what is said and what is stored cannot
// differ. Sending is outbox.h.

#include <optional>
#include <string>

#include "core/model/config.h"
#include "core/reporting/report.h"
#include "service/reports/run_report.h"
#include "service/store/outbox.h"
#include "service/store/runs.h"
#include "service/workers/outbox_items.h"

namespace benchgate::workers {

/// The check of a run that is over before its end.
CheckItem stopped_check(const std::string& run_id, const std::string& head_sha, bool superseded);

/// The check that a run has at this moment, or those of its suites where each has one. `remark`: Markdown, stands above
/// all else, until it is said anew.
std::vector<CheckItem> check_items_of(const store::RunRow& run, const reporting::Report& report,
                                      const std::string& remark = {});

/// The run's check over all its suites (a schedule's run: one a suite), and the sticky comment of its pull request when
/// all of them are complete, or wait for a second host only, and its head is still the pull request's. Of a calibration
/// or a profile the answer to whom asked for it, once it is complete, and nothing else; of a bisection nothing
/// (searches.h). `remark` as above.
void announce_run(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses, store::Time now,
                  const std::string& remark = {});

/// A check that has no run behind it: a configuration error, nothing to measure. `report`: what the configuration asks
/// for; absent: what that of the repository's newest run did. A commit that has a check or a status already keeps to
/// it.
void announce_check(store::Tx& tx, std::int64_t repository_id, const CheckItem& item, store::Time now,
                    std::optional<model::ReportAs> report = std::nullopt);

/// A reaction to, and an answer below, a comment with a command. An empty text: no answer.
struct Reply {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::int64_t comment_id = 0;
    std::string reaction;   ///< eyes, rocket, confused
    std::string message;    ///< Markdown
    std::string part = {};  ///< a comment of its own beside the first answer, e.g. ":result"; the same again edits it
};
void announce_reply(store::Tx& tx, const Reply& reply, store::Time now);

}  // namespace benchgate::workers
