#include "service/workers/change_measuring.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/config/config.h"
#include "core/planning/step_verdict.h"
#include "service/store/history.h"
#include "service/store/repositories.h"
#include "service/store/verdicts.h"
#include "service/workers/search_words.h"
#include "service/workers/series_watch.h"

namespace benchgate::workers {
namespace {

using history::ChangeState;

/// Stored comparisons that are asked for the range; a wider one is searched as it is.
constexpr int most_pushes_asked = 25;

void enter(store::Tx& tx, store::ChangeRow& change, ChangeState state, std::string reason, store::Time now) {
    change.state = state;
    change.reason = std::move(reason);
    change.updated_at = now;
    store::update_change(tx, change);
    store::add_change_event(tx, change, {now, itself, std::string(to_string(state)), change.reason});
    spdlog::info("history: change {} is {}{}{}", change.change_id, to_string(state), change.reason.empty() ? "" : ": ",
                 change.reason);
}

/// What is compared: the commits after `good`, oldest first.
struct Range {
    std::string good;
    std::vector<std::string> commits;
    std::string config;  ///< of the newest push to the range's end
};

bool shows(store::Tx& tx, const store::HistoryJob& job, const model::SeriesKey& key, bool worse) {
    const auto wanted = worse ? model::VerdictKind::regressed : model::VerdictKind::improved;
    for (const auto& judged : store::list_verdicts(tx, job.repository_id, job.run_id)) {
        if (judged.job_id != job.job_id) continue;
        const auto* verdict = planning::verdict_on(judged.judgement.verdicts, key);
        if (verdict != nullptr && verdict->kind == wanted) return true;
    }
    return false;
}

Range range_of(store::Tx& tx, const store::ChangeRow& change, const store::SeriesRow& series) {
    store::HistoryJob like;
    like.repository_id = change.repository_id;
    like.suite = series.suite;
    like.host_class = series.host_class;
    const auto jobs = store::history_jobs_between(tx, like, change.from_sha, change.to_sha, most_pushes_asked);
    constexpr int most = static_cast<int>(planning::most_searched_commits) + 1;
    const auto between = [&](const std::string& good, const std::string& bad) {
        return store::commits_between(tx, change.repository_id, good, bad, most);
    };
    Range range{change.from_sha, between(change.from_sha, change.to_sha), ""};
    if (!jobs.empty())
        if (const auto run = store::find_run(tx, change.repository_id, jobs.back().run_id)) range.config = run->config;
    std::vector<history::PushInRange> pushes;
    for (const auto& job : jobs)
        pushes.push_back({job.base_sha, job.head_sha, shows(tx, job, series.key, change.worse)});
    if (jobs.size() == static_cast<std::size_t>(most_pushes_asked)) return range;
    if (const auto only = history::only_push_that_shows(pushes)) {
        auto commits = between(pushes[*only].base_sha, pushes[*only].head_sha);
        if (!commits.empty() && commits.size() <= range.commits.size())
            range = {pushes[*only].base_sha, std::move(commits), std::move(range.config)};
    }
    return range;
}

/// "by 12.3 %": of the metric's own values.
std::string by_how_much(const std::optional<double>& ratio) {
    return ratio ? fmt::format(" by {:.3g} %", std::abs(*ratio - 1) * 100) : "";
}

}  // namespace

ChangeMeasuring::ChangeMeasuring(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now,
                                 SearchWorker::Describe describe)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)), describe_(std::move(describe)) {}

bool ChangeMeasuring::work(std::stop_token stop) {
    if (conclude_one(stop)) return true;
    return pool_.transaction([&](store::Tx& tx) { return begin_one(tx); });
}

bool ChangeMeasuring::begin_one(store::Tx& tx) {
    auto change = store::claim_change_to_measure(tx);
    if (!change) return false;
    const auto now = now_();
    const auto give_up = [&](const std::string& reason) {
        enter(tx, *change, ChangeState::undecided, reason, now);
        return true;
    };
    ++change->attempts;
    const auto series = store::find_history_series(tx, change->repository_id, change->series_id);
    const auto repository = store::find_repository(tx, change->repository_id);
    if (!series || !repository) return give_up("Its series is not known any more.");
    auto range = range_of(tx, *change, *series);
    if (range.commits.empty()) return give_up("Its commits are not on main any more.");
    if (range.commits.size() > planning::most_searched_commits)
        return give_up(fmt::format("More than {} commits lie between.", planning::most_searched_commits));
    const auto config = config::parse(range.config);
    if (range.config.empty() || !config) return give_up("The configuration of its pushes cannot be read any more.");

    planning::PlannedBisection planned;
    planned.suite = series->suite;
    planned.benchmark = series->key.benchmark;
    planned.metric = series->key.metric;
    planned.improvement = !change->worse;
    planned.good_sha = range.good;
    planned.bad_sha = range.commits.back();
    planned.commits = range.commits;
    planned.ref = repository->default_branch;
    planned.requested_by = itself;
    planned.request = fmt::format("history:{}:{}", change->change_id, change->attempts);
    planning::PlanInput input;
    input.repository = {repository->repository_id,  repository->owner,      repository->name,
                        repository->default_branch, repository->is_private, ""};
    input.config = *config;
    input.now = now;
    const auto first = planning::run_of_step(planned, planned.bad_sha, input);
    if (first.jobs.empty()) return give_up("Its suite cannot be measured any more.");
    const auto search = begin_search(
        tx, planned, first, {input.repository, input.config, range.config, planned.request, ""}, addresses_, now);
    if (search.empty()) {
        store::update_change(tx, *change);  // counts the attempt; another process was quicker
        return true;
    }
    change->search_id = search;
    change->from_sha = range.good;
    change->to_sha = planned.bad_sha;
    change->commits = static_cast<int>(range.commits.size());
    enter(tx, *change, ChangeState::measuring, "", now);
    return true;
}

