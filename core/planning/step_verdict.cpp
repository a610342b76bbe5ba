#include "core/planning/step_verdict.h"

#include <algorithm>
#include <cmath>

namespace benchgate::planning {
namespace {

using model::VerdictKind;

std::optional<double> cost_of(const model::Verdict& verdict) {
    if (!verdict.ratio || !(*verdict.ratio > 0)) return std::nullopt;
    return verdict.series.better == model::Better::higher ? 1 / *verdict.ratio : *verdict.ratio;
}

}  // namespace

std::optional<SearchedChange> searched_change(const std::vector<model::Verdict>& bad_end,
                                              const std::string& benchmark) {
    std::optional<SearchedChange> largest;
    for (const auto& verdict : bad_end) {
        if (verdict.series.key.benchmark != benchmark || !verdict.series.gating ||
            verdict.kind != VerdictKind::regressed)
            continue;
        const SearchedChange change{verdict.series.key, cost_of(verdict)};
        if (!largest || change.cost.value_or(0) > largest->cost.value_or(0)) largest = change;
    }
    return largest;
}

StepVerdict verdict_of_end(const std::vector<model::Verdict>& verdicts, const std::string& benchmark) {
    bool compared = false, inconclusive = false;
    for (const auto& verdict : verdicts) {
        if (verdict.series.key.benchmark != benchmark || !verdict.series.gating) continue;
        if (verdict.kind == VerdictKind::regressed) return StepVerdict::bad;
        inconclusive |= verdict.kind == VerdictKind::inconclusive;
        compared |= verdict.kind == VerdictKind::unchanged || verdict.kind == VerdictKind::improved;
    }
    if (inconclusive) return StepVerdict::inconclusive;
    return compared ? StepVerdict::good : StepVerdict::failed;
}

StepVerdict verdict_of_step(const std::vector<model::Verdict>& verdicts, const SearchedChange& change) {
    const auto* verdict = verdict_on(verdicts, change.key);
    if (verdict == nullptr) return StepVerdict::failed;
    switch (verdict->kind) {
        case VerdictKind::regressed: {
            const auto cost = cost_of(*verdict);
            if (!cost || !change.cost) return StepVerdict::bad;
            return *cost >= std::sqrt(*change.cost) ? StepVerdict::bad : StepVerdict::good;
        }
        case VerdictKind::improved:
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
