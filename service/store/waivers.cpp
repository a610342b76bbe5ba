#include "service/store/waivers.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"waivers_insert", R"(
    insert into waivers (repository_id, waiver_id, number, benchmark, metric, max_change, until, reason, author,
                         comment_id, created_at)
    values ($1, $2::uuid, $3, $4, $5, $6, $7::date, $8, $9, $10, $11))"};

constexpr Query of_pull{"waivers_of_pull", R"(
    select *, to_char(until, 'YYYY-MM-DD') as last_day from waivers
    where repository_id = $1 and number = $2 and revoked_at is null order by created_at, waiver_id)"};

constexpr Query merged{"waivers_merged", R"(
    select * from (
        select waivers.*, to_char(until, 'YYYY-MM-DD') as last_day, merge_sha, merged_at
        from pull_requests join waivers using (repository_id, number)
        where pull_requests.repository_id = $1 and revoked_at is null
          and until >= (merged_at at time zone 'UTC')::date
          and (merge_sha = $3
               or merge_sha in (select sha from main_commits where repository_id = $1
                                and place > (select place from main_commits where repository_id = $1 and sha = $2)
                                and place <= (select place from main_commits where repository_id = $1 and sha = $3)))
        order by merged_at desc, created_at desc, waiver_id desc limit $4) newest
    order by merged_at, created_at, waiver_id)"};

constexpr Query revoke{"waivers_revoke", R"(
    update waivers set revoked_at = $5, revoked_by = $4
    where repository_id = $1 and number = $2 and benchmark = $3 and revoked_at is null)"};

WaiverRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .number = column<std::int64_t>(row, "number"),
            .waiver = {.id = column<std::string>(row, "waiver_id"),
                       .benchmark = column<std::string>(row, "benchmark"),
                       .metric = column<std::string>(row, "metric"),
                       .max = column<double>(row, "max_change"),
                       .until = column<std::string>(row, "last_day"),
                       .reason = column<std::string>(row, "reason"),
                       .author = column<std::string>(row, "author")},
            .comment_id = maybe<std::int64_t>(row, "comment_id"),
            .created_at = column<Time>(row, "created_at")};
}

MergedWaiver read_merged(const pqxx::row& row) {
    return {read(row).waiver, column<std::int64_t>(row, "number"), column<std::string>(row, "merge_sha")};
}

}  // namespace

void insert_waiver(Tx& tx, const WaiverRow& row) {
    const auto& w = row.waiver;
    exec(tx, insert, row.repository_id, w.id, row.number, w.benchmark, w.metric, w.max, w.until, w.reason, w.author,
         row.comment_id, row.created_at);
}

std::vector<WaiverRow> waivers_of_pull(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    return all(exec(tx, of_pull, repository_id, number), read);
}

std::vector<MergedWaiver> waivers_merged(Tx& tx, std::int64_t repository_id, const std::string& after,
                                         const std::string& to, int limit) {
    return all(exec(tx, merged, repository_id, after, to, limit), read_merged);
}

std::size_t revoke_waivers(Tx& tx, std::int64_t repository_id, std::int64_t number, const std::string& benchmark,
                           const std::string& author, Time now) {
    return exec(tx, revoke, repository_id, number, benchmark, author, now).affected_rows();
}

}  // namespace benchgate::store
