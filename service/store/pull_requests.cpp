#include "service/store/pull_requests.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query upsert{"pull_requests_upsert", R"(
    insert into pull_requests (repository_id, number, head_sha, base_ref, head_full_name, fork, state, updated_at,
                               delivery_seq, draft, merge_sha, merged_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, nullif($12, ''), case when $12 <> '' then $8::timestamptz end)
    on conflict (repository_id, number) do update set head_sha = excluded.head_sha, base_ref = excluded.base_ref,
        head_full_name = excluded.head_full_name, fork = excluded.fork, state = excluded.state,
        updated_at = excluded.updated_at, draft = excluded.draft,
        merge_sha = coalesce(excluded.merge_sha, pull_requests.merge_sha),
        merged_at = coalesce(pull_requests.merged_at, excluded.merged_at),
        delivery_seq = greatest(pull_requests.delivery_seq, excluded.delivery_seq)
    where $10::boolean or pull_requests.delivery_seq <= excluded.delivery_seq)"};

constexpr Query find{"pull_requests_find", "select * from pull_requests where repository_id = $1 and number = $2"};

constexpr Query of_head{"pull_requests_of_head", R"(
    select number from pull_requests where repository_id = $1 and head_sha = $2 and state = 'open'
    order by updated_at desc limit 1)"};

constexpr Query set_comment{"pull_requests_set_comment",
                            "update pull_requests set comment_id = $3 where repository_id = $1 and number = $2"};

constexpr Query open{"pull_requests_open",
                     "select * from pull_requests where repository_id = $1 and state = 'open' order by number"};

PullRequestRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .number = column<std::int64_t>(row, "number"),
            .head_sha = column<std::string>(row, "head_sha"),
            .base_ref = column<std::string>(row, "base_ref"),
            .head_full_name = maybe<std::string>(row, "head_full_name"),
            .fork = column<bool>(row, "fork"),
            .open = column<std::string>(row, "state") == "open",
            .comment_id = maybe<std::int64_t>(row, "comment_id"),
            .draft = maybe<bool>(row, "draft"),
            .merge_sha = maybe<std::string>(row, "merge_sha").value_or("")};
}

}

bool upsert_pull_request(Tx& tx, const PullRequestRow& row, Telling telling, Time now) {
    return exec(tx, upsert, row.repository_id, row.number, row.head_sha, row.base_ref, row.head_full_name, row.fork,
                row.open ? "open" : "closed", now, telling.delivery_seq, telling.present, row.draft, row.merge_sha)
               .affected_rows() > 0;
}

std::optional<PullRequestRow> find_pull_request(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    return first(exec(tx, find, repository_id, number), read);
}

std::optional<std::int64_t> open_pull_of_head(Tx& tx, std::int64_t repository_id, const std::string& head_sha) {
    const auto rows = exec(tx, of_head, repository_id, head_sha);
    if (rows.empty()) return std::nullopt;
    return column<std::int64_t>(rows.front(), "number");
}

void set_comment_id(Tx& tx, std::int64_t repository_id, std::int64_t number, std::optional<std::int64_t> comment_id) {
    exec(tx, set_comment, repository_id, number, comment_id);
}

std::vector<PullRequestRow> open_pull_requests(Tx& tx, std::int64_t repository_id) {
    return all(exec(tx, open, repository_id), read);
}

}
