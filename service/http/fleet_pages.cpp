#include "service/http/fleet_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "core/json/json.h"
#include "core/planning/expected_start.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/page.h"
#include "platform/clock.h"
#include "service/reports/claim_jobs.h"
#include "service/reports/outlook_report.h"
#include "service/reports/runner_states.h"
#include "service/store/jobs.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"

namespace benchgate::http {
namespace {

/// Of the jobs that runners have, and of those that wait.
constexpr std::size_t listed_of_each = 100;
constexpr int listed_schedules = 5;
/// Different jobs whose expected time is worked out for one page.
constexpr std::size_t most_outlooks = 20;

/// What decides how long a job takes, besides its commits.
std::string plan_of(const store::NewJob& job) {
    const auto spec = json::parse(job.spec_json).value_or(json::Json::object());
    auto plan = json::Json::array();
    for (const char* key : {"experiment", "suite", "only", "profile"})
        plan.push_back(spec.contains(key) ? spec.at(key) : json::Json());
    if (plan[0].is_object()) plan[0].erase("seed");
    return json::dump(plan);
}

/// Jobs that are asked for in the same way share their past.
class Outlooks {
  public:
    Outlooks(store::Tx& tx, store::Time now) : tx_(tx), now_(now) {}

    /// Nullptr: it was not looked for, since a page has its limits.
    const reporting::SuiteOutlookRow* of(const store::NewJob& job) {
        const Key key(job.repository_id, job.suite, job.labels, plan_of(job));
        auto found = known_.find(key);
        if (found == known_.end()) {
            if (known_.size() >= most_outlooks) return nullptr;
            found = known_.emplace(key, reports::outlook_of(tx_, job, now_)).first;
        }
        return &found->second;
    }

    std::optional<double> seconds_of(const store::NewJob& job) {
        const auto* outlook = of(job);
        return outlook != nullptr && outlook->jobs > 0 ? std::optional(outlook->unchanged_s) : std::nullopt;
    }

