#pragma once
// Schedules of suites: when each is due next, and what became of it the last time. What a line of cron means, and what
// a due time leads to, is core/planning.

#include <string>
#include <vector>

#include "core/model/run.h"
#include "service/store/pool.h"

namespace benchgate::store {

struct ScheduleRow {
    std::int64_t repository_id = 0;
    std::string suite{};
    std::string line{};  ///< cron, UTC
    Time next_at{};
    std::string said{};  ///< what the last due time led to; empty: there was none
    std::optional<Time> said_at{};
    bool operator==(const ScheduleRow&) const = default;
};

/// From now on the repository has these and no others. One whose line is the same keeps its time, and what was said.
void keep_schedules(Tx& tx, std::int64_t repository_id, const std::vector<ScheduleRow>& rows, Time now);
/// By time, then suite.
std::vector<ScheduleRow> schedules_of(Tx& tx, std::int64_t repository_id);
/// Of all repositories in reach, the next ones first.
std::vector<ScheduleRow> next_schedules(Tx& tx, int limit);
/// Nothing happens where there is no such schedule any more.
void say_of_schedule(Tx& tx, std::int64_t repository_id, const std::string& suite, const std::string& words, Time now);

inline constexpr std::size_t most_due = 100;
/// Repositories in reach that have something due, what waits longest first; at most so many.
std::vector<std::int64_t> repositories_with_due(Tx& tx, Time now);
/// What is due of one, 500 suites at most. Until the transaction ends nobody else gets any of it: empty then.
std::vector<ScheduleRow> take_due_schedules(Tx& tx, std::int64_t repository_id, Time now);
void put_off_schedule(Tx& tx, const ScheduleRow& row, Time next_at);

/// Repositories in reach and in use whose configuration was never read for schedules; at most 20. They are marked as
/// read, so that nobody asks twice.
std::vector<std::int64_t> take_unread_for_schedules(Tx& tx, Time now);

/// A job of a run of kind schedule.
struct ScheduledJob {
    std::string suite;
    std::string head_sha;
    model::JobState state = model::JobState::queued;
};
/// Of each of these suites the newest 20, newest first.
std::vector<ScheduledJob> scheduled_jobs(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& suites);

}  // namespace benchgate::store
