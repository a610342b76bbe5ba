#pragma once
// What GitHub tells, reduced to what planning needs. Owns the reading of webhook payloads: only the needed fields are
// looked at, each with a bound and a character set, so that nothing later has to distrust a SHA, a ref or a name.
// Does not verify signatures (service/github) and decides nothing (plan.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "core/json/json.h"

namespace benchgate::planning {

struct Repository {
    std::int64_t id = 0;
    std::string owner;
    std::string name;
    std::string default_branch;  ///< empty when the payload has none
    bool is_private = false;
    std::string clone_url;  ///< https; empty when the payload has none
    std::string full_name() const { return owner + "/" + name; }
    bool operator==(const Repository&) const = default;
};

/// What every event of a repository carries. No installation: the hook is not an App's.
struct EventSource {
    Repository repository;
    std::optional<std::int64_t> installation_id;
    std::string sender;  ///< login; empty when the payload has none
    bool operator==(const EventSource&) const = default;
};

/// A branch that moved. Tags and the merge queue's own branches are Ignored.
struct PushEvent {
    EventSource source;
    std::string branch;
    std::optional<std::string> before;  ///< absent: the branch is new
    std::string after;
    bool forced = false;
    bool operator==(const PushEvent&) const = default;
};

struct BranchDeletedEvent {
    EventSource source;
    std::string branch;
    bool operator==(const BranchDeletedEvent&) const = default;
};

/// base_changed is GitHub's "edited" with another base branch; what else is edited, labelled or assigned is Ignored.
enum class PullRequestAction {
    opened,
    synchronize,
    reopened,
    ready_for_review,
    converted_to_draft,
    base_changed,
    closed
};

struct PullRequest {
    std::int64_t number = 0;
    std::string head_sha;
    std::string head_ref;
    std::optional<std::string> head_repository;  ///< owner/name; absent: the fork was deleted
    std::string base_ref;
    std::string base_sha;
    bool fork = false;  ///< the head is not a branch of the base repository (a deleted fork is one too)
    bool draft = false;
    bool open = true;
    std::string author;
    bool merged = false;
    std::string merge_sha = {};   ///< of a merged one: its commit on the base branch; empty: not told
    std::string updated_at = {};  ///< as is_moment has it; empty: not told
    bool operator==(const PullRequest&) const = default;
};

struct PullRequestEvent {
    EventSource source;
    PullRequestAction action = PullRequestAction::opened;
    PullRequest pull;
    bool operator==(const PullRequestEvent&) const = default;
};

/// A comment that a person wrote, or an own one that this person changed; a comment changed by somebody else is Ignored
/// (its author would answer for words that are not his), as are bots and deletions. GitHub sends no head SHA with it.
struct CommentEvent {
    EventSource source;
    std::int64_t number = 0;  ///< of the pull request or the issue
    std::int64_t comment_id = 0;
    std::string body;  ///< at most 65,536 characters, as GitHub has them
    std::string author;
    std::string association;                   ///< a hint; authority is asked of the API
    bool on_pull_request = true;               ///< false: a plain issue
    bool open = true;                          ///< the pull request or issue
    std::optional<std::string> previous_body;  ///< of an edited comment; absent: the comment is new
    bool operator==(const CommentEvent&) const = default;
};

enum class CheckRunAction { rerequested, requested_action };

/// A button of one check. GitHub sends both actions only to the App that made the check.
struct CheckRunEvent {
    EventSource source;
    CheckRunAction action = CheckRunAction::rerequested;
    std::string identifier;  ///< of the button; empty for rerequested
    std::int64_t check_run_id = 0;
    std::string name;
    std::string head_sha;
    std::string external_id;
    std::optional<std::int64_t> app_id;
    std::vector<std::int64_t> pull_numbers;  ///< empty for forks: find the pull request by head_sha
    bool operator==(const CheckRunEvent&) const = default;
};

/// "Re-run all checks".
struct CheckSuiteEvent {
    EventSource source;
    std::int64_t check_suite_id = 0;
    std::string head_sha;
    std::optional<std::int64_t> app_id;
    std::vector<std::int64_t> pull_numbers;  ///< as in CheckRunEvent
    bool operator==(const CheckSuiteEvent&) const = default;
};

enum class MergeGroupAction { checks_requested, destroyed };

struct MergeGroupEvent {
    EventSource source;
    MergeGroupAction action = MergeGroupAction::checks_requested;
    std::string head_sha;
    std::string head_ref;  ///< branch, "gh-readonly-queue/main/pr-12-SHA"
    std::string base_sha;
    std::string base_ref;                     ///< branch
    std::string reason;                       ///< of destroyed: "merged", "invalidated", "dequeued"; may be empty
    std::optional<std::int64_t> pull_number;  ///< the newest of the group, as head_ref names it
    bool operator==(const MergeGroupEvent&) const = default;
};

enum class InstallationAction { created, deleted, suspended, unsuspended, permissions_accepted, repositories_changed };

struct RepositoryRef {
    std::int64_t id = 0;
    std::string owner;
    std::string name;
    bool is_private = false;
    bool operator==(const RepositoryRef&) const = default;
};

/// installation and installation_repositories: something about the App's reach changed.
struct InstallationEvent {
    std::int64_t installation_id = 0;
    InstallationAction action = InstallationAction::created;
    std::string account;                 ///< login; empty when the payload has none
    std::string sender;                  ///< login; empty when the payload has none
    std::vector<RepositoryRef> added;    ///< of created, unsuspended and permissions_accepted: all that are told
    std::vector<RepositoryRef> removed;  ///< of deleted and suspended: all that are told
    bool incomplete = false;             ///< there are more than `most_listed_repositories`: ask the API
    bool operator==(const InstallationEvent&) const = default;
};
inline constexpr std::size_t most_listed_repositories = 10'000;

enum class RepositoryAction { renamed, transferred, archived, unarchived, deleted, privatized, publicized };

/// `source` has the names that hold now.
struct RepositoryEvent {
    EventSource source;
    RepositoryAction action = RepositoryAction::renamed;
    std::string previous_name;   ///< of renamed; may be empty
    std::string previous_owner;  ///< of transferred; may be empty
    bool operator==(const RepositoryEvent&) const = default;
};

struct PingEvent {
    bool operator==(const PingEvent&) const = default;
};

/// A well-formed event with nothing to do. `reason` is one clause without any of the payload's free text.
struct Ignored {
    std::string reason;
    bool operator==(const Ignored&) const = default;
};

/// Not GitHub's: asked for by the operator or by the schedule, and put into the inbox beside what GitHub says.
inline constexpr std::string_view calibration_event = "benchgate_calibration";
struct CalibrationEvent {
    EventSource source;
    std::vector<std::string> suites;  ///< empty: all
    bool operator==(const CalibrationEvent&) const = default;
};

/// The same for suites whose time has come. None: only what the configuration schedules is to be read anew.
inline constexpr std::string_view schedule_event = "benchgate_schedule";
struct ScheduleEvent {
    EventSource source;
    std::vector<std::string> suites;
    bool operator==(const ScheduleEvent&) const = default;
};

using Event = std::variant<PushEvent, BranchDeletedEvent, PullRequestEvent, CommentEvent, CheckRunEvent,
                           CheckSuiteEvent, MergeGroupEvent, InstallationEvent, RepositoryEvent, PingEvent,
                           CalibrationEvent, ScheduleEvent, Ignored>;

/// Why a payload cannot be read: names the field ("pull_request.head.sha: not 40 hexadecimal digits"), never its value.
struct EventError {
    std::string message;
    bool operator==(const EventError&) const = default;
};

/// `event_name` is the header X-GitHub-Event. Never throws on any payload.
tl::expected<Event, EventError> read_event(std::string_view event_name, const json::Json& payload);

/// Exactly 40 lower-case or upper-case hexadecimal digits.
bool is_sha(std::string_view text);
/// "2026-01-31T10:00:00Z", as GitHub writes moments: their order is that of the texts.
bool is_moment(std::string_view text);
/// What `git check-ref-format` allows a ref or branch name to be, at most 255 bytes, and not beginning with '-'.
bool is_ref_name(std::string_view text);
/// Letters, digits, '-', '_', '.' (1 to 100, not "." or ".."): an owner or a repository.
bool is_repository_word(std::string_view text);

}  // namespace benchgate::planning
