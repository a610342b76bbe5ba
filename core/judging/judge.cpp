#include "core/judging/judge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/judging/gate.h"

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
    return verdict;
}

constexpr double million = 1e6;

void set_level(Verdict& verdict, model::Explanation& explanation, const model::Policy& policy, double worse_ppm) {
    double highest = -1;
    for (const auto& level : levels_for(policy, verdict.series.key.metric)) {
        const bool reached = worse_ppm >= std::round(level.at * million);
        explanation.levels.push_back({level.name, level.at, level.action, reached});
        if (!reached || level.at <= highest) continue;
        highest = level.at;
        verdict.level = level.name;
        verdict.action = level.action;
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

    void settle(Verdict& verdict, model::Explanation& explanation, double worse_ppm, NullTable& nulls) const {
        const auto& key = verdict.series.key;
        auto& record = explanation.confirmation.emplace();
        if (!any_ && !options_.confirmation_required)
            return set_level(verdict, explanation, options_.policy, worse_ppm);
        const auto found = fresh_.find(key);
        if (found == fresh_.end())
            return not_confirmed(verdict, "alarmed, but there are no fresh blocks to confirm it");
        const auto thresholds = Thresholds::of(detect_for(options_.policy, key.metric));
        auto again = judge_series(*found->second, plan_, thresholds, nulls);
        record = {true, again.kind, again.ratio, again.interval, relative(again.worse_ppm), std::move(again.how)};
        if (record.kind != VerdictKind::regressed)
            return not_confirmed(verdict, "alarmed, but not again on fresh blocks");
        verdict.confirmed = true;
        set_level(verdict, explanation, options_.policy, std::min(worse_ppm, again.worse_ppm.value_or(0)));
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
    std::vector<double> worse_ppm;
    std::size_t alarmed = 0;
    for (const auto& series : blocks.measured.series) {
        const auto thresholds = Thresholds::of(detect_for(options.policy, series.series.key.metric));
        auto result = judge_series(series, plan, thresholds, nulls);
        if (series.blocks.empty() && series.conflict.empty()) {
            const bool measured = blocks.measured.kept > 0;
            result.kind = measured ? VerdictKind::failed : VerdictKind::inconclusive;
            result.reason = measured ? "no kept trial gave a value" : "no block was kept";
        }
        worse_ppm.push_back(result.worse_ppm.value_or(0));
        judgement.verdicts.push_back(verdict_of(series.series, result));
        alarmed += result.kind == VerdictKind::regressed;
        auto& explanation = explanations.emplace_back();
        explanation.worse = relative(result.worse_ppm);
        explanation.measured = std::move(result.how);
    }
    const Confirmation confirmation(blocks, options, alarmed);
    for (std::size_t i = 0; i < judgement.verdicts.size(); ++i)
        if (judgement.verdicts[i].kind == VerdictKind::regressed)
            confirmation.settle(judgement.verdicts[i], explanations[i], worse_ppm[i], nulls);
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

Explained judge_explained(const model::Bundle& bundle) {
    if (!bundle.identical)
        return judge_explained(JobBlocks{collect_blocks(bundle.trials, model::Phase::measure),
                                         collect_blocks(bundle.trials, model::Phase::confirm)},
                               options_of(bundle.experiment));
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
