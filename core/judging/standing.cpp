#include "core/judging/standing.h"

#include <algorithm>

namespace benchgate::judging {
namespace {

bool leaves_open(model::VerdictKind kind) {
    using enum model::VerdictKind;
    return kind == inconclusive || kind == failed || kind == missing;
}

}  // namespace

std::vector<StandingRegression> standing_regressions(std::span<const model::Verdict> verdicts,
                                                     std::span<const std::vector<model::Verdict>> earlier) {
    std::vector<StandingRegression> standing;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        if (!leaves_open(verdicts[v].kind)) continue;
        for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt) {
            const auto& then = earlier[attempt];
            const auto same = std::ranges::find_if(
                then, [&](const model::Verdict& one) { return one.series.key == verdicts[v].series.key; });
            if (same == then.end() || leaves_open(same->kind)) continue;
            if (same->kind == model::VerdictKind::regressed)
                standing.push_back({v, attempt, static_cast<std::size_t>(same - then.begin())});
            break;
        }
    }
    return standing;
}

}  // namespace benchgate::judging
