#include "service/store/sticky_comments.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query find{"sticky_comments_find", "select * from sticky_comments where repository_id = $1 and number = $2"};

constexpr Query put{"sticky_comments_put", R"(
    insert into sticky_comments (repository_id, number, comment_id, gate, title, markdown, sent_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (repository_id, number) do update set comment_id = excluded.comment_id, gate = excluded.gate,
        title = excluded.title, markdown = excluded.markdown, sent_at = excluded.sent_at)"};

StickyComment read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .number = column<std::int64_t>(row, "number"),
            .comment_id = column<std::int64_t>(row, "comment_id"),
            .gate = word(row, "gate", model::gate_from),
            .title = column<std::string>(row, "title"),
            .markdown = column<std::string>(row, "markdown")};
}

}

std::optional<StickyComment> find_sticky_comment(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    return first(exec(tx, find, repository_id, number), read);
}

void put_sticky_comment(Tx& tx, const StickyComment& comment, Time now) {
    exec(tx, put, comment.repository_id, comment.number, comment.comment_id, model::to_string(comment.gate),
         comment.title, comment.markdown, now);
}

}
