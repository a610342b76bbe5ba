#pragma once
// The outbox: what is to be said to the outside, at least once, in order within a target. A newer unsent item of the
// same (repository, target, kind) replaces the older one. Each installation has one lane, and whoever holds the lane
// sends for it, one item at a time: GitHub's limits hold for an installation. Also remembers which remote object an
// item became. Knows nothing of HTTP.

#include <vector>

#include "service/store/outbox_pace.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct OutboxPut {
    std::int64_t repository_id = 0;
    std::string target;  ///< what it speaks to, e.g. "pull/7", "sha/<head>", "slack"
    std::string kind;    ///< what it says there, e.g. "comment", "check:benchgate", "reaction:123"
    std::string body_json;
    Time not_before;  ///< usually now
};

/// The right to send for an installation, until the hold is over.
struct Lane {
    std::int64_t installation_id = 0;
    std::int64_t epoch = 0;
    Time held_until;
    Written written;
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
    Lane lane;
};

/// Targets of what is said about a commit and on a pull request.
std::string check_target(const std::string& head_sha);
std::string pull_target(std::int64_t number);

/// Adds an item, or replaces the body of the unsent one of the same key, which keeps its place. Wakes the sender.
void put_outbox(Tx& tx, const OutboxPut& item, Time now);

struct ClaimOptions {
    std::chrono::seconds hold{90};
    int most = 1;
};

struct Claim {
    std::vector<OutboxItem> items;  ///< of as many installations; empty: nothing is due
    std::optional<Time> next_due;   ///< without items: when a lane is due, as far as is known now
};

/// Takes the lanes that have been due for longest (one that was empty before stands near the front), and of each the
/// oldest item that is due and whose target has no earlier open one. They are the caller's for `hold`: if its word does
/// not come until then, the sender is taken for dead and both are due again. So the call to the outside happens between
/// two transactions. Lanes that are held, that rest, or whose pace does not allow another item yet are passed over.
Claim claim_due_items(Tx& tx, Time now, const ClaimOptions& options = {});

// Every claimed item gets one of these three words and then release_lane, in one transaction. False: the hold was over
// and somebody else has the lane; nothing was changed, but for what an item became.

/// remote_id: id of the object that was created or updated; it is remembered for (repository, target, kind).
bool mark_sent(Tx& tx, const OutboxItem& item, const std::optional<std::string>& remote_id, Time now);
/// Try again later, unless a newer item of the same key has come meanwhile: then that one goes instead. Throws
/// StoreError if that one comes at this very moment: to be repeated.
bool retry_item(Tx& tx, const OutboxItem& item, const std::string& error, Time retry_at);
/// Give up: kept for inspection; later items of the target may go.
bool mark_dead(Tx& tx, const OutboxItem& item, const std::string& error, Time now);

/// What sending an item did to its installation.
struct LaneUse {
    int writes = 0;
    int created = 0;
    std::optional<Time> rest_until = {};  ///< GitHub asked the installation to wait
    std::string rest_reason = {};
};
/// Returns from when on the lane may be taken again.
Time release_lane(Tx& tx, const Lane& lane, const LaneUse& use, const WriteLimits& limits, Time now);

/// Something of this key was sent, or is to be sent.
bool is_said(Tx& tx, std::int64_t repository_id, const std::string& target, const std::string& kind);

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

/// Installations that GitHub asked to wait, the longest wait first; at most `limit`.
struct RestingLane {
    std::int64_t installation_id = 0;
    Time until;
    std::string reason;
};
std::vector<RestingLane> resting_lanes(Tx& tx, Time now, int limit);

/// Deletes sent and replaced items made before; at most `limit`.
std::size_t prune_outbox(Tx& tx, Time before, int limit);

std::optional<std::string> find_github_object(Tx& tx, std::int64_t repository_id, const std::string& target,
                                              const std::string& kind);
/// Absent: the object is gone on the other side.
void set_github_object(Tx& tx, std::int64_t repository_id, const std::string& target, const std::string& kind,
                       const std::optional<std::string>& remote_id, Time now);

}
