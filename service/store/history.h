#pragma once
// Main's history as rows: the order of its commits, jobs of pushes that were taken up, points, series. What a point is
// and how a series is put together is core/history; changes found in it are changes.h.

#include <span>
#include <vector>

#include "core/history/line.h"
#include "core/history/points.h"
#include "core/history/series.h"
#include "service/store/pool.h"

namespace benchgate::store {

// The order of main's commits.

/// Places of these commits, in the order given; absent: not known to be on main.
std::vector<std::optional<std::int64_t>> places_of(Tx& tx, std::int64_t repository_id,
                                                   const std::vector<std::string>& commits);
std::optional<std::int64_t> highest_place(Tx& tx, std::int64_t repository_id);
/// Until the transaction ends nobody else changes the order.
void lock_line(Tx& tx, std::int64_t repository_id);
/// `walked` oldest first, the newest commit of main being the last.
void apply_line_step(Tx& tx, std::int64_t repository_id, const history::LineStep& step,
                     const std::vector<std::string>& walked);
/// Commits after `after` up to `to`, oldest first; of more than `limit` the newest ones. Empty: one of them is not on
/// main, or they are not in this order.
std::vector<std::string> commits_between(Tx& tx, std::int64_t repository_id, const std::string& after,
                                         const std::string& to, int limit);

/// A tag that names a release.
struct Release {
    std::string tag{};
    std::string sha{};
    std::int64_t place = 0;  ///< of `sha` on main
};
/// All there are: those known before are forgotten. Of two on one commit the last one counts; what is not on main has
/// no place in it.
void put_releases(Tx& tx, std::int64_t repository_id, const std::vector<Release>& releases);
/// At this place of main or before.
std::optional<Release> newest_release(Tx& tx, std::int64_t repository_id, std::int64_t until);

// Jobs of pushes.

/// The job was judged; of anything but a push to the default branch nothing happens.
void add_history_due(Tx& tx, const std::string& job_id, Time now);
/// All of a repository's judged pushes to main once more: its points are made again.
std::int64_t rebuild_history(Tx& tx, std::int64_t repository_id, Time now);

struct DueJob {
    std::int64_t repository_id = 0;
    std::string job_id;
    int attempts = 0;
};
/// Takes the one that waits longest; nobody else gets it before `until`.
std::optional<DueJob> claim_history_due(Tx& tx, Time now, Time until);
void forget_history_due(Tx& tx, const DueJob& due);
/// Not now: again at this time.
void put_off_history_due(Tx& tx, const DueJob& due, Time next_at);

struct HistoryJob {
    std::int64_t repository_id = 0;
    std::string job_id{};
    std::string run_id{};
    std::string suite{};
    std::string host_class{};
    std::string head_sha{};
    std::string base_sha{};
    std::string host{};
    Time measured_at{};
    std::string outcome{};  ///< measured, identical, unusable
    std::string reason{};
    bool operator==(const HistoryJob&) const = default;
};
struct NamedPoint {
    std::string series_id;
    history::MeasuredPoint point;
};
/// Replaces what was known of the job, makes its series due and takes it from those that wait.
void put_history_job(Tx& tx, const HistoryJob& job, const std::vector<NamedPoint>& points, Time now);
/// Jobs of this suite and host class whose head lies after `after` and at or before `to`, by place.
std::vector<HistoryJob> history_jobs_between(Tx& tx, const HistoryJob& like, const std::string& after,
                                             const std::string& to, int limit);

// Series.

struct SeriesRow {
    std::int64_t repository_id = 0;
    std::string series_id{};
    std::string suite{};
    std::string host_class{};
    model::SeriesKey key{};
    std::optional<Time> looked_at{};
    int points = 0;  ///< at the last look
    int minor = 0;   ///< sure changes that are small beside the series' range
};
std::optional<SeriesRow> find_history_series(Tx& tx, std::int64_t repository_id, const std::string& series_id);
/// By suite, benchmark, metric.
std::vector<SeriesRow> history_series_of(Tx& tx, std::int64_t repository_id, int limit);
/// Locks the one whose points wait longest until the transaction ends.
std::optional<SeriesRow> claim_due_series(Tx& tx, Time now);
struct Looked {
    int points = 0;
    int minor = 0;
    Time at{};
};
void mark_series_looked(Tx& tx, const SeriesRow& series, const Looked& looked);
void make_series_due(Tx& tx, std::int64_t repository_id, const std::string& series_id, Time due_at);
/// A series that is due, and over which something fails, is due later.
void put_off_series(Tx& tx, std::int64_t repository_id, const std::string& series_id, Time due_at);

struct HistoryPoint {
    history::StoredPoint stored;
    bool gating = true;
    std::string job_id;
};
/// The newest `limit` by place, oldest first, those off main before them.
std::vector<HistoryPoint> history_points(Tx& tx, std::int64_t repository_id, const std::string& series_id, int limit);

}  // namespace benchgate::store
