#include "core/planning/plan_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/model/globs.h"
#include "core/model/questions.h"

namespace benchgate::planning {
namespace {

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

bool is_same_request(const PlannedRun& fresh, const PlannedJob& planned, const ExistingRun& run,
                     const ExistingJob& job) {
    return run.base_sha == fresh.base_sha && job.filter == planned.filter && job.max_trials == planned.max_trials &&
           job.host_class == planned.host_class;
}

PlannedClaims claims_since(const PlanInput& input, const std::string& name) {
    const auto& looked_up = input.claimed_refs;
    const auto found =
        std::find_if(looked_up.begin(), looked_up.end(), [&](const ClaimedRef& one) { return one.name == name; });
    if (found == looked_up.end())
        return {name, "", "", fmt::format("claims speak of more than {} refs, and it is left out", most_claimed_refs)};
    if (!found->sha)
        return {name, "", "",
                fmt::format("'{}' is no branch or tag of this repository, nor a commit that one of them holds", name)};
    return {name, *found->sha, found->ref};
}

/// Claims since a ref are for whoever decides on the pull request: pushes and the merge queue come after that decision.
std::vector<PlannedClaims> claims_of(const PlanInput& input, const model::Suite& suite) {
    const auto known = input.known_series.find(suite.name);
    const auto series = known == input.known_series.end() ? std::vector<model::SeriesKey>() : known->second;
    std::vector<PlannedClaims> planned;
    for (const auto& name : model::claimed_refs(input.config.claims, series))
        planned.push_back(claims_since(input, name));
    return planned;
}

}  // namespace

bool is_unfinished(const ExistingRun& run) {
    return run.state == model::RunState::queued || run.state == model::RunState::running;
}

bool is_unfinished(const ExistingJob& job) {
    return job.state == model::JobState::queued || job.state == model::JobState::leased ||
           job.state == model::JobState::running;
}

bool measures_head(model::RunKind kind) {
    return kind == model::RunKind::pull_request || kind == model::RunKind::command;
}

bool measures_head(const ExistingRun& run) {
    return measures_head(run.kind);
}

std::vector<const ExistingRun*> runs_of_pull(const PlanInput& input) {
    std::vector<const ExistingRun*> runs;
    for (const auto& run : input.existing)
        if (input.pull && run.pull_number == input.pull->number) runs.push_back(&run);
    return runs;
}

std::vector<const ExistingSearch*> open_searches(const PlanInput& input) {
    std::vector<const ExistingSearch*> open;
    for (const auto& search : input.searches)
        if (search.open) open.push_back(&search);
    return open;
}

const ExistingRun* latest_run(const PlanInput& input) {
    const ExistingRun* latest = nullptr;
    for (const auto* run : runs_of_pull(input))
        if (measures_head(*run) && run->head_sha == input.pull->head_sha &&
            (latest == nullptr || run->attempt > latest->attempt))
            latest = run;
    return latest;
}

std::vector<const ExistingRun*> answers(const PlanInput& input) {
    auto runs = runs_of_pull(input);
    std::erase_if(runs, [&](const ExistingRun* run) {
        const bool is_stopped = run->state == model::RunState::cancelled || run->state == model::RunState::superseded;
        return !measures_head(*run) || run->head_sha != input.pull->head_sha || is_stopped;
    });
    return runs;
}

std::vector<const ExistingRun*> standing_answers(const PlanInput& input) {
    auto runs = answers(input);
    std::erase_if(runs, [&](const ExistingRun* run) { return !run->aside && run->base_ref != input.pull->base_ref; });
    return runs;
}

int next_attempt(const PlanInput& input, const std::string& head_sha) {
    int attempt = 0;
    for (const auto& run : input.existing)
        if (run.head_sha == head_sha) attempt = std::max(attempt, run.attempt);
    return attempt + 1;
}

Suites suites_where(const model::Config& config, const Wanted& wanted) {
    Suites suites;
    for (const auto& suite : config.suites)
        if (wanted(suite) && unmeasured_because(suite).empty()) suites.push_back(&suite);
    return suites;
}

std::vector<std::string> unmeasured_where(const model::Config& config, const Wanted& wanted,
                                          const std::function<std::string(const std::string&)>& shown) {
    std::vector<std::string> clauses;
    for (const auto& suite : config.suites)
        if (const auto why = unmeasured_because(suite); !why.empty() && wanted(suite))
            clauses.push_back(fmt::format("suite {}: {}", shown(suite.name), why));
    return clauses;
}

std::string left_out_clause(const PlanInput& input, const Wanted& wanted) {
    const auto as_it_is = [](const std::string& name) { return name; };
    return fmt::format("{}", fmt::join(unmeasured_where(input.config, wanted, as_it_is), "; "));
}

std::string left_out_text(const PlanInput& input, const Wanted& wanted) {
    std::string text;
    for (auto clause : unmeasured_where(input.config, wanted, [](const std::string& name) { return as_code(name); })) {
        clause[0] = 'S';
        text += (text.empty() ? "" : "\n") + clause + ".";
    }
    return text;
}

bool wanted_by_pull(const model::Suite& suite, const std::optional<std::vector<std::string>>& changed_paths) {
    if (!suite.on.pull_request) return false;
    return !changed_paths || model::any_matches(suite.on.pull_request_paths, *changed_paths);
}

bool wanted_by_push(const model::Suite& suite, const PushTrigger& push, const PlanInput& input) {
    if (!suite.on.push) return false;
    const bool branch_matches = suite.on.push_branches.empty()
                                    ? push.branch == input.repository.default_branch
                                    : model::globs_match(suite.on.push_branches, push.branch);
    if (!branch_matches) return false;
    return !input.changed_paths || model::any_matches(suite.on.push_paths, *input.changed_paths);
}

double rate_of_run(const PlanInput& input, const PlannedRun& run, const Suites& suites) {
    const double all = input.config.policy.false_alarms;
    if (!measures_head(run.kind)) return all;
    // One that is under way and not asked for again goes on and may alarm; one that is asked for again does not.
    const auto is_spent = [&](const ExistingJob& job) {
        const bool is_asked_again =
            std::ranges::any_of(suites, [&](const model::Suite* suite) { return suite->name == job.suite; });
        return job.claims_since.empty() &&
               (job.state == model::JobState::succeeded || (is_unfinished(job) && !is_asked_again));
    };
    double left = all;
    for (const auto& other : input.existing) {
        if (!measures_head(other) || other.pull_number != run.pull_number || other.head_sha != run.head_sha) continue;
        for (const auto& job : other.jobs)
            if (is_spent(job)) left -= job.false_alarms;
    }
    const double least = std::pow(0.25, 11);  // with less no trials would do
    return 0.75 * std::max(left, all * least);
}

void add_jobs(PlannedRun& run, const PlanInput& input, const Suites& suites) {
    const double rate = rate_of_run(input, run, suites);
    for (const auto* suite : suites) {
        PlannedJob job;
        job.suite = suite->name;
        job.host_class = input.config.host_class;
        job.seed = derive_seed({input.repository.id, run.head_sha, suite->name, run.attempt});
        job.false_alarms = rate / static_cast<double>(suites.size());
        job.max_trials = suite->max_trials;
        if (measures_head(run.kind)) job.claims_since = claims_of(input, *suite);
        run.jobs.push_back(std::move(job));
    }
}

PlannedRun run_of_pull(const PlanInput& input) {
    PlannedRun run;
    run.kind = model::RunKind::pull_request;
    run.pull_number = input.pull->number;
    run.base_sha = input.base_sha.value_or("");
    run.base_ref = input.pull->base_ref;
    run.head_sha = input.pull->head_sha;
    run.head_ref = input.pull->head_ref;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::pull_request;
    return run;
}

Plan nothing(std::string reason) {
    Plan plan;
    plan.reason = std::move(reason);
    return plan;
}

Plan answered(std::string reaction, std::string message, std::string reason) {
    Plan plan = nothing(std::move(reason));
    plan.reply = PlannedReply{std::move(reaction), std::move(message)};
    return plan;
}

Plan refused(std::string message, std::string reason) {
    return answered("confused", std::move(message), std::move(reason));
}

void add_check(Plan& plan, std::string head_sha, std::string conclusion, std::string title, std::string summary) {
    plan.checks.push_back({std::move(head_sha), std::move(conclusion), std::move(title), std::move(summary)});
}

void add_no_base_check(Plan& plan, const PlanInput& input) {
    plan.reason = "no merge-base";
    add_check(
        plan, input.pull->head_sha, "neutral", "Not measured: there is no merge-base",
        "The head has no commit in common with the base branch that could be fetched. No other commit is taken in "
        "its place. A rebase onto the base branch mends this.");
}

void add_no_suite_check(Plan& plan, const PlanInput& input, const std::string& head_sha, const Wanted& wanted) {
    plan.reason = left_out_clause(input, wanted);
    if (!plan.reason.empty())
        return add_check(plan, head_sha, "skipped", "Nothing to measure: no suite says what to run",
                         "Every suite of `.benchgate.yml` that runs here names a load tool and no `run` command, and "
                         "this version measures commands only.");
    plan.reason = "no suite matches the changed paths";
    add_check(plan, head_sha, "skipped", "Nothing to measure: no suite matches the changed paths",
              fmt::format("`.benchgate.yml` of the base has {} suites, and none of them runs for the paths that are "
                          "changed here. `/rebench` on a pull request measures all the same.",
                          input.config.suites.size()));
}

std::vector<UnderWay> settle_with_existing(Plan& plan, const PlanInput& input, PlannedRun& fresh) {
    std::vector<UnderWay> same;
    for (const auto* run : runs_of_pull(input)) {
        if (!measures_head(*run) || !is_unfinished(*run)) continue;
        if (run->head_sha != fresh.head_sha) {
            plan.superseded.push_back(run->id);
            continue;
        }
        std::vector<SupersededJob> replaced;
        std::size_t comparisons = 0;
        for (const auto& job : run->jobs) {
            // Those of claims go with the job of their suite.
            if (!job.claims_since.empty()) continue;
            ++comparisons;
            const auto planned = std::find_if(fresh.jobs.begin(), fresh.jobs.end(),
                                              [&](const PlannedJob& one) { return one.suite == job.suite; });
            if (planned == fresh.jobs.end() || !is_unfinished(job)) continue;
            if (!is_same_request(fresh, *planned, *run, job)) {
                replaced.push_back({run->id, job.suite});
            } else {
                same.push_back({run, &job});
                fresh.jobs.erase(planned);
            }
        }
        // A run of which nothing else is left goes as a whole.
        if (!replaced.empty() && replaced.size() == comparisons)
            plan.superseded.push_back(run->id);
        else
            plan.superseded_jobs.insert(plan.superseded_jobs.end(), replaced.begin(), replaced.end());
    }
    return same;
}

std::optional<std::int64_t> comment_of(std::string_view request) {
    constexpr std::string_view start = "comment:";
    if (!request.starts_with(start)) return std::nullopt;
    request.remove_prefix(start.size());
    std::int64_t id = 0;
    const auto* end = request.data() + request.size();
    const auto [stop, error] = std::from_chars(request.data(), end, id);
    if (error != std::errc() || id <= 0 || (stop != end && *stop != ':')) return std::nullopt;
    return id;
}

std::string request_of(const CommandTrigger& trigger) {
    if (!trigger.edited) return fmt::format("comment:{}", trigger.comment_id);
    std::string words(to_string(trigger.command.verb));
    for (const auto& [key, value] : trigger.command.values) words += fmt::format("\n{}={}", key, value);
    for (const auto& word : trigger.command.words) words += "\n" + word;
    return fmt::format("comment:{}:{:016x}", trigger.comment_id, fnv1a(words));
}

std::uint64_t derive_seed(const SeedInput& input) {
    std::uint64_t hash =
        fnv1a(fmt::format("{}\n{}\n{}\n{}", input.repository_id, input.head_sha, input.suite, input.attempt));
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return (hash ^ (hash >> 31)) >> 11;
}

}  // namespace benchgate::planning
