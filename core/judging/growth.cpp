#include "core/judging/growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/judging/estimate.h"
#include "core/judging/plan.h"
#include "core/judging/rank_sum.h"
#include "core/model/globs.h"

namespace benchgate::judging {
namespace {

using model::GrowthFinding;
using model::GrowthState;
using model::Side;

/// The sizes of one trial, and what was measured at each.
using Curve = std::map<double, double>;

struct Family {
    const model::Growth* rule = nullptr;
    model::Series series;  ///< of its first benchmark, under the family's name
    std::set<model::SeriesKey> members;
    std::map<int, std::vector<std::pair<Side, Curve>>> blocks;
    std::set<double> sizes;
};

using ByName = std::map<std::pair<std::size_t, std::string>, Family>;

/// What each rule reads out of a name, looked up once: every trial has the same names.
using Sizes = std::map<std::string, std::vector<std::optional<std::pair<double, std::string>>>, std::less<>>;

const std::vector<std::optional<std::pair<double, std::string>>>& sizes_in(Sizes& known, const std::string& benchmark,
                                                                           std::span<const model::Growth> rules) {
    const auto [place, is_new] = known.try_emplace(benchmark);
    if (is_new)
        for (const auto& rule : rules) place->second.push_back(size_in(rule.benchmark, benchmark));
    return place->second;
}

void add_trial(ByName& families, Sizes& known, const model::Trial& trial, std::span<const model::Growth> rules) {
    std::map<Family*, Curve> curves;
    for (const auto& value : trial.values) {
        const auto& key = value.series.key;
        const auto& sizes = sizes_in(known, key.benchmark, rules);
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const auto& found = sizes[i];
            if (!found || key.metric != rules[i].metric) continue;
            auto& family = families[{i, found->second}];
            if (family.rule == nullptr) {
                family.rule = &rules[i];
                family.series = value.series;
                family.series.key.benchmark = found->second;
            }
            family.members.insert(key);
            family.sizes.insert(found->first);
            curves[&family].try_emplace(found->first, model::trial_value(value));
        }
    }
    if (trial.phase != model::Phase::measure || !trial.kept) return;
    for (auto& [family, curve] : curves) family->blocks[trial.block].emplace_back(trial.side, std::move(curve));
}

ByName families_of(std::span<const model::Trial> trials, std::span<const model::Growth> rules) {
    ByName families;
    Sizes known;
    for (const auto& trial : trials) add_trial(families, known, trial, rules);
    return families;
}

std::set<double> sizes_of(const Curve& curve) {
    std::set<double> sizes;
    for (const auto& [size, value] : curve) sizes.insert(size);
    return sizes;
}

/// The exponents of one block's trials, of those with the sizes that most of its trials have.
struct Exponents {
    std::vector<Block> blocks;
    std::vector<double> base;  ///< of the trials with all sizes
    std::vector<double> head;
    bool not_positive = false;
};

Exponents exponents_of(const Family& family) {
    Exponents all;
    for (const auto& [number, trials] : family.blocks) {
        std::map<std::set<double>, Block> by_sizes;
        for (const auto& [side, curve] : trials) {
            const std::vector<std::pair<double, double>> points(curve.begin(), curve.end());
            const bool positive = std::all_of(points.begin(), points.end(), [](const auto& point) {
                return std::isfinite(point.second) && point.second > 0;
            });
            all.not_positive = all.not_positive || !positive;
            const auto exponent = positive ? exponent_of(points) : std::nullopt;
            if (!exponent) continue;
            auto& block = by_sizes[sizes_of(curve)];
            (side == Side::base ? block.base : block.head).push_back(*exponent);
            if (curve.size() == family.sizes.size()) (side == Side::base ? all.base : all.head).push_back(*exponent);
        }
        const auto count = [](const Block& block) { return std::min(block.base.size(), block.head.size()); };
        const auto most = std::max_element(by_sizes.begin(), by_sizes.end(), [&](const auto& a, const auto& b) {
            return count(a.second) < count(b.second);
        });
        if (most == by_sizes.end() || count(most->second) == 0) continue;
        if (std::max(most->second.base.size(), most->second.head.size()) > max_block_side) continue;
        all.blocks.push_back(most->second);
    }
    return all;
}

struct SizesAnswer {
    GrowthFinding finding;
    bool settled = false;
};

class SizesWalk {
  public:
    SizesWalk(const Family& family, const Plan& plan, NullTable& nulls)
        : family_(family),
          plan_(plan),
          nulls_(nulls),
          falls_(family.series.better == model::Better::higher),
          margin_(Margin::raw(family.rule->margin)) {
        auto& finding = answer_.finding;
        finding.series = family.series;
        finding.sizes.assign(family.sizes.begin(), family.sizes.end());
        finding.sizes.resize(std::min(finding.sizes.size(), most_sizes));
        finding.margin = family.rule->margin;
        finding.action = family.rule->action;
        finding.line = family.rule->line;
    }

