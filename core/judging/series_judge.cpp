#include "core/judging/series_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/judging/drift.h"
#include "core/judging/modes.h"
#include "core/judging/value_rules.h"

namespace benchgate::judging {
namespace {

using model::Interval;
using model::LookOutcome;
using model::Side;
using model::VerdictKind;

/// A series that is clear of a slowdown is measured on while an improvement looks likely at this level: it keeps
/// improvements from being called unchanged at a look that is too early to show them. It is no error level: an
/// improvement itself must reach alpha. 0.1 costs 0.05 trials a side on series that did not change and shows 96 % of
/// improvements of 3 % on published Go benchmarks; 0.2 costs 0.12 and shows 98 %, 0.02 shows 88 %.
constexpr double improvement_hint = 0.1;

class SeriesWalk {
  public:
    SeriesWalk(const SeriesBlocks& series, const Plan& plan, const Thresholds& thresholds, NullTable& nulls)
        : series_(series),
          plan_(plan),
          thresholds_(thresholds),
          nulls_(nulls),
          swapped_(series.series.better == model::Better::higher) {}

    SeriesResult run() {
        auto result = walk();
        result.how.tests = plan_.tests;
        result.how.max_trials = plan_.max_trials();
        result.how.alpha = plan_.alpha;
        result.how.margin = thresholds_.margin_ppm() / million;
        result.how.detect = thresholds_.detect_ppm / million;
        result.how.improvement_hint = improvement_hint;
        result.how.looks = std::move(looks_);
        return result;
    }

  private:
    SeriesResult walk() {
        const std::span<const Block> all = series_.blocks;
        if (!series_.conflict.empty()) return unusable(series_.conflict);
        for (const auto& block : all)
            if (std::max(block.base.size(), block.head.size()) > max_block_side)
                return unusable(fmt::format("a block holds more than {} trials a side", max_block_side));
        for (std::size_t count = 1; count <= all.size(); ++count) {
            seen_ = all.first(count);
            trials_ += static_cast<int>(std::max(seen_.back().base.size(), seen_.back().head.size()));
            const auto due = plan_.look_at(trials_);
            const bool is_look = due && due != look_;
            if (is_look) look_ = due;
            if (count > 1 && !is_look) continue;
            if (const auto finding =
                    find_by_values(series_, seen_, thresholds_, is_look ? Moment::look : Moment::first_block))
                return settled_by(*finding);
            if (!is_look) continue;
            looked_ = count;
            if (auto result = test()) return *result;
        }
        return out_of_blocks();
    }

    SeriesResult unusable(std::string reason) const {
        SeriesResult result;
        result.settled = true;
        result.kind = VerdictKind::failed;
        result.reason = std::move(reason);
        return result;
    }

    SeriesResult settled_by(const Finding& finding) {
        SeriesResult result;
        result.settled = true;
        result.kind = finding.kind;
        result.reason = finding.reason;
        result.exact = finding.exact;
        result.worse_ppm = finding.worse_ppm;
        result.trials_used = trials_;
        result.how.by_values = true;
        // Medians of values that are no numbers would be none either.
        if (finding.kind == VerdictKind::failed) return result;
        fill_medians(result, seen_);
        const bool constant = finding.exact || finding.kind == VerdictKind::unchanged;
        if (!constant) return result;
        if (finding.exact) result.minimum_detectable = 0;
        if (*result.base_value > 0 || (*result.base_value < 0 && *result.head_value < 0)) {
            result.ratio = *result.head_value / *result.base_value;
            result.interval = result.nominal = {result.ratio, result.ratio};
        }
        return result;
    }

    static model::TestRecord asked(const RankSumNull& null, std::int64_t statistic, double level) {
        return {statistic, null.largest(), null.critical(level), null.p(statistic), level};
    }

    /// One look of the plan (facts: statistics 4.4, steps 1 to 3), decided by what is written down of it.
    std::optional<SeriesResult> test() {
        const auto& null = nulls_.of(seen_);
        const auto scale = choose_scale(seen_, thresholds_);
        const double alpha = plan_.looks[static_cast<std::size_t>(*look_)].alpha;
        const bool last = *look_ + 1 == static_cast<int>(plan_.looks.size());
        auto& look = looks_.emplace_back();
        look.trials = trials_;
        look.blocks = static_cast<int>(seen_.size());
        look.worse = asked(null, u_statistic(seen_, scale.margin, swapped_), alpha);
        look.better = asked(null, u_statistic(seen_, scale.margin, !swapped_), alpha);
        if (!cleared_ && look.worse.reached()) {
            look.outcome = LookOutcome::regressed;
            return tested(VerdictKind::regressed, seen_, look.worse.p);
        }
        if (look.better.reached()) {
            look.outcome = LookOutcome::improved;
            return tested(VerdictKind::improved, seen_, look.better.p);
        }
        if (!cleared_) {
            look.clear = asked(null, v_statistic(seen_, scale.detect, swapped_), futility_level);
            if (look.clear->reached()) cleared_ = Cleared{seen_, look.clear->p, *look_};
        }
        if (cleared_) {
            look.no_improvement = asked(null, v_statistic(seen_, scale.detect, !swapped_), futility_level);
            const bool hopeless = look.better.p > improvement_hint || look.no_improvement->reached();
            look.outcome = hopeless || last ? LookOutcome::unchanged : LookOutcome::waiting;
            if (look.outcome == LookOutcome::unchanged) return unchanged();
        } else if (last) {
            look.outcome = LookOutcome::inconclusive;
            auto result = tested(VerdictKind::inconclusive, seen_, look.worse.p);
            result.reason = fmt::format("still open after {} trials a side{}", trials_, advice(result));
            return result;
        }
        return std::nullopt;
    }

