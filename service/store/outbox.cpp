#include "service/store/outbox.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query put{"outbox_put", R"(
    insert into outbox (repository_id, target, kind, body, created_at, next_at)
    values ($1, $2, $3, $4::jsonb, $5, $6)
    on conflict (repository_id, target, kind) where state = 'pending'
    do update set body = excluded.body, next_at = least(outbox.next_at, excluded.next_at))"};

// A sender that died held an item that has been overtaken since. What it may have made is the newer item's to find.
constexpr Query drop_overtaken{"outbox_drop_overtaken", R"(
    with overtaken as (
        update outbox set state = 'replaced', attempts = attempts + 1 where state = 'sending' and next_at <= $1
          and exists (select 1 from outbox newer where newer.repository_id = outbox.repository_id
                      and newer.target = outbox.target and newer.kind = outbox.kind and newer.state = 'pending')
        returning repository_id, target, kind)
    update outbox newer set attempts = greatest(newer.attempts, 1) from overtaken
    where newer.repository_id = overtaken.repository_id and newer.target = overtaken.target
      and newer.kind = overtaken.kind and newer.state = 'pending')"};

constexpr Query warn_newer{"outbox_warn_newer", R"(
    update outbox newer set attempts = greatest(newer.attempts, 1) from outbox older
    where older.repository_id = $1 and older.item_id = $2 and older.state = 'sending'
      and newer.repository_id = older.repository_id and newer.target = older.target and newer.kind = older.kind
      and newer.state = 'pending')"};

constexpr Query claim{"outbox_claim", R"(
    with due as (
        select repository_id, item_id from outbox item
        where state in ('pending', 'sending') and next_at <= $1::timestamptz
          and not exists (select 1 from outbox earlier where earlier.repository_id = item.repository_id
                          and earlier.target = item.target and earlier.item_id < item.item_id
                          and earlier.state in ('pending', 'sending'))
        order by item_id limit 1 for update skip locked)
    update outbox set state = 'sending', attempts = outbox.attempts + (outbox.state = 'sending')::int,
        next_at = $1::timestamptz + make_interval(secs => $2::int)
    from due where outbox.repository_id = due.repository_id and outbox.item_id = due.item_id
    returning outbox.*, (select remote_id from github_objects object where object.repository_id = outbox.repository_id
                         and object.target = outbox.target and object.kind = outbox.kind) as remote_id)"};

constexpr Query hold_on{"outbox_hold", R"(
    update outbox set next_at = $3 where repository_id = $1 and item_id = $2 and state = 'sending')"};

constexpr Query sent{"outbox_sent", R"(
    update outbox set state = 'sent', sent_at = $3, error = null
    where repository_id = $1 and item_id = $2 and state = 'sending')"};

constexpr Query retry{"outbox_retry", R"(
    update outbox set attempts = attempts + 1, error = $3, next_at = $4,
        state = case when exists (select 1 from outbox newer where newer.repository_id = outbox.repository_id
                                  and newer.target = outbox.target and newer.kind = outbox.kind
                                  and newer.state = 'pending') then 'replaced' else 'pending' end
    where repository_id = $1 and item_id = $2 and state = 'sending')"};

constexpr Query dead{"outbox_dead", R"(
    update outbox set attempts = attempts + 1, error = $3, state = 'dead', sent_at = $4
    where repository_id = $1 and item_id = $2 and state = 'sending')"};

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

OutboxItem read(const pqxx::row& row) {
    return {.item_id = column<std::int64_t>(row, "item_id"),
            .repository_id = column<std::int64_t>(row, "repository_id"),
            .target = column<std::string>(row, "target"),
            .kind = column<std::string>(row, "kind"),
            .body_json = column<std::string>(row, "body"),
            .attempts = column<int>(row, "attempts"),
            .created_at = column<Time>(row, "created_at"),
            .remote_id = maybe<std::string>(row, "remote_id")};
}

GivenUp read_given_up(const pqxx::row& row) {
    return {.target = column<std::string>(row, "target"),
            .kind = column<std::string>(row, "kind"),
            .error = maybe<std::string>(row, "error").value_or("")};
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

std::optional<OutboxItem> claim_due_item(Tx& tx, Time now, std::chrono::seconds hold) {
    exec(tx, drop_overtaken, now);
    return first(exec(tx, claim, now, static_cast<int>(hold.count())), read);
}

bool hold_item(Tx& tx, const OutboxItem& item, Time until) {
    return exec(tx, hold_on, item.repository_id, item.item_id, until).affected_rows() > 0;
}

void mark_sent(Tx& tx, const OutboxItem& item, const std::optional<std::string>& remote_id, Time now) {
    exec(tx, sent, item.repository_id, item.item_id, now);
    if (remote_id) set_github_object(tx, item.repository_id, item.target, item.kind, remote_id, now);
    // The next item of the target was held back by this one.
    notify(tx, Channel::outbox);
}

void retry_item(Tx& tx, const OutboxItem& item, const std::string& error, Time retry_at) {
    exec(tx, warn_newer, item.repository_id, item.item_id);
    exec(tx, retry, item.repository_id, item.item_id, error, retry_at);
}

void mark_dead(Tx& tx, const OutboxItem& item, const std::string& error, Time now) {
    exec(tx, warn_newer, item.repository_id, item.item_id);
    exec(tx, dead, item.repository_id, item.item_id, error, now);
    notify(tx, Channel::outbox);
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
