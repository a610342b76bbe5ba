#include "core/judging/standing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/judging/budgets.h"

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

auto question_of(const model::ClaimFinding& one) {
    return std::tuple(one.series.key, one.compared, one.between_refs, one.at_least);
}

auto question_of(const model::GrowthFinding& one) {
    return std::tuple(one.series.key, one.margin);
}

bool says_no(const model::ClaimFinding& one) {
    return one.state == model::ClaimState::broken;
}

bool says_no(const model::GrowthFinding& one) {
    return one.state == model::GrowthState::risen;
}

bool decides(const model::ClaimFinding& one) {
    return says_no(one) || one.state == model::ClaimState::holds;
}

bool decides(const model::GrowthFinding& one) {
    return says_no(one) || one.state == model::GrowthState::steady;
}

bool decides(const model::BudgetFinding& one) {
    return one.state == model::BudgetState::over || one.state == model::BudgetState::within;
}

template <class Finding>
std::vector<Finding> joined(std::vector<Finding> now, std::span<const std::vector<Finding>> earlier,
                            const AskedAgain& again) {
    using Question = decltype(question_of(std::declval<const Finding&>()));
    std::set<Question> present, told, replaced;
    for (const auto& one : now) {
        present.insert(question_of(one));
        if (decides(one)) told.insert(question_of(one));
    }
    std::vector<Finding> taken;
    for (const bool decided : {true, false})
        for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt)
            for (const auto& then : earlier[attempt]) {
                const auto question = question_of(then);
                if (decides(then) != decided || !told.insert(question).second) continue;
                const bool stands = says_no(then);
                if (!stands && (again.asked_all || present.contains(question))) continue;
                if (stands) replaced.insert(question);
                taken.push_back(then);
                taken.back().reason = fmt::format("{} attempt {}, and not {} by this one", stands ? "found in" : "of",
                                                  again.newest - attempt, stands ? "ruled out" : "measured");
            }
    std::erase_if(now, [&](const Finding& one) { return replaced.contains(question_of(one)); });
    std::move(taken.begin(), taken.end(), std::back_inserter(now));
    return now;
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

std::vector<model::ClaimFinding> with_earlier(std::vector<model::ClaimFinding> now,
                                              std::span<const std::vector<model::ClaimFinding>> earlier,
                                              const AskedAgain& again) {
    return joined(std::move(now), earlier, again);
}

std::vector<model::GrowthFinding> with_earlier(std::vector<model::GrowthFinding> now,
                                               std::span<const std::vector<model::GrowthFinding>> earlier,
                                               const AskedAgain& again) {
    return joined(std::move(now), earlier, again);
}

std::vector<StandingBudget> standing_budgets(std::span<const model::Verdict> verdicts,
                                             std::span<const std::vector<model::Verdict>> earlier,
                                             std::span<const model::Budget> budgets) {
    std::vector<Places> places;
    for (const auto& then : earlier) places.push_back(places_of(then));
    std::vector<StandingBudget> standing;
    std::size_t finding = 0;
    for (const auto& budget : budgets) {
        const std::span<const model::Budget> alone(&budget, 1);
        for (const auto& now : find_budgets(verdicts, alone)) {
            const auto number = finding++;
            if (decides(now)) continue;
            for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt) {
                const auto same = places[attempt].find(verdicts[now.verdict].series.key);
                if (same == places[attempt].end()) continue;
                const auto& verdict = earlier[attempt][same->second];
                auto found = find_budgets({&verdict, 1}, alone);
                if (found.empty() || !decides(found.front())) continue;
                if (found.front().state == model::BudgetState::over) {
                    found.front().verdict = now.verdict;
                    found.front().value_then = verdict.head_value;
                    standing.push_back({number, attempt, std::move(found.front())});
                }
                break;
            }
        }
    }
    return standing;
}

}  // namespace benchgate::judging
