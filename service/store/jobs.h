#pragma once
// Jobs as rows: making, finding, listing and handing over to the judge. Leasing and everything that a runner may do to
// a job is in leases.h.

#include <vector>

#include "core/model/run.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct NewJob {
    std::int64_t repository_id = 0;
    std::string job_id{};  ///< UUID
    std::string run_id{};
    std::string suite{};
    std::vector<std::string> labels{};  ///< a runner must have all of them
    int priority = 0;                   ///< higher first, then older first
    std::string spec_json{};
    std::chrono::seconds timeout{3600};             ///< the hard deadline after each lease
    std::optional<std::string> prefer_runner_id{};  ///< leased to this runner only before prefer_until
    std::optional<Time> prefer_until{};
    std::optional<std::string> avoid_runner_id{};  ///< not leased to this runner before avoid_until
    std::optional<Time> avoid_until{};             ///< absent: never
    /// Pull request whose one open request for this suite it is; absent: it hangs on none.
    std::optional<std::int64_t> number{};
    int protocol = 1;  ///< the least version that its runner must speak
    /// Why no runner shall have it, a clause: it fails as it is made. Empty: it is queued.
    std::string refused{};
    /// Job of the same run whose regressions it measures again on another host; absent: it is no confirmation.
    std::optional<std::string> confirms_job_id{};
    std::optional<Time> take_by{};  ///< given up if it waits for a runner still
};

struct JobRow {
    NewJob job;
    model::JobState state = model::JobState::queued;
    std::int64_t epoch = 0;
    int attempts = 0;
    std::optional<std::string> runner_id;  ///< newest holder
    std::optional<Time> lease_expires_at;
    std::optional<Time> deadline;
    std::optional<std::string> cancel_reason;  ///< user, superseded, deadline
    std::optional<std::string> phase;
    std::optional<int> block;
    std::optional<double> progress;  ///< 0..1
    std::optional<double> eta_s;
    std::int64_t log_bytes = 0;
    std::optional<std::string> outcome_json;  ///< {"outcome", "phase", "reason"}
    Time created_at;
    std::optional<Time> leased_at;
    std::optional<Time> finished_at;
    std::optional<Time> judged_at;
    std::optional<std::int64_t> ahead{};  ///< queued jobs before it; of open_jobs only
};

/// No state can be left from here: succeeded, failed, cancelled.
bool is_over(model::JobState state);

/// Queues a job and wakes the lease calls; one that is refused waits for the judge at once. Throws StoreError when its
/// pull request has an open request for the suite.
void insert_job(Tx& tx, const NewJob& job, Time now);
/// Not a UUID: absent.
std::optional<JobRow> find_job(Tx& tx, const std::string& job_id);
/// In the order they were made.
std::vector<JobRow> jobs_of_run(Tx& tx, std::int64_t repository_id, const std::string& run_id);
/// Leased and running ones, then the queued ones in the order of leasing (leases.h).
std::vector<JobRow> open_jobs(Tx& tx, int limit, Time now);
/// Number of queued jobs that come before it; absent if it is not queued. Whom their labels keep from its runners is
/// counted too.
std::optional<std::int64_t> queue_position(Tx& tx, const std::string& job_id, Time now);

/// Queued jobs that may be leased now, by what they ask of a runner.
struct WaitingJobs {
    std::vector<std::string> labels;
    int protocol = 1;
    std::optional<std::string> only_runner_id{};
    std::optional<std::string> never_runner_id{};
    std::int64_t jobs = 0;
};
inline constexpr int most_kinds_of_waiting = 1000;
/// The most urgent kinds first.
std::vector<WaitingJobs> waiting_jobs(Tx& tx, Time now);

struct JobCounts {
    std::int64_t queued = 0;
    std::int64_t active = 0;  ///< leased or running
    std::int64_t unjudged = 0;
    std::optional<Time> oldest_queued;
};
JobCounts job_counts(Tx& tx);

/// Locks a job that is over and that the judge has not seen (succeeded or not: a failure must be told too).
std::optional<JobRow> claim_unjudged_job(Tx& tx);
void mark_job_judged(Tx& tx, const std::string& job_id, Time now);

}
