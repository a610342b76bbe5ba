#include "service/store/recovery.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query find{"recovery_find", "select * from recovery where app_id = $1"};

constexpr Query put{"recovery_put", R"(
    insert into recovery (app_id, looked_until, walk_cursor, walk_from, looked_at, reach_at, reconcile_since)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (app_id) do update set looked_until = excluded.looked_until, walk_cursor = excluded.walk_cursor,
        walk_from = excluded.walk_from, looked_at = excluded.looked_at)"};

constexpr Query set_reach{"recovery_set_reach", "update recovery set reach_at = $2 where app_id = $1"};

constexpr Query ask{"recovery_ask", "update recovery set reconcile_since = greatest(reconcile_since, $1)"};

constexpr Query next{"recovery_next_repository", R"(
    select repository_id, coalesce(reconciled_at, known_at) as since from repositories
    where active and installation_id <> 0 and (reconciled_at is null or reconciled_at < $1)
      and installation_id <> all ($2::bigint[]) and repository_id <> all ($3::bigint[])
    order by reconciled_at nulls first, repository_id limit 1)"};

constexpr Query set_done{"recovery_set_reconciled",
                         "update repositories set reconciled_at = $2 where repository_id = $1"};

constexpr Query any_run{"recovery_has_runs", "select exists (select 1 from runs where repository_id = $1)"};

constexpr Query pulls{"recovery_known_pulls", R"(
    select known.number, open_runs.number is not null as has_open_runs
    from pull_requests known left join (
        select distinct number from runs
        where repository_id = $1 and state in ('queued', 'running') and kind in ('pull_request', 'command')) open_runs
        on open_runs.number = known.number
    where known.repository_id = $1
      and (known.state = 'open' or open_runs.number is not null or known.number = any ($2::bigint[]))
    order by known.number)"};

RecoveryRow read(const pqxx::row& row) {
    return {.app_id = column<std::int64_t>(row, "app_id"),
            .looked_until = maybe<Time>(row, "looked_until"),
            .walk_cursor = column<std::string>(row, "walk_cursor"),
            .walk_from = maybe<Time>(row, "walk_from"),
            .looked_at = maybe<Time>(row, "looked_at"),
            .reach_at = maybe<Time>(row, "reach_at"),
            .reconcile_since = column<Time>(row, "reconcile_since")};
}

}

std::optional<RecoveryRow> find_recovery(Tx& tx, std::int64_t app_id) {
    return first(exec(tx, find, app_id), read);
}

void put_recovery(Tx& tx, const RecoveryRow& row) {
    exec(tx, put, row.app_id, row.looked_until, row.walk_cursor, row.walk_from, row.looked_at, row.reach_at,
         row.reconcile_since);
}

void ask_for_reconciliation(Tx& tx, Time now) {
    exec(tx, ask, now);
}

void set_reach_compared(Tx& tx, std::int64_t app_id, Time now) {
    exec(tx, set_reach, app_id, now);
}

std::optional<ToReconcile> next_to_reconcile(Tx& tx, Time before, const PassedOver& passed_over) {
    const auto rows =
        exec(tx, next, before, integer_array(passed_over.installations), integer_array(passed_over.repositories));
    if (rows.empty()) return std::nullopt;
    auto repository = find_repository(tx, column<std::int64_t>(rows.front(), "repository_id"));
    if (!repository) return std::nullopt;
    return ToReconcile{std::move(*repository), column<Time>(rows.front(), "since")};
}

void set_reconciled(Tx& tx, std::int64_t repository_id, Time now) {
    exec(tx, set_done, repository_id, now);
}

bool has_runs(Tx& tx, std::int64_t repository_id) {
    return column<bool>(exec(tx, any_run, repository_id).front(), "exists");
}

std::vector<KnownPullRow> known_pulls(Tx& tx, std::int64_t repository_id, const std::vector<std::int64_t>& numbers) {
    std::vector<KnownPullRow> known;
    for (const pqxx::row& row : exec(tx, pulls, repository_id, integer_array(numbers)))
        if (auto pull = find_pull_request(tx, repository_id, column<std::int64_t>(row, "number")))
            known.push_back({std::move(*pull), column<bool>(row, "has_open_runs")});
    return known;
}

}