    /// The figures of the look that cleared it, so that the interval agrees with the verdict; the cost of all looks.
    SeriesResult unchanged() {
        look_ = cleared_->look;
        return tested(VerdictKind::unchanged, cleared_->seen, cleared_->p);
    }

    /// The blocks ended before the plan did: out of time, or a file with fewer.
    SeriesResult out_of_blocks() {
        if (seen_.empty()) {
            SeriesResult result;
            result.reason = "no trial gave a value";
            return result;
        }
        // No further block will come, so what there is must do for the rules that wait for the first look.
        if (const auto finding = find_by_values(series_, seen_, thresholds_, Moment::look)) {
            auto result = settled_by(*finding);
            result.settled = false;
            return result;
        }
        SeriesResult result;
        if (cleared_) {
            result = unchanged();
            // It was measured on because an improvement looked likely: so the figure of a settled series, what would
            // have been seen, does not hold.
            result.minimum_detectable.reset();
            result.how.detectable.reset();
            result.reason = "no slowdown; it may be an improvement, but measuring ended before that was shown";
        } else {
            const auto figures = looked_ > 0 ? seen_.first(looked_) : seen_;
            const auto scale = choose_scale(figures, thresholds_);
            result = tested(VerdictKind::inconclusive, figures,
                            nulls_.of(figures).p(u_statistic(figures, scale.margin, swapped_)));
            result.reason = fmt::format("measuring ended after {} of at most {} trials a side{}", trials_,
                                        plan_.max_trials(), advice(result));
        }
        result.settled = false;
        return result;
    }

    SeriesResult tested(VerdictKind kind, std::span<const Block> seen, double p) {
        SeriesResult result;
        result.settled = true;
        result.kind = kind;
        result.trials_used = trials_;
        result.p = p;
        fill_medians(result, seen);
        const auto scale = choose_scale(seen, thresholds_);
        const auto pairs = all_pairs(seen, scale.margin.scale, swapped_);
        const auto& null = nulls_.of(seen);
        const double alpha = look_ ? plan_.looks[static_cast<std::size_t>(*look_)].alpha : 0;
        const Levels spent =
            kind == VerdictKind::improved ? Levels{futility_level, alpha} : Levels{alpha, futility_level};
        const auto ranks = interval_ranks(pairs, null, spent);
        result.interval = metric_interval(interval_at(pairs, ranks), scale);
        const auto nominal_ranks = interval_ranks(pairs, null, {nominal_level, nominal_level});
        const auto nominal = interval_at(pairs, nominal_ranks);
        result.nominal = metric_interval(nominal, scale);
        result.how.figures_blocks = static_cast<int>(seen.size());
        if (scale.margin.scale == Margin::Scale::raw) result.how.absolute = scale.reference;
        result.how.interval = metric_ranks(ranks);
        result.how.nominal = metric_ranks(nominal_ranks);
        if (const auto estimate = hodges_lehmann(pairs)) result.ratio = metric_ratio(*estimate, scale);
        // That it is worse is settled at the level spent; how much worse needs no further share of that error rate, and
        // the interval at the level spent of an early look is too wide to say it.
        if (nominal.low) result.worse_ppm = worse_ppm(*nominal.low, scale);
        if (scale.margin.scale == Margin::Scale::ratio) fill_shape(result);
        fill_detectable(result, kind, seen, scale);
        return result;
    }

    /// What the trials look like beside their level, of all that was walked along. Decides nothing here; what it means
    /// for a level is judge.h.
    void fill_shape(SeriesResult& result) {
        // Less than what is to be detected is no news: the blocks cancel it.
        if (const auto drift = find_drift(seen_); drift && *drift >= thresholds_.detect_ppm / million)
            result.drift = drift;
        const auto found = find_modes(seen_, swapped_);
        if (!found) return;
        result.modes = found->modes;
        // A worse mode that no base trial was ever in is no other mix: it is new.
        if (found->modes.base_share >= 1) return;
        result.levels_worse_ppm = 0;
        const auto strata = split_by_mode(seen_, found->cuts);
        if (strata.empty()) return;
        const auto pairs = all_pairs(strata, Margin::Scale::ratio, swapped_);
        const auto interval = test_interval(pairs, nulls_.of(strata), {nominal_level, nominal_level});
        const TestScale scale{};
        result.modes->levels = metric_interval(interval, scale);
        if (interval.low) result.levels_worse_ppm = worse_ppm(*interval.low, scale);
    }

