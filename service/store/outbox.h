#pragma once
// The outbox: what is to be said to the outside, at least once, in order within a target. A newer unsent item of the
// same (repository, target, kind) replaces the older one. Also remembers which remote object an item became. Knows
// nothing of HTTP.

#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct OutboxPut {
    std::int64_t repository_id = 0;
    std::string target;  ///< what it speaks to, e.g. "pull/7", "sha/<head>", "slack"
    std::string kind;    ///< what it says there, e.g. "comment", "check:benchgate", "reaction:123"
    std::string body_json;
    Time not_before;  ///< usually now
};

struct OutboxItem {
    std::int64_t item_id = 0;
    std::int64_t repository_id = 0;
    std::string target;
    std::string kind;
    std::string body_json;
    /// Failed ones so far; at least 1 if an earlier item of the key failed or was lost, and so may have made the
    /// object.
    int attempts = 0;
    Time created_at;
    std::optional<std::string> remote_id;  ///< of the object that (target, kind) became before: update it
};

/// Targets of what is said about a commit and on a pull request.
std::string check_target(const std::string& head_sha);
std::string pull_target(std::int64_t number);

/// Adds an item, or replaces the body of the unsent one of the same key, which keeps its place. Wakes the sender.
void put_outbox(Tx& tx, const OutboxPut& item, Time now);

/// Takes the oldest item that is due and whose target has no earlier open one. It is the caller's for `hold`: if
/// neither mark_sent nor another word comes until then, the sender is taken for dead and the item is due again. So
/// the call to the outside happens between two transactions.
std::optional<OutboxItem> claim_due_item(Tx& tx, Time now, std::chrono::seconds hold = std::chrono::seconds{60});

/// Keeps a claimed item for longer; false: it is not the caller's any more.
bool hold_item(Tx& tx, const OutboxItem& item, Time until);

/// remote_id: id of the object that was created or updated; it is remembered for (repository, target, kind).
void mark_sent(Tx& tx, const OutboxItem& item, const std::optional<std::string>& remote_id, Time now);
/// Try again later, unless a newer item of the same key has come meanwhile: then that one goes instead.
void retry_item(Tx& tx, const OutboxItem& item, const std::string& error, Time retry_at);
/// Give up: kept for inspection; later items of the target may go.
void mark_dead(Tx& tx, const OutboxItem& item, const std::string& error, Time now);

struct OutboxCounts {
    std::int64_t waiting = 0;
    std::int64_t dead = 0;
    std::optional<Time> oldest_waiting;
};
OutboxCounts outbox_counts(Tx& tx);

/// What was given up and has not been said since by a later item of the same key.
struct GivenUp {
    std::string target;
    std::string kind;
    std::string error;
};
/// Newest first, at most 20.
std::vector<GivenUp> given_up_items(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& targets);

/// Deletes sent and replaced items made before; at most `limit`.
std::size_t prune_outbox(Tx& tx, Time before, int limit);

std::optional<std::string> find_github_object(Tx& tx, std::int64_t repository_id, const std::string& target,
                                              const std::string& kind);
/// Absent: the object is gone on the other side.
void set_github_object(Tx& tx, std::int64_t repository_id, const std::string& target, const std::string& kind,
                       const std::optional<std::string>& remote_id, Time now);

}
