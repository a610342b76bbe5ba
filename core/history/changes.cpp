#include "core/history/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/judging/waivers.h"

namespace benchgate::history {
namespace {

constexpr std::array<std::pair<ChangeState, std::string_view>, 8> states{{{ChangeState::provisional, "provisional"},
                                                                          {ChangeState::found, "found"},
                                                                          {ChangeState::measuring, "measuring"},
                                                                          {ChangeState::confirmed, "confirmed"},
                                                                          {ChangeState::rejected, "rejected"},
                                                                          {ChangeState::undecided, "undecided"},
                                                                          {ChangeState::withdrawn, "withdrawn"},
                                                                          {ChangeState::drifted, "drifted"}}};

constexpr std::array<std::pair<Handling, std::string_view>, 5> handlings{{{Handling::open, "open"},
                                                                          {Handling::acknowledged, "acknowledged"},
                                                                          {Handling::fixed, "fixed"},
                                                                          {Handling::reverted, "reverted"},
                                                                          {Handling::expected, "expected"}}};

constexpr double left_over = 0.25;  // of what was lost, where a level counts as come back

std::size_t distance(std::size_t a, std::size_t b) {
    return a > b ? a - b : b - a;
}

/// A change that was withdrawn comes back as itself.
ChangeState next_state(ChangeState now, const Finding& finding) {
    if (!follows_findings(now)) return now;
    return finding.ripe ? ChangeState::found : ChangeState::provisional;
}

}  // namespace

std::string_view to_string(ChangeState state) {
    for (const auto& [known, name] : states)
        if (known == state) return name;
    return "provisional";
}

std::string_view to_string(Handling handling) {
    for (const auto& [known, name] : handlings)
        if (known == handling) return name;
    return "open";
}

std::optional<ChangeState> change_state_from(std::string_view text) {
    for (const auto& [known, name] : states)
        if (name == text) return known;
    return std::nullopt;
}

std::optional<Handling> handling_from(std::string_view text) {
    for (const auto& [known, name] : handlings)
        if (name == text) return known;
    return std::nullopt;
}

bool follows_findings(ChangeState state) {
    return state == ChangeState::provisional || state == ChangeState::found || state == ChangeState::withdrawn;
}

Reconciled reconcile(std::span<const KnownChange> known, std::span<const Finding> findings) {
    struct Pair {
        std::size_t apart, known, finding;
    };
    std::vector<Pair> pairs;
    for (std::size_t k = 0; k < known.size(); ++k)
        for (std::size_t f = 0; f < findings.size(); ++f) {
            if (!known[k].index || known[k].worse != findings[f].worse) continue;
            const auto apart = distance(*known[k].index, findings[f].index);
            if (apart <= same_change_within) pairs.push_back({apart, k, f});
        }
    // The nearest first; of equals one that lives before one that was withdrawn.
    std::stable_sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
        if (a.apart != b.apart) return a.apart < b.apart;
        return known[a.known].state != ChangeState::withdrawn && known[b.known].state == ChangeState::withdrawn;
    });
    std::vector<bool> known_taken(known.size()), finding_taken(findings.size());
    Reconciled result;
    for (const auto& pair : pairs) {
        if (known_taken[pair.known] || finding_taken[pair.finding]) continue;
        known_taken[pair.known] = finding_taken[pair.finding] = true;
        result.kept.push_back({pair.known, pair.finding, next_state(known[pair.known].state, findings[pair.finding])});
    }
    std::sort(result.kept.begin(), result.kept.end(),
              [](const KeptChange& a, const KeptChange& b) { return a.finding < b.finding; });
    for (std::size_t f = 0; f < findings.size(); ++f)
        if (!finding_taken[f]) result.fresh.push_back(f);
    for (std::size_t k = 0; k < known.size(); ++k) {
        const auto& change = known[k];
        const bool seen = change.index.has_value() || !change.on_main;
        if (!known_taken[k] && seen && follows_findings(change.state) && change.state != ChangeState::withdrawn)
            result.gone.push_back(k);
    }
    return result;
}

std::optional<std::size_t> taken_back_by(std::span<const LevelShift> shifts, std::size_t of) {
    const auto& lost = shifts[of];
    if (!lost.worse) return std::nullopt;
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < shifts.size(); ++i) {
        const auto& later = shifts[i];
        if (later.worse || later.index <= lost.index || (first && shifts[*first].index <= later.index)) continue;
        const double sign = lost.after > lost.before ? 1 : -1;
        const double remains = sign * (later.after - lost.before);
        if (remains <= left_over * std::abs(lost.after - lost.before)) first = i;
    }
    return first;
}

std::optional<std::size_t> only_push_that_shows(std::span<const PushInRange> pushes) {
    std::optional<std::size_t> only;
    for (std::size_t i = 0; i < pushes.size(); ++i) {
        if (!pushes[i].shows_it) continue;
        if (only) return std::nullopt;
        only = i;
    }
    return only;
}

std::optional<Expectation> expectation_of(const KnownRegression& regression, std::span<const MergedWaiver> waivers) {
    std::vector<model::Waiver> of_commit;
    std::vector<std::int64_t> numbers;
    for (const auto& merged : waivers) {
        if (merged.merge_sha != regression.commit) continue;
        of_commit.push_back(merged.waiver);
        numbers.push_back(merged.number);
    }
    model::Verdict verdict;
    verdict.series.key = regression.key;
    verdict.kind = model::VerdictKind::regressed;
    verdict.ratio = regression.ratio;
    // In force on the day of the merge, a waiver says for good what was to be expected of it.
    const auto waivings = judging::apply_waivers(std::span(&verdict, 1), of_commit, "");
    if (waivings.empty()) return std::nullopt;
    const auto& waiving = waivings.front();
    const auto& waiver = of_commit[waiving.waiver];
    const auto number = numbers[waiving.waiver];
    if (!waiving.covers)
        return Expectation{false, waiver.author, fmt::format("the waiver of #{} is void: {}", number, waiving.why_not)};
    return Expectation{true, waiver.author,
                       fmt::format("waived on #{} up to {:.3g} %: {}", number, 100 * waiver.max, waiver.reason)};
}

}  // namespace benchgate::history
