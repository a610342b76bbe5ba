#pragma once
// The inbox: webhook deliveries as they came. Keyed by X-GitHub-Delivery, so that a redelivery is stored once. Knows
// nothing of what an event means.

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

/// How a delivery came here. webhook: signed by GitHub, in time. recovered: fetched from GitHub's log with the App's
/// own token over TLS, so without a signature, and late. reconciled: written here, from what GitHub's API says. asked:
/// by the operator or the schedule, written here. Only the first may be believed to tell what is newest.
enum class Origin { webhook, recovered, reconciled, asked };
std::string_view to_string(Origin origin);

struct Delivery {
    std::string delivery_id;   ///< X-GitHub-Delivery
    std::string event;         ///< X-GitHub-Event
    std::string headers_json;  ///< an object; without secrets
    std::string body;          ///< raw bytes as signed
    Origin origin = Origin::webhook;
};

enum class InboxState { fresh, done, failed };  // fresh is "new" in the table

struct InboxRow {
    Delivery delivery;
    std::int64_t seq = 0;  ///< order of arrival
    Time received_at;
    InboxState state = InboxState::fresh;
    int attempts = 0;
    Time next_at;
    std::int64_t claims = 0;  ///< which taking of it this is; fences what its worker writes
    std::optional<std::string> error;
};

struct InboxCounts {
    std::int64_t waiting = 0;
    std::int64_t failed = 0;
    std::optional<Time> oldest_waiting;
};

/// Stores a batch in one statement and wakes the inbox worker. Returns how many were new or due again; an id that is
/// known, or twice in the batch, is not an error and changes nothing, unless that delivery had failed: who delivers it
/// again wants it done.
std::size_t insert_deliveries(Tx& tx, std::span<const Delivery> batch, Time now);

struct InboxTaking {
    Time now;
    std::chrono::seconds hold{
        30};  ///< renewed by hold_delivery; who does not is taken for dead, and that costs an attempt
    /// The repository that a delivery concerns, 0: none. Asked once for each.
    std::function<std::int64_t(const Delivery&)> repository_of;
};

/// Takes the oldest delivery that is due and whose repository has no other one being worked on. What is done about it
/// happens outside of any transaction; its end is written by one of the three below, in the transaction of the work.
std::optional<InboxRow> take_next_delivery(Tx& tx, const InboxTaking& taking);

/// All three: false if the delivery is not this worker's any more; then nothing of its work may be kept.
[[nodiscard]] bool hold_delivery(Tx& tx, const InboxRow& taken, Time now, std::chrono::seconds duration);
[[nodiscard]] bool mark_delivery_done(Tx& tx, const InboxRow& taken, Time now);
/// Charges an attempt. Without retry_at it has failed for good.
[[nodiscard]] bool mark_delivery_failed(Tx& tx, const InboxRow& taken, const std::string& error,
                                        std::optional<Time> retry_at, Time now);

/// Puts a delivery back as it was; due at once. For a worker that is told to end.
void give_delivery_back(Tx& tx, const InboxRow& taken);

/// Makes a delivery due again, whatever became of it. False: no such delivery.
bool replay_delivery(Tx& tx, const std::string& delivery_id, Time now);

std::optional<InboxRow> find_delivery(Tx& tx, const std::string& delivery_id);
/// Those of the ids that are not here, in the order given.
std::vector<std::string> missing_deliveries(Tx& tx, const std::vector<std::string>& delivery_ids);

/// Newest first, without bodies (body is empty).
std::vector<InboxRow> recent_deliveries(Tx& tx, int limit);

InboxCounts inbox_counts(Tx& tx);

/// Deletes what is done and was received before; at most `limit` rows. Returns how many.
std::size_t prune_inbox(Tx& tx, Time before, int limit);

}
