#pragma once
// What a configuration asks of one suite besides the verdicts: claims between benchmarks of the head and growth ride
// along with the comparison, claims from a ref are a job each, with that ref in the base's place. Owns which question
// is asked of which job, and its share of the error rate; `benchgate compare`, the runner and the service's judge all
// use it, so that they cannot differ. What the measurements mean is claims.h and growth.h.

#include <span>
#include <string>
#include <vector>

#include "core/judging/gate.h"
#include "core/judging/sequential.h"
#include "core/model/bundle.h"
#include "core/model/config.h"
#include "core/model/questions.h"

namespace benchgate::judging {

/// For the job of the comparison. `false_alarms`: of the suite. All claims together keep it once more, and so does the
/// growth of all families.
model::Questions questions_beside(const model::Config& config, double false_alarms);
/// For the job whose base is `ref`, as the claims write it.
model::Questions questions_since(const model::Config& config, const std::string& ref, double false_alarms);

/// What must be measured on, for the verdicts and the questions together.
Progress progress_with(const model::Questions& questions, std::span<const model::Trial> trials,
                       const JudgeOptions& options);

/// Of a bundle whose artifacts are equal nothing was measured. Growth has no finding then, and a claim between
/// benchmarks neither; one from a ref does not hold: what is the same is no faster, and no claim is of nothing.
model::Answers answers_of(const model::Bundle& bundle, const model::Questions& questions);
/// Of a job from which there is nothing; `why` is a clause.
model::Answers unmeasured_answers(const model::Questions& questions, const std::string& why);

/// The gate, made no better by the answers.
GateDecision gate_with_answers(GateDecision decision, std::span<const model::ClaimFinding> claims,
                               std::span<const model::GrowthFinding> growth, model::InconclusiveAction inconclusive);

}  // namespace benchgate::judging
