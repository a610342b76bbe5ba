#pragma once
// How far GitHub's log of deliveries was read, and which repositories are due to be compared with GitHub: what lets a
// service that was away find what it missed, and never read the same days twice. Knows nothing of GitHub's calls.

#include "service/store/pull_requests.h"
#include "service/store/repositories.h"

namespace benchgate::store {

/// Of one App; a fresh one has read nothing.
struct RecoveryRow {
    std::int64_t app_id = 0;
    std::optional<Time> looked_until{};  ///< whatever GitHub tried to deliver before is here, or not wanted
    std::string walk_cursor{};           ///< where a reading that is under way goes on; empty: at the newest
    std::optional<Time> walk_from{};     ///< when the reading under way began; absent: none is
    std::optional<Time> looked_at{};     ///< when the last reading was through
    std::optional<Time> reach_at{};      ///< when installations and their repositories were compared
    Time reconcile_since{};              ///< what was compared before is due again
    bool operator==(const RecoveryRow&) const = default;
};

std::optional<RecoveryRow> find_recovery(Tx& tx, std::int64_t app_id);
/// All but the last two, which are set for a fresh row only: others write them meanwhile.
void put_recovery(Tx& tx, const RecoveryRow& row);
void set_reach_compared(Tx& tx, std::int64_t app_id, Time now);
/// Everything, of every App, is to be compared again. Nothing happens before a row is there: then all is due anyway.
void ask_for_reconciliation(Tx& tx, Time now);

/// By their ids.
struct PassedOver {
    std::vector<std::int64_t> installations;
    std::vector<std::int64_t> repositories;
};

struct ToReconcile {
    RepositoryRow repository;
    Time since;  ///< when it was compared last, or else heard of for the first time
};
/// The active repository that was compared longest ago, and before that moment, of an installation that need not rest.
std::optional<ToReconcile> next_to_reconcile(Tx& tx, Time before, const PassedOver& passed_over);
void set_reconciled(Tx& tx, std::int64_t repository_id, Time now);
/// Something of it was ever to be measured.
bool has_runs(Tx& tx, std::int64_t repository_id);

struct KnownPullRow {
    PullRequestRow pull;
    bool has_open_runs = false;  ///< of its own head, by itself or by command; the merge queue's do not count
};
/// Pull requests that are open as far as is known, that have open runs, or that are among these numbers.
std::vector<KnownPullRow> known_pulls(Tx& tx, std::int64_t repository_id, const std::vector<std::int64_t>& numbers);

}
