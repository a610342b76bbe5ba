#include "service/reports/earlier_attempts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/json/json.h"
#include "core/judging/calibration.h"
#include "core/judging/standing.h"
#include "core/model/globs.h"
#include "core/model/questions.h"
#include "service/reports/claim_jobs.h"
#include "service/reports/second_host.h"
#include "service/store/calibrations.h"
#include "service/store/pull_requests.h"
#include "service/store/verdicts.h"

namespace benchgate::reports {
namespace {

constexpr int most_attempts = 50;
constexpr std::size_t most_attempts_named = 5;

/// What is asked of a head: compared with what, on which hosts.
struct Question {
    std::string base;
    std::vector<std::string> labels;
    bool operator==(const Question&) const = default;
};

Question question_of(const store::RunRow& run, std::vector<std::string> labels) {
    std::ranges::sort(labels);
    // The tip of the base branch may have moved on; what is measured is the merge-base.
    return {run.merge_base.empty() ? run.base_sha : run.merge_base, std::move(labels)};
}

/// All jobs of a run are asked of one class of hosts.
Question question_of(const store::RunRow& run, const std::vector<store::JobRow>& jobs) {
    const auto job = std::ranges::find_if(jobs, compares);
    return question_of(run, job == jobs.end() ? std::vector<std::string>{} : job->job.labels);
}

std::optional<Question> own_question(store::Tx& tx, const PresentRun& present, const std::vector<Attempt>& attempts) {
    const auto pull = store::find_pull_request(tx, present.run.repository_id, present.run.number.value_or(0));
    // A run against the base that the pull request had before is as good as one aside.
    const auto is_own = [&](const store::RunRow& run) {
        return !run.aside && (!pull || pull->base_ref == run.base_ref);
    };
    if (is_own(present.run)) return question_of(present.run, present.jobs);
    for (const auto& attempt : attempts)
        if (is_own(attempt.run)) return question_of(attempt.run, attempt.jobs);
    return std::nullopt;
}

std::string glob_of(const store::JobRow& job) {
    return json::text(json::parse(job.job.spec_json).value_or(json::Json()), "only").value_or("");
}

/// How much a job can say of its suite.
enum class Says { nothing, that_it_failed, of_a_part, of_all };

Says says(const store::JobRow& job) {
    if (!compares(job) || !job.judged_at || job.state == model::JobState::cancelled) return Says::nothing;
    if (job.state != model::JobState::succeeded) return Says::that_it_failed;
    return glob_of(job).empty() ? Says::of_all : Says::of_a_part;
}

/// What the report itself leaves of a suite for an earlier attempt to say.
Says left_open(const reporting::Report& report, const std::string& suite) {
    const auto same = std::ranges::find(report.suites, suite, &reporting::SuiteReport::name);
    if (same == report.suites.end() || same->cancelled) return Says::nothing;
    return same->error ? Says::that_it_failed : Says::of_all;
}

std::string outcome_of(const store::RunRow& run) {
    const auto conclusion = run.conclusion.value_or("");
    if (conclusion == "success") return "passed";
    if (conclusion == "failure") return "stopped the merge";
    if (conclusion == "action_required") return "asked for a review";
    return "left it open";
}

std::string note_of(const std::vector<Attempt>& newest_first) {
    const auto count = newest_first.size();
    std::vector<std::string> said;
    for (std::size_t back = std::min(count, most_attempts_named); back-- > 0;) {
        const auto& run = newest_first[back].run;
        said.push_back(
            fmt::format("attempt {}{} {}", count - back, run.aside ? " (another base or host)" : "", outcome_of(run)));
    }
    return fmt::format(
        "This commit was measured before: {}{}. All attempts share one rate of false alarms, and what was "
        "found worse stands until it is ruled out",
        count > most_attempts_named ? fmt::format("{} times, of the last ", count) : "", fmt::join(said, ", "));
}

/// What was only advice on its host never stopped anything, and does not begin to.
void drop_advice(store::Tx& tx, const store::JobRow& job, store::JudgedJob& judged) {
    auto& verdicts = judged.judgement.verdicts;
    const auto is_red = [](const model::Verdict& one) { return one.kind == model::VerdictKind::regressed; };
    if (!job.runner_id || !job.judged_at || std::ranges::none_of(verdicts, is_red)) return;
    std::vector<model::CalibratedSeries> calibrated;
    for (auto& row :
         store::calibrated_series(tx, {job.job.repository_id, job.job.suite, *job.runner_id, *job.judged_at}))
        calibrated.push_back(std::move(row.series));
    const auto advisory = judging::advisory_verdicts(verdicts, calibrated);
    for (auto at = advisory.rbegin(); at != advisory.rend(); ++at)
        if (is_red(verdicts[*at])) verdicts.erase(verdicts.begin() + static_cast<std::ptrdiff_t>(*at));
}

struct Said {
    std::vector<model::Verdict> verdicts;  ///< without what was only advice
    reporting::SuiteReport suite;          ///< judgement, claims and growth as they were
};

/// What an attempt said of each suite, second hosts heeded.
std::map<std::string, Said> said_by(store::Tx& tx, const Attempt& attempt) {
    auto judged = store::list_verdicts(tx, attempt.run.repository_id, attempt.run.run_id);
    heed_second_hosts(tx, attempt.run, judged);
    const auto job_of = [&](const store::JudgedJob& one) {
        const auto same_id = [&](const store::JobRow& job) { return job.job.job_id == one.job_id; };
        const auto job = std::ranges::find_if(attempt.jobs, same_id);
        return job == attempt.jobs.end() ? nullptr : &*job;
    };
    std::map<std::string, Said> said;
    for (auto& one : judged) {
        const auto* job = job_of(one);
        if (job == nullptr || !compares(*job)) continue;
        auto& of = said[one.suite];
        of.suite.judgement = one.judgement;
        add_answers(one, of.suite);
        drop_advice(tx, *job, one);
        of.verdicts = std::move(one.judgement.verdicts);
    }
    for (const auto& one : judged)
        if (const auto* job = job_of(one); job != nullptr && !compares(*job))
            join_claims({*job, &one, ""}, said[one.suite].suite);
    return said;
}

/// Whether the configuration still asks it; its line and action are those of now.
bool is_asked(const model::Config& config, model::ClaimFinding& finding) {
    for (const auto& claim : config.claims) {
        const auto& key = finding.series.key;
        if (claim.from.empty() == finding.between_refs || claim.at_least != finding.at_least) continue;
        if (!model::names(claim, key)) continue;
        const auto other =
            finding.between_refs ? claim.from : model::counterpart(claim.benchmark, key.benchmark, claim.against);
        if (other != finding.compared) continue;
        finding.line = claim.line;
        finding.action = claim.action;
        return true;
    }
    return false;
}

bool is_asked(const model::Config& config, model::GrowthFinding& finding) {
    const auto& key = finding.series.key;
    for (const auto& rule : config.growth) {
        if (rule.metric != key.metric || rule.margin != finding.margin) continue;
        if (!model::glob_matches(rule.benchmark, key.benchmark)) continue;
        finding.line = rule.line;
        finding.action = rule.action;
        return true;
    }
    return false;
}

/// What the base branch does not ask any more holds up nothing.
template <class Finding>
std::vector<Finding> still_asked(const model::Config* config, std::vector<Finding> findings) {
    std::vector<Finding> asked;
    for (auto& one : findings)
        if (config == nullptr || is_asked(*config, one)) asked.push_back(std::move(one));
    return asked;
}

/// One suite of the report, with what the attempts before it said of it, newest first.
struct Again {
    reporting::SuiteReport& suite;
    const std::vector<std::vector<model::Verdict>>& earlier;
    std::size_t older;     ///< attempts[older] said earlier[0]
    std::size_t attempts;  ///< in all
    bool was_asked_all;

