#include "service/reports/claim_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/model/questions.h"
#include "core/protocol/questions_json.h"

namespace benchgate::reports {
namespace {

/// Before it is measured nobody knows which benchmarks a suite has: claims that nothing of the suite could answer are
/// those of another one.
void drop_claims_of_others(const model::Judgement& judgement, std::vector<model::ClaimFinding>& claims) {
    std::erase_if(claims, [&](const model::ClaimFinding& finding) {
        if (!finding.between_refs || finding.state != model::ClaimState::unmeasured) return false;
        model::Claim claim;
        claim.benchmark = finding.series.key.benchmark;
        claim.metric = finding.series.key.metric;
        return std::none_of(judgement.verdicts.begin(), judgement.verdicts.end(),
                            [&](const model::Verdict& verdict) { return names(claim, verdict.series.key); });
    });
}

}  // namespace

std::string claims_since(const json::Json& spec) {
    const auto& questions = json::at(spec, "questions");
    if (!json::boolean(questions, "alone").value_or(false)) return "";
    const auto& claims = json::at(questions, "claims");
    return claims.is_array() && !claims.empty() ? json::text(claims.front(), "from").value_or("") : "";
}

std::string claims_since(const store::NewJob& job) {
    return claims_since(json::parse(job.spec_json).value_or(json::Json()));
}

std::string title_of(const store::NewJob& job) {
    const auto ref = claims_since(job);
    return ref.empty() ? job.suite : fmt::format("{} since {}", job.suite, ref);
}

void add_answers(const store::JudgedJob& judged, reporting::SuiteReport& suite) {
    if (judged.answers_json.empty()) return;
    auto answers = protocol::read_answers(json::parse(judged.answers_json).value_or(json::Json()));
    if (!answers)
        throw std::runtime_error(fmt::format("answers of job {}: {}", judged.job_id, answers.error().message));
    std::move(answers->claims.begin(), answers->claims.end(), std::back_inserter(suite.claims));
    std::move(answers->growth.begin(), answers->growth.end(), std::back_inserter(suite.growth));
}

void join_claims(const ClaimJob& claims, reporting::SuiteReport& suite) {
    using reporting::ReportState;
    if (claims.judged != nullptr) {
        add_answers(*claims.judged, suite);
        if (suite.judgement && !suite.judgement->verdicts.empty())
            drop_claims_of_others(*suite.judgement, suite.claims);
    }
    if (claims.job.judged_at) return;
    const bool waits = claims.job.state == model::JobState::queued;
    if (suite.state == ReportState::completed)
        suite.progress = fmt::format("claims since {}: {}", claims_since(claims.job.job), claims.progress);
    if (!(waits && suite.state == ReportState::queued)) suite.state = ReportState::in_progress;
}

}  // namespace benchgate::reports
