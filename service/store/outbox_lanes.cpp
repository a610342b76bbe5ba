#include <algorithm>
#include <map>

#include "service/store/outbox.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// More than that in one look are taken up by the next one.
constexpr int most_admitted = 500;
constexpr int most_rounds = 50;

// What stages wrote finds its lane here and not in their transactions: those may be long, and would wait for each other
// at the lane's row. In order of the installations, so that two senders cannot block each other. Where more is due than
// is sent, a lane that was empty comes right behind the one that has waited for longest (start-time fair queueing,
// Goyal et al. 1996): an installation with one item does not wait for the queues of the others.
constexpr Query admit{"outbox_admit", R"(
    with fresh as (
        select repository_id, item_id, next_at from outbox
        where installation_id is null and state = 'pending' order by item_id limit $2 for update skip locked),
    placed as (
        update outbox set installation_id = coalesce((select repository.installation_id from repositories repository
                                                      where repository.repository_id = outbox.repository_id), 0)
        from fresh where outbox.repository_id = fresh.repository_id and outbox.item_id = fresh.item_id
        returning outbox.installation_id, outbox.next_at),
    head as (select min(due_at) + interval '1 millisecond' as at from outbox_lanes where due_at <= $1::timestamptz)
    insert into outbox_lanes as lane (installation_id, ready_at, free_at)
    select installation_id, least(min(next_at), (select at from head)), '1970-01-01 00:00:00+00' from placed
    group by installation_id order by installation_id
    on conflict (installation_id) do update set ready_at =
        case when lane.ready_at > $1::timestamptz then least(lane.ready_at, excluded.ready_at) else lane.ready_at end)"};

constexpr Query take{"outbox_lanes_take", R"(
    with due as (
        select installation_id, held from outbox_lanes where due_at <= $1::timestamptz
        order by due_at limit $3 for update skip locked)
    update outbox_lanes lane set epoch = lane.epoch + 1, held = true,
        free_at = $1::timestamptz + make_interval(secs => $2::int)
    from due where lane.installation_id = due.installation_id
    returning lane.installation_id, lane.epoch, lane.minute_at, lane.hour_at, due.held as abandoned)"};

// A sender that died held an item that has been overtaken since. What it may have made is the newer item's to find.
constexpr Query drop_overtaken{"outbox_drop_overtaken", R"(
    with overtaken as (
        update outbox set state = 'replaced', attempts = attempts + 1
        where installation_id = any($1::bigint[]) and state = 'sending'
          and exists (select 1 from outbox newer where newer.repository_id = outbox.repository_id
                      and newer.target = outbox.target and newer.kind = outbox.kind and newer.state = 'pending')
        returning repository_id, target, kind)
    update outbox newer set attempts = greatest(newer.attempts, 1) from overtaken
    where newer.repository_id = overtaken.repository_id and newer.target = overtaken.target
      and newer.kind = overtaken.kind and newer.state = 'pending')"};

// A second statement, so that it sees what was committed before the lanes were taken.
constexpr Query claim{"outbox_claim", R"(
    with due as (
        select item.repository_id, item.item_id from unnest($3::bigint[]) as lane (installation_id)
        cross join lateral (
            select candidate.repository_id, candidate.item_id from outbox candidate
            where candidate.installation_id = lane.installation_id and candidate.state in ('pending', 'sending')
              and candidate.next_at <= $1::timestamptz
              and not exists (select 1 from outbox earlier where earlier.repository_id = candidate.repository_id
                              and earlier.target = candidate.target and earlier.item_id < candidate.item_id
                              and earlier.state in ('pending', 'sending'))
            order by candidate.item_id limit 1 for update skip locked) item)
    update outbox set state = 'sending', attempts = outbox.attempts + (outbox.state = 'sending')::int,
        next_at = $1::timestamptz + make_interval(secs => $2::int)
    from due where outbox.repository_id = due.repository_id and outbox.item_id = due.item_id
    returning outbox.*, (select remote_id from github_objects object where object.repository_id = outbox.repository_id
                         and object.target = outbox.target and object.kind = outbox.kind) as remote_id)"};

