#include "service/workers/series_watch.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "platform/ids.h"
#include "service/reports/main_drift.h"
#include "service/store/waivers.h"

namespace benchgate::workers {
namespace {

using history::ChangeState;
using history::Handling;

/// A series over which something fails waits so long and holds up no other.
constexpr std::chrono::minutes rest{10};
constexpr int farthest_commits = 1'000'000;
constexpr int most_waivers = 100;        // of a range's pull requests
constexpr std::size_t shown_digits = 9;  // of a commit in a sentence

/// Everything that one look sees.
struct Seen {
    const store::SeriesRow& series;
    history::Line line;
    history::Look look;
    std::map<std::string, std::size_t> index;  ///< of a commit in line.points
    store::Time now;
};

void say(store::Tx& tx, const store::ChangeRow& change, std::string_view what, const std::string& note,
         store::Time now) {
    store::add_change_event(tx, change, {now, itself, std::string(what), note});
}

int commits_in(store::Tx& tx, const store::ChangeRow& change) {
    const auto places = store::places_of(tx, change.repository_id, {change.from_sha, change.to_sha});
    if (!places[0] || !places[1] || *places[1] <= *places[0]) return 1;
    return static_cast<int>(std::min<std::int64_t>(*places[1] - *places[0], farthest_commits));
}

void take_finding(store::Tx& tx, const Seen& seen, const history::Finding& finding, store::ChangeRow& change) {
    const auto& points = seen.line.points;
    change.worse = finding.worse;
    change.sha = points[finding.index].sha;
    change.from_sha = points[finding.earliest - 1].sha;
    change.to_sha = points[finding.latest].sha;
    change.commits = commits_in(tx, change);
    change.unit = seen.line.unit;
    change.before = finding.before;
    change.after = finding.after;
    change.change = finding.change;
    change.low = finding.low;
    change.high = finding.high;
}

std::vector<history::KnownChange> known_of(store::Tx& tx, const Seen& seen,
                                           const std::vector<store::ChangeRow>& changes) {
    std::vector<std::string> commits;
    for (const auto& change : changes) commits.push_back(change.sha);
    const auto places = store::places_of(tx, seen.series.repository_id, commits);
    std::vector<history::KnownChange> known;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto at = seen.index.find(changes[i].sha);
        // A drift is none of the findings, and is not taken back by their absence.
        const bool placed = at != seen.index.end() && changes[i].state != ChangeState::drifted;
        known.push_back({changes[i].state, changes[i].worse, places[i].has_value(),
                         placed ? std::optional(at->second) : std::nullopt});
    }
    return known;
}

/// Once it stands, a suspicion counts for the question whether a level came back.
bool stands(ChangeState state) {
    return state != ChangeState::provisional && state != ChangeState::withdrawn && state != ChangeState::rejected &&
           state != ChangeState::drifted;
}

void handle_by_itself(store::Tx& tx, store::ChangeRow& change, Handling handling, const std::string& note,
                      store::Time now) {
    change.handling = handling;
    change.handled_by = itself;
    change.handled_at = now;
    change.note = note;
    change.updated_at = now;
    store::update_change(tx, change);
    say(tx, change, to_string(handling), note, now);
}

void mark_returned_levels(store::Tx& tx, const Seen& seen, std::vector<store::ChangeRow>& changes) {
    std::vector<history::LevelShift> shifts;
    std::vector<std::size_t> of;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& change = changes[i];
        const auto at = seen.index.find(change.sha);
        if (!stands(change.state) || at == seen.index.end()) continue;
        shifts.push_back({at->second, change.worse, change.before, change.after});
        of.push_back(i);
    }
    for (std::size_t s = 0; s < shifts.size(); ++s) {
        auto& change = changes[of[s]];
        const bool by_itself = change.handled_by == itself;
        if (change.handling != Handling::open && change.handling != Handling::acknowledged && !by_itself) continue;
        const auto back = history::taken_back_by(shifts, s);
        auto next = Handling::open;
        std::string note;
        if (back) {
            const auto& later = changes[of[*back]];
            next = later.subject.starts_with("Revert ") ? Handling::reverted : Handling::fixed;
            const auto& commit = later.first_bad.empty() ? later.sha : later.first_bad;
            note = "the level returned with " + commit.substr(0, shown_digits);
        } else if (!by_itself || change.handling == Handling::open) {
            continue;
        } else {
            note = "the level did not stay";
        }
        if (next == change.handling && note == change.note) continue;
        handle_by_itself(tx, change, next, note, seen.now);
    }
}

