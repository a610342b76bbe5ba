#include "service/workers/second_host.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "core/judging/second_host.h"
#include "core/planning/plan.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "platform/ids.h"
#include "service/reports/second_host.h"
#include "service/store/bundles.h"
#include "service/store/verdicts.h"

namespace benchgate::workers {
namespace {

/// The pull request's page tells what is waived or only advice: that is not asked about.
std::vector<model::SeriesKey> red_series(store::Tx& tx, const store::RunRow& run, const store::JobRow& job,
                                         const reports::Addresses& addresses) {
    const auto report = reports::run_report(tx, run, addresses);
    const auto suite = std::find_if(report.suites.begin(), report.suites.end(),
                                    [&](const auto& one) { return one.name == job.job.suite; });
    if (suite == report.suites.end() || !suite->judgement) return {};
    std::vector<judging::Waiving> waivings;
    for (const auto& note : suite->waivers) waivings.push_back({note.verdict, 0, note.covers, note.why_not});
    std::vector<std::size_t> advisory;
    for (const auto& note : suite->advisories) advisory.push_back(note.verdict);
    // What stands from an earlier attempt had its second host then; this job did not find it.
    std::set<model::SeriesKey> found;
    for (const auto& one : store::list_verdicts(tx, run.repository_id, run.run_id))
        if (one.job_id == job.job.job_id)
            for (const auto& verdict : one.judgement.verdicts)
                if (verdict.kind == model::VerdictKind::regressed) found.insert(verdict.series.key);
    std::vector<model::SeriesKey> series;
    for (const auto at : judging::to_confirm(suite->judgement->verdicts, {waivings, advisory}))
        if (const auto& key = suite->judgement->verdicts[at].series.key; found.contains(key)) series.push_back(key);
    return series;
}

/// The same pair of commits and the same plan. What was the merge-base then is so whatever the branch does now.
std::optional<protocol::JobSpec> spec_of_confirmation(store::Tx& tx, const store::JobRow& job,
                                                      std::vector<model::SeriesKey> series) {
    const auto bundle = store::used_bundle(tx, job.job.job_id);
    const auto document = json::parse(job.job.spec_json);
    const auto manifest_document = bundle ? json::parse(bundle->manifest_json) : json::parse("");
    if (!document || !manifest_document) return std::nullopt;
    auto spec = protocol::read_job_spec(*document);
    const auto manifest = protocol::read_manifest(*manifest_document);
    if (!spec || !manifest) return std::nullopt;
    spec->base.sha = manifest->bundle.comparison.base_sha;
    spec->merge_base = false;
    spec->measure_identical = true;
    spec->confirm = std::move(series);
    spec->questions = {};              // answered by the first host
    spec->experiment.confirm = false;  // it is the confirmation
    // Fresh blocks have an order of their own; the last bit leaves the seed below 2^53, which JSON keeps.
    spec->experiment.seed ^= 1;
    return std::move(*spec);
}

}  // namespace

void ask_second_host(store::Tx& tx, const store::RunRow& run, const store::JobRow& job,
                     const reports::Addresses& addresses, store::Time now) {
    const bool is_measured = job.state == model::JobState::succeeded && job.runner_id.has_value();
    if (!is_measured || job.job.confirms_job_id || !planning::needs_second_host(run.kind)) return;
    auto series = red_series(tx, run, job, addresses);
    if (series.empty()) return;
    const auto spec = spec_of_confirmation(tx, job, std::move(series));
    if (!spec) return;
    const int protocol = protocol::protocol_for(*spec);
    const auto others =
        planning::other_hosts(reports::known_hosts(tx), {*job.runner_id, job.job.labels, protocol, now});
    if (others.empty()) return;

    auto confirmation = job.job;
    confirmation.job_id = platform::random_uuid();
    confirmation.priority = job.job.priority + 1;  // somebody waits for it who has waited already
    confirmation.spec_json = json::dump(to_json(*spec));
    confirmation.prefer_runner_id.reset();
    confirmation.prefer_until.reset();
    confirmation.avoid_runner_id = job.runner_id;
    confirmation.avoid_until.reset();
    confirmation.number.reset();  // a request that came meanwhile may have the suite's one place
    confirmation.protocol = protocol;
    confirmation.confirms_job_id = job.job.job_id;
    confirmation.take_by = now + planning::second_host_waited_for;
    store::insert_job(tx, confirmation, now);
    spdlog::info("job {}: {} alarmed; job {} confirms on {}", job.job.job_id, spec->confirm.size(), confirmation.job_id,
                 planning::hosts_text(others));
}

}  // namespace benchgate::workers
