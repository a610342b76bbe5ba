#pragma once
// Pull requests as last heard of, and the one comment that benchgate keeps on each.

#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct PullRequestRow {
    std::int64_t repository_id = 0;
    std::int64_t number = 0;
    std::string head_sha;
    std::string base_ref;
    std::optional<std::string> head_full_name;  ///< owner/name; absent: the fork was deleted
    bool fork = false;
    bool open = true;
    std::optional<std::int64_t> comment_id;
    std::optional<bool> draft = {};  ///< absent: not known
    std::string merge_sha = {};      ///< its commit on the base branch once it is merged; empty: none, or not told
    bool operator==(const PullRequestRow&) const = default;
};

/// Writes everything but comment_id, which only set_comment_id changes. `delivery_seq`: order of arrival of the event
/// that tells it. False, and nothing is written, when a newer event has told already: events are retried and replayed,
/// and an old head must not come back. `present`: asked of GitHub just now, so that it stands whatever told before.
struct Telling {
    std::int64_t delivery_seq = 0;
    bool present = false;
};
bool upsert_pull_request(Tx& tx, const PullRequestRow& row, Telling telling, Time now);
inline bool upsert_pull_request(Tx& tx, const PullRequestRow& row, std::int64_t delivery_seq, Time now) {
    return upsert_pull_request(tx, row, Telling{delivery_seq, false}, now);
}
std::optional<PullRequestRow> find_pull_request(Tx& tx, std::int64_t repository_id, std::int64_t number);
/// The open pull request with this head that was heard of last: a fork's check names none.
std::optional<std::int64_t> open_pull_of_head(Tx& tx, std::int64_t repository_id, const std::string& head_sha);
/// Absent: the comment is gone. Nothing happens if the pull request is unknown.
void set_comment_id(Tx& tx, std::int64_t repository_id, std::int64_t number, std::optional<std::int64_t> comment_id);
std::vector<PullRequestRow> open_pull_requests(Tx& tx, std::int64_t repository_id);

}
