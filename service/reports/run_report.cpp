#include "service/reports/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/judging/budgets.h"
#include "core/judging/calibration.h"
#include "core/judging/questions.h"
#include "core/judging/standing.h"
#include "core/judging/waivers.h"
#include "core/model/questions.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "core/reporting/numbers.h"
#include "platform/clock.h"
#include "service/reports/claim_jobs.h"
#include "service/reports/earlier_attempts.h"
#include "service/reports/profile_notes.h"
#include "service/reports/second_host.h"
#include "service/store/bundles.h"
#include "service/store/calibrations.h"
#include "service/store/job_logs.h"
#include "service/store/jobs.h"
#include "service/store/outbox.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/verdicts.h"
#include "service/store/waivers.h"

namespace benchgate::reports {
namespace {

constexpr int most_merged_waivers = 100;  // of one push
constexpr std::int64_t log_tail_bytes = 3000;
constexpr double longest_wait_s = 1e6;  // a runner says it
constexpr const char* waiting_for_a_runner = "waiting for a runner";

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

/// The last lines of a log, beginning with a whole line.
std::string log_tail(store::Tx& tx, const store::JobRow& job) {
    const auto from = std::max<std::int64_t>(0, job.log_bytes - log_tail_bytes);
    auto tail = store::read_log(tx, job.job.job_id, 0, from, log_tail_bytes);
    if (from > 0)
        if (const auto line = tail.find('\n'); line != std::string::npos) tail.erase(0, line + 1);
    return tail;
}

std::string progress_text(const store::JobRow& job) {
    if (job.state == model::JobState::queued) return waiting_for_a_runner;
    auto phase = job.phase.value_or("");
    if (phase == "fetch") return "fetching both commits";
    if (phase == "build") return "building both commits";
    if (phase != "measure") return phase;
    const auto measuring = "measuring, " + reporting::counted(job.block.value_or(0), "block") + " done";
    if (!job.eta_s) return measuring;
    const auto minutes = static_cast<long long>(std::ceil(std::clamp(*job.eta_s, 1.0, longest_wait_s) / 60));
    return fmt::format("{}, at most {} left", measuring, reporting::counted(minutes, "minute"));
}

void add_outcome(store::Tx& tx, const store::JobRow& job, reporting::SuiteReport& suite) {
    const auto outcome = json::parse(job.outcome_json.value_or("{}")).value_or(json::Json::object());
    if (job.state == model::JobState::cancelled) {
        suite.cancelled = true;
        return;
    }
    reporting::SuiteError error;
    error.phase = json::text(outcome, "phase").value_or("");
    error.message = json::text(outcome, "reason").value_or("");
    if (error.message.empty()) error.message = "the runner was lost, several times";
    error.log_tail = log_tail(tx, job);
    suite.error = std::move(error);
}

void add_bundle(store::Tx& tx, const store::JobRow& job, reporting::SuiteReport& suite, reporting::Report& report) {
    const auto row = store::used_bundle(tx, job.job.job_id);
    if (!row) return;
    const auto document = json::parse(row->manifest_json);
    if (!document) return;
    const auto manifest = protocol::read_manifest(*document);
    if (!manifest) return;
    const auto& bundle = manifest->bundle;
    suite.identical = bundle.identical;
    suite.host = bundle.host;
    suite.seed = bundle.experiment.seed;
    suite.runner = bundle.runner;
    suite.bundle_url = fmt::format("/api/v1/jobs/{}/bundle", job.job.job_id);
    // What was really measured; the run's own base may only be the branch it was taken from.
    report.base_sha = bundle.comparison.base_sha;
}

model::Policy policy_of(const store::NewJob& job) {
    if (const auto document = json::parse(job.spec_json))
        if (const auto spec = protocol::read_job_spec(*document)) return spec->experiment.policy;
    return {};
}

/// A suite before it was leased; `policy` becomes that of its spec.
reporting::SuiteReport asked_suite(const store::NewJob& job, model::Policy& policy) {
    reporting::SuiteReport suite;
    suite.name = job.suite;
    suite.host_class = joined(job.labels);
    if (const auto document = json::parse(job.spec_json))
        if (const auto spec = protocol::read_job_spec(*document)) {
            policy = spec->experiment.policy;
            suite.detect = policy.detect;
            suite.inconclusive_blocks = policy.inconclusive == model::InconclusiveAction::block;
            suite.false_alarms = spec->experiment.false_alarms;
            suite.seed = spec->experiment.seed;
        }
    suite.state = reporting::ReportState::queued;
    suite.progress = waiting_for_a_runner;
    return suite;
}

reporting::SuiteReport suite_report(store::Tx& tx, const store::JobRow& job,
                                    const std::vector<store::JudgedJob>& judged, reporting::Report& report) {
    model::Policy policy;
    auto suite = asked_suite(job.job, policy);
    suite.progress.clear();
    if (job.runner_id)
        if (const auto runner = store::find_runner(tx, *job.runner_id)) suite.runner = runner->name;
    if (job.leased_at && job.finished_at)
        suite.duration_seconds = std::chrono::duration<double>(*job.finished_at - *job.leased_at).count();
    if (!store::is_over(job.state)) {
        suite.state =
            job.state == model::JobState::queued ? reporting::ReportState::queued : reporting::ReportState::in_progress;
        suite.progress = progress_text(job);
        return suite;
    }
    suite.state = job.judged_at ? reporting::ReportState::completed : reporting::ReportState::in_progress;
    if (!job.judged_at) suite.progress = "judging";
    if (job.state != model::JobState::succeeded)
        add_outcome(tx, job, suite);
    else
        add_bundle(tx, job, suite, report);
    for (const auto& one : judged)
        if (one.job_id == job.job.job_id) {
            // Nothing was measured where the artifacts are equal; but a bundle that was refused is not believed in
            // this.
            suite.identical = suite.identical && one.judgement.gate == model::Gate::success;
            if (!suite.identical) suite.judgement = one.judgement;
            suite.trials = 4 * one.judgement.blocks_kept;
            suite.detect = reporting::detect_of(policy, one.judgement);
            add_answers(one, suite);
        }
    return suite;
}

/// The rows that the report of a run is made of.
struct Measured {
    Measured(store::Tx& tx, const store::RunRow& of)
        : run(of),
          jobs(store::jobs_of_run(tx, of.repository_id, of.run_id)),
          judged(store::list_verdicts(tx, of.repository_id, of.run_id)),
          confirmations(store::list_confirmations(tx, of.repository_id, of.run_id)) {}