bool ChangeMeasuring::conclude_one(std::stop_token stop) {
    struct Found {
        github::Repository repository;
        std::string sha;
    };
    std::optional<store::ChangeRef> due;
    const auto found = pool_.transaction([&](store::Tx& tx) -> std::optional<Found> {
        due = store::change_that_was_measured(tx);
        if (!due) return std::nullopt;
        const auto change = store::lock_change(tx, due->repository_id, due->change_id);
        const auto row = store::find_repository(tx, due->repository_id);
        const auto search = store::find_search(tx, due->repository_id, change->search_id.value_or(""));
        if (!search || !row) return std::nullopt;
        const auto next = planning::bisect_step(search->commits, results_of(store::steps_of_search(tx, *search)));
        const auto* first_bad = std::get_if<planning::FirstBad>(&next);
        if (first_bad == nullptr) return std::nullopt;
        return Found{{row->installation_id, row->repository_id, row->owner, row->name}, first_bad->sha};
    });
    if (!due) return false;
    // Git may have to be waited for.
    const auto info = found ? describe_(found->repository, found->sha, stop) : std::nullopt;
    pool_.transaction([&](store::Tx& tx) { conclude(tx, *due, info); });
    return true;
}

void ChangeMeasuring::conclude(store::Tx& tx, const store::ChangeRef& due,
                               const std::optional<platform::CommitInfo>& info) {
    auto change = store::lock_change(tx, due.repository_id, due.change_id);
    if (!change || change->state != ChangeState::measuring || !change->search_id) return;
    const auto search = store::find_search(tx, due.repository_id, *change->search_id);
    if (!search || search->state == store::SearchState::open) return;
    const auto now = now_();
    const auto steps = store::steps_of_search(tx, *search);
    const auto results = results_of(steps);
    const auto next = planning::bisect_step(search->commits, results);
    if (!steps.empty()) {
        const auto finding = finding_of(tx, due.repository_id, steps.front().run_id);
        change->measured_run = steps.front().run_id;
        const model::SeriesKey key{search->benchmark, search->metric};
        if (const auto* verdict = planning::verdict_on(finding.verdicts, key)) {
            change->measured_ratio = verdict->ratio;
            change->measured_low = verdict->nominal.low;
            change->measured_high = verdict->nominal.high;
        }
    }
    const auto commits = search->commits.size();
    const bool shown = !results.empty() && results.front().verdict == planning::StepVerdict::bad;
    const auto side_by_side = fmt::format("Side by side the metric differs{}.", by_how_much(change->measured_ratio));
    if (const auto* first_bad = std::get_if<planning::FirstBad>(&next); first_bad != nullptr && shown) {
        change->first_bad = first_bad->sha;
        change->subject = info ? info->subject : "";
        enter(tx, *change, ChangeState::confirmed, side_by_side, now);
        // A revert is known by its subject.
        store::make_series_due(tx, change->repository_id, change->series_id, now);
    } else if (shown) {
        const auto left = planning::suspects(search->commits, results).size();
        enter(tx, *change, ChangeState::confirmed,
              fmt::format("{} Which of {} commits did it could not be told.", side_by_side, left), now);
        store::make_series_due(tx, change->repository_id, change->series_id, now);
    } else if (std::holds_alternative<planning::NotReproduced>(next)) {
        enter(tx, *change, ChangeState::rejected,
              commits == 1 ? "Side by side the commit and the one before it do not differ."
                           : "Side by side the ends of the range do not differ.",
              now);
    } else if (search->state == store::SearchState::cancelled) {
        enter(tx, *change, ChangeState::undecided, "The measurement was cancelled.", now);
    } else {
        const auto finding = steps.empty() ? StepFinding() : finding_of(tx, due.repository_id, steps.back().run_id);
        const bool inconclusive = !results.empty() && results.front().verdict == planning::StepVerdict::inconclusive;
        enter(tx, *change, ChangeState::undecided,
              inconclusive             ? "Side by side it could not be told whether the commits differ."
              : finding.reason.empty() ? "It could not be measured."
                                       : "It could not be measured: " + finding.reason,
              now);
    }
}

}  // namespace benchgate::workers