    std::optional<double> metric_ratio(double cost, const TestScale& scale) const {
        if (scale.margin.scale == Margin::Scale::ratio) return swapped_ ? 1 / cost : cost;
        if (!scale.has_ratio) return std::nullopt;
        return 1 + (swapped_ ? -cost : cost) / scale.reference;
    }

    Interval metric_interval(const Interval& cost, const TestScale& scale) const {
        const auto end = [&](const std::optional<double>& limit) {
            return limit ? metric_ratio(*limit, scale) : std::nullopt;
        };
        return swapped_ ? Interval{end(cost.high), end(cost.low)} : Interval{end(cost.low), end(cost.high)};
    }

    /// Of the pairs head/base, whose order is the other way round where base/head were sorted.
    model::IntervalRecord metric_ranks(const model::IntervalRecord& cost) const {
        if (!swapped_) return cost;
        const auto mirrored = [&](const std::optional<std::int64_t>& rank) {
            return rank ? std::optional(cost.pairs - *rank + 1) : std::nullopt;
        };
        return {cost.high_level, cost.low_level, mirrored(cost.high_rank), mirrored(cost.low_rank), cost.pairs};
    }

    double worse_ppm(double cost, const TestScale& scale) const {
        if (scale.margin.scale == Margin::Scale::raw)
            return scale.reference > 0 ? cost / scale.reference * million : cost > 0 ? INFINITY : 0;
        return swapped_ ? million - million / cost : cost * million - million;
    }

    void fill_detectable(SeriesResult& result, VerdictKind kind, std::span<const Block> seen,
                         const TestScale& scale) const {
        auto spread = trial_spread(seen, scale.margin.scale);
        if (!spread) return;
        if (scale.margin.scale == Margin::Scale::raw) {
            if (scale.reference == 0) return;
            *spread /= scale.reference;
        }
        if (result.modes) *spread = spread_with_modes(*spread, *result.modes);
        const bool unchanged = kind == VerdictKind::unchanged;
        const int trials = unchanged ? plan_.max_trials() : trials_;
        const double seen_change =
            detectable_change({plan_.alpha, std::log1p(thresholds_.margin_ppm() / million), *spread, trials});
        const bool by_the_policy = unchanged && seen_change < thresholds_.detect_ppm / million;
        result.how.detectable = {*spread, trials, plan_.alpha, seen_change, by_the_policy, {}};
        const double detect = thresholds_.detect_ppm / million;
        if (kind == VerdictKind::inconclusive && seen_change > detect)
            result.how.detectable->needed =
                trials_needed({plan_.alpha, std::log1p(thresholds_.margin_ppm() / million), *spread, trials}, detect);
        // A change larger than `detect` would have kept an unchanged series open up to the planned maximum.
        result.minimum_detectable = by_the_policy ? thresholds_.detect_ppm / million : seen_change;
    }

    /// What the noise cannot give within the plan: more trials than that, or a wider wish.
    std::string advice(const SeriesResult& result) const {
        const auto& from = result.how.detectable;
        if (!from || !from->needed || *from->needed <= plan_.max_trials()) return "";
        return fmt::format("; with this noise {:.3g} % needs about {} trials a side, and {} see {:.3g} %",
                           thresholds_.detect_ppm / million * 100, *from->needed, from->trials, 100 * from->from_noise);
    }

    static void fill_medians(SeriesResult& result, std::span<const Block> seen) {
        if (auto base = side_values(seen, Side::base); !base.empty()) result.base_value = median(std::move(base));
        if (auto head = side_values(seen, Side::head); !head.empty()) result.head_value = median(std::move(head));
    }

    struct Cleared {
        std::span<const Block> seen;
        double p = 1;
        int look = 0;
    };

    const SeriesBlocks& series_;
    const Plan& plan_;
    const Thresholds& thresholds_;
    NullTable& nulls_;
    const bool swapped_;  ///< higher is better: the greater values of a regression are base's
    std::span<const Block> seen_;
    int trials_ = 0;
    std::optional<int> look_;
    std::vector<model::LookRecord> looks_;
    std::size_t looked_ = 0;  ///< blocks seen by the last look
    std::optional<Cleared> cleared_;
};

}  // namespace

double Thresholds::margin_ppm() const {
    return std::min(usual_margin_ppm, detect_ppm / 6);
}

Thresholds Thresholds::of(double detect) {
    Thresholds thresholds;
    thresholds.detect_ppm = std::round(detect * million);
    return thresholds;
}

SeriesResult judge_series(const SeriesBlocks& series, const Plan& plan, const Thresholds& thresholds,
                          NullTable& nulls) {
    return SeriesWalk(series, plan, thresholds, nulls).run();
}

}  // namespace benchgate::judging