// An item that is being replaced at this moment is looked at again a little later.
constexpr Query leave{"outbox_lanes_leave", R"(
    update outbox_lanes lane set held = false, free_at = $1::timestamptz, ready_at = coalesce((
        select greatest(item.next_at, $1::timestamptz + interval '250 milliseconds') from outbox item
        where item.installation_id = lane.installation_id and item.state in ('pending', 'sending')
          and not exists (select 1 from outbox earlier where earlier.repository_id = item.repository_id
                          and earlier.target = item.target and earlier.item_id < item.item_id
                          and earlier.state in ('pending', 'sending'))
        order by item.next_at limit 1), 'infinity')
    where lane.installation_id = any($2::bigint[]))"};

constexpr Query next_due{"outbox_lanes_next_due", R"(
    select min(due_at) as due_at from outbox_lanes where due_at > $1 and due_at < 'infinity')"};

// What is left in the lane shows when it is taken next.
constexpr Query release{"outbox_lanes_release", R"(
    update outbox_lanes set held = false, ready_at = $3, free_at = $4, minute_at = $5, hour_at = $6,
        rest_until = greatest(rest_until, coalesce($7::timestamptz, rest_until)),
        rest_reason = case when $7::timestamptz is null then rest_reason else $8 end
    where installation_id = $1 and epoch = $2
    returning due_at)"};

OutboxItem read(const pqxx::row& row) {
    return {.item_id = column<std::int64_t>(row, "item_id"),
            .repository_id = column<std::int64_t>(row, "repository_id"),
            .target = column<std::string>(row, "target"),
            .kind = column<std::string>(row, "kind"),
            .body_json = column<std::string>(row, "body"),
            .attempts = column<int>(row, "attempts"),
            .created_at = column<Time>(row, "created_at"),
            .remote_id = maybe<std::string>(row, "remote_id"),
            .lane = {column<std::int64_t>(row, "installation_id"), 0, {}, {}}};
}

struct TakenLanes {
    std::map<std::int64_t, Lane> lanes;
    std::vector<std::int64_t> abandoned;
};

TakenLanes take_lanes(Tx& tx, Time now, int hold_s, int most) {
    TakenLanes taken;
    for (const pqxx::row& row : exec(tx, take, now, hold_s, most)) {
        const auto id = column<std::int64_t>(row, "installation_id");
        taken.lanes[id] = {id,
                           column<std::int64_t>(row, "epoch"),
                           now + std::chrono::seconds(hold_s),
                           {column<Time>(row, "minute_at"), column<Time>(row, "hour_at")}};
        if (column<bool>(row, "abandoned")) taken.abandoned.push_back(id);
    }
    return taken;
}

std::vector<std::int64_t> ids_of(const std::map<std::int64_t, Lane>& lanes) {
    std::vector<std::int64_t> ids;
    ids.reserve(lanes.size());
    for (const auto& [id, lane] : lanes) ids.push_back(id);
    return ids;
}

}

Claim claim_due_items(Tx& tx, Time now, const ClaimOptions& options) {
    const int hold_s = static_cast<int>(options.hold.count());
    exec(tx, admit, now, most_admitted);
    Claim claimed;
    for (int round = 0; round < most_rounds && claimed.items.empty(); ++round) {
        auto [lanes, abandoned] = take_lanes(tx, now, hold_s, options.most);
        if (lanes.empty()) break;
        if (!abandoned.empty()) exec(tx, drop_overtaken, integer_array(abandoned));
        for (auto& item : all(exec(tx, claim, now, hold_s, integer_array(ids_of(lanes))), read)) {
            const auto lane = lanes.extract(item.lane.installation_id);
            item.lane = lane.mapped();
            claimed.items.push_back(std::move(item));
        }
        if (!lanes.empty()) exec(tx, leave, now, integer_array(ids_of(lanes)));
    }
    if (claimed.items.empty()) claimed.next_due = maybe<Time>(exec(tx, next_due, now).front(), "due_at");
    return claimed;
}

Time release_lane(Tx& tx, const Lane& lane, const LaneUse& use, const WriteLimits& limits, Time now) {
    const auto written = after(lane.written, use.writes, use.created, limits, now);
    const auto rows =
        exec(tx, release, lane.installation_id, lane.epoch, now, std::max(now, next_write(written, limits)),
             written.minute_at, written.hour_at, use.rest_until, use.rest_reason);
    return rows.empty() ? now : column<Time>(rows.front(), "due_at");
}

}
