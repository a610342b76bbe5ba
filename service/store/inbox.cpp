#include "service/store/inbox.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

/// How many new ones a taker sorts in at once: many bodies take long to read, and the others wait for it.
constexpr int most_sorted = 100;

// Bodies travel as one binary parameter and are cut apart by the server: no escaping, one statement a batch.
constexpr Query insert_batch{"inbox_insert_batch", R"(
    insert into inbox (delivery_id, event, headers, body, origin, received_at, next_at)
    select id, event, headers::jsonb, substring($4::bytea from place::int + 1 for size::int), origin,
           $8::timestamptz, $8::timestamptz
    from unnest($1::text[], $2::text[], $3::text[], $5::bigint[], $6::bigint[], $7::text[])
         as batch (id, event, headers, place, size, origin)
    on conflict (delivery_id) do nothing)"};

constexpr Query revive_failed{"inbox_revive_failed", R"(
    update inbox set state = 'new', attempts = 0, next_at = $2::timestamptz
    where delivery_id = any ($1::text[]) and state = 'failed')"};

// One taker at a time, over all processes: two that look at once would each take a delivery of one repository.
constexpr Query lock_taking{"inbox_lock_taking", "select pg_advisory_xact_lock(7266381422)"};

constexpr Query next_due{"inbox_next_due", R"(
    select * from inbox waiting
    where state = 'new' and next_at <= $1::timestamptz and (held_until is null or held_until <= $1::timestamptz)
      and not exists (select 1 from inbox busy where busy.repository_id = waiting.repository_id
                      and busy.repository_id <> 0 and busy.held_until > $1::timestamptz)
    order by seq limit 1 for update)"};

constexpr Query sort_in{"inbox_sort_in", "update inbox set repository_id = $2 where delivery_id = $1"};

// A hold that passed was that of a worker which died over it.
constexpr Query take{"inbox_take", R"(
    update inbox set held_until = $2::timestamptz, claims = claims + 1,
        attempts = attempts + (held_until is not null)::int
    where delivery_id = $1 returning *)"};

constexpr Query hold{"inbox_hold", R"(
    update inbox set held_until = $4::timestamptz where delivery_id = $1 and claims = $2 and held_until > $3::timestamptz)"};

constexpr Query done{"inbox_done", R"(
    update inbox set state = 'done', done_at = $3::timestamptz, error = null, held_until = null
    where delivery_id = $1 and claims = $2 and held_until > $3::timestamptz)"};

constexpr Query failed{"inbox_failed", R"(
    update inbox set attempts = attempts + 1, error = $3, held_until = null,
        state = case when $4::timestamptz is null then 'failed' else 'new' end,
        next_at = coalesce($4::timestamptz, next_at)
    where delivery_id = $1 and claims = $2 and held_until > $5::timestamptz)"};

constexpr Query give_back{"inbox_give_back", R"(
    update inbox set held_until = null where delivery_id = $1 and claims = $2 and held_until is not null)"};

constexpr Query replay{"inbox_replay", R"(
    update inbox set state = 'new', attempts = 0, next_at = $2, error = null, held_until = null
    where delivery_id = $1)"};

constexpr Query find{"inbox_find", "select * from inbox where delivery_id = $1"};

constexpr Query missing{"inbox_missing", R"(
    select id from unnest($1::text[]) with ordinality as asked (id, place)
    where not exists (select 1 from inbox where delivery_id = id) order by place)"};

constexpr Query recent{"inbox_recent", R"(
    select delivery_id, seq, event, headers, ''::bytea as body, origin, received_at, state, attempts, next_at, claims, error
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

std::optional<Origin> origin_from(std::string_view text) {
    for (const auto origin : {Origin::webhook, Origin::recovered, Origin::reconciled, Origin::asked})
        if (text == to_string(origin)) return origin;
    return std::nullopt;
}

InboxRow read(const pqxx::row& row) {
    return {.delivery = {.delivery_id = column<std::string>(row, "delivery_id"),
                         .event = column<std::string>(row, "event"),
                         .headers_json = column<std::string>(row, "headers"),
                         .body = to_bytes(row["body"]),
                         .origin = word(row, "origin", origin_from)},
            .seq = column<std::int64_t>(row, "seq"),
            .received_at = column<Time>(row, "received_at"),
            .state = word(row, "state", state_from),
            .attempts = column<int>(row, "attempts"),
            .next_at = column<Time>(row, "next_at"),
            .claims = column<std::int64_t>(row, "claims"),
            .error = maybe<std::string>(row, "error")};
}

}

