#include "core/judging/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/judging/claims.h"
#include "core/judging/growth.h"

namespace benchgate::judging {
namespace {

std::vector<model::Claim> claims_from(const model::Config& config, const std::string& ref) {
    std::vector<model::Claim> chosen;
    std::copy_if(config.claims.begin(), config.claims.end(), std::back_inserter(chosen),
                 [&](const model::Claim& claim) { return claim.from == ref; });
    return chosen;
}

/// The jobs that have claims share the rate.
double claims_share(const model::Config& config, double false_alarms) {
    std::set<std::string> jobs;
    for (const auto& claim : config.claims) jobs.insert(claim.from);
    return false_alarms / static_cast<double>(std::max<std::size_t>(1, jobs.size()));
}

}  // namespace

model::Questions questions_beside(const model::Config& config, double false_alarms) {
    return {claims_from(config, ""), config.growth, claims_share(config, false_alarms), false};
}

model::Questions questions_since(const model::Config& config, const std::string& ref, double false_alarms) {
    return {claims_from(config, ref), {}, claims_share(config, false_alarms), true};
}

Progress progress_with(const model::Questions& questions, std::span<const model::Trial> trials,
                       const JudgeOptions& options) {
    if (questions.empty()) return measure_progress(trials, options);
    const auto claims = claim_progress(trials, questions.claims, {options.max_trials, questions.claim_false_alarms});
    if (questions.alone) return claims;
    const auto growth = growth_progress(trials, questions.growth, {options.max_trials, options.false_alarms});
    return both(measure_progress(trials, options), both(claims, growth));
}

model::Answers answers_of(const model::Bundle& bundle, const model::Questions& questions) {
    const auto& fixed = bundle.experiment;
    if (!bundle.identical)
        return {judge_claims(bundle.trials, questions.claims, {fixed.max_trials, questions.claim_false_alarms}),
                judge_growth(bundle.trials, questions.growth, {fixed.max_trials, fixed.false_alarms})};
    if (!questions.alone || questions.claims.empty()) return {};
    auto answers = unmeasured_answers(
        questions, fmt::format("{} builds the same artifacts as the head", questions.claims.front().from));
    for (auto& finding : answers.claims) finding.state = model::ClaimState::broken;
    return answers;
}

model::Answers unmeasured_answers(const model::Questions& questions, const std::string& why) {
    model::Answers answers;
    for (const auto& claim : questions.claims) answers.claims.push_back(unmeasured_claim(claim, why));
    return answers;
}

GateDecision gate_with_answers(GateDecision decision, std::span<const model::ClaimFinding> claims,
                               std::span<const model::GrowthFinding> growth, model::InconclusiveAction inconclusive) {
    return gate_with_growth(gate_with_claims(std::move(decision), claims, inconclusive), growth);
}

}  // namespace benchgate::judging
