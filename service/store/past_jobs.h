#pragma once
// What the newest jobs of a suite measured and how long they took, for the outlook on the next one: a bounded look at
// what is stored already. What it means is core/judging/outlook.

#include <string>
#include <vector>

#include "core/judging/outlook.h"
#include "service/store/pool.h"

namespace benchgate::store {

/// Of the newest so many jobs, not older than so many days, among those of the repository's newest so many runs.
inline constexpr int most_past_jobs = 5;
inline constexpr std::chrono::days past_jobs_for{90};
inline constexpr int most_past_runs = 500;
/// Values of one job that are read; what a job has beyond them is left out.
inline constexpr int most_past_values = 50'000;

struct PastQuery {
    std::int64_t repository_id = 0;
    std::string suite{};
    std::vector<std::string> labels{};  ///< of the host class, in any order
    Time now{};
};

struct PastJob {
    std::string job_id{};
    std::int64_t epoch = 0;
    Time leased_at{};
    Time finished_at{};
    std::string spec_json{};
    std::vector<Time> first_trials{};  ///< when those of the warm-up and of the first two blocks were stored
};

/// Newest first: jobs that measured the whole suite (no filter, no profile, no equal artifacts) and were judged.
std::vector<PastJob> past_jobs(Tx& tx, const PastQuery& query);

/// The gating series of these jobs, by key; those that the newest job has, and no others.
std::vector<judging::PastSeries> past_series(Tx& tx, std::int64_t repository_id, const std::vector<PastJob>& jobs);

/// The newest job of each suite and host class, whatever became of it, without those that profile; at most `limit`.
struct KnownSuite {
    std::string suite;
    std::vector<std::string> labels;
    std::string spec_json;
};
std::vector<KnownSuite> known_suites(Tx& tx, std::int64_t repository_id, Time now, int limit);

}  // namespace benchgate::store