  private:
    using Key = std::tuple<std::int64_t, std::string, std::vector<std::string>, std::string>;
    store::Tx& tx_;
    store::Time now_;
    std::map<Key, reporting::SuiteOutlookRow> known_;
};

struct Queue {
    std::vector<store::JobRow> held;
    std::vector<store::JobRow> waiting;  ///< in the order of leasing
};

Queue read_queue(store::Tx& tx, std::size_t runners, store::Time now) {
    Queue queue;
    for (auto& job : store::open_jobs(tx, static_cast<int>(runners + listed_of_each), now))
        (job.ahead ? queue.waiting : queue.held).push_back(std::move(job));
    queue.waiting.resize(std::min(queue.waiting.size(), listed_of_each));
    return queue;
}

/// The runner says how long it will be, or jobs like it have taken so long.
std::optional<double> left_of(const store::JobRow& job, Outlooks& outlooks, store::Time now) {
    if (job.eta_s) return *job.eta_s;
    const auto whole = outlooks.seconds_of(job.job);
    if (!whole || !job.leased_at) return std::nullopt;
    return std::max(0.0, *whole - std::chrono::duration<double>(now - *job.leased_at).count());
}

std::vector<planning::ExpectedStart> starts_of(const std::vector<store::RunnerRow>& runners, const Queue& queue,
                                               Outlooks& outlooks, store::Time now) {
    std::map<std::string, std::optional<double>> left;
    for (const auto& job : queue.held)
        if (job.runner_id) left[*job.runner_id] = left_of(job, outlooks, now);
    std::vector<planning::QueueRunner> at_work;
    for (const auto& runner : runners) {
        const auto held = left.find(runner.runner_id);
        const auto word = reports::state_of(runner, held != left.end(), now).word;
        if (word == "idle")
            at_work.push_back({runner.runner_id, runner.labels, 0});
        else if (word == "busy")
            at_work.push_back({runner.runner_id, runner.labels, held->second});
    }
    std::vector<planning::QueueJob> jobs;
    for (const auto& job : queue.waiting)
        jobs.push_back({job.job.labels, job.job.avoid_until ? "" : job.job.avoid_runner_id.value_or(""),
                        outlooks.seconds_of(job.job)});
    return planning::expected_starts(std::move(at_work), jobs);
}

std::string words_for(const planning::ExpectedStart& start) {
    if (!start.has_runner) return "no runner";
    return start.in_s ? reporting::expected_start(*start.in_s) : "unknown";
}

}

std::string queue_page(store::Tx& tx, store::Time now) {
    const auto runners = store::list_runners_briefly(tx);
    std::map<std::string, std::string> runner_names;
    for (const auto& runner : runners) runner_names[runner.runner_id] = runner.name;
    const auto queue = read_queue(tx, runners.size(), now);
    Outlooks outlooks(tx, now);
    const auto row_of = [&](const store::JobRow& job) {
        reporting::QueueRow row;
        if (const auto repository = store::find_repository(tx, job.job.repository_id))
            row.repository = repository->owner + "/" + repository->name;
        if (const auto run = store::find_run(tx, job.job.repository_id, job.job.run_id)) {
            row.run_id = run->run_id;
            row.kind = model::to_string(run->kind);
            row.pull_number = run->number;
            row.head_sha = run->head_sha;
        }
        row.suite = reports::title_of(job.job);
        row.state = model::to_string(job.state);
        row.phase = job.phase.value_or("");
        row.host_class = fmt::format("{}", fmt::join(job.job.labels, ", "));
        if (job.runner_id) row.runner = runner_names[*job.runner_id];
        row.queued_at = platform::format_utc(job.created_at);
        row.priority = job.job.priority;
        row.ahead = job.ahead;
        if (job.job.confirms_job_id && job.job.avoid_runner_id) row.confirms = runner_names[*job.job.avoid_runner_id];
        if (const auto* outlook = outlooks.of(job.job)) row.expected = reporting::expected_duration(*outlook);
        return row;
    };
    std::vector<reporting::QueueRow> rows;
    for (std::size_t i = 0; i < std::min(queue.held.size(), listed_of_each); ++i) rows.push_back(row_of(queue.held[i]));
    const auto starts = starts_of(runners, queue, outlooks, now);
    for (std::size_t i = 0; i < queue.waiting.size(); ++i) {
        rows.push_back(row_of(queue.waiting[i]));
        rows.back().starts = words_for(starts[i]);
    }
    std::vector<reporting::ScheduleRow> coming;
    for (const auto& schedule : store::next_schedules(tx, listed_schedules))
        if (const auto repository = store::find_repository(tx, schedule.repository_id))
            coming.push_back({schedule.suite, schedule.line, platform::format_utc(schedule.next_at), "", "",
                              repository->owner + "/" + repository->name});
    return reporting::render_queue(rows, coming);
}

std::string runners_page(store::Tx& tx, store::Time now) {
    const auto runners = store::list_runners(tx);
    std::map<std::string, std::string> work;
    for (const auto& job : store::open_jobs(tx, static_cast<int>(runners.size()), now))
        if (job.runner_id && !job.ahead) work[*job.runner_id] = reports::title_of(job.job);
    std::vector<reporting::RunnerRow> rows;
    for (const auto& runner : runners) {
        reporting::RunnerRow row;
        row.name = runner.name;
        row.labels = fmt::format("{}", fmt::join(runner.labels, ", "));
        row.job = work[runner.runner_id];
        const auto state = reports::state_of(runner, !row.job.empty(), now);
        row.state = state.word;
        row.reason = state.reason;
        row.last_seen_at = platform::format_utc(runner.last_seen_at);
        row.version = runner.version;
        if (const auto facts = json::parse(runner.facts_json); facts && facts->is_array())
            for (const auto& item : *facts)
                if (auto fact = protocol::read_host_fact(item)) row.host.push_back(std::move(*fact));
        const auto fails = [](const model::HostFact& fact) { return fact.status == model::FactStatus::fail; };
        if (row.state == "quarantined" && std::any_of(row.host.begin(), row.host.end(), fails)) {
            row.state = "unfit";
            row.reason.clear();  // the facts say it, each with its remedy
        }
        rows.push_back(std::move(row));
    }
    return reporting::render_runners(rows);
}

}
