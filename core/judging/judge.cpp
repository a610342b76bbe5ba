#include "core/judging/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/judging/gate.h"
#include "core/judging/memory_growth.h"
#include "core/judging/rank_sum.h"

namespace benchgate::judging {
namespace {

using model::Verdict;
using model::VerdictKind;

Verdict verdict_of(const model::Series& series, const SeriesResult& result) {
    Verdict verdict;
    verdict.series = series;
    verdict.kind = result.kind;
    verdict.ratio = result.ratio;
    verdict.interval = result.interval;
    verdict.nominal = result.nominal;
    verdict.minimum_detectable = result.minimum_detectable;
    verdict.base_value = result.base_value;
    verdict.head_value = result.head_value;
    verdict.p = result.p;
    verdict.trials_used = result.trials_used;
    verdict.exact = result.exact;
    verdict.reason = result.reason;
    verdict.modes = result.modes;
    verdict.drift = result.drift;
    if (result.how.detectable) verdict.trials_needed = result.how.detectable->needed;
    return verdict;
}

/// What the intervals of an alarm support, in parts per million of base.
struct Supported {
    double worse_ppm = 0;
    std::optional<double> levels_ppm;  ///< with each of two modes compared with itself; none: one mode

    static Supported of(const SeriesResult& result) { return {result.worse_ppm.value_or(0), result.levels_worse_ppm}; }
    /// By both: where only one of them has two modes, the other stands for itself.
    Supported with(const Supported& again) const {
        Supported both{std::min(worse_ppm, again.worse_ppm), {}};
        if (levels_ppm || again.levels_ppm)
            both.levels_ppm = std::min(levels_ppm.value_or(worse_ppm), again.levels_ppm.value_or(again.worse_ppm));
        return both;
    }
};

/// The level by the whole change. But a mix of two modes changes with a rebuild that changes nothing else: what is the
/// mix's alone asks for a look and never blocks.
void set_level(Verdict& verdict, model::Explanation& explanation, const model::Policy& policy,
               const Supported& supported) {
    double highest = -1;
    bool blocks = false;
    for (const auto& level : levels_for(policy, verdict.series.key)) {
        const double at = std::round(level.at * million);
        const bool reached = supported.worse_ppm >= at;
        const bool by_the_mix = reached && supported.levels_ppm && *supported.levels_ppm < at;
        explanation.levels.push_back({level.name, level.at, level.action, reached, by_the_mix});
        if (!reached) continue;
        blocks = blocks || (level.action == model::Action::block && !by_the_mix);
        if (level.at <= highest) continue;
        highest = level.at;
        verdict.level = level.name;
        verdict.action = level.action;
    }
    if (verdict.action == model::Action::block && !blocks) {
        verdict.action = model::Action::review;
        verdict.reason = "the mix of its modes changed, their own levels did not by as much: to be looked at, no block";
    }
}

void add_clause(std::string& reason, const std::string& clause) {
    reason += (reason.empty() ? "" : "; ") + clause;
}

/// Said of every verdict that a test reached, whatever it is.
void name_shape(Verdict& verdict) {
    if (const auto& modes = verdict.modes) {
        const bool speed = verdict.series.unit == "ns" || verdict.series.unit == "1/s";
        add_clause(verdict.reason,
                   fmt::format("two modes {:.3g} % apart, the {} one holds {:.0f} % of the base and {:.0f} % of the "
                               "head trials",
                               100 * std::abs(modes->worse_level / modes->better_level - 1), speed ? "fast" : "better",
                               100 * modes->base_share, 100 * modes->head_share));
    }
    if (verdict.drift) {
        const double percent = 100 * *verdict.drift;
        add_clause(verdict.reason,
                   fmt::format("the level drifted by {} % within the job, which comparing within "
                               "blocks cancels",
                               percent < 99.5 ? fmt::format("{:.2g}", percent) : fmt::format("{:.0f}", percent)));
    }
}

std::optional<double> relative(const std::optional<double>& ppm) {
    return ppm ? std::optional(*ppm / million) : std::nullopt;
}

void not_confirmed(Verdict& verdict, std::string reason) {
    verdict.kind = VerdictKind::inconclusive;
    verdict.reason = std::move(reason);
}

/// Settles the verdicts that alarmed. P(false red) stays below the plan's level whatever the fresh blocks' own level
/// is, since red implies the first alarm (facts: statistics 4.7).
class Confirmation {
  public:
    Confirmation(const JobBlocks& blocks, const JudgeOptions& options, std::size_t alarmed)
        : options_(options), plan_(confirm_plan(options, alarmed)), any_(blocks.confirmed.kept > 0) {
        for (const auto& series : blocks.confirmed.series)
            if (!series.blocks.empty()) fresh_.emplace(series.series.key, &series);
    }

