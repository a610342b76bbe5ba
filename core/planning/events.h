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

#include "core/json/json.h"

namespace benchgate::planning {

struct Repository {
    std::int64_t id = 0;
    std::string owner;
    std::string name;
    std::string default_branch;
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

/// A branch that moved. Tags, deletions and the merge queue's own branches are Ignored.
struct PushEvent {
    EventSource source;
    std::string branch;
    std::optional<std::string> before;  ///< absent: the branch is new
    std::string after;
    bool forced = false;
    bool operator==(const PushEvent&) const = default;
};

enum class PullRequestAction { opened, synchronize, reopened, ready_for_review, closed };

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
    bool operator==(const PullRequest&) const = default;
};

struct PullRequestEvent {
    EventSource source;
    PullRequestAction action = PullRequestAction::opened;
    PullRequest pull;
    bool operator==(const PullRequestEvent&) const = default;
};

/// A comment that a person wrote on an open pull request. Edits, deletions, bots and plain issues are Ignored.
/// GitHub sends no head SHA with it.
struct CommentEvent {
    EventSource source;
    std::int64_t number = 0;
    std::int64_t comment_id = 0;
    std::string body;  ///< at most 65,536 characters, as GitHub has them
    std::string author;
    std::string association;  ///< a hint; authority is asked of the API
    bool operator==(const CommentEvent&) const = default;
};

/// installation, installation_repositories: something about the App's reach changed.
struct InstallationEvent {
    std::int64_t installation_id = 0;
    std::string account;
    std::string action;  ///< "created", "deleted", "suspend", "unsuspend", "added", "removed", ...
    bool operator==(const InstallationEvent&) const = default;
};

struct PingEvent {
    bool operator==(const PingEvent&) const = default;
};

/// A well-formed event with nothing to do. `reason` is one clause without any of the payload's free text.
struct Ignored {
    std::string reason;
    bool operator==(const Ignored&) const = default;
};

using Event = std::variant<PushEvent, PullRequestEvent, CommentEvent, InstallationEvent, PingEvent, Ignored>;

/// Why a payload cannot be read: names the field ("pull_request.head.sha: not 40 hexadecimal digits"), never its value.
struct EventError {
    std::string message;
    bool operator==(const EventError&) const = default;
};

/// `event_name` is the header X-GitHub-Event. Never throws on any payload.
tl::expected<Event, EventError> read_event(std::string_view event_name, const json::Json& payload);

/// Exactly 40 lower-case or upper-case hexadecimal digits.
bool is_sha(std::string_view text);
/// What `git check-ref-format` allows a ref or branch name to be, at most 255 bytes, and not beginning with '-'.
bool is_ref_name(std::string_view text);
/// Letters, digits, '-', '_', '.' (1 to 100, not "." or ".."): an owner or a repository.
bool is_repository_word(std::string_view text);

}  // namespace benchgate::planning
