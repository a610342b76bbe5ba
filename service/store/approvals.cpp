#include "service/store/approvals.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"approvals_insert", R"(
    insert into approvals (repository_id, number, head_sha, author, comment_id, created_at)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing)"};

constexpr Query find{"approvals_find",
                     "select * from approvals where repository_id = $1 and number = $2 and head_sha = $3"};

ApprovalRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .number = column<std::int64_t>(row, "number"),
            .head_sha = column<std::string>(row, "head_sha"),
            .author = column<std::string>(row, "author"),
            .comment_id = maybe<std::int64_t>(row, "comment_id"),
            .created_at = column<Time>(row, "created_at")};
}

}  // namespace

void insert_approval(Tx& tx, const ApprovalRow& row) {
    exec(tx, insert, row.repository_id, row.number, row.head_sha, row.author, row.comment_id, row.created_at);
}

std::optional<ApprovalRow> find_approval(Tx& tx, std::int64_t repository_id, std::int64_t number,
                                         const std::string& head_sha) {
    return first(exec(tx, find, repository_id, number, head_sha), read);
}

}  // namespace benchgate::store
