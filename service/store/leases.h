#pragma once
// Leases: who works on which job, and until when. The rules are those of the runner protocol (facts: runner.md, 4.4
// and 4.5): `epoch` grows with each lease and fences; an expired lease without a newer epoch may be revived; the hard
// deadline is moved by nothing; attempts are charged for lost leases and infrastructure failures only. Every call may
// be repeated. `now` comes from the caller.

#include <vector>

#include "core/model/run.h"
#include "service/store/jobs.h"
#include "service/store/pool.h"

namespace benchgate::store {

inline constexpr int max_attempts = 3;
/// After an infrastructure failure others go before the runner that had it for this long.
inline constexpr std::chrono::seconds retry_elsewhere{10};
/// A runner at its deadline is told so and has this long to say what happened; then the job is over.
inline constexpr std::chrono::seconds deadline_grace{60};

struct LeaseRequest {
    std::string runner_id;
    std::vector<std::string> labels;  ///< of the runner
    std::chrono::seconds ttl{90};
    Time now;
    int protocol = 1;  ///< that the runner speaks
};

/// The next job for this runner: highest priority, then of the repository that has used the least runner time lately
/// (`runner_shares` of the migrations: half of it is forgotten in six hours, and a job that a runner has counts for a
/// minute at least), then oldest, of those whose labels it has, whose protocol it speaks and whose repository is in
/// reach. Never the same job for two callers. The row is the job as leased: epoch, lease_expires_at and deadline are
/// set.
std::optional<JobRow> lease_job(Tx& tx, const LeaseRequest& request);

struct Beat {
    model::JobPhase phase = model::JobPhase::fetch;
    std::optional<int> block{};
    std::optional<double> progress{};
    std::optional<double> eta_s{};
    std::chrono::seconds ttl{90};
    Time now{};
};

struct BeatAnswer {
    Fence fence = Fence::gone;
    Time expires_at;                    ///< never beyond the deadline and its grace; of a current lease only
    std::optional<std::string> cancel;  ///< user, superseded, deadline
};

/// Prolongs a lease; revives it if it was lost and nobody leased the job since (the attempt is given back).
BeatAnswer heartbeat(Tx& tx, const LeaseRef& lease, const Beat& beat);

/// What one attempt may store, trials, artifacts and log together; each piece counts for at least so much.
inline constexpr std::int64_t max_upload_bytes = std::int64_t{9} << 28;
inline constexpr std::int64_t least_charge_bytes = 1024;
/// Counts bytes against the limit; false: too many, and nothing was counted. The job is locked by check_lease.
bool charge_upload(Tx& tx, const std::string& job_id, std::int64_t bytes);
/// What was counted so far, of all leases together; 0 if there is no such job.
std::int64_t uploaded_bytes(Tx& tx, const std::string& job_id);

/// May this lease still write? Locks the job until the transaction ends.
Fence check_lease(Tx& tx, const LeaseRef& lease);

enum class Outcome { succeeded, failed, cancelled };
std::string_view to_string(Outcome outcome);
std::optional<Outcome> outcome_from(std::string_view text);

struct Finish {
    Outcome outcome = Outcome::failed;
    bool infrastructure = false;  ///< of a failure: checkout, disk, sandbox, preflight; retried up to max_attempts
    std::string phase;
    std::string reason;
    std::string manifest_json;  ///< of the bundle; "{}" if there is none
    std::string signature;
    Time now;
};

struct FinishAnswer {
    bool used = false;      ///< false: stored for inspection, never judged
    bool requeued = false;  ///< an infrastructure failure with attempts left
};

/// Ends a lease and wakes the judge. A repeat gets the first answer. With a stale epoch or for a job that is over:
/// used = false. An unknown job or a lease of another runner: nothing is stored, used = false.
FinishAnswer finish_job(Tx& tx, const LeaseRef& lease, const Finish& finish);

/// Hands a job back before its first trial: it is queued again, no attempt charged, and not leased before `not_before`.
/// A trial was stored: gone.
Fence release_job(Tx& tx, const LeaseRef& lease, Time now, std::optional<Time> not_before = std::nullopt);

/// Counts what runners have spent on these jobs, as far as it is not counted yet, for their repositories: of leases
/// that are over, at the end of the transaction that ends them.
void count_runner_time(Tx& tx, const std::vector<std::string>& job_ids, Time now);

struct Reaped {
    std::vector<std::string> requeued;
    std::vector<std::string> failed;  ///< attempts used up
    std::vector<std::string> past_deadline;
    std::vector<std::string> cancelled;  ///< were told to stop and fell silent
    std::vector<std::string> untaken;    ///< waited for a runner beyond their take_by
};

/// The reaper: a lease whose time passed is lost, and its job queued again while attempts < max_attempts, else failed;
/// a job past its deadline and grace has failed, and so has one that waits for a runner at its take_by.
Reaped reap_leases(Tx& tx, Time now);

}
