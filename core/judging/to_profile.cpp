#include "core/judging/to_profile.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/model/resources.h"

namespace benchgate::judging {
namespace {

/// A profile samples where processor time goes; of memory, sizes and counters it tells nothing.
bool is_of_time(const model::Verdict& verdict) {
    return verdict.series.unit == "ns" || verdict.series.unit == "1/s";
}

/// How much worse, whatever the direction.
double size_of(const model::Verdict& verdict) {
    return verdict.ratio && *verdict.ratio > 0 ? std::abs(std::log(*verdict.ratio)) : 0;
}

}  // namespace

std::vector<std::size_t> to_profile(std::span<const model::Verdict> verdicts, const Exceptions& exceptions) {
    std::vector<std::size_t> chosen;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        const auto covers = [&](const Waiving& one) { return one.verdict == v && one.covers; };
        if (verdicts[v].kind != model::VerdictKind::regressed || !verdicts[v].confirmed || !is_of_time(verdicts[v]) ||
            model::is_of_the_whole(verdicts[v].series.key.benchmark) ||
            std::ranges::any_of(exceptions.waivings, covers) ||
            std::ranges::find(exceptions.advisory, v) != exceptions.advisory.end())
            continue;
        chosen.push_back(v);
    }
    std::ranges::stable_sort(chosen,
                             [&](std::size_t a, std::size_t b) { return size_of(verdicts[a]) > size_of(verdicts[b]); });
    std::set<std::string> named;
    std::erase_if(chosen, [&](std::size_t v) { return !named.insert(verdicts[v].series.key.benchmark).second; });
    if (chosen.size() > profiles_of_a_suite) chosen.resize(profiles_of_a_suite);
    return chosen;
}

}  // namespace benchgate::judging
