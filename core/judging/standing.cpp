#include "core/judging/standing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/judging/budgets.h"
#include "core/model/globs.h"

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

/// A verdict that only carries a budget: an alarm of it was advice, or it would stand by itself.
model::Verdict not_measured_again(model::Verdict then, std::size_t attempt) {
    if (then.kind == model::VerdictKind::regressed) {
        then.kind = model::VerdictKind::inconclusive;
        then.level.reset();
        then.action = model::Action::log;
    }
    then.reason = fmt::format("of attempt {}, and not measured by this one", attempt);
    return then;
}

/// Whether the newer answer, of the same question, leaves nothing of this one.
bool rules_out(const model::GrowthFinding& newer, const model::GrowthFinding& then) {
    if (says_no(newer) || !says_no(then)) return true;
    return std::ranges::all_of(then.sizes,
                               [&](double size) { return std::ranges::find(newer.sizes, size) != newer.sizes.end(); });
}

/// Newer answers of each question.
template <class Finding>
using Told = std::map<decltype(question_of(std::declval<const Finding&>())), std::vector<const Finding*>>;

bool is_answered(const model::ClaimFinding& then, const Told<model::ClaimFinding>& told) {
    if (told.contains(question_of(then))) return true;
    return std::ranges::any_of(told, [&](const auto& entry) {
        auto named = entry.first;
        auto& key = std::get<0>(named);
        if (!model::glob_matches(then.series.key.benchmark, key.benchmark)) return false;
        key.benchmark = then.series.key.benchmark;
        return named == question_of(then);
    });
}

bool is_answered(const model::GrowthFinding& then, const Told<model::GrowthFinding>& told) {
    const auto found = told.find(question_of(then));
    return found != told.end() &&
           std::ranges::any_of(found->second, [&](const auto* newer) { return rules_out(*newer, then); });
}

template <class Finding>
std::vector<Finding> joined(std::vector<Finding> now, std::span<const std::vector<Finding>> earlier,
                            const AskedAgain& again) {
    using Question = typename Told<Finding>::key_type;
    std::set<Question> present, replaced;
    Told<Finding> told;
    for (const auto& one : now) {
        present.insert(question_of(one));
        if (decides(one)) told[question_of(one)].push_back(&one);
    }
    std::vector<Finding> taken;
    for (const bool decided : {true, false})
        for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt)
            for (const auto& then : earlier[attempt]) {
                const auto question = question_of(then);
                if (decides(then) != decided) continue;
                const bool answered = is_answered(then, told);
                told[question].push_back(&then);
                if (answered) continue;
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

std::vector<model::ClaimFinding> without_answered(std::vector<model::ClaimFinding> claims,
                                                  std::span<const model::ClaimFinding> newer) {
    Told<model::ClaimFinding> told;
    for (const auto& one : newer)
        if (decides(one)) told[question_of(one)].push_back(&one);
    std::erase_if(claims, [&](const model::ClaimFinding& then) { return is_answered(then, told); });
    return claims;
}

std::vector<model::BudgetFinding> budgets_with_earlier(const Attempted& attempted,
                                                       std::span<const model::Budget> budgets,
                                                       std::vector<model::Verdict>& shown) {
    const auto& [own, earlier, newest] = attempted;
    auto places = places_of(shown);
    std::vector<model::BudgetFinding> findings;
    for (const auto& budget : budgets) {
        const std::span<const model::Budget> alone(&budget, 1);
        std::map<model::SeriesKey, std::size_t> said;  // where in findings
        std::set<model::SeriesKey> answered;
        for (auto& now : find_budgets(own, alone)) {
            const auto& key = own[now.verdict].series.key;
            if (decides(now)) answered.insert(key);
            said[key] = findings.size();
            now.verdict = places.at(key);
            findings.push_back(std::move(now));
        }
        for (const bool is_decision : {true, false})
            for (std::size_t attempt = 0; attempt < earlier.size(); ++attempt)
                for (auto& then : find_budgets(earlier[attempt], alone)) {
                    const auto& verdict = earlier[attempt][then.verdict];
                    const auto& key = verdict.series.key;
                    if (decides(then) != is_decision || !answered.insert(key).second) continue;
                    const bool stands = then.state == model::BudgetState::over;
                    const auto known = said.find(key);
                    if (!stands && (known != said.end() || !places.contains(key))) continue;
                    if (!places.contains(key)) {
                        places[key] = shown.size();
                        shown.push_back(not_measured_again(verdict, newest - attempt));
                    }
                    then.verdict = places.at(key);
                    then.attempt = newest - attempt;
                    if (known != said.end()) {
                        findings[known->second] = std::move(then);
                    } else {
                        said[key] = findings.size();
                        findings.push_back(std::move(then));
                    }
                }
    }
    return findings;
}

}  // namespace benchgate::judging
