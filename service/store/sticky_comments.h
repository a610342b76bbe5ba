#pragma once
// What the one live comment of each pull request says right now, as GitHub took it. Knows nothing of how it is sent.

#include "core/model/verdict.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct StickyComment {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::int64_t comment_id = 0;
    model::Gate gate = model::Gate::neutral;
    std::string title;     ///< of the fold that it lies under once a newer one takes its place
    std::string markdown;  ///< as it was sent
    bool operator==(const StickyComment&) const = default;
};

/// Absent: there is none, or it is older than this table.
std::optional<StickyComment> find_sticky_comment(Tx& tx, std::int64_t repository_id, std::int64_t number);
void put_sticky_comment(Tx& tx, const StickyComment& comment, Time now);

}