/// What people let pass on a pull request is what they expect of its commit on main.
void carry_waivers(store::Tx& tx, const Seen& seen, std::vector<store::ChangeRow>& changes) {
    for (auto& change : changes) {
        const bool measured = change.state == ChangeState::confirmed || change.state == ChangeState::undecided;
        const auto& commit = change.first_bad.empty() && change.commits == 1 ? change.to_sha : change.first_bad;
        if (!measured || !change.worse || change.handling != Handling::open || commit.empty()) continue;
        std::vector<history::MergedWaiver> waivers;
        for (auto& merged :
             store::waivers_merged(tx, change.repository_id, change.from_sha, change.to_sha, most_waivers))
            waivers.push_back({std::move(merged.waiver), merged.number, std::move(merged.merge_sha)});
        const auto ratio = change.measured_ratio ? change.measured_ratio
                           : change.before != 0  ? std::optional(change.after / change.before)
                                                 : std::nullopt;
        const auto expected = history::expectation_of({seen.series.key, commit, ratio}, waivers);
        if (!expected || (!expected->covers && change.note == expected->note)) continue;
        change.note = expected->note;
        change.updated_at = seen.now;
        if (expected->covers) {
            change.handling = Handling::expected;
            change.handled_by = expected->who;
            change.handled_at = seen.now;
        }
        store::update_change(tx, change);
        say(tx, change, expected->covers ? to_string(Handling::expected) : "waiver void", expected->note, seen.now);
    }
}

void take_usage(store::Tx& tx, const Seen& seen, const history::Allowance& allowance, const history::Usage& usage,
                store::ChangeRow& change) {
    const auto& points = seen.line.points;
    change.from_sha = points[usage.anchor].sha;
    change.to_sha = points.back().sha;
    change.commits = commits_in(tx, change);
    change.unit = seen.line.unit;
    change.before = usage.before;
    change.after = usage.after;
    change.change = usage.drift.change;
    change.low = usage.drift.low;
    change.high = usage.drift.high;
    change.later = static_cast<int>(points.size() - 1 - usage.anchor);
    change.reason = fmt::format("Small steps since {} add up to more than the {:.3g} % that the policy allows per {}.",
                                usage.since, 100 * allowance.allow, to_string(allowance.period));
}

/// Said once; as long as nobody has handled it, its end and size follow.
void watch_drift(store::Tx& tx, const Seen& seen, std::vector<store::ChangeRow>& changes) {
    const auto drift = reports::drift_of_main(tx, seen.series.repository_id, seen.line, changes);
    if (!drift) return;
    const auto decision = history::decide_drift(seen.line, drift->steps, drift->usage, drift->known);
    if (decision.next == history::DriftNext::nothing) return;
    if (decision.next == history::DriftNext::say) {
        store::ChangeRow change;
        change.repository_id = seen.series.repository_id;
        change.change_id = platform::random_uuid();
        change.series_id = seen.series.series_id;
        change.state = ChangeState::drifted;
        change.sha = seen.line.points.back().sha;
        take_usage(tx, seen, drift->allowance, *drift->usage, change);
        change.found_at = change.updated_at = seen.now;
        store::insert_change(tx, change);
        return say(tx, change, to_string(change.state), change.reason, seen.now);
    }
    auto& change = changes[drift->of[*decision.known]];
    if (decision.next == history::DriftNext::returned)
        return handle_by_itself(tx, change, Handling::fixed, "the level returned", seen.now);
    const auto former = change;
    take_usage(tx, seen, drift->allowance, *drift->usage, change);
    if (decision.next == history::DriftNext::reopen)
        return handle_by_itself(tx, change, Handling::open, "the level did not stay", seen.now);
    if (change == former) return;
    change.updated_at = seen.now;
    store::update_change(tx, change);
}

}  // namespace

