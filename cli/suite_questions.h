#pragma once
// What a configuration asks of one suite besides the verdicts, as `benchgate compare` carries it out: claims between
// benchmarks of the head and growth ride along with the comparison, claims since a ref are a job each, with that ref in
// the base's place. What the measurements mean is core/judging/{claims,growth}.h.

#include <functional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/judging/claims.h"
#include "core/judging/growth.h"
#include "core/model/bundle.h"
#include "core/model/config.h"
#include "runners/measure/experiment.h"
#include "runners/measure/failure.h"

namespace benchgate::cli {

class SuiteQuestions {
  public:
    /// `false_alarms`: of the suite. All claims together keep it once more, and so does the growth of all families.
    SuiteQuestions(const model::Config& config, const model::Suite& suite, double false_alarms);

    /// For the job of the comparison; empty where it is asked nothing else.
    measure::Ask beside_the_verdicts() const;
    /// For a job since a ref.
    measure::Ask alone(const std::string& ref) const;

    /// Each once, in the order of the file. `measured`: what the comparison measured, so that no ref is built for
    /// benchmarks that this suite does not have; none: not known.
    std::vector<std::string> refs(std::span<const model::Trial> measured) const;

    std::vector<model::GrowthFinding> growth(const model::Bundle& comparison) const;
    std::vector<model::ClaimFinding> between_benchmarks(const model::Bundle& comparison) const;
    /// `job`: since this ref, or why there is none.
    std::vector<model::ClaimFinding> since(const std::string& ref,
                                           const tl::expected<model::Bundle, std::string>& job) const;

  private:
    std::vector<model::Claim> of(const std::string& ref) const;
    std::vector<model::Claim> claims_;
    std::vector<model::Growth> growth_;
    judging::ClaimOptions options_;
    judging::GrowthOptions growth_options_;
};

}  // namespace benchgate::cli
