#pragma once
// Everything that a plan depends on: the trigger, and what exists at that moment. The worker looks it up first, so that
// plan() stays a pure function. Owns no decision (plan.h).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/model/config.h"
#include "core/model/run.h"
#include "core/model/verdict.h"
#include "core/model/waiver.h"
#include "core/planning/commands.h"
#include "core/planning/events.h"

namespace benchgate::planning {

using Time = std::chrono::system_clock::time_point;

enum class Permission { none, read, write, admin };

struct PullRequestTrigger {
    PullRequestAction action = PullRequestAction::opened;
};

/// A push to a branch. The commits are PlanInput::base_sha (before) and `after`.
struct PushTrigger {
    std::string branch;
    std::string after;
};

struct BranchDeletedTrigger {
    std::string branch;
};

struct CommandTrigger {
    Command command;
    std::int64_t comment_id = 0;
    std::string author;
    Permission permission = Permission::none;  ///< of the author, asked of the API at this moment
    bool edited = false;                       ///< the comment said something else before (has_new_command)
};

/// The head of the default branch, PlanInput::base_sha, is to be measured against itself.
struct CalibrationTrigger {
    std::string branch;
    std::vector<std::string> suites;  ///< empty: all
};

/// Suites whose time has come, to be measured at the head of the default branch.
struct ScheduleTrigger {
    std::string branch;
    std::vector<std::string> suites;
    /// The branch's newest commits along first parents, oldest first; the last one is its head.
    std::vector<std::string> line;
    /// Suites that the configuration of the commit before the head has.
    std::vector<std::string> suites_before;
};

enum class CheckRequest { rerun, waive };

/// A re-request of the check or of its suite, or one of its buttons.
struct CheckTrigger {
    CheckRequest request = CheckRequest::rerun;
    std::string head_sha;                      ///< the check's
    std::string sender;                        ///< login
    Permission permission = Permission::none;  ///< of the sender, asked of the API at this moment
    std::string delivery = {};                 ///< its id: a run that has it as its request came of this very press
    std::string run_id = {};                   ///< that the check speaks of; empty: not told
};

/// What was said of a pull request's head.
struct MeasuredAnswer {
    std::string run_id;
    std::string base_sha;
    std::string head_sha;
    std::string conclusion;  ///< of the check, after waivers: "success", "neutral", "failure", "action_required"
    std::string title;
};

/// A head of GitHub's merge queue: base_sha with the pull request on top of it.
struct MergeGroupTrigger {
    MergeGroupAction action = MergeGroupAction::checks_requested;
    std::string head_sha;
    std::string head_ref;  ///< branch
    std::string base_sha;
    std::string base_ref;                     ///< branch
    std::optional<std::int64_t> pull_number;  ///< the newest of the group
    std::optional<MeasuredAnswer> measured;   ///< the newest finished run of that pull request
    /// The tree of head_sha is the tree of measured->head_sha, and that of base_sha is that of measured->base_sha.
    bool tree_equals_measured_run = false;
};

using Trigger = std::variant<PullRequestTrigger, PushTrigger, BranchDeletedTrigger, CommandTrigger, CheckTrigger,
                             MergeGroupTrigger, CalibrationTrigger, ScheduleTrigger>;

struct ExistingJob {
    std::string suite;
    model::JobState state = model::JobState::queued;
    std::vector<std::string> host_class{};
    int max_trials = 60;
    std::string filter{};
    std::optional<int> position{};                      ///< 1-based, of a queued one
    std::optional<std::chrono::seconds> expected_in{};  ///< until its end
    std::string claims_since{};  ///< of a job that judges nothing but claims: PlannedClaims::ref. Else empty
    double false_alarms = 0;     ///< PlannedJob::false_alarms, of the present head's jobs
};

/// A run of this repository: for a pull request all of its runs, for a push and a schedule those of the same head, for
/// a merge group and for a check both, for a deleted branch the unfinished ones of kind push.
struct ExistingRun {
    std::string id;
    model::RunKind kind = model::RunKind::pull_request;
    std::optional<std::int64_t> pull_number{};
    std::string base_sha{};  ///< what the head is compared with
    std::string base_ref{};
    std::string head_sha{};
    std::string head_ref{};
    int attempt = 1;
    model::RunState state = model::RunState::queued;
    Time created_at{};
    std::string request{};  ///< PlannedRun::request
    std::string profile{};  ///< PlannedRun::profile
    std::vector<ExistingJob> jobs{};
    bool aside = false;  ///< PlannedRun::aside
};

/// A maintainer's word that this very commit of a fork may run.
struct Approval {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::string head_sha;
    std::string author;
    std::optional<std::int64_t> comment_id;
    Time created_at{};
    bool operator==(const Approval&) const = default;
};

/// A waiver of this pull request and where it was said.
struct StatedWaiver {
    model::Waiver waiver;
    std::optional<std::int64_t> comment_id;  ///< absent: by a button
    bool operator==(const StatedWaiver&) const = default;
};

struct JudgedSeries {
    std::string suite;
    model::Verdict verdict;
};

/// What the newest judged head of the pull request was found to be, by all of its runs.
struct LastJudged {
    std::string head_sha;
    std::vector<JudgedSeries> series;
};

/// Commits that a bisect may search: fourteen steps, and one for the bad end.
inline constexpr std::size_t most_searched_commits = 10'000;

/// The ends of a bisect's range, looked up among the commits that the repository's own branches and tags hold: those of
/// a fork must not run by this door.
struct ResolvedRange {
    std::optional<std::string> good;  ///< SHA; absent: no such commit
    std::optional<std::string> bad;
    /// good..bad along first parents, oldest first, `bad` being the last; empty: good is no such ancestor of bad. More
    /// than most_searched_commits: as many as that and one.
    std::vector<std::string> commits;
    std::string ref{};  ///< what holds them: a branch's name, or the full name of another ref
};

/// A search of this pull request that is open, or that this very command began.
struct ExistingSearch {
    std::string id;
    std::string benchmark;
    bool open = true;
    std::string good_sha;
    std::string bad_sha;
    std::size_t commits = 0;
    int steps = 0;  ///< begun, the one under way included
    std::size_t steps_left = 0;
    Time created_at{};
    std::string request;  ///< PlannedRun::request
};

/// A ref that claims of the configuration speak of, looked up among the repository's own branches and tags.
struct ClaimedRef {
    std::string name;                ///< as the claims write it
    std::optional<std::string> sha;  ///< absent: no such commit
    std::string ref{};               ///< what holds it: a branch's name, or the full name of another ref
};

/// Refs that a run may be measured against for its claims; each costs a job.
inline constexpr std::size_t most_claimed_refs = 10;

/// What became of a suite's schedule so far.
struct ScheduledBefore {
    std::string measured_sha;  ///< the newest that was measured; empty: none
    int failed_since = 0;      ///< times that it was tried after that, in vain
    bool open = false;         ///< queued or under way
};

struct PlanInput {
    Repository repository;
    Trigger trigger;
    Time now{};
    std::optional<PullRequest> pull;  ///< as it is now; absent for pushes, merge groups and comments on plain issues
    model::Config config;             ///< of the base
    /// What head is compared with: the merge-base, a command's base=REF resolved, a push's before. Absent: it cannot
    /// be had; nothing is planned and the check says so.
    std::optional<std::string> base_sha;
    /// Of a command's base=REF: a branch's name, or the full name of what holds the commit.
    std::string base_ref;
    std::optional<std::vector<std::string>> changed_paths;  ///< base..head; absent: unknown, every path list matches
    std::vector<ExistingRun> existing;
    std::vector<ExistingSearch> searches;
    std::vector<Approval> approvals;    ///< of this pull request
    std::vector<StatedWaiver> waivers;  ///< of this pull request, but for revoked ones
    std::optional<LastJudged> judged;
    std::string author_association;      ///< of a fork's author, as the API has it now ("CONTRIBUTOR"); empty: unknown
    std::optional<ResolvedRange> range;  ///< for bisect
    std::vector<ClaimedRef> claimed_refs{};  ///< those of the configuration, most_claimed_refs at the most
    /// What each suite was ever judged on, so that no ref is built for benchmarks that it does not have. A suite that
    /// is not here was never judged.
    std::map<std::string, std::vector<model::SeriesKey>> known_series{};
    std::map<std::string, ScheduledBefore> scheduled{};  ///< by suite, of those that are due
};

}  // namespace benchgate::planning
