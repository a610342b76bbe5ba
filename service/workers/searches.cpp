#include "service/workers/searches.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/config/config.h"
#include "core/planning/step_verdict.h"
#include "platform/ids.h"
#include "service/store/repositories.h"
#include "service/workers/closing.h"
#include "service/workers/search_words.h"

namespace benchgate::workers {
namespace {

using planning::StepVerdict;
using reporting::SearchOutcome;

/// A statement may be refused for reasons that pass.
constexpr int most_failures = 3;

/// What the end of a search is called in its row.
std::string_view word_of(SearchOutcome outcome) {
    switch (outcome) {
        case SearchOutcome::found:
            return "found";
        case SearchOutcome::not_reproduced:
            return "not_reproduced";
        case SearchOutcome::undecided:
            return "undecided";
        case SearchOutcome::cancelled:
            return "cancelled";
        case SearchOutcome::under_way:
            break;
    }
    return "";
}

planning::PlannedBisection planned_from(const store::SearchRow& search) {
    planning::PlannedBisection planned;
    planned.number = search.number;
    planned.suite = search.suite;
    planned.benchmark = search.benchmark;
    planned.good_sha = search.good_sha;
    planned.bad_sha = search.commits.back();
    planned.commits = search.commits;
    planned.ref = search.ref;
    planned.comment_id = search.comment_id;
    planned.requested_by = search.requested_by;
    planned.request = search.request;
    planned.metric = search.metric;
    planned.improvement = search.improvement;
    return planned;
}

/// The last step's, once its run is over.
StepVerdict verdict_of_last(store::Tx& tx, const store::SearchRow& search,
                            const std::vector<store::SearchStepRow>& steps) {
    const auto finding = finding_of(tx, search.repository_id, steps.back().run_id);
    if (finding.identical) return StepVerdict::good;
    const auto sought = sought_by(search);
    if (steps.size() == 1) return planning::verdict_of_end(finding.verdicts, sought);
    const auto change =
        planning::searched_change(finding_of(tx, search.repository_id, steps.front().run_id).verdicts, sought);
    return change ? planning::verdict_of_step(finding.verdicts, *change)
                  : planning::verdict_of_end(finding.verdicts, sought);
}

void end(store::Tx& tx, const store::SearchRow& search, reporting::SearchReport report, SearchOutcome outcome,
         store::Time now) {
    const auto state = outcome == SearchOutcome::cancelled ? store::SearchState::cancelled : store::SearchState::done;
    if (!store::close_search(tx, search.repository_id, search.search_id, state, std::string(word_of(outcome)), now))
        return;
    spdlog::info("search {}: {} after {} steps", search.search_id, word_of(outcome), report.steps.size());
    report.outcome = outcome;
    announce_search(tx, search, report, now);
}

/// The next commit's run; nullopt: nothing can measure it any more.
std::optional<store::RunRow> begin_step(store::Tx& tx, const store::SearchRow& search, const std::string& sha, int step,
                                        store::Time now) {
    const auto repository = store::find_repository(tx, search.repository_id);
    const auto config = config::parse(search.config);
    if (!repository || !config) return std::nullopt;
    planning::PlanInput input;
    input.repository = {repository->repository_id,  repository->owner,      repository->name,
                        repository->default_branch, repository->is_private, ""};
    input.config = *config;
    input.now = now;
    const auto planned = planning::run_of_step(planned_from(search), sha, input);
    if (planned.jobs.empty()) return std::nullopt;
    const auto run =
        insert_planned(tx, planned, {input.repository, input.config, search.config, search.request, ""}, now);
    store::insert_search_step(tx, search, {step, run.run_id, sha, ""});
    return run;
}

std::string why_undecided(const std::vector<store::SearchStepRow>& steps, const reporting::SearchReport& report) {
    if (steps.size() > 1) return "The commits between the last good and the first bad one could not be judged";
    if (steps[0].verdict == "inconclusive") return "Whether the bad end is worse could not be told";
    const auto& reason = report.steps.at(0).reason;
    return fmt::format("The bad end could not be compared{}{}", reason.empty() ? "" : ": ", reason);
}

/// The commit that the search will end with now, if it does.
struct FirstBadCommit {
    github::Repository repository;
    std::string sha;
};
std::optional<FirstBadCommit> first_bad_of(store::Tx& tx, const store::DueSearch& due) {
    const auto search = store::find_search(tx, due.repository_id, due.search_id);
    const auto row = store::find_repository(tx, due.repository_id);
    if (!search || !row) return std::nullopt;
    auto steps = store::steps_of_search(tx, *search);
    steps.back().verdict = planning::to_string(verdict_of_last(tx, *search, steps));
    const auto next = planning::bisect_step(search->commits, results_of(steps));
    const auto* found = std::get_if<planning::FirstBad>(&next);
    if (found == nullptr) return std::nullopt;
    return FirstBadCommit{{row->installation_id, row->repository_id, row->owner, row->name}, found->sha};
}

/// The run on which the answer rests: that of the commit, else the last one.
void point_to(reporting::SearchReport& report, const std::vector<store::SearchStepRow>& steps, const std::string& sha) {
    const auto slash = report.page_url.rfind('/');
    for (const auto& step : steps)
        if (step.sha == sha && slash != std::string::npos)
            report.page_url = report.page_url.substr(0, slash + 1) + step.run_id;
}

}  // namespace

std::string begin_search(store::Tx& tx, const planning::PlannedBisection& planned, const planning::PlannedRun& first,
                         const RunGround& ground, const reports::Addresses& addresses, store::Time now) {
    store::SearchRow search;
    search.repository_id = ground.repository.id;
    search.search_id = platform::random_uuid();
    search.number = planned.number;
    search.suite = planned.suite;
    search.benchmark = planned.benchmark;
    search.good_sha = planned.good_sha;
    search.ref = planned.ref;
    search.commits = planned.commits;
    search.comment_id = planned.comment_id;
    search.requested_by = planned.requested_by;
    search.request = planned.request;
    search.config = ground.config_text;
    search.metric = planned.metric;
    search.improvement = planned.improvement;
    search.created_at = now;
    if (!store::insert_search(tx, search)) return "";
    const auto run = insert_planned(tx, first, ground, now);
    store::insert_search_step(tx, search, {1, run.run_id, first.head_sha, ""});
    auto report = search_report(tx, search, addresses);
    const auto next = planning::bisect_step(search.commits, {});
    if (const auto* compare = std::get_if<planning::CompareNext>(&next)) report.steps_left = compare->steps_left;
    announce_search(tx, search, report, now);
    return search.search_id;
}

void cancel_search(store::Tx& tx, std::int64_t repository_id, const std::string& search_id,
                   const reports::Addresses& addresses, store::Time now) {
    const auto search = store::find_search(tx, repository_id, search_id);
    if (!search) return;
    end(tx, *search, search_report(tx, *search, addresses), SearchOutcome::cancelled, now);
    // A step that began since the plan was made; of the others the plan has cancelled the run.
    for (const auto& step : store::steps_of_search(tx, *search))
        if (step.verdict.empty()) store::cancel_run(tx, repository_id, step.run_id, now);
}

SearchWorker::SearchWorker(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now,
                           Describe describe)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)), describe_(std::move(describe)) {}

