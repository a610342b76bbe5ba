#pragma once
// Event + configuration + what exists -> runs and jobs, checks, answers, approvals, waivers. Pure: the worker looks
// everything up first (plan_input.h) and carries the plan out in one transaction; the same input gives the same plan,
// so a replayed delivery does nothing twice. Does not talk, store or measure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/planning/plan_input.h"

namespace benchgate::planning {

/// Who waits less: 50 asked for, 40 the merge queue, 30 a pull request, 20 main, 10 a schedule, 8 main's
/// history, 5 a calibration.
namespace priority {
inline constexpr int asked_for = 50;
inline constexpr int merge_queue = 40;
inline constexpr int pull_request = 30;
inline constexpr int push = 20;
inline constexpr int schedule = 10;
inline constexpr int history = 8;
inline constexpr int calibration = 5;
}  // namespace priority

/// A ref that claims speak of: the head is measured against it in a job of its own, which judges nothing but claims.
struct PlannedClaims {
    std::string ref;        ///< as the claims write it
    std::string sha;        ///< empty: nothing can be measured
    std::string full_ref;   ///< a branch, or the full name of what holds the commit
    std::string problem{};  ///< why not, a clause
    bool operator==(const PlannedClaims&) const = default;
};

/// One suite of a run. Everything here is fixed before the first trial.
struct PlannedJob {
    std::string suite;
    std::vector<std::string> host_class;
    std::uint64_t seed = 0;
    double false_alarms = 0.01;                           ///< this job's share of the pull request's rate
    int max_trials = 60;                                  ///< a side
    std::string filter;                                   ///< benchmark glob; empty: all
    std::optional<std::chrono::milliseconds> time_limit;  ///< shorter than the suite's own for a whole job
    std::vector<PlannedClaims> claims_since{};            ///< asked in the same way, beside this job
    bool operator==(const PlannedJob&) const = default;
};

struct PlannedRun {
    model::RunKind kind = model::RunKind::pull_request;
    std::optional<std::int64_t> pull_number;
    std::string base_sha;  ///< of a calibration the same commit as head_sha; both sides are built all the same
    std::string base_ref;  ///< a branch, or the full name of another ref ("refs/tags/v1.0")
    std::string head_sha;
    std::string head_ref;
    int attempt = 1;   ///< 1 for the first run of this head
    int priority = 0;  ///< higher first
    std::optional<std::int64_t> comment_id;
    std::string requested_by;  ///< login of who typed or pressed; empty otherwise
    std::string request;       ///< what asked, once and for all: "comment:ID[:HASH]"; empty: the delivery itself
    std::string profile;       ///< benchmark to be profiled instead of judged; empty: none
    std::vector<PlannedJob> jobs;
    /// Of a pull request's head: against another base, or on another class of hosts, than a run that nobody gave
    /// parameters. It answers a question of its own.
    bool aside = false;
    bool operator==(const PlannedRun&) const = default;
};

/// The check `benchgate` of a commit, to be completed at once, without a job.
struct PlannedCheck {
    std::string head_sha;
    std::string conclusion;  ///< "success", "skipped", "neutral", "failure", "action_required"
    std::string title;
    std::string summary;  ///< Markdown
    bool operator==(const PlannedCheck&) const = default;
};

/// The answer to a person: a reaction to the command's comment (there is none for a button), and a comment unless
/// `message` is empty.
struct PlannedReply {
    std::string reaction;  ///< "rocket" started, "confused" refused, "eyes" seen
    std::string message;   ///< Markdown
    bool operator==(const PlannedReply&) const = default;
};

/// One job that a newer request replaces, while others of its run go on.
struct SupersededJob {
    std::string run_id;
    std::string suite;
    bool operator==(const SupersededJob&) const = default;
};

/// A search for the first bad commit. Its steps are runs (run_of_step), one after the other, chosen by bisect_step.h.
struct PlannedBisection {
    std::int64_t number = 0;  ///< pull request; 0: main's own history asks
    std::string suite;
    std::string benchmark;
    std::string good_sha;
    std::string bad_sha;
    std::vector<std::string> commits;  ///< good..bad, oldest first, `bad_sha` being the last
    std::string ref;                   ///< ResolvedRange::ref
    std::int64_t comment_id = 0;
    std::string requested_by;
    std::string request;       ///< as PlannedRun::request
    std::string metric = {};   ///< empty: the one that lost most
    bool improvement = false;  ///< a change for the better is looked for
    bool operator==(const PlannedBisection&) const = default;
};

/// What a due time of a suite's schedule led to, for people: a clause.
struct ScheduleWord {
    std::string suite;
    std::string words;
    bool operator==(const ScheduleWord&) const = default;
};

struct Plan {
    std::vector<PlannedRun> runs;
    std::vector<std::string> superseded;  ///< ids of unfinished runs that newer ones replace
    std::vector<SupersededJob> superseded_jobs;
    std::vector<std::string> cancelled;  ///< ids of unfinished runs that nobody wants any more
    std::vector<std::string> cancelled_searches;
    std::vector<PlannedCheck> checks;
    std::optional<PlannedReply> reply;
    std::optional<Approval> approval;
    std::vector<std::string> unwaived;  ///< waivers with exactly this benchmark are revoked, before new ones are stored
    std::vector<StatedWaiver> waivers;  ///< new ones, without an id
    std::optional<PlannedBisection> bisection;
    /// The trigger's commit: its check is to be put out again as it now stands, since GitHub has reset it, or since
    /// waivers changed what it says.
    std::optional<std::string> restated_head;
    /// The same, where the check is one of those that a run of its own has.
    std::optional<std::string> restated_run;
    std::vector<ScheduleWord> schedule_words;
    std::string reason;  ///< one clause for the log: why the plan is as it is
    bool operator==(const Plan&) const = default;
};

Plan plan(const PlanInput& input);

/// What a re-request or a button of the check asks: the buttons are "rerun" and "waive"; nullopt: one of another
/// version.
std::optional<CheckRequest> check_request_of(const CheckRunEvent& event);

/// When a suite of the configuration is due by its schedule for the first time after `now`.
struct DueSuite {
    std::string suite;
    std::string line;  ///< as the configuration has it
    Time next;
    bool operator==(const DueSuite&) const = default;
};
std::vector<DueSuite> schedules_of(const model::Config& config, Time now);

/// The run that compares one commit of a bisection with its good end. Of the input it needs repository and
/// configuration, and the runs that there are for the attempt. No jobs: the suite is not measured any more.
PlannedRun run_of_step(const PlannedBisection& bisection, const std::string& sha, const PlanInput& input);

/// The comment in PlannedRun::request; nullopt: none asked.
std::optional<std::int64_t> comment_of(std::string_view request);

/// PlannedRun::request of a command. An edited comment may ask again: the words of its command are part of it.
std::string request_of(const CommandTrigger& trigger);

/// The first 53 bits (every JSON reader keeps them exactly) of splitmix64's finaliser over the FNV-1a 64 hash of
/// "REPOSITORY_ID\nHEAD_SHA\nSUITE\nATTEMPT". Sources: Fowler-Noll-Vo (draft-eastlake-fnv), Steele et al. 2014.
struct SeedInput {
    std::int64_t repository_id = 0;
    std::string_view head_sha;
    std::string_view suite;
    int attempt = 1;
};
std::uint64_t derive_seed(const SeedInput& input);

}  // namespace benchgate::planning
