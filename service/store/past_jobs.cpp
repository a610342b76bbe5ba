#include "service/store/past_jobs.h"

#include <map>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr int first_trials = 18;  // the warm-up's two and two blocks

constexpr Query newest_jobs{"past_jobs_newest", R"(
    select job_id, epoch, leased_at, finished_at, spec
    from (select run_id from runs where repository_id = $1 order by seq desc limit $6) as newest
        join jobs using (run_id)
    where repository_id = $1 and suite = $2 and labels @> $3::text[] and labels <@ $3::text[]
      and state = 'succeeded' and judged_at is not null and leased_at is not null and finished_at > $4
      and coalesce(spec ->> 'only', '') = '' and coalesce(spec ->> 'profile', '') = '' and confirms_job_id is null
      and exists (select from verdicts
                  where verdicts.repository_id = jobs.repository_id and verdicts.run_id = jobs.run_id
                    and verdicts.job_id = jobs.job_id and verdicts.gating)
    order by finished_at desc limit $5)"};

constexpr Query trial_times{"past_jobs_trial_times", R"(
    select created_at from trials
    where repository_id = $1 and job_id = $2::uuid and epoch = $3 and number < $4 order by number)"};

// A measurement's value is the median of its samples (core/model/measurement). The times let whole months be left out.
constexpr Query values_of_job{"past_jobs_values", R"(
    select benchmark, metric, verdicts.better, samples.side, samples.phase, samples.block,
           (select percentile_cont(0.5) within group (order by one) from unnest(samples."values") as one) as value
    from samples join jobs using (repository_id, job_id) join verdicts using (repository_id, job_id, benchmark, metric)
    where samples.repository_id = $1 and samples.job_id = $2::uuid and samples.epoch = $3
      and samples.created_at >= $4 and samples.created_at <= $5
      and samples.kept and samples.phase <> 'warmup' and verdicts.run_id = jobs.run_id and verdicts.gating
      and verdicts.better <> 'none' and cardinality(samples."values") > 0
    order by samples.trial, samples.item limit $6)"};

constexpr Query suites{"past_jobs_suites", R"(
    select distinct on (suite, labels) suite, labels, spec
    from (select run_id from runs where repository_id = $1 order by seq desc limit $4) as newest
        join jobs using (run_id)
    where repository_id = $1 and created_at > $2 and coalesce(spec ->> 'profile', '') = ''
      and coalesce(spec ->> 'only', '') = '' and confirms_job_id is null
      and not coalesce((spec -> 'questions' ->> 'alone')::boolean, false)
    order by suite, labels, created_at desc limit $3)"};

KnownSuite read_suite(const pqxx::row& row) {
    return {column<std::string>(row, "suite"), column<std::vector<std::string>>(row, "labels"),
            column<std::string>(row, "spec")};
}

PastJob read_past_job(const pqxx::row& row) {
    return {.job_id = column<std::string>(row, "job_id"),
            .epoch = column<std::int64_t>(row, "epoch"),
            .leased_at = column<Time>(row, "leased_at"),
            .finished_at = column<Time>(row, "finished_at"),
            .spec_json = column<std::string>(row, "spec")};
}

struct JobOfSeries {
    model::Better better = model::Better::lower;
    std::map<std::pair<std::string, int>, judging::Block> blocks;  ///< by phase and number
};

}  // namespace

std::vector<PastJob> past_jobs(Tx& tx, const PastQuery& query) {
    auto jobs = all(exec(tx, newest_jobs, query.repository_id, query.suite, text_array(query.labels),
                         query.now - past_jobs_for, most_past_jobs, most_past_runs),
                    read_past_job);
    for (auto& job : jobs)
        for (const auto& row : exec(tx, trial_times, query.repository_id, job.job_id, job.epoch, first_trials))
            job.first_trials.push_back(column<Time>(row, "created_at"));
    return jobs;
}

std::vector<judging::PastSeries> past_series(Tx& tx, std::int64_t repository_id, const std::vector<PastJob>& jobs) {
    std::map<model::SeriesKey, judging::PastSeries> found;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto& job = jobs[i];
        std::map<model::SeriesKey, JobOfSeries> series;
        for (const auto& row : exec(tx, values_of_job, repository_id, job.job_id, job.epoch, job.leased_at,
                                    job.finished_at, most_past_values)) {
            auto& one = series[{column<std::string>(row, "benchmark"), column<std::string>(row, "metric")}];
            one.better = word(row, "better", model::better_from);
            auto& block = one.blocks[{column<std::string>(row, "phase"), column<int>(row, "block")}];
            const bool is_base = word(row, "side", model::side_from) == model::Side::base;
            (is_base ? block.base : block.head).push_back(column<double>(row, "value"));
        }
        for (auto& [key, one] : series) {
            if (i > 0 && !found.contains(key)) continue;
            auto& past = found.try_emplace(key, judging::PastSeries{key, one.better, {}}).first->second;
            auto& blocks = past.jobs.emplace_back();
            for (auto& [place, block] : one.blocks) blocks.push_back(std::move(block));
        }
    }
    std::vector<judging::PastSeries> list;
    for (auto& [key, past] : found) list.push_back(std::move(past));
    return list;
}

std::vector<KnownSuite> known_suites(Tx& tx, std::int64_t repository_id, Time now, int limit) {
    return all(exec(tx, suites, repository_id, now - past_jobs_for, limit, most_past_runs), read_suite);
}

}  // namespace benchgate::store
