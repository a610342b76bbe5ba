#pragma once
// Waivers of a pull request as rows. What a waiver covers is core/judging/waivers.h.

#include <vector>

#include "core/model/waiver.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct WaiverRow {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    model::Waiver waiver;  ///< id: a UUID
    std::optional<std::int64_t> comment_id;
    Time created_at;
    bool operator==(const WaiverRow&) const = default;
};

/// Throws StoreError for a date that is none.
void insert_waiver(Tx& tx, const WaiverRow& row);
/// Those not revoked, oldest first; ended ones too, since a report says that they ended.
std::vector<WaiverRow> waivers_of_pull(Tx& tx, std::int64_t repository_id, std::int64_t number);
/// Revokes all that name exactly this benchmark (or glob); returns how many.
std::size_t revoke_waivers(Tx& tx, std::int64_t repository_id, std::int64_t number, const std::string& benchmark,
                           const std::string& author, Time now);

}  // namespace benchgate::store