bool SearchWorker::work(std::stop_token stop) {
    const auto due = pool_.transaction([](store::Tx& tx) { return store::due_searches(tx, 1); });
    if (due.empty()) return false;
    try {
        // Commits are looked up between two transactions: git may have to be waited for.
        const auto found = pool_.transaction([&](store::Tx& tx) { return first_bad_of(tx, due[0]); });
        const auto info = found ? describe_(found->repository, found->sha, stop) : std::nullopt;
        pool_.transaction([&](store::Tx& tx) { advance(tx, due[0], info); });
        failures_.erase(due[0].search_id);
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const std::exception& error) {
        if (++failures_[due[0].search_id] < most_failures) throw;
        const std::string reason = error.what();
        give_up(due[0], reason.substr(0, reason.find('\n')));
        failures_.erase(due[0].search_id);
    }
    return true;
}

void SearchWorker::advance(store::Tx& tx, const store::DueSearch& due,
                           const std::optional<platform::CommitInfo>& info) {
    const auto search = store::lock_search(tx, due.repository_id, due.search_id);
    if (!search || search->state != store::SearchState::open) return;
    auto steps = store::steps_of_search(tx, *search);
    const auto run = store::find_run(tx, search->repository_id, steps.back().run_id);
    if (run && (run->state == model::RunState::queued || run->state == model::RunState::running)) return;
    const auto now = now_();
    if (run && run->state == model::RunState::cancelled)
        return end(tx, *search, search_report(tx, *search, addresses_), SearchOutcome::cancelled, now);

    steps.back().verdict = planning::to_string(verdict_of_last(tx, *search, steps));
    store::set_step_verdict(tx, *search, steps.back().step, steps.back().verdict);
    const auto next = planning::bisect_step(search->commits, results_of(steps));
    std::string why;
    if (const auto* compare = std::get_if<planning::CompareNext>(&next)) {
        // Nobody came for this step within a day: the next one would wait for as long, and the one after it.
        const bool left_alone = run && now - run->created_at >= longest_wait;
        if (left_alone && steps.back().verdict == planning::to_string(StepVerdict::failed)) {
            why = fmt::format("Its last step could not be measured: {}",
                              finding_of(tx, search->repository_id, run->run_id).reason);
        } else if (steps.size() >= planning::most_steps(search->commits.size())) {
            why = "Too many commits between could not be judged";
        } else if (begin_step(tx, *search, compare->sha, steps.back().step + 1, now)) {
            auto report = search_report(tx, *search, addresses_);
            report.steps_left = compare->steps_left;
            return announce_search(tx, *search, report, now);
        } else {
            why = "Its suite cannot be measured any more";
        }
    }
    auto report = search_report(tx, *search, addresses_);
    if (std::holds_alternative<planning::NotReproduced>(next))
        return end(tx, *search, std::move(report), SearchOutcome::not_reproduced, now);
    if (const auto* first_bad = std::get_if<planning::FirstBad>(&next)) {
        report.found = reporting::FoundCommit{first_bad->sha, info ? info->subject : "", info ? info->author_name : "",
                                              first_bad->last_good};
        point_to(report, steps, first_bad->sha);
        return end(tx, *search, std::move(report), SearchOutcome::found, now);
    }
    report.suspects = planning::suspects(search->commits, results_of(steps));
    report.why = why.empty() ? why_undecided(steps, report) : why;
    end(tx, *search, std::move(report), SearchOutcome::undecided, now);
}

void SearchWorker::give_up(const store::DueSearch& due, const std::string& reason) {
    spdlog::error("search {} cannot go on: {}", due.search_id, reason);
    const auto end_with = [&](const auto& report_of) {
        pool_.transaction([&](store::Tx& tx) {
            const auto search = store::lock_search(tx, due.repository_id, due.search_id);
            if (!search) return;
            auto report = report_of(tx, *search, addresses_);
            report.why = "A step could not be read: " + reason;
            report.suspects = planning::suspects(search->commits, results_of(store::steps_of_search(tx, *search)));
            end(tx, *search, std::move(report), SearchOutcome::undecided, now_());
        });
    };
    try {
        end_with(search_report);
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const std::exception&) {
        // What cannot be read cannot be told either; but it stands before all other searches.
        end_with(report_without_steps);
    }
}

}  // namespace benchgate::workers
