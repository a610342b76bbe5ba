#pragma once
// Runs: requests to measure, and what became of them. Their jobs are in jobs.h; superseding and cancelling a run takes
// its jobs along.

#include <vector>

#include "core/model/run.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct RunRow {
    std::int64_t repository_id = 0;
    std::string run_id{};  ///< UUID
    model::RunKind kind = model::RunKind::pull_request;
    std::optional<std::int64_t> number{};  ///< pull request
    std::string head_sha{};
    std::string base_sha{};
    std::string base_ref{};
    std::string merge_base{};
    std::string trigger_id{};  ///< delivery id, or what else asked for it
    model::RunState state = model::RunState::queued;
    std::optional<std::string> conclusion{};  ///< of the check
    Time created_at{};
    std::optional<Time> finished_at{};
    std::string config{};  ///< the .benchgate.yml used
    std::string config_sha{};
    std::string message{};  ///< what to tell people, e.g. why it failed
    bool aside = false;     ///< asked against another base, or on other hosts, than the pull request itself is
    bool operator==(const RunRow&) const = default;
};

/// What a change of a run did to its jobs. `told` are leased: their runners hear of it with the next heartbeat.
struct Stopped {
    std::vector<std::string> runs{};
    std::vector<std::string> cancelled_jobs{};
    std::vector<std::string> told_jobs{};
};

/// Throws StoreError when run_id is taken.
void insert_run(Tx& tx, const RunRow& row);
std::optional<RunRow> find_run(Tx& tx, std::int64_t repository_id, const std::string& run_id);
/// By id alone, for addresses that carry no repository. Not a UUID: absent.
std::optional<RunRow> find_run(Tx& tx, const std::string& run_id);
/// Locks the run until the transaction ends: two jobs that finish at once must not both close it, or neither.
std::optional<RunRow> lock_run(Tx& tx, std::int64_t repository_id, const std::string& run_id);
std::optional<RunRow> latest_run_for_pull(Tx& tx, std::int64_t repository_id, std::int64_t number);
/// The newest finished run of kind push on this commit.
std::optional<RunRow> latest_push_run(Tx& tx, std::int64_t repository_id, const std::string& head_sha);
/// Newest first.
std::vector<RunRow> list_runs(Tx& tx, std::int64_t repository_id, std::optional<std::int64_t> number, int limit);
std::vector<RunRow> recent_runs(Tx& tx, int limit);
/// Finished runs that compared this head of a pull request with a base; what ended last comes first.
struct HeadOfPull {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::string head_sha;
};
std::vector<RunRow> finished_runs_of_head(Tx& tx, const HeadOfPull& head, int limit);
/// The run of another open pull request with the same head that says, or will say, something of it; the newest one.
std::optional<RunRow> told_by_another_pull(Tx& tx, const HeadOfPull& head);
/// Whether a run says, or will say, something of this head: against this base branch, asked aside, or for another open
/// pull request. The check of such a head stays as it is where nothing can be planned.
bool is_head_told(Tx& tx, const HeadOfPull& head, const std::string& base_ref);
/// Whether a run other than this one is still to say something of the same head of a pull request.
bool is_another_open(Tx& tx, const RunRow& run);
/// Until the transaction ends nobody else concludes a run of this pull request: each report heeds the others' ends.
void lock_conclusions(Tx& tx, std::int64_t repository_id, std::int64_t number);
/// Runs that are still called queued although a runner has one of their jobs; the ones that waited longest first.
std::vector<RunRow> runs_that_began(Tx& tx, int limit);

struct RunChange {
    model::RunState state;
    std::optional<std::string> conclusion;
    std::string message;
    Time now;
};
/// A run that is over (finished, superseded, cancelled, failed) stays as it is: false.
bool set_run_state(Tx& tx, std::int64_t repository_id, const std::string& run_id, const RunChange& change);

/// A newer run takes the place of these: the open ones of them become superseded.
Stopped supersede_runs(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& runs, Time now);
struct SupersededJob {
    std::int64_t repository_id = 0;
    std::string run_id;
    std::string suite;
};
/// One job of a run ends, since a newer request measures its suite; the rest of the run goes on.
void supersede_job(Tx& tx, const SupersededJob& job, Time now);
/// Its repository is gone: all of its open runs become cancelled, with this message.
Stopped cancel_runs_of(Tx& tx, std::int64_t repository_id, const std::string& message, Time now);
/// Somebody asked for it: the run becomes cancelled. Nothing happens to a run that is over.
Stopped cancel_run(Tx& tx, std::int64_t repository_id, const std::string& run_id, Time now);

}