std::string_view to_string(Origin origin) {
    switch (origin) {
        case Origin::webhook:
            return "webhook";
        case Origin::recovered:
            return "recovered";
        case Origin::reconciled:
            return "reconciled";
        case Origin::asked:
            return "asked";
    }
    return "";
}

std::size_t insert_deliveries(Tx& tx, std::span<const Delivery> batch, Time now) {
    if (batch.empty()) return 0;
    std::vector<std::string> ids, events, headers, origins;
    std::vector<std::int64_t> places, sizes;
    std::string bodies;
    for (const Delivery& delivery : batch) {
        ids.push_back(delivery.delivery_id);
        events.push_back(delivery.event);
        headers.push_back(jsonb(delivery.headers_json));
        places.push_back(static_cast<std::int64_t>(bodies.size()));
        origins.emplace_back(to_string(delivery.origin));
        sizes.push_back(static_cast<std::int64_t>(delivery.body.size()));
        bodies += delivery.body;
    }
    auto stored =
        exec(tx, insert_batch, text_array(ids), text_array(events), text_array(headers), pqxx::binarystring(bodies),
             integer_array(places), integer_array(sizes), text_array(origins), now)
            .affected_rows();
    if (stored < batch.size()) stored += exec(tx, revive_failed, text_array(ids), now).affected_rows();
    if (stored > 0) notify(tx, Channel::inbox);
    return stored;
}

std::optional<InboxRow> take_next_delivery(Tx& tx, const InboxTaking& taking) {
    exec(tx, lock_taking);
    for (int sorted = 0; sorted < most_sorted; ++sorted) {
        const pqxx::result rows = exec(tx, next_due, taking.now);
        if (rows.empty()) return std::nullopt;
        const InboxRow row = read(rows.front());
        if (!rows.front()["repository_id"].is_null())
            return read(exec(tx, take, row.delivery.delivery_id, taking.now + taking.hold).front());
        exec(tx, sort_in, row.delivery.delivery_id, taking.repository_of(row.delivery));
    }
    return std::nullopt;
}

bool hold_delivery(Tx& tx, const InboxRow& taken, Time now, std::chrono::seconds duration) {
    return exec(tx, hold, taken.delivery.delivery_id, taken.claims, now, now + duration).affected_rows() > 0;
}

bool mark_delivery_done(Tx& tx, const InboxRow& taken, Time now) {
    return exec(tx, done, taken.delivery.delivery_id, taken.claims, now).affected_rows() > 0;
}

bool mark_delivery_failed(Tx& tx, const InboxRow& taken, const std::string& error, std::optional<Time> retry_at,
                          Time now) {
    return exec(tx, failed, taken.delivery.delivery_id, taken.claims, error, retry_at, now).affected_rows() > 0;
}

void give_delivery_back(Tx& tx, const InboxRow& taken) {
    exec(tx, give_back, taken.delivery.delivery_id, taken.claims);
    notify(tx, Channel::inbox);
}

bool replay_delivery(Tx& tx, const std::string& delivery_id, Time now) {
    if (exec(tx, replay, delivery_id, now).affected_rows() == 0) return false;
    notify(tx, Channel::inbox);
    return true;
}

std::optional<InboxRow> find_delivery(Tx& tx, const std::string& delivery_id) {
    return first(exec(tx, find, delivery_id), read);
}

std::vector<std::string> missing_deliveries(Tx& tx, const std::vector<std::string>& delivery_ids) {
    std::vector<std::string> ids;
    for (const pqxx::row& row : exec(tx, missing, text_array(delivery_ids))) ids.emplace_back(row[0].c_str());
    return ids;
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
