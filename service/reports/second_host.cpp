#include "service/reports/second_host.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json/json.h"
#include "core/judging/gate.h"
#include "core/judging/second_host.h"
#include "core/protocol/spec_json.h"

namespace benchgate::reports {
namespace {

using model::SecondHostState;

std::string host_name_of(store::Tx& tx, const std::optional<std::string>& runner_id) {
    const auto runner = runner_id ? store::find_runner(tx, *runner_id) : std::nullopt;
    return runner ? runner->name : "a host that is gone";
}

std::vector<model::SeriesKey> asked_series(const store::JobRow& second) {
    const auto document = json::parse(second.job.spec_json);
    const auto spec = document ? protocol::read_job_spec(*document) : tl::unexpected(protocol::MessageError{});
    return spec ? spec->confirm : std::vector<model::SeriesKey>();
}

/// Who may take a job that nobody has taken yet.
std::string candidates(store::Tx& tx, const store::JobRow& second) {
    // Whoever was live when the job was made is named as long as it waits.
    const planning::HostWanted wanted{second.job.avoid_runner_id.value_or(""), second.job.labels, second.job.protocol,
                                      second.created_at};
    return planning::hosts_text(planning::other_hosts(known_hosts(tx), wanted));
}

std::string why_failed(store::Tx& tx, const store::JobRow& second) {
    const auto outcome = json::parse(second.outcome_json.value_or("{}")).value_or(json::Json::object());
    const auto reason = json::text(outcome, "reason").value_or("the runner was lost, several times");
    // Of one that waited in vain no host is to be named.
    if (json::text(outcome, "phase") == "queue") return reason;
    return fmt::format("{} could not measure it, {}", host_name_of(tx, second.runner_id), reason);
}

struct Answer {
    SecondHostState state = SecondHostState::pending;
    std::string why;
    std::vector<model::Verdict> verdicts;
};

Answer answer_of(store::Tx& tx, const AskedAbout& asked) {
    const auto& second = *asked.second;
    if (!second.judged_at) return {};
    if (second.state != model::JobState::succeeded) return {SecondHostState::unavailable, why_failed(tx, second), {}};
    for (const auto& one : asked.confirmations)
        if (one.job_id == second.job.job_id && !one.judgement.verdicts.empty())
            return {SecondHostState::answered, "", one.judgement.verdicts};
        else if (one.job_id == second.job.job_id)
            return {SecondHostState::unavailable, one.judgement.gate_reason, {}};
    return {SecondHostState::unavailable, "it was not judged", {}};
}

void decide_again(reporting::SuiteReport& suite, const model::Policy& policy) {
    const auto decision = judging::gate(suite.judgement->verdicts, policy);
    suite.judgement->gate = decision.gate;
    suite.judgement->gate_reason = decision.reason;
}

/// Nobody was asked: there was no other host when the verdict was reached.
void say_one_host(const AskedAbout& asked, reporting::SuiteReport& suite) {
    std::vector<model::SeriesKey> red;
    for (const auto at : judging::to_confirm(suite.judgement->verdicts, {}))
        if (suite.judgement->verdicts[at].confirmed) red.push_back(suite.judgement->verdicts[at].series.key);
    if (red.empty()) return;
    judging::heed_second_host(suite.judgement->verdicts, asked.policy,
                              {SecondHostState::unavailable, suite.runner, "", "", red, {}});
    suite.second_host.emplace().state = SecondHostState::unavailable;
}

std::string progress_of(const AskedAbout& asked, const std::string& first, const std::string& second) {
    if (asked.second->state == model::JobState::queued)
        return fmt::format("a regression was seen on {} and is to be confirmed on {}", first, second);
    return fmt::format("a regression was seen on {} and is being confirmed on {}{}{}", first, second,
                       asked.progress.empty() ? "" : ": ", asked.progress);
}

}  // namespace

std::vector<planning::KnownHost> known_hosts(store::Tx& tx) {
    std::vector<planning::KnownHost> hosts;
    for (const auto& runner : store::list_runners_briefly(tx))
        hosts.push_back({runner.runner_id, runner.name, runner.labels, runner.drained_at ? "draining" : runner.state,
                         runner.failures >= store::max_failures, runner.protocol, runner.last_seen_at});
    return hosts;
}

const store::JobRow* confirmation_of(const std::vector<store::JobRow>& jobs, const std::string& job_id) {
    const auto found =
        std::find_if(jobs.begin(), jobs.end(), [&](const auto& job) { return job.job.confirms_job_id == job_id; });
    return found == jobs.end() ? nullptr : &*found;
}

void add_second_host(store::Tx& tx, const AskedAbout& asked, reporting::SuiteReport& suite) {
    if (!suite.judgement) return;
    if (asked.second == nullptr) return say_one_host(asked, suite);
    const auto& second = *asked.second;
    if (second.state == model::JobState::cancelled) {
        // A newer request measures the suite: this one has no say any more.
        suite.judgement.reset();
        suite.cancelled = true;
        return;
    }
    const auto answer = answer_of(tx, asked);
    const bool is_waiting = second.state == model::JobState::queued;
    auto& note = suite.second_host.emplace();
    note.state = answer.state;
    note.why = answer.why;
    if (is_waiting)
        note.runner = candidates(tx, second);
    else if (second.runner_id && answer.state != SecondHostState::unavailable)
        note.runner = host_name_of(tx, second.runner_id);
    note.findings = judging::heed_second_host(
        suite.judgement->verdicts, asked.policy,
        {note.state, suite.runner, note.runner, note.why, asked_series(second), answer.verdicts});
    decide_again(suite, asked.policy);
    if (answer.state == SecondHostState::answered)
        note.bundle_url = fmt::format("/api/v1/jobs/{}/bundle", second.job.job_id);
    if (answer.state != SecondHostState::pending) return;
    suite.state = reporting::ReportState::in_progress;
    suite.progress = progress_of(asked, suite.runner, note.runner);
}

void heed_second_hosts(store::Tx& tx, const store::RunRow& run, std::vector<store::JudgedJob>& judged) {
    const auto jobs = store::jobs_of_run(tx, run.repository_id, run.run_id);
    const auto confirmations = store::list_confirmations(tx, run.repository_id, run.run_id);
    for (auto& one : judged)
        for (const auto& first : jobs) {
            const auto* second = first.job.job_id == one.job_id ? confirmation_of(jobs, one.job_id) : nullptr;
            const auto document = second != nullptr ? json::parse(second->job.spec_json) : json::parse("");
            if (!document) continue;
            const auto spec = protocol::read_job_spec(*document);
            if (!spec) continue;
            reporting::SuiteReport suite;
            suite.judgement = one.judgement;
            suite.runner = host_name_of(tx, first.runner_id);
            add_second_host(tx, {first, second, confirmations, spec->experiment.policy, ""}, suite);
            one.judgement.verdicts = suite.judgement ? suite.judgement->verdicts : std::vector<model::Verdict>();
        }
}

}  // namespace benchgate::reports