    void settle(Verdict& verdict, model::Explanation& explanation, const Supported& first, NullTable& nulls) const {
        const auto& key = verdict.series.key;
        auto& record = explanation.confirmation.emplace();
        if (!any_ && !options_.confirmation_required) return set_level(verdict, explanation, options_.policy, first);
        const auto found = fresh_.find(key);
        if (found == fresh_.end())
            return not_confirmed(verdict, "alarmed, but there are no fresh blocks to confirm it");
        const auto thresholds = Thresholds::of(detect_for(options_.policy, key));
        auto again = judge_series(*found->second, plan_, thresholds, nulls);
        record = {true,
                  again.kind,
                  again.ratio,
                  again.interval,
                  relative(again.worse_ppm),
                  relative(again.levels_worse_ppm),
                  std::move(again.how)};
        if (record.kind != VerdictKind::regressed)
            return not_confirmed(verdict, "alarmed, but not again on fresh blocks");
        verdict.confirmed = true;
        set_level(verdict, explanation, options_.policy, first.with(Supported::of(again)));
    }

  private:
    const JudgeOptions& options_;
    Plan plan_;
    bool any_;
    std::map<model::SeriesKey, const SeriesBlocks*> fresh_;
};

}  // namespace

JudgeOptions options_of(const model::Experiment& experiment) {
    return {experiment.policy, experiment.max_trials, experiment.false_alarms, experiment.tests, experiment.confirm};
}

Plan measure_plan(const JudgeOptions& options, const PhaseBlocks& measured) {
    const int tests = options.tests > 0 ? options.tests : static_cast<int>(measured.series.size());
    return make_plan({options.max_trials, options.false_alarms, tests});
}

Plan confirm_plan(const JudgeOptions& options, std::size_t alarmed) {
    return make_plan({options.max_trials, options.false_alarms, static_cast<int>(alarmed)});
}

Explained judge_explained(const JobBlocks& blocks, const JudgeOptions& options) {
    const auto plan = measure_plan(options, blocks.measured);
    NullTable nulls;
    Explained explained;
    auto& [judgement, explanations] = explained;
    std::vector<Supported> supported;
    std::size_t alarmed = 0;
    for (const auto& series : blocks.measured.series) {
        const auto thresholds = Thresholds::of(detect_for(options.policy, series.series.key));
        auto result = judge_series(series, plan, thresholds, nulls);
        if (series.blocks.empty() && series.conflict.empty()) {
            const bool measured = blocks.measured.kept > 0;
            result.kind = measured ? VerdictKind::failed : VerdictKind::inconclusive;
            result.reason = measured ? "no kept trial gave a value" : "no block was kept";
        }
        supported.push_back(Supported::of(result));
        judgement.verdicts.push_back(verdict_of(series.series, result));
        alarmed += result.kind == VerdictKind::regressed;
        auto& explanation = explanations.emplace_back();
        explanation.worse = relative(result.worse_ppm);
        explanation.levels_worse = relative(result.levels_worse_ppm);
        explanation.measured = std::move(result.how);
    }
    const Confirmation confirmation(blocks, options, alarmed);
    for (std::size_t i = 0; i < judgement.verdicts.size(); ++i)
        if (judgement.verdicts[i].kind == VerdictKind::regressed)
            confirmation.settle(judgement.verdicts[i], explanations[i], supported[i], nulls);
    for (auto& verdict : judgement.verdicts) name_shape(verdict);
    const auto decision = gate(judgement.verdicts, options.policy);
    for (std::size_t i = 0; i < decision.asked.size(); ++i) explanations[i].asks = decision.asked[i];
    judgement.gate = decision.gate;
    judgement.gate_reason = decision.reason;
    judgement.judge_version = judge_version;
    judgement.tests = plan.tests;
    judgement.blocks_kept = blocks.measured.kept + blocks.confirmed.kept;
    judgement.blocks_void = blocks.measured.voided + blocks.confirmed.voided;
    return explained;
}

namespace {

/// One verdict more, which no block decides.
void add_memory(Explained& explained, const model::MemoryRuns& runs, const model::Policy& policy) {
    auto verdict = judge_memory(runs);
    if (!verdict) return;
    auto& [judgement, explanations] = explained;
    judgement.verdicts.push_back(std::move(*verdict));
    explanations.emplace_back().measured.by_values = true;
    const auto decision = gate(judgement.verdicts, policy);
    explanations.back().asks = decision.asked.back();
    judgement.gate = decision.gate;
    judgement.gate_reason = decision.reason;
}

}  // namespace

Explained judge_explained(const model::Bundle& bundle) {
    if (!bundle.identical) {
        auto explained = judge_explained(JobBlocks{collect_blocks(bundle.trials, model::Phase::measure),
                                                   collect_blocks(bundle.trials, model::Phase::confirm)},
                                         options_of(bundle.experiment));
        if (bundle.memory) add_memory(explained, *bundle.memory, bundle.experiment.policy);
        return explained;
    }
    Explained explained;
    auto& judgement = explained.judgement;
    judgement.gate = model::Gate::success;
    judgement.gate_reason = "the artifacts of both sides are identical";
    judgement.judge_version = judge_version;
    judgement.tests = bundle.experiment.tests;
    return explained;
}

model::Judgement judge(const JobBlocks& blocks, const JudgeOptions& options) {
    return judge_explained(blocks, options).judgement;
}

model::Judgement judge(const model::Bundle& bundle) {
    return judge_explained(bundle).judgement;
}

}  // namespace benchgate::judging
