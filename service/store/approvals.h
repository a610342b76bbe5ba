#pragma once
// Approvals of a fork's commits: who let which SHA run. Bound to the full SHA, so a push needs a new one.

#include <string>
#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct ApprovalRow {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::string head_sha;
    std::string author;
    std::optional<std::int64_t> comment_id;
    Time created_at;
    bool operator==(const ApprovalRow&) const = default;
};

/// A second approval of the same commit changes nothing.
void insert_approval(Tx& tx, const ApprovalRow& row);
std::optional<ApprovalRow> find_approval(Tx& tx, std::int64_t repository_id, std::int64_t number,
                                         const std::string& head_sha);

}  // namespace benchgate::store
