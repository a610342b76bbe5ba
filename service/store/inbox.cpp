#include "service/store/inbox.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// Bodies travel as one binary parameter and are cut apart by the server: no escaping, one statement a batch.
constexpr Query insert_batch{"inbox_insert_batch", R"(
    insert into inbox (delivery_id, event, headers, body, received_at, next_at)
    select id, event, headers::jsonb, substring($4::bytea from place::int + 1 for size::int),
           $7::timestamptz, $7::timestamptz
    from unnest($1::text[], $2::text[], $3::text[], $5::bigint[], $6::bigint[])
         as batch (id, event, headers, place, size)
    on conflict (delivery_id) do nothing)"};

constexpr Query claim_next{"inbox_claim_next", R"(
    select * from inbox where state = 'new' and next_at <= $1::timestamptz
    order by seq limit 1 for update skip locked)"};

constexpr Query done{"inbox_done",
                     "update inbox set state = 'done', done_at = $2, error = null where delivery_id = $1"};

constexpr Query failed{"inbox_failed", R"(
    update inbox set attempts = attempts + 1, error = $2,
        state = case when $3::timestamptz is null then 'failed' else 'new' end,
        next_at = coalesce($3::timestamptz, next_at)
    where delivery_id = $1)"};

constexpr Query replay{"inbox_replay",
                       "update inbox set state = 'new', next_at = $2, error = null where delivery_id = $1"};

constexpr Query find{"inbox_find", "select * from inbox where delivery_id = $1"};

constexpr Query recent{"inbox_recent", R"(
    select delivery_id, event, headers, ''::bytea as body, received_at, state, attempts, next_at, error
    from inbox order by seq desc limit $1)"};

constexpr Query counts{"inbox_counts", R"(
    select (select count(*) from inbox where state = 'new') as waiting,
           (select count(*) from inbox where state = 'failed') as failed,
           (select min(received_at) from inbox where state = 'new') as oldest)"};

constexpr Query prune{"inbox_prune", R"(
    delete from inbox where delivery_id in (
        select delivery_id from inbox where state <> 'new' and received_at < $1 order by received_at limit $2))"};

std::optional<InboxState> state_from(std::string_view text) {
    if (text == "new") return InboxState::fresh;
    if (text == "done") return InboxState::done;
    if (text == "failed") return InboxState::failed;
    return std::nullopt;
}

InboxRow read(const pqxx::row& row) {
    return {.delivery = {.delivery_id = column<std::string>(row, "delivery_id"),
                         .event = column<std::string>(row, "event"),
                         .headers_json = column<std::string>(row, "headers"),
                         .body = to_bytes(row["body"])},
            .received_at = column<Time>(row, "received_at"),
            .state = word(row, "state", state_from),
            .attempts = column<int>(row, "attempts"),
            .next_at = column<Time>(row, "next_at"),
            .error = maybe<std::string>(row, "error")};
}

}

std::size_t insert_deliveries(Tx& tx, std::span<const Delivery> batch, Time now) {
    if (batch.empty()) return 0;
    std::vector<std::string> ids, events, headers;
    std::vector<std::int64_t> places, sizes;
    std::string bodies;
    for (const Delivery& delivery : batch) {
        ids.push_back(delivery.delivery_id);
        events.push_back(delivery.event);
        headers.push_back(jsonb(delivery.headers_json));
        places.push_back(static_cast<std::int64_t>(bodies.size()));
        sizes.push_back(static_cast<std::int64_t>(delivery.body.size()));
        bodies += delivery.body;
    }
    const auto stored = exec(tx, insert_batch, text_array(ids), text_array(events), text_array(headers),
                             pqxx::binarystring(bodies), integer_array(places), integer_array(sizes), now)
                            .affected_rows();
    if (stored > 0) notify(tx, Channel::inbox);
    return stored;
}

std::optional<InboxRow> claim_next_delivery(Tx& tx, Time now) {
    return first(exec(tx, claim_next, now), read);
}

void mark_delivery_done(Tx& tx, const std::string& delivery_id, Time now) {
    exec(tx, done, delivery_id, now);
}

void mark_delivery_failed(Tx& tx, const std::string& delivery_id, const std::string& error,
                          std::optional<Time> retry_at) {
    exec(tx, failed, delivery_id, error, retry_at);
}

bool replay_delivery(Tx& tx, const std::string& delivery_id, Time now) {
    if (exec(tx, replay, delivery_id, now).affected_rows() == 0) return false;
    notify(tx, Channel::inbox);
    return true;
}

std::optional<InboxRow> find_delivery(Tx& tx, const std::string& delivery_id) {
    return first(exec(tx, find, delivery_id), read);
}

std::vector<InboxRow> recent_deliveries(Tx& tx, int limit) {
    return all(exec(tx, recent, limit), read);
}

InboxCounts inbox_counts(Tx& tx) {
    const pqxx::row row = exec(tx, counts).front();
    return {.waiting = column<std::int64_t>(row, "waiting"),
            .failed = column<std::int64_t>(row, "failed"),
            .oldest_waiting = maybe<Time>(row, "oldest")};
}

std::size_t prune_inbox(Tx& tx, Time before, int limit) {
    return exec(tx, prune, before, limit).affected_rows();
}

}
