#include "core/planning/step_verdict.h"

#include <algorithm>
#include <cmath>

namespace benchgate::planning {
namespace {

using model::VerdictKind;

std::optional<double> cost_of(const model::Verdict& verdict, bool improvement) {
    if (!verdict.ratio || !(*verdict.ratio > 0)) return std::nullopt;
    const bool inverted = (verdict.series.better == model::Better::higher) != improvement;
    return inverted ? 1 / *verdict.ratio : *verdict.ratio;
}

VerdictKind kind_of(bool improvement) {
    return improvement ? VerdictKind::improved : VerdictKind::regressed;
}

bool is_sought(const model::Verdict& verdict, const Sought& sought) {
    return verdict.series.key.benchmark == sought.benchmark && verdict.series.gating &&
           (sought.metric.empty() || verdict.series.key.metric == sought.metric);
}

}  // namespace

std::optional<SearchedChange> searched_change(const std::vector<model::Verdict>& bad_end, const Sought& sought) {
    std::optional<SearchedChange> largest;
    for (const auto& verdict : bad_end) {
        if (!is_sought(verdict, sought) || verdict.kind != kind_of(sought.improvement)) continue;
        const SearchedChange change{verdict.series.key, cost_of(verdict, sought.improvement), sought.improvement};
        if (!largest || change.cost.value_or(0) > largest->cost.value_or(0)) largest = change;
    }
    return largest;
}

StepVerdict verdict_of_end(const std::vector<model::Verdict>& verdicts, const Sought& sought) {
    bool compared = false, inconclusive = false;
    for (const auto& verdict : verdicts) {
        if (!is_sought(verdict, sought)) continue;
        if (verdict.kind == kind_of(sought.improvement)) return StepVerdict::bad;
        inconclusive |= verdict.kind == VerdictKind::inconclusive;
        compared |= verdict.kind == VerdictKind::unchanged || verdict.kind == VerdictKind::improved ||
                    verdict.kind == VerdictKind::regressed;
    }
    if (inconclusive) return StepVerdict::inconclusive;
    return compared ? StepVerdict::good : StepVerdict::failed;
}

StepVerdict verdict_of_step(const std::vector<model::Verdict>& verdicts, const SearchedChange& change) {
    const auto* verdict = verdict_on(verdicts, change.key);
    if (verdict == nullptr) return StepVerdict::failed;
    switch (verdict->kind) {
        case VerdictKind::regressed:
        case VerdictKind::improved: {
            if (verdict->kind != kind_of(change.improvement)) return StepVerdict::good;
            const auto cost = cost_of(*verdict, change.improvement);
            if (!cost || !change.cost) return StepVerdict::bad;
            return *cost >= std::sqrt(*change.cost) ? StepVerdict::bad : StepVerdict::good;
        }
        case VerdictKind::unchanged:
            return StepVerdict::good;
        case VerdictKind::inconclusive:
            return StepVerdict::inconclusive;
        case VerdictKind::added:
        case VerdictKind::missing:
        case VerdictKind::failed:
            break;
    }
    return StepVerdict::failed;
}

const model::Verdict* verdict_on(const std::vector<model::Verdict>& verdicts, const model::SeriesKey& key) {
    const auto found = std::find_if(verdicts.begin(), verdicts.end(),
                                    [&](const model::Verdict& verdict) { return verdict.series.key == key; });
    return found == verdicts.end() ? nullptr : &*found;
}

}  // namespace benchgate::planning
