#pragma once
// Change points of main as rows, and everything that became of them, with who and when. What they mean and which state
// follows which is core/history/changes.h.

#include <vector>

#include "core/history/changes.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct ChangeRow {
    std::int64_t repository_id = 0;
    std::string change_id{};  ///< UUID
    std::string series_id{};
    history::ChangeState state = history::ChangeState::provisional;
    bool worse = true;
    std::string sha{};       ///< the first commit that was measured at the new level
    std::string from_sha{};  ///< the first bad commit lies after this one
    std::string to_sha{};    ///< and at or before this one
    int commits = 1;         ///< after from_sha up to to_sha
    std::string unit{};
    double before = 0, after = 0;
    std::optional<double> change{}, low{}, high{};
    int later = 0;
    std::string reason{};  ///< of the state, one sentence
    int attempts = 0;      ///< to measure it
    std::optional<std::string> search_id{};
    std::optional<std::string> measured_run{};  ///< to_sha against from_sha
    std::optional<double> measured_ratio{}, measured_low{}, measured_high{};
    std::string first_bad{};  ///< SHA; empty: not known
    std::string subject{};    ///< of first_bad
    history::Handling handling = history::Handling::open;
    std::string handled_by{};
    std::optional<Time> handled_at{};
    std::string note{};
    Time found_at{};
    Time updated_at{};
    bool operator==(const ChangeRow&) const = default;
};

/// Throws StoreError when there is such a change.
void insert_change(Tx& tx, const ChangeRow& row);
/// Writes all but the id, the series and found_at.
void update_change(Tx& tx, const ChangeRow& row);
/// Locked until the transaction ends. Not a UUID: absent.
std::optional<ChangeRow> lock_change(Tx& tx, std::int64_t repository_id, const std::string& change_id);
/// Oldest first; of more than `limit` the newest.
std::vector<ChangeRow> changes_of_series(Tx& tx, std::int64_t repository_id, const std::string& series_id, int limit);
/// Newest first.
std::vector<ChangeRow> changes_of_repository(Tx& tx, std::int64_t repository_id, int limit);

struct ChangeEvent {
    Time at{};
    std::string who{};   ///< "benchgate", or whoever is said to have said it
    std::string what{};  ///< a state's or a handling's word
    std::string note{};
    bool operator==(const ChangeEvent&) const = default;
};
void add_change_event(Tx& tx, const ChangeRow& change, const ChangeEvent& event);
/// In order.
std::vector<ChangeEvent> events_of_change(Tx& tx, std::int64_t repository_id, const std::string& change_id);

/// Locks one in state found whose repository has no search of main's history open, the oldest first.
std::optional<ChangeRow> claim_change_to_measure(Tx& tx);
struct ChangeRef {
    std::int64_t repository_id = 0;
    std::string change_id;
};
/// In state measuring, and its search is over.
std::optional<ChangeRef> change_that_was_measured(Tx& tx);

}  // namespace benchgate::store