    SizesAnswer run() {
        if (family_.sizes.size() < fewest_sizes)
            return settled(fmt::format("{} of at least {} sizes", family_.sizes.size(), fewest_sizes));
        if (family_.sizes.size() > most_sizes)
            return settled(fmt::format("{} sizes, of {} at the most", family_.sizes.size(), most_sizes));
        const auto all = exponents_of(family_);
        if (all.not_positive) return settled("a value is not a number above zero");
        if (!all.base.empty()) std::tie(answer_.finding.base, answer_.finding.base_interval) = side(all.base);
        if (!all.head.empty()) std::tie(answer_.finding.head, answer_.finding.head_interval) = side(all.head);
        const std::span<const Block> blocks = all.blocks;
        std::optional<int> look;
        for (std::size_t count = 1; count <= blocks.size(); ++count) {
            const auto seen = blocks.first(count);
            trials_ += static_cast<int>(std::max(seen.back().base.size(), seen.back().head.size()));
            const auto due = plan_.look_at(trials_);
            if (!due || due == look) continue;
            look = due;
            if (test(seen, plan_.looks[static_cast<std::size_t>(*look)].alpha)) return answer_;
        }
        answer_.finding.state = look ? GrowthState::unclear : GrowthState::unmeasured;
        if (!look) answer_.finding.reason = "measuring ended before the first look";
        answer_.settled = look && *look + 1 == static_cast<int>(plan_.looks.size());
        return answer_;
    }

  private:
    static std::pair<std::optional<double>, model::Interval> side(const std::vector<double>& values) {
        return median_with_interval(values);
    }

    SizesAnswer settled(std::string why) {
        answer_.finding.state = GrowthState::unmeasured;
        answer_.finding.reason = std::move(why);
        answer_.settled = true;
        return answer_;
    }

    bool test(std::span<const Block> seen, double alpha) {
        auto& finding = answer_.finding;
        finding.trials_used = trials_;
        const auto& null = nulls_.of(seen);
        const auto pairs = all_pairs(seen, Margin::Scale::raw, false);
        finding.difference = hodges_lehmann(pairs);
        // The end that speaks for a rise is at the level of the look, the other one at that of the mirrored test.
        const Levels levels = falls_ ? Levels{futility_level, alpha} : Levels{alpha, futility_level};
        finding.difference_interval = test_interval(pairs, null, levels);
        const bool risen = null.p(u_statistic(seen, margin_, falls_)) <= alpha;
        const bool steady = null.p(v_statistic(seen, margin_, falls_)) <= futility_level;
        if (!risen && !steady) return false;
        finding.state = risen ? GrowthState::risen : GrowthState::steady;
        return answer_.settled = true;
    }

    const Family& family_;
    const Plan& plan_;
    NullTable& nulls_;
    const bool falls_;  ///< higher is better: it is a lower exponent that is worse
    const Margin margin_;
    SizesAnswer answer_;
    int trials_ = 0;
};

Plan plan_of(const ByName& families, const GrowthOptions& options) {
    return make_plan({options.max_trials, options.false_alarms, static_cast<int>(families.size())});
}

}  // namespace