    std::size_t number_of(std::size_t place) const { return attempts - older - place; }
};

bool heed(const Again& again) {
    auto& suite = again.suite;
    auto& verdicts = suite.judgement->verdicts;
    bool is_touched = false;
    const auto left = judging::left_out(verdicts, again.earlier);
    for (const auto& standing : judging::standing_regressions(verdicts, again.earlier)) {
        auto& verdict = verdicts[standing.verdict];
        const auto open = verdict.reason;
        verdict = again.earlier[standing.attempt][standing.earlier];
        verdict.reason = fmt::format("found in attempt {}, and not ruled out by this one{}{}",
                                     again.number_of(standing.attempt), open.empty() ? "" : ": ", open);
        // Advice on the host of now; this was found on another one, where it was not.
        std::erase_if(suite.advisories, [&](const auto& note) { return note.verdict == standing.verdict; });
        is_touched = true;
    }
    for (const auto& one : left) {
        const auto& then = again.earlier[one.attempt][one.earlier];
        const bool stands = then.kind == model::VerdictKind::regressed;
        // A benchmark that a whole suite does not show any more is no question any more, unless it was red.
        if (!stands && again.was_asked_all) continue;
        verdicts.push_back(then);
        verdicts.back().reason = fmt::format("{} attempt {}, and not measured by this one", stands ? "found in" : "of",
                                             again.number_of(one.attempt));
        is_touched = true;
    }
    return is_touched;
}

/// Claims since a ref are measured by jobs of their own, which may answer where the suite itself is carried: of the
/// suite at `s`, those that this run or an attempt between says more newly.
void drop_answered_claims(const std::vector<Attempt>& attempts, const std::vector<SuiteSource>& sources,
                          const std::vector<std::map<std::string, Said>>& said, std::size_t s,
                          reporting::Report& report) {
    const auto& name = sources[s].job.job.suite;
    const auto question = question_of(sources[s].run, sources[s].job.job.labels);
    auto& claims = report.suites[s].claims;
    for (std::size_t other = 0; other < sources.size(); ++other)
        if (sources[other].older < sources[s].older && sources[other].job.job.suite == name &&
            question_of(sources[other].run, sources[other].job.job.labels) == question)
            claims = judging::without_answered(std::move(claims), report.suites[other].claims);
    for (std::size_t a = 0; a + 1 < sources[s].older; ++a)
        if (const auto then = said[a].find(name);
            then != said[a].end() && question_of(attempts[a].run, attempts[a].jobs) == question)
            claims = judging::without_answered(std::move(claims), then->second.suite.claims);
}

}  // namespace

bool compares(const store::JobRow& job) {
    return !job.job.confirms_job_id && claims_since(job.job).empty();
}

std::vector<Attempt> earlier_attempts(store::Tx& tx, const store::RunRow& run) {
    std::vector<Attempt> attempts;
    for (auto& other : store::finished_runs_of_head(tx, {run.repository_id, run.number.value_or(0), run.head_sha},
                                                    most_attempts + 1)) {
        if (other.run_id == run.run_id || (run.finished_at && other.finished_at >= run.finished_at)) continue;
        auto jobs = store::jobs_of_run(tx, other.repository_id, other.run_id);
        attempts.push_back({std::move(other), std::move(jobs)});
    }
    return attempts;
}

std::vector<Carried> carried_suites(store::Tx& tx, const PresentRun& present, const reporting::Report& report,
                                    const std::vector<Attempt>& attempts) {
    const auto own = own_question(tx, present, attempts);
    if (!own) return {};
    std::set<std::string> configured;
    if (present.config != nullptr)
        for (const auto& suite : present.config->suites) configured.insert(suite.name);
    const bool answers_own = question_of(present.run, present.jobs) == *own;
    std::map<std::string, std::pair<Says, Carried>> best;
    for (std::size_t a = 0; a < attempts.size(); ++a)
        for (std::size_t j = 0; j < attempts[a].jobs.size(); ++j) {
            const auto& job = attempts[a].jobs[j];
            const auto& suite = job.job.suite;
            const auto said = says(job);
            if (said == Says::nothing || question_of(attempts[a].run, job.job.labels) != *own) continue;
            if (present.config != nullptr && !configured.contains(suite)) continue;
            if (answers_own && left_open(report, suite) >= said) continue;
            const auto known = best.find(suite);
            if (known != best.end() && known->second.first >= said) continue;
            best[suite] = {said, {a, j, suite}};
        }
    std::vector<Carried> carried;
    for (auto& [suite, one] : best) {
        if (std::ranges::find(report.suites, suite, &reporting::SuiteReport::name) != report.suites.end())
            one.second.name += fmt::format(", attempt {}", attempts.size() - one.second.attempt);
        carried.push_back(std::move(one.second));
    }
    return carried;
}

std::vector<Before> heed_earlier_attempts(store::Tx& tx, const std::vector<Attempt>& attempts,
                                          const std::vector<SuiteSource>& sources, const model::Config* config,
                                          reporting::Report& report) {
    const Said nothing{};
    std::vector<Before> before(report.suites.size());
    std::vector<std::map<std::string, Said>> said;
    for (const auto& attempt : attempts) said.push_back(said_by(tx, attempt));
    for (std::size_t s = 0; s < sources.size(); ++s) {
        auto& suite = report.suites[s];
        if (!suite.judgement && !suite.identical) continue;
        const auto& [run, job, older] = sources[s];
        const auto question = question_of(run, job.job.labels);
        std::vector<std::vector<model::Verdict>> earlier;
        std::vector<std::vector<model::ClaimFinding>> claims;
        std::vector<std::vector<model::GrowthFinding>> growth;
        for (std::size_t a = older; a < attempts.size(); ++a) {
            const auto same = said[a].find(job.job.suite);
            const bool is_same = same != said[a].end() && question_of(attempts[a].run, attempts[a].jobs) == question;
            const auto& then = is_same ? same->second : nothing;
            earlier.push_back(then.verdicts);
            before[s].verdicts.push_back(then.suite.judgement.value_or(model::Judgement{}).verdicts);
            claims.push_back(still_asked(config, then.suite.claims));
            growth.push_back(still_asked(config, then.suite.growth));
        }
        const judging::AskedAgain again{attempts.size() - older, glob_of(job).empty()};
        before[s].newest = again.newest;
        if (suite.judgement) before[s].own = suite.judgement->verdicts;
        if (suite.judgement) before[s].stands = heed({suite, earlier, older, attempts.size(), again.asked_all});
        if (suite.state != reporting::ReportState::completed) continue;
        suite.claims = judging::with_earlier(std::move(suite.claims), claims, again);
        if (older > 0) drop_answered_claims(attempts, sources, said, s, report);
        // Equal artifacts grow alike, whatever an earlier attempt saw.
        if (suite.judgement) suite.growth = judging::with_earlier(std::move(suite.growth), growth, again);
    }
    return before;
}

std::vector<std::string> notes_on_attempts(const store::RunRow& run, const std::vector<Attempt>& attempts,
                                           const std::vector<Carried>& carried) {
    std::vector<std::string> notes;
    if (!attempts.empty()) notes.push_back(note_of(attempts));
    std::vector<std::string> names;
    for (const auto& one : carried) names.push_back(attempts[one.attempt].jobs[one.job].job.suite);
    if (run.aside)
        notes.push_back(fmt::format(
            "This run was asked to compare with another base, or on other hosts, than the pull request is measured "
            "with{}",
            names.empty() ? "; for the pull request itself this commit was not measured, which /rebench does"
                          : fmt::format("; what was found for the pull request itself holds beside it: {}",
                                        fmt::join(names, ", "))));
    else if (!names.empty())
        notes.push_back(fmt::format("From an earlier attempt, without a new result: {}", fmt::join(names, ", ")));
    return notes;
}

}  // namespace benchgate::reports
