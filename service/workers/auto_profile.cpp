#include "service/workers/auto_profile.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/judging/to_profile.h"
#include "core/planning/auto_profile.h"
#include "core/planning/plan.h"
#include "core/protocol/spec_json.h"
#include "platform/ids.h"
#include "service/store/jobs.h"
#include "service/store/pull_requests.h"

namespace benchgate::workers {
namespace {

constexpr std::size_t most_of_a_run = 3;
constexpr int most_runs_looked_at = 100;
/// So long it waits for the host that measured: a profile of another one may show something else.
constexpr std::chrono::minutes first_host_waited_for{10};

std::string profiled_by(const store::JobRow& job) {
    return json::text(json::parse(job.job.spec_json).value_or(json::Json()), "profile").value_or("");
}

/// Benchmarks of this head that have a profile, asked for by whomever, or will have one.
std::vector<std::string> profiled_benchmarks(store::Tx& tx, const store::RunRow& run) {
    std::vector<std::string> benchmarks;
    for (const auto& other : store::list_runs(tx, run.repository_id, run.number, most_runs_looked_at)) {
        if (other.kind != model::RunKind::profile || other.head_sha != run.head_sha ||
            other.state == model::RunState::cancelled || other.state == model::RunState::superseded)
            continue;
        for (const auto& job : store::jobs_of_run(tx, other.repository_id, other.run_id))
            benchmarks.push_back(profiled_by(job));
    }
    return benchmarks;
}

std::vector<std::string> benchmarks_of(const reporting::SuiteReport& suite) {
    if (!suite.judgement) return {};
    std::vector<judging::Waiving> waivings;
    for (const auto& note : suite.waivers) waivings.push_back({note.verdict, 0, note.covers, note.why_not});
    std::vector<std::size_t> advisory;
    for (const auto& note : suite.advisories) advisory.push_back(note.verdict);
    std::vector<std::string> benchmarks;
    for (const auto at : judging::to_profile(suite.judgement->verdicts, {waivings, advisory}))
        benchmarks.push_back(suite.judgement->verdicts[at].series.key.benchmark);
    return benchmarks;
}

/// The job that measured the suite, made into one that profiles.
std::optional<store::NewJob> profile_job(const std::vector<store::JobRow>& jobs, const std::string& suite,
                                         const std::string& benchmark, store::Time now) {
    const auto measured = std::ranges::find_if(jobs, [&](const store::JobRow& job) {
        return job.job.suite == suite && !job.job.confirms_job_id && job.state == model::JobState::succeeded &&
               job.runner_id;
    });
    if (measured == jobs.end()) return std::nullopt;
    const auto document = json::parse(measured->job.spec_json);
    auto spec = document ? protocol::read_job_spec(*document) : tl::unexpected(protocol::MessageError{});
    if (!spec || spec->questions.alone || !spec->suite.profile_regressions) return std::nullopt;
    // A suite under load has no run command to take a profile of.
    if (spec->suite.load) return std::nullopt;
    spec->profile = benchmark;
    spec->questions = {};
    auto job = measured->job;
    job.job_id = platform::random_uuid();
    job.priority = planning::priority::schedule;  // nobody's merge waits for it
    job.spec_json = json::dump(to_json(*spec));
    job.protocol = protocol::protocol_for(*spec);
    job.prefer_runner_id = measured->runner_id;
    job.prefer_until = now + first_host_waited_for;
    job.avoid_runner_id.reset();
    job.avoid_until.reset();
    job.number.reset();
    job.take_by.reset();
    return job;
}

}  // namespace

void ask_profiles(store::Tx& tx, const store::RunRow& run, const reporting::Report& report, store::Time now) {
    if (!run.number || !planning::profiles_regressions(run.kind)) return;
    const auto pull = store::find_pull_request(tx, run.repository_id, *run.number);
    if (pull && pull->head_sha != run.head_sha) return;
    std::optional<std::vector<std::string>> known;
    const auto jobs = store::jobs_of_run(tx, run.repository_id, run.run_id);
    std::size_t asked = 0;
    for (const auto& suite : report.suites)
        for (const auto& benchmark : benchmarks_of(suite)) {
            if (!known) known = profiled_benchmarks(tx, run);
            if (asked == most_of_a_run || std::ranges::find(*known, benchmark) != known->end()) continue;
            auto job = profile_job(jobs, suite.name, benchmark, now);
            if (!job) continue;
            auto profile = run;
            profile.run_id = platform::random_uuid();
            profile.kind = model::RunKind::profile;
            profile.trigger_id = planning::request_of_profile(run.run_id, suite.name, benchmark);
            profile.state = model::RunState::queued;
            profile.conclusion.reset();
            profile.created_at = now;
            profile.finished_at.reset();
            profile.message.clear();
            store::insert_run(tx, profile);
            job->run_id = profile.run_id;
            store::insert_job(tx, *job, now);
            known->push_back(benchmark);
            ++asked;
            spdlog::info("run {}: a regression of suite '{}' is profiled by run {}", run.run_id, suite.name,
                         profile.run_id);
        }
}

}  // namespace benchgate::workers
