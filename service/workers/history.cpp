#include "service/workers/history.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/config/config.h"
#include "core/history/allowance.h"
#include "core/json/json.h"
#include "platform/crypto.h"
#include "service/reports/stored_bundle.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/workers/later.h"

namespace benchgate::workers {
namespace {

/// Whoever took a job up and died over it is waited for so long.
constexpr std::chrono::minutes hold{5};
/// So many attempts to ask git for a commit's place; then its points wait for one that a later push brings.
constexpr int most_tries = 20;
/// Most pushes follow the one before closely; the second walk is for the first time and for rewritten branches.
constexpr std::size_t short_walk = 256, long_walk = 20'000;

/// Labels in one order, however the configuration writes them.
std::string class_of(std::vector<std::string> labels) {
    std::ranges::sort(labels);
    return fmt::format("{}", fmt::join(labels, ","));
}

std::string why_unmeasured(const store::JobRow& job) {
    const auto outcome = json::parse(job.outcome_json.value_or("{}")).value_or(json::Json::object());
    const auto reason = json::text(outcome, "reason").value_or("");
    return reason.empty() ? std::string(model::to_string(job.state)) : reason;
}

bool counts_releases(const std::string& config) {
    const auto parsed = config::parse(config);
    if (!parsed) return false;
    const auto allowance = history::allowance_of(parsed->policy);
    return allowance && allowance->period == history::Period::release;
}

}  // namespace

std::string series_id_of(const std::string& suite, const std::string& host_class, const model::SeriesKey& key) {
    const auto text = json::dump(json::Json::array({suite, host_class, key.benchmark, key.metric}));
    return platform::sha256_hex(text).substr(0, 24);
}

HistoryWorker::HistoryWorker(store::Pool& pool, std::function<store::Time()> now, Walk walk, Tags tags)
    : pool_(pool), now_(std::move(now)), walk_(std::move(walk)), tags_(std::move(tags)) {}

bool HistoryWorker::work(std::stop_token stop) {
    const auto due =
        pool_.transaction([&](store::Tx& tx) { return store::claim_history_due(tx, now_(), now_() + hold); });
    if (!due) return false;
    try {
        place(*due, stop);
    } catch (const Later& later) {
        if (due->attempts + 1 < most_tries) {
            pool_.transaction([&](store::Tx& tx) { store::put_off_history_due(tx, *due, now_() + later.wait); });
            return true;
        }
        spdlog::warn("history: job {} gets no place on main yet: {}", due->job_id, later.what());
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const std::exception& error) {
        spdlog::warn("history: job {} gets no place on main yet: {}", due->job_id, error.what());
    }
    pool_.transaction([&](store::Tx& tx) { take_up(tx, *due); });
    return true;
}

/// Main's order, up to the job's commit at least. Git is asked between transactions.
void HistoryWorker::place(const store::DueJob& due, std::stop_token stop) {
    struct Asked {
        github::Repository repository;
        std::string branch;
        std::string sha;
        std::string config;
    };
    const auto asked = pool_.transaction([&](store::Tx& tx) -> std::optional<Asked> {
        const auto job = store::find_job(tx, due.job_id);
        const auto run = job ? store::find_run(tx, due.repository_id, job->job.run_id) : std::nullopt;
        const auto row = store::find_repository(tx, due.repository_id);
        if (!run || !row || store::places_of(tx, due.repository_id, {run->head_sha}).at(0)) return std::nullopt;
        return Asked{{row->installation_id, row->repository_id, row->owner, row->name},
                     run->base_ref,
                     run->head_sha,
                     run->config};
    });
    if (!asked) return;
    for (const auto limit : {short_walk, long_walk}) {
        const auto walked = walk_(asked->repository, asked->branch, asked->sha, limit, stop);
        const bool applied = pool_.transaction([&](store::Tx& tx) {
            store::lock_line(tx, due.repository_id);
            const auto places = store::places_of(tx, due.repository_id, walked);
            const auto top = store::highest_place(tx, due.repository_id);
            const bool whole = walked.size() < limit || limit == long_walk;
            if (!whole && !history::is_connected(places, top)) return false;
            if (!walked.empty())
                store::apply_line_step(tx, due.repository_id, history::extend_line(places, top), walked);
            return true;
        });
        if (applied) break;
    }
    if (counts_releases(asked->config)) mark_releases(asked->repository, stop);
}

/// A tag that cannot be asked for now is asked for with the next push.
void HistoryWorker::mark_releases(const github::Repository& repository, std::stop_token stop) {
    std::vector<store::Release> releases;
    try {
        for (const auto& [tag, sha] : tags_(repository, stop))
            if (history::is_release_tag(tag)) releases.push_back({tag, sha});
    } catch (const Later& later) {
        spdlog::warn("history: releases of {}/{} are not known: {}", repository.owner, repository.name, later.what());
        return;
    }
    pool_.transaction([&](store::Tx& tx) {
        store::lock_line(tx, repository.id);
        store::put_releases(tx, repository.id, releases);
    });
}

void HistoryWorker::take_up(store::Tx& tx, const store::DueJob& due) {
    const auto job = store::find_job(tx, due.job_id);
    const auto run = job ? store::find_run(tx, due.repository_id, job->job.run_id) : std::nullopt;
    if (!job || !run) return store::forget_history_due(tx, due);
    store::HistoryJob row{due.repository_id, due.job_id, run->run_id, job->job.suite};
    row.host_class = class_of(job->job.labels);
    row.head_sha = run->head_sha;
    row.base_sha = run->merge_base.empty() ? run->base_sha : run->merge_base;
    row.measured_at = job->finished_at.value_or(run->created_at);
    std::vector<store::NamedPoint> points;
    if (job->state != model::JobState::succeeded) {
        row.outcome = "unusable";
        row.reason = why_unmeasured(*job);
        return store::put_history_job(tx, row, points, now_());
    }
    const auto bundle = reports::load_bundle(tx, due.job_id);
    row.outcome = !bundle ? "unusable" : bundle->identical ? "identical" : "measured";
    if (!bundle) {
        row.reason = bundle.error();
    } else {
        row.host = bundle->runner;
        for (auto& point : history::points_of(*bundle))
            points.push_back({series_id_of(row.suite, row.host_class, point.series.key), std::move(point)});
    }
    store::put_history_job(tx, row, points, now_());
}

}  // namespace benchgate::workers
