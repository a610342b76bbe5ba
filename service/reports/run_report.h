#pragma once
// A run as the renderers of core/reporting want it, put together from the store's rows. Used by the workers (check,
// comment) and by the pages, so that all three always tell the same story. Renders nothing and writes nothing.

#include <string>

#include "core/reporting/report.h"
#include "service/store/jobs.h"
#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::reports {

struct Addresses {
    std::string public_url;  ///< of this service, without a slash at the end
    std::string github_web;  ///< https://github.com; empty: SHAs are not linked
};

/// State, suites, verdicts, errors and gate as they are at this moment.
reporting::Report run_report(store::Tx& tx, const store::RunRow& run, const Addresses& addresses);

/// The same of a run whose jobs all wait for a runner, without asking the store.
reporting::Report queued_report(const store::RunRow& run, const std::vector<store::NewJob>& jobs,
                                const std::string& full_name, const Addresses& addresses);

/// What GitHub did not take of a run's words, a sentence each: "GitHub did not take the comment: ...".
std::vector<std::string> undelivered(store::Tx& tx, const store::RunRow& run);

/// Page of a run: /{owner}/{repo}/pull/{n} for a pull request, .../profile/{id} below it for a profile,
/// /{owner}/{repo}/runs/{id} otherwise.
std::string page_path(const std::string& full_name, const store::RunRow& run);

}  // namespace benchgate::reports
