#include "core/judging/outlook.h"

#include <algorithm>
#include <cmath>

#include "core/judging/modes.h"

namespace benchgate::judging {
namespace {

constexpr int warm_up_trials = 2;  // one a side
/// Of ranks within blocks of eight against the mean of normal values (E. L. Lehmann, Nonparametrics, 1975, 3.3
/// and 2.4): 8 / 9 for the blocks, 3 / pi for the ranks.
constexpr double rank_efficiency = 8.0 / 9 * 3 / 3.14159265358979323846;
constexpr double pairs_of_block = trials_per_block * trials_per_block;

double normal_density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846);
}

double normal_share(double x) {
    return std::erfc(-x / std::sqrt(2.0)) / 2;
}

/// E Phi(Z + d)^2: an even grid over +-6 standard deviations is exact to far beyond what is asked here.
double common_pairs(double d) {
    constexpr double step = 0.05, far = 6;
    double sum = 0;
    for (double z = -far; z <= far; z += step) sum += normal_density(z) * std::pow(normal_share(z + d), 2) * step;
    return sum;
}

/// One value in each job; jobs may differ.
bool is_constant(const PastSeries& series) {
    bool any = false;
    for (const auto& job : series.jobs) {
        const double* first = nullptr;
        for (const auto& block : job)
            for (const auto* side : {&block.base, &block.head})
                for (const double& value : *side) {
                    if (first == nullptr) first = &value;
                    if (value != *first) return false;
                }
        any = any || first != nullptr;
    }
    return any;
}

double expected_trials(const std::vector<double>& settled, const Plan& plan) {
    double expected = 0, before = 0;
    for (std::size_t k = 0; k < settled.size(); ++k) {
        expected += plan.looks[k].trials * (settled[k] - before);
        before = settled[k];
    }
    return expected + plan.max_trials() * (1 - before);
}

}  // namespace

std::optional<double> past_spread(const PastSeries& series) {
    std::vector<Block> all;
    double of_modes = 0;
    for (const auto& job : series.jobs) {
        all.insert(all.end(), job.begin(), job.end());
        // The newest job that shows any says how far the modes are apart; older ones may be of other code.
        if (of_modes > 0) continue;
        if (const auto found = find_modes(job, series.better == model::Better::higher))
            of_modes = spread_with_modes(0, found->modes);
    }
    for (const auto& block : all)
        for (const auto* side : {&block.base, &block.head})
            if (std::any_of(side->begin(), side->end(),
                            [](double value) { return !(value > 0) || !std::isfinite(value); }))
                return std::nullopt;
    if (is_constant(series)) return 0;
    const auto spread = trial_spread(all, Margin::Scale::ratio);
    return spread ? std::optional(std::max(*spread, of_modes)) : std::nullopt;
}

std::vector<double> settled_by_look(double spread, double detect, const Plan& plan) {
    const double d = std::log1p(detect) / spread;
    const double pair = normal_share(d / std::sqrt(2.0));
    const double variance = pair * (1 - pair) + 2 * (trials_per_block - 1) * (common_pairs(d) - pair * pair);
    std::vector<double> settled;
    double best = 0;
    for (const auto& look : plan.looks) {
        const std::vector<BlockShape> shapes(static_cast<std::size_t>(look.blocks()),
                                             {trials_per_block, trials_per_block});
        if (const auto critical = RankSumNull(shapes).critical(futility_level)) {
            const double pairs = pairs_of_block * look.blocks();
            const double room = pairs * pair - (static_cast<double>(*critical) - 0.5);
            const double deviation = std::sqrt(std::max(variance * pairs, 1e-12));
            best = std::max(best, normal_share(room / deviation));
        }
        settled.push_back(best);
    }
    return settled;
}

SuiteOutlook outlook(std::span<const PastSeries> series, const JudgeOptions& options, bool can_filter) {
    const int tests = options.tests > 0 ? options.tests : static_cast<int>(series.size());
    const auto plan = make_plan({options.max_trials, options.false_alarms, tests});
    SuiteOutlook suite;
    suite.max_trials = plan.max_trials();
    std::vector<double> all_settled(plan.looks.size(), 1);
    double sum = 0;
    int known = 0;
    for (const auto& past : series) {
        SeriesOutlook one;
        one.key = past.key;
        one.detect = detect_for(options.policy, past.key);
        one.spread = past_spread(past);
        if (one.spread && *one.spread == 0) {
            one.smallest = 0;
            one.trials_needed = one.trials_unchanged = trials_per_block;
        } else if (one.spread) {
            const double margin = std::log1p(Thresholds::of(one.detect).margin_ppm() / 1e6);
            const Sensitivity sensitivity{plan.looks.back().alpha, margin, *one.spread / std::sqrt(rank_efficiency),
                                          plan.max_trials()};
            one.smallest = detectable_change(sensitivity);
            one.trials_needed = trials_needed(sensitivity, one.detect);
            const auto settled = settled_by_look(*one.spread, one.detect, plan);
            one.trials_unchanged = expected_trials(settled, plan);
            for (std::size_t k = 0; k < settled.size(); ++k) all_settled[k] *= settled[k];
        }
        if (one.trials_unchanged) {
            sum += *one.trials_unchanged;
            ++known;
        }
        suite.series.push_back(std::move(one));
    }
    if (known > 0) suite.trials_unchanged = can_filter ? sum / known : expected_trials(all_settled, plan);
    return suite;
}

MachineTime machine_time(const PastDurations& past, const SuiteOutlook& suite, bool confirms, double longest_s) {
    const auto time = [&](double trials_a_side) {
        return std::min(past.setup_s + (warm_up_trials + 2 * trials_a_side) * past.trial_s, longest_s);
    };
    return {time(suite.trials_unchanged), time(suite.max_trials * (confirms ? 2 : 1))};
}

}  // namespace benchgate::judging
