#pragma once
// Event + configuration + what exists -> runs and jobs. Pure: the worker looks everything up first (head, merge-base,
// changed paths, permission) and carries the plan out in one transaction; the same input gives the same plan, so a
// replayed delivery does nothing twice. Does not talk, store or measure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/model/config.h"
#include "core/model/run.h"
#include "core/planning/commands.h"
#include "core/planning/events.h"

namespace benchgate::planning {

enum class Permission { none, read, write, admin };

struct PullRequestTrigger {
    PullRequestAction action = PullRequestAction::opened;
};

/// A push to a branch. The commits are PlanInput::base_sha (before) and `after`.
struct PushTrigger {
    std::string branch;
    std::string after;
};

struct CommandTrigger {
    Command command;
    std::int64_t comment_id = 0;
    std::string author;
    Permission permission = Permission::none;  ///< of the author, asked of the API at this moment
};

using Trigger = std::variant<PullRequestTrigger, PushTrigger, CommandTrigger>;

struct ExistingJob {
    std::string suite;
    model::JobState state = model::JobState::queued;
};

/// A run of this repository: for a pull request all of its runs, for a push those of the same head.
struct ExistingRun {
    std::string id;
    model::RunKind kind = model::RunKind::pull_request;
    std::optional<std::int64_t> pull_number;
    std::string head_sha;
    int attempt = 1;
    model::RunState state = model::RunState::queued;
    std::vector<ExistingJob> jobs;
    std::optional<std::int64_t> comment_id;  ///< the command that asked for it
};

struct PlanInput {
    Repository repository;
    Trigger trigger;
    std::optional<PullRequest> pull;  ///< as it is now; required but for a push
    model::Config config;             ///< of the base
    /// What head is compared with: the merge-base, a command's base=REF resolved, a push's before. Absent: it cannot
    /// be had; nothing is planned and the check says so.
    std::optional<std::string> base_sha;
    std::optional<std::vector<std::string>> changed_paths;  ///< base..head; absent: unknown, every path list matches
    std::vector<ExistingRun> existing;
};

/// One suite of a run. Everything here is fixed before the first trial.
struct PlannedJob {
    std::string suite;
    std::vector<std::string> host_class;
    std::uint64_t seed = 0;
    double false_alarms = 0.01;  ///< this job's share of the pull request's rate
    int max_trials = 60;         ///< a side
    std::string filter;          ///< benchmark glob; empty: all
    bool operator==(const PlannedJob&) const = default;
};

struct PlannedRun {
    model::RunKind kind = model::RunKind::pull_request;
    std::optional<std::int64_t> pull_number;
    std::string base_sha;
    std::string base_ref;
    std::string head_sha;
    std::string head_ref;
    int attempt = 1;   ///< 1 for the first run of this head
    int priority = 0;  ///< higher first: command 30, pull request 20, push 10
    std::optional<std::int64_t> comment_id;
    std::string requested_by;  ///< login of the command's author; empty otherwise
    std::vector<PlannedJob> jobs;
    bool operator==(const PlannedRun&) const = default;
};

/// A check to be completed at once, without a job. `suite` empty: the check of the whole pull request.
struct PlannedCheck {
    std::string suite;
    std::string head_sha;
    std::string conclusion;  ///< "skipped", "neutral", "action_required"
    std::string title;
    std::string summary;  ///< Markdown
    bool operator==(const PlannedCheck&) const = default;
};

/// The answer to a command: a reaction, and a comment unless `message` is empty.
struct PlannedReply {
    std::string reaction;  ///< "rocket" started, "confused" refused, "eyes" seen
    std::string message;   ///< Markdown
    bool operator==(const PlannedReply&) const = default;
};

struct Plan {
    std::vector<PlannedRun> runs;
    std::vector<std::string> superseded;  ///< ids of unfinished runs of older heads
    std::vector<std::string> cancelled;   ///< ids of unfinished runs that nobody wants any more
    std::vector<PlannedCheck> checks;
    std::optional<PlannedReply> reply;
    std::string reason;  ///< one clause for the log: why the plan is as it is
    bool operator==(const Plan&) const = default;
};

Plan plan(const PlanInput& input);

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