    const store::RunRow& run;
    std::vector<store::JobRow> jobs;
    std::vector<store::JudgedJob> judged;
    std::vector<store::JudgedJob> confirmations;
};

/// What the pull request's own page and comment tell, waivers heeded.
bool speaks_for_pull(const store::RunRow& run) {
    return run.number && model::speaks_on_check(run.kind) && run.kind != model::RunKind::merge_group;
}

/// Only what is to gate is advised on: a calibration itself shows its alarms as they are.
void add_advisories(store::Tx& tx, const store::JobRow& job, reporting::SuiteReport& suite) {
    if (!suite.judgement || !job.runner_id || !job.judged_at) return;
    const auto& verdicts = suite.judgement->verdicts;
    const auto alarms = [](const model::Verdict& verdict) { return verdict.kind != model::VerdictKind::unchanged; };
    if (std::none_of(verdicts.begin(), verdicts.end(), alarms)) return;
    std::vector<model::CalibratedSeries> calibrated;
    std::map<model::SeriesKey, model::FalseAlarms> counted;
    for (auto& row :
         store::calibrated_series(tx, {job.job.repository_id, job.job.suite, *job.runner_id, *job.judged_at})) {
        counted.emplace(row.series.key, row.series.counted);
        calibrated.push_back(std::move(row.series));
    }
    for (const auto at : judging::advisory_verdicts(verdicts, calibrated))
        suite.advisories.push_back({at, counted.at(verdicts[at].series.key)});
}

/// Compares what main was with what it became.
bool merges_into_main(model::RunKind kind) {
    return kind == model::RunKind::push || kind == model::RunKind::schedule;
}

/// What people let pass on this pull request, in the merge queue too; of a push what they let pass on those it merges.
std::vector<model::Waiver> waivers_of_run(store::Tx& tx, const store::RunRow& run) {
    std::vector<model::Waiver> waivers;
    if (run.number && model::speaks_on_check(run.kind))
        for (auto& row : store::waivers_of_pull(tx, run.repository_id, *run.number))
            waivers.push_back(std::move(row.waiver));
    if (merges_into_main(run.kind))
        for (auto& merged :
             store::waivers_merged(tx, run.repository_id, run.base_sha, run.head_sha, most_merged_waivers))
            waivers.push_back(std::move(merged.waiver));
    return waivers;
}

/// The judgements in the store stay what was measured.
void apply_exceptions(store::Tx& tx, const store::RunRow& run, const std::vector<Before>& before,
                      reporting::Report& report) {
    const auto waivers = waivers_of_run(tx, run);
    // A merged waiver was in force on the day of the merge, as the store was asked, and speaks of that day for ever:
    // what compares across the merge may be measured days later. Elsewhere nothing is merged yet, and today counts.
    const auto today = merges_into_main(run.kind)
                           ? std::string()
                           : platform::format_utc(std::chrono::system_clock::now()).substr(0, 10);
    for (std::size_t s = 0; s < report.suites.size(); ++s) {
        auto& suite = report.suites[s];
        if (!suite.judgement) continue;
        const auto waivings = judging::apply_waivers(suite.judgement->verdicts, waivers, today);
        if (waivings.empty() && suite.advisories.empty() && !before[s].stands) continue;
        for (const auto& one : waivings) {
            const auto& waiver = waivers[one.waiver];
            suite.waivers.push_back(
                {one.verdict, one.covers, one.why_not, waiver.max, waiver.until, waiver.author, waiver.reason});
        }
        std::vector<std::size_t> advisory;
        for (const auto& note : suite.advisories) advisory.push_back(note.verdict);
        model::Policy policy;
        policy.inconclusive =
            suite.inconclusive_blocks ? model::InconclusiveAction::block : model::InconclusiveAction::neutral;
        const auto decision = judging::gate_with_exceptions(suite.judgement->verdicts, policy, {waivings, advisory});
        suite.judgement->gate = decision.gate;
        suite.judgement->gate_reason = decision.reason;
    }
}

/// The limits of the configuration that the run was asked with, on what was measured.
void apply_budgets(const model::Config& config, const std::vector<Before>& before, reporting::Report& report) {
    for (std::size_t s = 0; s < report.suites.size(); ++s) {
        auto& suite = report.suites[s];
        if (!suite.judgement) continue;
        auto budgets = config.budgets;
        for (const auto& asked : config.suites)
            if (asked.name == suite.name && asked.load)
                std::ranges::copy(model::budgets_of(*asked.load), std::back_inserter(budgets));
        suite.budgets = judging::budgets_with_earlier({before[s].own, before[s].verdicts, before[s].newest}, budgets,
                                                      suite.judgement->verdicts);
        auto decision = judging::gate_with_budgets(
            {suite.judgement->gate, suite.judgement->gate_reason}, suite.budgets,
            suite.inconclusive_blocks ? model::InconclusiveAction::block : model::InconclusiveAction::neutral);
        suite.judgement->gate = decision.gate;
        suite.judgement->gate_reason = std::move(decision.reason);
    }
}

/// Of a job that measured a ref for its claims; others are passed over.
void add_claims(const store::JobRow& job, const std::vector<store::JudgedJob>& judged, reporting::Report& report) {
    if (claims_since(job.job).empty()) return;
    const auto one = std::find_if(judged.begin(), judged.end(),
                                  [&](const store::JudgedJob& said) { return said.job_id == job.job.job_id; });
    for (auto& suite : report.suites)
        if (suite.name == job.job.suite)
            join_claims({job, one == judged.end() ? nullptr : &*one,
                         store::is_over(job.state) ? "judging" : progress_text(job)},
                        suite);
}

/// What claims and growth ask of the gate, after all else.
void apply_answers(reporting::Report& report) {
    for (auto& suite : report.suites) {
        const auto inconclusive =
            suite.inconclusive_blocks ? model::InconclusiveAction::block : model::InconclusiveAction::neutral;
        judging::GateDecision decision{model::Gate::success, ""};
        if (suite.judgement) decision = {suite.judgement->gate, suite.judgement->gate_reason};
        decision = judging::gate_with_answers(std::move(decision), suite.claims, suite.growth, inconclusive);
        if (!suite.judgement) {
            suite.claims_gate = decision.gate;
            continue;
        }
        suite.judgement->gate = decision.gate;
        suite.judgement->gate_reason = decision.reason;
    }
}

/// What was measured of a suite, with the answer of its second host.
void add_suite(store::Tx& tx, const Measured& measured, const store::JobRow& job, reporting::Report& report) {
    report.suites.push_back(suite_report(tx, job, measured.judged, report));
    auto& suite = report.suites.back();
    if (model::speaks_on_check(measured.run.kind)) add_advisories(tx, job, suite);
    if (!planning::needs_second_host(measured.run.kind) || !suite.judgement) return;
    const auto* second = confirmation_of(measured.jobs, job.job.job_id);
    const auto policy = policy_of(job.job);
    add_second_host(tx, {job, second, measured.confirmations, policy, second != nullptr ? progress_text(*second) : ""},
                    suite);
}

/// The same of an earlier attempt, whose base is not this report's.
void add_carried(store::Tx& tx, const Attempt& attempt, const store::JobRow& job, const std::string& name,
                 reporting::Report& report) {
    const Measured measured(tx, attempt.run);
    reporting::Report then;
    add_suite(tx, measured, job, then);
    for (const auto& one : measured.jobs) add_claims(one, measured.judged, then);
    report.suites.push_back(std::move(then.suites.front()));
    report.suites.back().name = name;
}

bool asks_for_refs(model::RunKind kind) {
    return kind == model::RunKind::pull_request || kind == model::RunKind::command;
}

/// Of claims since a ref whose benchmark is measured here for the first time: no job was planned for them.
bool takes_up(const reporting::Report& report, std::vector<model::Claim>& claims) {
    const auto is_measured = [&](const model::Claim& claim) {
        return std::any_of(report.suites.begin(), report.suites.end(), [&](const reporting::SuiteReport& suite) {
            const bool is_answered = std::any_of(suite.claims.begin(), suite.claims.end(),
                                                 [&](const auto& finding) { return finding.line == claim.line; });
            return !is_answered && suite.judgement &&
                   std::any_of(suite.judgement->verdicts.begin(), suite.judgement->verdicts.end(),
                               [&](const auto& verdict) { return model::names(claim, verdict.series.key); });
        });
    };
    return std::erase_if(claims, [&](const model::Claim& claim) { return !claim.from.empty() && is_measured(claim); }) >
           0;
}

/// What the configuration asks, and nothing that was measured answers. Other kinds of run are not asked it.
void add_unanswered(const model::Config& config, const store::RunRow& run, reporting::Report& report) {
    const auto add = [&](std::vector<std::string> notes) {
        std::move(notes.begin(), notes.end(), std::back_inserter(report.notes));
    };
    add(reporting::notes_of(report.suites, config.budgets));
    add(reporting::notes_of(report.suites, config.suites));
    if (!model::speaks_on_check(run.kind)) return;
    auto claims = config.claims;
    if (!asks_for_refs(run.kind)) {
        if (std::erase_if(claims, [](const model::Claim& claim) { return !claim.from.empty(); }) > 0)
            add({"Note: claims since a ref are measured for pull requests, and not again here"});
    } else if (takes_up(report, claims)) {
        add(
            {"Note: claims since a ref are on a benchmark that is measured for the first time; they are taken up with "
             "the next run"});
    }
    add(reporting::notes_of(report.suites, claims));
    add(reporting::notes_of(report.suites, config.growth));
}

/// All but the suites. `full_name`: owner/name; empty: not known.
reporting::Report head_of_report(const store::RunRow& run, const std::string& full_name, const Addresses& addresses,
                                 const model::Config* config) {
    reporting::Report report;
    report.repository = full_name;
    if (!addresses.github_web.empty() && !full_name.empty())
        report.repository_url = addresses.github_web + "/" + full_name;
    report.pull_number = run.number;
    report.base_sha = run.merge_base.empty() ? run.base_sha : run.merge_base;
    report.head_sha = run.head_sha;
    report.base_ref = run.base_ref;
    report.page_url = addresses.public_url + page_path(full_name, run);
    if (!run.message.empty()) report.notes.push_back(run.message);
    if (config != nullptr)
        for (auto& note : reporting::notes_of(config->unmet)) report.notes.push_back(std::move(note));
    return report;
}

}  // namespace

std::string page_path(const std::string& full_name, const store::RunRow& run) {
    if (speaks_for_pull(run)) return fmt::format("/{}/pull/{}", full_name, *run.number);
    if (run.number && run.kind == model::RunKind::profile)
        return fmt::format("/{}/pull/{}/profile/{}", full_name, *run.number, run.run_id);
    return fmt::format("/{}/runs/{}", full_name, run.run_id);
}

std::vector<std::string> undelivered(store::Tx& tx, const store::RunRow& run) {
    std::vector<std::string> targets{store::check_target(run.head_sha)}, sentences;
    if (run.number) targets.push_back(store::pull_target(*run.number));
    for (const auto& item : store::given_up_items(tx, run.repository_id, targets)) {
        std::string kind = item.kind.substr(0, item.kind.find(':'));
        if (kind == "fold") kind = "folding away of an earlier comment";
        const bool of_a_command = kind == "reaction" || kind == "reply";
        sentences.push_back(
            fmt::format("GitHub did not take the {}{}: {}", kind, of_a_command ? " to a command" : "", item.error));
    }
    return sentences;
}

reporting::Report queued_report(const store::RunRow& run, const std::vector<store::NewJob>& jobs,
                                const std::string& full_name, const Addresses& addresses) {
    const auto config = config::parse(run.config);
    auto report = head_of_report(run, full_name, addresses, config ? &*config : nullptr);
    model::Policy ignored;
    for (const auto& job : jobs)
        if (claims_since(job).empty()) report.suites.push_back(asked_suite(job, ignored));
    report.state = reporting::state_of(report.suites);
    report.gate = reporting::gate_of(report.suites);
    return report;
}

reporting::Report run_report(store::Tx& tx, const store::RunRow& run, const Addresses& addresses) {
    const auto repository = store::find_repository(tx, run.repository_id);
    const auto config = config::parse(run.config);
    auto report = head_of_report(run, repository ? repository->owner + "/" + repository->name : "", addresses,
                                 config ? &*config : nullptr);
    const Measured measured(tx, run);
    std::vector<SuiteSource> sources;
    for (const auto& job : measured.jobs) {
        if (!compares(job)) continue;
        add_suite(tx, measured, job, report);
        sources.push_back({run, job, 0});
    }
    for (const auto& job : measured.jobs) add_claims(job, measured.judged, report);
    const auto attempts = speaks_for_pull(run) ? earlier_attempts(tx, run) : std::vector<Attempt>();
    const auto carried = carried_suites(tx, {run, measured.jobs, config ? &*config : nullptr}, report, attempts);
    for (const auto& [at, job, name] : carried) {
        add_carried(tx, attempts[at], attempts[at].jobs[job], name, report);
        sources.push_back({attempts[at].run, attempts[at].jobs[job], at + 1});
    }
    if (speaks_for_pull(run))
        for (auto& note : notes_on_attempts(run, attempts, carried)) report.notes.push_back(std::move(note));
    const auto before = heed_earlier_attempts(tx, attempts, sources, config ? &*config : nullptr, report);
    apply_exceptions(tx, run, before, report);
    if (config) apply_budgets(*config, before, report);
    apply_answers(report);
    report.state = reporting::state_of(report.suites);
    if (config && report.state == reporting::ReportState::completed) add_unanswered(*config, run, report);
    report.gate = reporting::gate_of(report.suites);
    if (speaks_for_pull(run)) add_profiles(tx, run, addresses, report);
    return report;
}

}  // namespace benchgate::reports
