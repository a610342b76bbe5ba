#pragma once
// The inbox: webhook deliveries as they came. Keyed by X-GitHub-Delivery, so that a redelivery is stored once. Knows
// nothing of what an event means.

#include <cstddef>
#include <span>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct Delivery {
    std::string delivery_id;   ///< X-GitHub-Delivery
    std::string event;         ///< X-GitHub-Event
    std::string headers_json;  ///< an object; without secrets
    std::string body;          ///< raw bytes as signed
};

enum class InboxState { fresh, done, failed };  // fresh is "new" in the table

struct InboxRow {
    Delivery delivery;
    Time received_at;
    InboxState state = InboxState::fresh;
    int attempts = 0;
    Time next_at;
    std::optional<std::string> error;
};

struct InboxCounts {
    std::int64_t waiting = 0;
    std::int64_t failed = 0;
    std::optional<Time> oldest_waiting;
};

/// Stores a batch in one statement and wakes the inbox worker. Returns how many were new; an id that is known, or
/// twice in the batch, is not an error and changes nothing.
std::size_t insert_deliveries(Tx& tx, std::span<const Delivery> batch, Time now);

/// Locks the oldest delivery that is due, until the transaction ends; others skip it.
std::optional<InboxRow> claim_next_delivery(Tx& tx, Time now);

void mark_delivery_done(Tx& tx, const std::string& delivery_id, Time now);

/// Charges an attempt. Without retry_at it has failed for good.
void mark_delivery_failed(Tx& tx, const std::string& delivery_id, const std::string& error,
                          std::optional<Time> retry_at);

/// Makes a delivery due again, whatever became of it. False: no such delivery.
bool replay_delivery(Tx& tx, const std::string& delivery_id, Time now);

std::optional<InboxRow> find_delivery(Tx& tx, const std::string& delivery_id);

/// Newest first, without bodies (body is empty).
std::vector<InboxRow> recent_deliveries(Tx& tx, int limit);

InboxCounts inbox_counts(Tx& tx);

/// Deletes what is done and was received before; at most `limit` rows. Returns how many.
std::size_t prune_inbox(Tx& tx, Time before, int limit);

}
