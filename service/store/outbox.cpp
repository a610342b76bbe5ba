#include "service/store/outbox.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// A body that is due earlier than the one it replaces needs the lane's attention anew.
constexpr Query put{"outbox_put", R"(
    insert into outbox (repository_id, target, kind, body, created_at, next_at)
    values ($1, $2, $3, $4::jsonb, $5, $6)
    on conflict (repository_id, target, kind) where state = 'pending'
    do update set body = excluded.body, next_at = least(outbox.next_at, excluded.next_at),
        installation_id = case when excluded.next_at < outbox.next_at then null else outbox.installation_id end)"};

// Asked after the older item was settled: a newer one that comes before that statement and after an earlier look would
// be missed.
constexpr Query warn_newer{"outbox_warn_newer", R"(
    update outbox newer set attempts = greatest(newer.attempts, 1) from outbox older
    where older.repository_id = $1 and older.item_id = $2 and newer.item_id > older.item_id
      and newer.repository_id = older.repository_id and newer.target = older.target and newer.kind = older.kind
      and newer.state = 'pending')"};

constexpr Query sent{"outbox_sent", R"(
    update outbox set state = 'sent', sent_at = $3, error = null
    where repository_id = $1 and item_id = $2 and state = 'sending'
      and exists (select 1 from outbox_lanes lane where lane.installation_id = $4 and lane.epoch = $5))"};

constexpr Query retry{"outbox_retry", R"(
    update outbox set attempts = attempts + 1, error = $3, next_at = $4,
        state = case when exists (select 1 from outbox newer where newer.repository_id = outbox.repository_id
                                  and newer.target = outbox.target and newer.kind = outbox.kind
                                  and newer.state = 'pending') then 'replaced' else 'pending' end
    where repository_id = $1 and item_id = $2 and state = 'sending'
      and exists (select 1 from outbox_lanes lane where lane.installation_id = $5 and lane.epoch = $6))"};

constexpr Query dead{"outbox_dead", R"(
    update outbox set attempts = attempts + 1, error = $3, state = 'dead', sent_at = $4
    where repository_id = $1 and item_id = $2 and state = 'sending'
      and exists (select 1 from outbox_lanes lane where lane.installation_id = $5 and lane.epoch = $6))"};

constexpr Query counts{"outbox_counts", R"(
    select (select count(*) from outbox where state in ('pending', 'sending')) as waiting,
           (select count(*) from outbox where state = 'dead') as dead,
           (select min(created_at) from outbox where state in ('pending', 'sending')) as oldest)"};

constexpr Query given_up{"outbox_given_up", R"(
    select target, kind, error from outbox
    where repository_id = $1 and target = any ($2::text[]) and state = 'dead'
      and not exists (select 1 from outbox later where later.repository_id = outbox.repository_id
                      and later.target = outbox.target and later.kind = outbox.kind and later.state = 'sent'
                      and later.item_id > outbox.item_id)
    order by item_id desc limit 20)"};

constexpr Query said{"outbox_said", R"(
    select exists (select 1 from github_objects where repository_id = $1 and target = $2 and kind = $3)
        or exists (select 1 from outbox where repository_id = $1 and target = $2 and kind = $3
                   and state in ('pending', 'sending')) as said)"};

constexpr Query prune{"outbox_prune", R"(
    delete from outbox where (repository_id, item_id) in (
        select repository_id, item_id from outbox where state in ('sent', 'replaced') and created_at < $1 limit $2))"};

constexpr Query find_object{"github_objects_find", R"(
    select remote_id from github_objects where repository_id = $1 and target = $2 and kind = $3)"};

constexpr Query set_object{"github_objects_set", R"(
    insert into github_objects (repository_id, target, kind, remote_id, updated_at) values ($1, $2, $3, $4, $5)
    on conflict (repository_id, target, kind) do update set remote_id = excluded.remote_id,
        updated_at = excluded.updated_at)"};

