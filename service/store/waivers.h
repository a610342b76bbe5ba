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
/// A waiver that came onto a branch with its pull request.
struct MergedWaiver {
    model::Waiver waiver;
    std::int64_t number = 0;
    std::string merge_sha;
    bool operator==(const MergedWaiver&) const = default;
};
/// Of the pull requests merged at `to` or, where main's order is known, after `after` up to it: those in force on the
/// day of their merge, in the order of merging; of more than `limit` the last.
std::vector<MergedWaiver> waivers_merged(Tx& tx, std::int64_t repository_id, const std::string& after,
                                         const std::string& to, int limit);
/// Revokes all that name exactly this benchmark (or glob); returns how many.
std::size_t revoke_waivers(Tx& tx, std::int64_t repository_id, std::int64_t number, const std::string& benchmark,
                           const std::string& author, Time now);

}  // namespace benchgate::store
