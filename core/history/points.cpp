#include "core/history/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/judging/estimate.h"

namespace benchgate::history {
namespace {

struct Seen {
    model::Series series;
    std::vector<double> base, head;
    int broken = 0;  ///< values of head that are no number
    std::string conflict;
};

using ByKey = std::map<model::SeriesKey, Seen>;

void check_same(Seen& seen, const model::Series& now) {
    if (!seen.conflict.empty()) return;
    if (seen.series.unit != now.unit)
        seen.conflict = fmt::format("its unit is {} in one trial and {} in another", seen.series.unit, now.unit);
    else if (seen.series.better != now.better)
        seen.conflict = "its direction is not the same in all trials";
}

/// A series that a trial names twice contributes its first value, as it does for the judge.
void add(ByKey& all, const model::Trial& trial) {
    const bool counts = trial.kept && trial.phase != model::Phase::warmup;
    std::set<model::SeriesKey> added;
    for (const auto& measurement : trial.values) {
        auto& seen = all.try_emplace(measurement.series.key, Seen{measurement.series, {}, {}, 0, ""}).first->second;
        check_same(seen, measurement.series);
        if (!counts || !added.insert(measurement.series.key).second) continue;
        const double value = model::trial_value(measurement);
        if (std::isfinite(value))
            (trial.side == model::Side::base ? seen.base : seen.head).push_back(value);
        else if (trial.side == model::Side::head)
            ++seen.broken;
    }
}

MeasuredPoint point_of(Seen&& seen) {
    MeasuredPoint point{std::move(seen.series), {}, {}, static_cast<int>(seen.head.size()), std::move(seen.conflict)};
    if (!point.note.empty()) return point;
    if (!seen.head.empty()) point.value = judging::median(std::move(seen.head));
    const bool on_base = !seen.base.empty();
    if (on_base) point.base_value = judging::median(std::move(seen.base));
    if (!point.value && seen.broken > 0)
        point.note = "no trial gave a finite value";
    else if (!point.value)
        point.note = on_base ? "it is missing on this commit" : "no kept trial gave a value";
    else if (seen.broken > 0)
        point.note = fmt::format("{} of {} trials gave no finite value", seen.broken, seen.broken + point.trials);
    return point;
}

}  // namespace

std::vector<MeasuredPoint> points_of(const model::Bundle& bundle) {
    if (bundle.identical) return {};
    ByKey all;
    for (const auto& trial : bundle.trials) add(all, trial);
    std::vector<MeasuredPoint> points;
    points.reserve(all.size());
    for (auto& [key, seen] : all) points.push_back(point_of(std::move(seen)));
    return points;
}

}  // namespace benchgate::history
