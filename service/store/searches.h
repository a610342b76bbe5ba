#pragma once
// Searches for the first bad commit, and their steps. Owns what survives a restart; which commit comes next is
// core/planning/bisect_step.h, and what a step measures is its run (runs.h).

#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

enum class SearchState { open, done, cancelled };
std::string_view to_string(SearchState state);

struct SearchRow {
    std::int64_t repository_id = 0;
    std::string search_id{};  ///< UUID
    std::int64_t number = 0;  ///< pull request on which it was asked for; 0: main's own history asks
    std::string suite{};
    std::string benchmark{};
    std::string good_sha{};
    std::string ref{};                   ///< holds the commits: a branch's name, or the full name of another ref
    std::vector<std::string> commits{};  ///< after good_sha, oldest first, the last one being the bad end
    std::int64_t comment_id = 0;
    std::string requested_by{};
    std::string request{};     ///< RunRow::trigger_id of its runs
    std::string config{};      ///< the .benchgate.yml of all its steps
    std::string metric{};      ///< empty: the one that lost most
    bool improvement = false;  ///< a change for the better is looked for
    SearchState state = SearchState::open;
    std::string outcome{};  ///< of one that is over: a word for the log and the page
    Time created_at{};
    std::optional<Time> finished_at{};
    bool operator==(const SearchRow&) const = default;
};

struct SearchStepRow {
    int step = 0;  ///< from 1
    std::string run_id{};
    std::string sha{};
    std::string verdict{};  ///< good, bad, inconclusive, failed; empty: its run is not over
    bool operator==(const SearchStepRow&) const = default;
};

/// False, and nothing is written: the same request has one already, or the pull request an open one for this benchmark.
bool insert_search(Tx& tx, const SearchRow& row);
/// Throws StoreError when there is such a step, or the run belongs to another.
void insert_search_step(Tx& tx, const SearchRow& search, const SearchStepRow& step);
void set_step_verdict(Tx& tx, const SearchRow& search, int step, const std::string& verdict);
/// Nothing happens to one that is over: false.
bool close_search(Tx& tx, std::int64_t repository_id, const std::string& search_id, SearchState state,
                  const std::string& outcome, Time now);

std::optional<SearchRow> find_search(Tx& tx, std::int64_t repository_id, const std::string& search_id);
/// Until the transaction ends nobody else goes on with it. Absent: unknown, or somebody else is at it.
std::optional<SearchRow> lock_search(Tx& tx, std::int64_t repository_id, const std::string& search_id);
std::optional<SearchRow> find_search_of_request(Tx& tx, std::int64_t repository_id, const std::string& request);
/// Oldest first.
std::vector<SearchRow> open_searches(Tx& tx, std::int64_t repository_id, std::int64_t number);
std::vector<SearchStepRow> steps_of_search(Tx& tx, const SearchRow& search);

struct DueSearch {
    std::int64_t repository_id = 0;
    std::string search_id;
};
/// Open ones whose last run is over, oldest first.
std::vector<DueSearch> due_searches(Tx& tx, int limit);

}  // namespace benchgate::store