constexpr Query forget_object{"github_objects_forget",
                              "delete from github_objects where repository_id = $1 and target = $2 and kind = $3"};

constexpr Query resting{"outbox_lanes_resting", R"(
    select installation_id, rest_until, rest_reason from outbox_lanes where rest_until > $1
    order by rest_until desc limit $2)"};

GivenUp read_given_up(const pqxx::row& row) {
    return {.target = column<std::string>(row, "target"),
            .kind = column<std::string>(row, "kind"),
            .error = maybe<std::string>(row, "error").value_or("")};
}

RestingLane read_resting(const pqxx::row& row) {
    return {.installation_id = column<std::int64_t>(row, "installation_id"),
            .until = column<Time>(row, "rest_until"),
            .reason = column<std::string>(row, "rest_reason")};
}

}

std::string check_target(const std::string& head_sha) {
    return "sha/" + head_sha;
}

std::string pull_target(std::int64_t number) {
    return "pull/" + std::to_string(number);
}

void put_outbox(Tx& tx, const OutboxPut& item, Time now) {
    exec(tx, put, item.repository_id, item.target, item.kind, jsonb(item.body_json), now, item.not_before);
    notify(tx, Channel::outbox);
}

bool mark_sent(Tx& tx, const OutboxItem& item, const std::optional<std::string>& remote_id, Time now) {
    const auto changed =
        exec(tx, sent, item.repository_id, item.item_id, now, item.lane.installation_id, item.lane.epoch);
    if (remote_id) set_github_object(tx, item.repository_id, item.target, item.kind, remote_id, now);
    return changed.affected_rows() > 0;
}

bool retry_item(Tx& tx, const OutboxItem& item, const std::string& error, Time retry_at) {
    const auto changed =
        exec(tx, retry, item.repository_id, item.item_id, error, retry_at, item.lane.installation_id, item.lane.epoch);
    exec(tx, warn_newer, item.repository_id, item.item_id);
    return changed.affected_rows() > 0;
}

bool mark_dead(Tx& tx, const OutboxItem& item, const std::string& error, Time now) {
    const auto changed =
        exec(tx, dead, item.repository_id, item.item_id, error, now, item.lane.installation_id, item.lane.epoch);
    exec(tx, warn_newer, item.repository_id, item.item_id);
    return changed.affected_rows() > 0;
}

bool is_said(Tx& tx, std::int64_t repository_id, const std::string& target, const std::string& kind) {
    return column<bool>(exec(tx, said, repository_id, target, kind).front(), "said");
}

OutboxCounts outbox_counts(Tx& tx) {
    const pqxx::row row = exec(tx, counts).front();
    return {.waiting = column<std::int64_t>(row, "waiting"),
            .dead = column<std::int64_t>(row, "dead"),
            .oldest_waiting = maybe<Time>(row, "oldest")};
}

std::vector<GivenUp> given_up_items(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& targets) {
    return all(exec(tx, given_up, repository_id, text_array(targets)), read_given_up);
}

std::vector<RestingLane> resting_lanes(Tx& tx, Time now, int limit) {
    return all(exec(tx, resting, now, limit), read_resting);
}

std::size_t prune_outbox(Tx& tx, Time before, int limit) {
    return exec(tx, prune, before, limit).affected_rows();
}

std::optional<std::string> find_github_object(Tx& tx, std::int64_t repository_id, const std::string& target,
                                              const std::string& kind) {
    const pqxx::result rows = exec(tx, find_object, repository_id, target, kind);
    if (rows.empty()) return std::nullopt;
    return column<std::string>(rows.front(), "remote_id");
}

void set_github_object(Tx& tx, std::int64_t repository_id, const std::string& target, const std::string& kind,
                       const std::optional<std::string>& remote_id, Time now) {
    if (remote_id)
        exec(tx, set_object, repository_id, target, kind, *remote_id, now);
    else
        exec(tx, forget_object, repository_id, target, kind);
}

}
