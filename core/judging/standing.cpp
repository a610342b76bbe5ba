#include "core/judging/standing.h"

#include <map>

namespace benchgate::judging {
namespace {

bool leaves_open(model::VerdictKind kind) {
    using enum model::VerdictKind;
    return kind == inconclusive || kind == failed || kind == missing || kind == added;
}

using Places = std::map<model::SeriesKey, std::size_t>;

Places places_of(std::span<const model::Verdict> verdicts) {
    Places places;
    for (std::size_t v = 0; v < verdicts.size(); ++v) places.emplace(verdicts[v].series.key, v);
    return places;
}

}  // namespace

std::vector<StandingRegression> standing_regressions(std::span<const model::Verdict> verdicts,
                                                     std::span<const std::vector<model::Verdict>> earlier) {
    std::vector<Places> places;
    for (const auto& then : earlier) places.push_back(places_of(then));
    std::vector<StandingRegression> standing;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        if (!leaves_open(verdicts[v].kind)) continue;
        for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt) {
            const auto same = places[attempt].find(verdicts[v].series.key);
            if (same == places[attempt].end() || leaves_open(earlier[attempt][same->second].kind)) continue;
            if (earlier[attempt][same->second].kind == model::VerdictKind::regressed)
                standing.push_back({v, attempt, same->second});
            break;
        }
    }
    return standing;
}

std::vector<LeftOut> left_out(std::span<const model::Verdict> verdicts,
                              std::span<const std::vector<model::Verdict>> earlier) {
    const auto present = places_of(verdicts);
    std::map<model::SeriesKey, std::size_t> found;  // index into `left`
    std::vector<LeftOut> left;
    for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt)
        for (std::size_t v = 0; v < earlier[attempt].size(); ++v) {
            const auto& verdict = earlier[attempt][v];
            if (present.contains(verdict.series.key)) continue;
            const auto [place, is_first] = found.try_emplace(verdict.series.key, left.size());
            if (is_first) {
                left.push_back({attempt, v});
                continue;
            }
            auto& newer = left[place->second];
            if (leaves_open(earlier[newer.attempt][newer.earlier].kind) && !leaves_open(verdict.kind))
                newer = {attempt, v};
        }
    return left;
}

}  // namespace benchgate::judging
