#include "cli/suite_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/model/globs.h"

namespace benchgate::cli {

SuiteQuestions::SuiteQuestions(const model::Config& config, const model::Suite& suite, double false_alarms)
    : claims_(config.claims), growth_(config.growth), growth_options_{suite.max_trials, false_alarms} {
    std::set<std::string> jobs;
    for (const auto& claim : claims_) jobs.insert(claim.from);
    options_.max_trials = suite.max_trials;
    options_.false_alarms = false_alarms / static_cast<double>(std::max<std::size_t>(1, jobs.size()));
}

std::vector<model::Claim> SuiteQuestions::of(const std::string& ref) const {
    std::vector<model::Claim> chosen;
    std::copy_if(claims_.begin(), claims_.end(), std::back_inserter(chosen),
                 [&](const model::Claim& claim) { return claim.from == ref; });
    return chosen;
}

measure::Ask SuiteQuestions::beside_the_verdicts() const {
    auto claims = of("");
    if (claims.empty() && growth_.empty()) return {};
    return [claims = std::move(claims), options = options_, growth = growth_, growth_options = growth_options_](
               std::span<const model::Trial> trials, const judging::JudgeOptions& judge) {
        const auto asked = judging::both(judging::claim_progress(trials, claims, options),
                                         judging::growth_progress(trials, growth, growth_options));
        return judging::both(judging::measure_progress(trials, judge), asked);
    };
}

measure::Ask SuiteQuestions::alone(const std::string& ref) const {
    return [claims = of(ref), options = options_](std::span<const model::Trial> trials, const judging::JudgeOptions&) {
        return judging::claim_progress(trials, claims, options);
    };
}

std::vector<std::string> SuiteQuestions::refs(std::span<const model::Trial> measured) const {
    std::set<model::SeriesKey> keys;
    for (const auto& trial : measured)
        for (const auto& value : trial.values) keys.insert(value.series.key);
    std::vector<std::string> refs;
    for (const auto& claim : claims_) {
        const bool is_here =
            measured.empty() || std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
                return key.metric == claim.metric && model::glob_matches(claim.benchmark, key.benchmark);
            });
        const bool is_known = std::find(refs.begin(), refs.end(), claim.from) != refs.end();
        if (!claim.from.empty() && is_here && !is_known) refs.push_back(claim.from);
    }
    return refs;
}

std::vector<model::GrowthFinding> SuiteQuestions::growth(const model::Bundle& comparison) const {
    return judging::judge_growth(comparison.trials, growth_, growth_options_);
}

std::vector<model::ClaimFinding> SuiteQuestions::between_benchmarks(const model::Bundle& comparison) const {
    return judging::judge_claims(comparison.trials, of(""), options_);
}

std::vector<model::ClaimFinding> SuiteQuestions::since(const std::string& ref,
                                                       const tl::expected<model::Bundle, std::string>& job) const {
    const auto claims = of(ref);
    if (job && !job->identical) return judging::judge_claims(job->trials, claims, options_);
    std::vector<model::ClaimFinding> findings;
    for (const auto& claim : claims) {
        auto& finding = findings.emplace_back(judging::unmeasured_claim(
            claim, job ? fmt::format("{} builds the same artifacts as the head", ref) : job.error()));
        // What is the same is no faster, and no claim is of nothing.
        if (job) finding.state = model::ClaimState::broken;
    }
    return findings;
}

}  // namespace benchgate::cli
