#include "core/judging/sequential.h"

namespace benchgate::judging {
namespace {

Progress assess(const PhaseBlocks& phase, const Plan& plan, const model::Policy& policy) {
    Progress progress;
    NullTable nulls;
    for (const auto& series : phase.series) {
        const auto& key = series.series.key;
        const auto result = judge_series(series, plan, Thresholds::of(detect_for(policy, key)), nulls);
        (result.settled ? progress.settled : progress.open).push_back(key);
        if (result.settled && result.kind == model::VerdictKind::regressed) progress.alarmed.push_back(key);
    }
    // Before the first block nothing is known of the series; a plain host has no warm-up.
    const bool unknown = phase.series.empty() && phase.kept == 0;
    const int done = phase.kept * trials_per_block;
    progress.over = done >= plan.max_trials() || (progress.open.empty() && !unknown);
    if (progress.over) return progress;
    progress.next_blocks = 1;
    if (phase.kept == 0) return progress;
    for (const auto& look : plan.looks) {
        progress.next_blocks = look.blocks();
        if (look.trials > done) break;
    }
    return progress;
}

}  // namespace

Progress measure_progress(std::span<const model::Trial> trials, const JudgeOptions& options) {
    const auto phase = collect_blocks(trials, model::Phase::measure);
    return assess(phase, measure_plan(options, phase), options.policy);
}

Progress confirm_progress(std::span<const model::Trial> trials, const JudgeOptions& options) {
    const auto measured = measure_progress(trials, options);
    auto phase = collect_blocks(trials, model::Phase::confirm);
    if (measured.alarmed.empty()) return {{}, {}, {}, true, 0};
    phase.series = only(phase.series, measured.alarmed);
    return assess(phase, confirm_plan(options, measured.alarmed.size()), options.policy);
}

}  // namespace benchgate::judging