SeriesWatch::SeriesWatch(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}

bool SeriesWatch::work(std::stop_token) {
    std::optional<store::SeriesRow> series;
    try {
        pool_.transaction([&](store::Tx& tx) {
            series = store::claim_due_series(tx, now_());
            if (series) look(tx, *series);
        });
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const std::exception& error) {
        if (!series) throw;
        spdlog::error("history of {} {}: {}", series->key.benchmark, series->key.metric, error.what());
        pool_.transaction(
            [&](store::Tx& tx) { store::put_off_series(tx, series->repository_id, series->series_id, now_() + rest); });
    }
    return series.has_value();
}

void SeriesWatch::look(store::Tx& tx, const store::SeriesRow& series) {
    Seen seen{series, {}, {}, {}, now_()};
    bool gating = true;
    std::vector<history::StoredPoint> stored;
    for (auto& point : store::history_points(tx, series.repository_id, series.series_id, most_points_looked_at)) {
        gating = point.gating;
        stored.push_back(std::move(point.stored));
    }
    seen.line = history::arrange(stored);
    if (gating) seen.look = history::look_at(seen.line);
    for (std::size_t i = 0; i < seen.line.points.size(); ++i) seen.index[seen.line.points[i].sha] = i;

    auto changes = store::changes_of_series(tx, series.repository_id, series.series_id, most_changes_of_series);
    const auto result = history::reconcile(known_of(tx, seen, changes), seen.look.findings);
    for (const auto& kept : result.kept) {
        auto& change = changes[kept.known];
        const auto& finding = seen.look.findings[kept.finding];
        const auto former = change;
        if (history::follows_findings(change.state)) take_finding(tx, seen, finding, change);
        change.later = static_cast<int>(finding.later);
        change.state = kept.next;
        if (change == former) continue;
        change.updated_at = seen.now;
        if (change.state != former.state) change.reason.clear();
        store::update_change(tx, change);
        if (change.state != former.state) say(tx, change, to_string(change.state), "", seen.now);
    }
    for (const auto finding : result.fresh) {
        store::ChangeRow change;
        change.repository_id = series.repository_id;
        change.change_id = platform::random_uuid();
        change.series_id = series.series_id;
        take_finding(tx, seen, seen.look.findings[finding], change);
        change.later = static_cast<int>(seen.look.findings[finding].later);
        change.state = seen.look.findings[finding].ripe ? ChangeState::found : ChangeState::provisional;
        change.found_at = change.updated_at = seen.now;
        store::insert_change(tx, change);
        say(tx, change, to_string(change.state), "", seen.now);
        changes.push_back(std::move(change));
    }
    for (const auto gone : result.gone) {
        auto& change = changes[gone];
        change.state = ChangeState::withdrawn;
        change.reason = store::places_of(tx, change.repository_id, {change.sha})[0]
                            ? "Later values took it back."
                            : "Its commit is not on main any more.";
        change.updated_at = seen.now;
        store::update_change(tx, change);
        say(tx, change, to_string(change.state), change.reason, seen.now);
    }
    mark_returned_levels(tx, seen, changes);
    carry_waivers(tx, seen, changes);
    if (gating) watch_drift(tx, seen, changes);
    store::mark_series_looked(tx, series, {static_cast<int>(seen.line.points.size()), seen.look.minor, seen.now});
}

}  // namespace benchgate::workers
