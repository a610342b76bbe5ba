#include "service/reports/outlook_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json/json.h"
#include "core/judging/estimate.h"
#include "core/judging/outlook.h"
#include "core/protocol/spec_json.h"
#include "service/reports/earlier_attempts.h"
#include "service/store/past_jobs.h"

namespace benchgate::reports {
namespace {

constexpr int most_suites_of_outlook = 50;
constexpr std::size_t warm_up = 2;  // trials

double seconds_between(store::Time from, store::Time to) {
    return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

/// Trials are stored a block at a time, so that only the ends of the warm-up and of the blocks say when a trial ended.
std::optional<judging::PastDurations> durations_of(const store::PastJob& job) {
    const auto& times = job.first_trials;
    if (times.size() <= warm_up) return std::nullopt;
    const auto begun = times[warm_up - 1];
    const double trial = seconds_between(begun, times.back()) / static_cast<double>(times.size() - warm_up);
    return judging::PastDurations{std::max(0.0, seconds_between(job.leased_at, begun) - warm_up * trial), trial};
}

std::optional<judging::PastDurations> median_durations(const std::vector<store::PastJob>& jobs) {
    std::vector<double> setups, trials;
    for (const auto& job : jobs)
        if (const auto one = durations_of(job)) {
            setups.push_back(one->setup_s);
            trials.push_back(one->trial_s);
        }
    if (setups.empty()) return std::nullopt;
    return judging::PastDurations{judging::median(std::move(setups)), judging::median(std::move(trials))};
}

std::optional<protocol::JobSpec> spec_of(const std::string& text) {
    const auto document = json::parse(text);
    if (!document) return std::nullopt;
    auto spec = protocol::read_job_spec(*document);
    return spec ? std::optional(std::move(*spec)) : std::nullopt;
}

}  // namespace

reporting::SuiteOutlookRow outlook_of(store::Tx& tx, const store::NewJob& job, store::Time now) {
    reporting::SuiteOutlookRow row;
    row.suite = job.suite;
    row.host_class = fmt::format("{}", fmt::join(job.labels, ", "));
    const auto spec = spec_of(job.spec_json);
    if (!spec) return row;
    row.max_trials = spec->experiment.max_trials;
    // What a filter leaves of the suite is not what the past jobs measured.
    if (!spec->only.empty() || !spec->profile.empty()) return row;
    const auto jobs = store::past_jobs(tx, {job.repository_id, job.suite, job.labels, now});
    const auto durations = median_durations(jobs);
    if (!durations) return row;
    const auto past = store::past_series(tx, job.repository_id, jobs);
    const auto options = judging::options_of(spec->experiment);
    const bool can_filter = spec->suite.run.find("{filter}") != std::string::npos;
    const auto seen = judging::outlook(past, options, can_filter);
    const double longest = std::chrono::duration<double>(spec->suite.timeout.job).count();
    const auto time = judging::machine_time(*durations, seen, spec->experiment.confirm, longest);
    row.jobs = static_cast<int>(jobs.size());
    row.max_trials = seen.max_trials;
    row.trials_unchanged = seen.trials_unchanged;
    row.unchanged_s = time.unchanged_s;
    row.most_s = time.most_s;
    for (const auto& one : seen.series)
        row.series.push_back({one.key, one.detect, one.smallest, one.trials_needed, one.trials_unchanged});
    return row;
}

std::vector<reporting::SuiteOutlookRow> outlook_of_repository(store::Tx& tx, std::int64_t repository_id,
                                                              store::Time now) {
    std::vector<reporting::SuiteOutlookRow> rows;
    for (auto& suite : store::known_suites(tx, repository_id, now, most_suites_of_outlook)) {
        store::NewJob like;
        like.repository_id = repository_id;
        like.suite = std::move(suite.suite);
        like.labels = std::move(suite.labels);
        like.spec_json = std::move(suite.spec_json);
        rows.push_back(outlook_of(tx, like, now));
    }
    return rows;
}

void add_outlook(store::Tx& tx, const store::RunRow& run, reporting::Report& report, store::Time now) {
    if (!model::speaks_on_check(run.kind) || report.state == reporting::ReportState::completed) return;
    const auto jobs = store::jobs_of_run(tx, run.repository_id, run.run_id);
    for (const auto& job : jobs) {
        if (store::is_over(job.state) || !compares(job)) continue;
        const auto suite = std::ranges::find(report.suites, job.job.suite, &reporting::SuiteReport::name);
        if (suite != report.suites.end()) suite->outlook = reporting::outlook_sentence(outlook_of(tx, job.job, now));
    }
}

}  // namespace benchgate::reports
