#pragma once
// What the judge said, per job and per series. Judging again replaces it as a whole.

#include <vector>

#include "core/model/run.h"
#include "core/model/verdict.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct JudgedJob {
    std::int64_t repository_id = 0;
    std::string run_id;
    std::string job_id;
    std::string suite;
    Time judged_at;
    model::Judgement judgement;
    std::string answers_json{};  ///< to what was asked besides the verdicts; empty: nothing was
};

/// Replaces everything that was said of this job.
void replace_verdicts(Tx& tx, const JudgedJob& judged);
/// In the order of suites, without those of second hosts.
std::vector<JudgedJob> list_verdicts(Tx& tx, std::int64_t repository_id, const std::string& run_id);
/// What second hosts measured again, job by job.
std::vector<JudgedJob> list_confirmations(Tx& tx, std::int64_t repository_id, const std::string& run_id);

/// One point of a series on the default branch, or wherever the kind of run says.
struct SeriesPoint {
    std::string run_id;
    std::string head_sha;
    Time judged_at;
    model::Verdict verdict;
};
struct SeriesQuery {
    std::int64_t repository_id = 0;
    std::string suite;
    model::SeriesKey key;
    model::RunKind kind;
    int limit = 500;
};
/// The newest `limit` points, oldest first.
std::vector<SeriesPoint> series_points(Tx& tx, const SeriesQuery& query);

struct SeriesName {
    std::string suite;
    model::SeriesKey key;
    std::string unit;
};
/// Every series that was ever judged in a repository, at most `limit`.
std::vector<SeriesName> list_series(Tx& tx, std::int64_t repository_id, int limit);

}