std::optional<std::pair<double, std::string>> size_in(std::string_view pattern, std::string_view benchmark) {
    constexpr std::size_t most_digits = 18;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t begin = 0; begin < benchmark.size(); ++begin) {
        if (!is_digit(benchmark[begin]) || (begin > 0 && is_digit(benchmark[begin - 1]))) continue;
        std::size_t end = begin;
        while (end < benchmark.size() && is_digit(benchmark[end])) ++end;
        if (end - begin > most_digits) continue;
        const auto family = std::string(benchmark.substr(0, begin)) + "{n}" + std::string(benchmark.substr(end));
        if (!model::glob_matches(pattern, family)) continue;
        std::uint64_t size = 0;
        std::from_chars(benchmark.data() + begin, benchmark.data() + end, size);
        if (size == 0) return std::nullopt;
        return std::pair(static_cast<double>(size), family);
    }
    return std::nullopt;
}

std::optional<double> exponent_of(std::span<const std::pair<double, double>> size_and_value) {
    std::set<double> sizes;
    for (const auto& [size, value] : size_and_value) sizes.insert(std::log(size));
    if (sizes.size() < fewest_sizes) return std::nullopt;
    std::vector<std::pair<double, double>> logs;
    logs.reserve(size_and_value.size());
    for (const auto& [size, value] : size_and_value) logs.emplace_back(std::log(size), std::log(value));
    std::vector<double> slopes;
    for (std::size_t i = 0; i < logs.size(); ++i)
        for (std::size_t j = i + 1; j < logs.size(); ++j)
            if (logs[i].first != logs[j].first)
                slopes.push_back((logs[j].second - logs[i].second) / (logs[j].first - logs[i].first));
    return std::round(median(std::move(slopes)) * 1e9) / 1e9;
}

std::pair<double, model::Interval> median_with_interval(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    model::Interval interval;
    // P(fewer than k values lie below the median) = sum of C(n, i) / 2^n for i < k.
    double term = std::pow(0.5, static_cast<double>(values.size())), below = 0;
    for (std::size_t k = 1; k <= values.size() / 2; ++k) {
        below += term;
        if (below > nominal_level) break;
        interval = {values[k - 1], values[values.size() - k]};
        term *= static_cast<double>(values.size() - k + 1) / static_cast<double>(k);
    }
    return {median(std::move(values)), interval};
}

Progress growth_progress(std::span<const model::Trial> trials, std::span<const model::Growth> rules,
                         const GrowthOptions& options) {
    const auto families = families_of(trials, rules);
    const auto plan = plan_of(families, options);
    NullTable nulls;
    std::set<model::SeriesKey> open;
    std::set<int> kept;
    for (const auto& trial : trials)
        if (trial.phase == model::Phase::measure && trial.kept) kept.insert(trial.block);
    for (const auto& [name, family] : families)
        if (!SizesWalk(family, plan, nulls).run().settled) open.insert(family.members.begin(), family.members.end());
    Progress progress;
    progress.open = {open.begin(), open.end()};
    const int done = static_cast<int>(kept.size()) * trials_per_block;
    progress.over = open.empty() || done >= plan.max_trials();
    if (!progress.over)
        progress.next_blocks = std::find_if(plan.looks.begin(), plan.looks.end(), [&](const Look& l) {
                                   return l.trials > done;
                               })->blocks();
    return progress;
}

std::vector<GrowthFinding> judge_growth(std::span<const model::Trial> trials, std::span<const model::Growth> rules,
                                        const GrowthOptions& options) {
    const auto families = families_of(trials, rules);
    const auto plan = plan_of(families, options);
    NullTable nulls;
    std::vector<GrowthFinding> findings;
    findings.reserve(families.size());
    for (const auto& [name, family] : families) findings.push_back(SizesWalk(family, plan, nulls).run().finding);
    return findings;
}

GateDecision gate_with_growth(GateDecision decision, std::span<const GrowthFinding> findings) {
    for (const auto& [action, gate] : {std::pair(model::Action::block, model::Gate::failure),
                                       std::pair(model::Action::review, model::Gate::neutral)}) {
        const auto risen = std::count_if(findings.begin(), findings.end(), [&](const GrowthFinding& one) {
            return one.state == GrowthState::risen && one.action == action;
        });
        if (risen == 0) continue;
        const auto reason = fmt::format("{} {} with the size than before", risen,
                                        risen == 1 ? "benchmark grows faster" : "benchmarks grow faster");
        if (model::worse(decision.gate, gate) != decision.gate)
            decision = {gate, reason};
        else if (decision.gate == gate)
            decision.reason += "; " + reason;
    }
    return decision;
}

}  // namespace benchgate::judging
