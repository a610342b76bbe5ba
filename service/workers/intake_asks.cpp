// What Intake asks of GitHub and of the store before a plan, and the events that people press rather than push: checks,
// the merge queue, deleted branches.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/config/config.h"
#include "core/planning/plan.h"
#include "core/reporting/check.h"
#include "service/store/pull_requests.h"
#include "service/store/runs.h"
#include "service/workers/carry_out.h"
#include "service/workers/intake.h"
#include "service/workers/known.h"
#include "service/workers/reach.h"

namespace benchgate::workers {
namespace {

planning::Permission permission_from(github::Permission permission) {
    switch (permission) {
        case github::Permission::admin:
            return planning::Permission::admin;
        case github::Permission::write:
            return planning::Permission::write;
        case github::Permission::read:
            return planning::Permission::read;
        case github::Permission::none:
            break;
    }
    return planning::Permission::none;
}

[[noreturn]] void throw_api(const github::ApiError& error, const std::string& doing) {
    if (error.retry_at) throw Later(fmt::format("{}: {}", doing, error.message), std::chrono::seconds(15));
    throw std::runtime_error(fmt::format("{}: {}", doing, error.message));
}

constexpr int most_runs_of_commit = 200;

github::Repository github_repository(const planning::EventSource& source) {
    return {source.installation_id.value_or(0), source.repository.id, source.repository.owner, source.repository.name};
}

}  // namespace

planning::Permission Intake::ask_permission(const github::Repository& repository, const std::string& login,
                                            std::stop_token stop) {
    const auto permission = rest_.get_permission(repository, login, stop);
    if (!permission) throw_api(permission.error(), "permission of " + login);
    return permission_from(*permission);
}

std::string Intake::ask_association(const github::Repository& repository, std::int64_t number, std::stop_token stop) {
    const auto found = rest_.get_pull_request(repository, number, stop);
    if (!found) throw_api(found.error(), "pull request");
    return found->author_association;
}

planning::PullRequest Intake::ask_pull(const github::Repository& repository, std::int64_t number,
                                       std::stop_token stop) {
    const auto found = rest_.get_pull_request(repository, number, stop);
    if (!found) throw_api(found.error(), "pull request");
    planning::PullRequest pull;
    pull.number = found->number;
    pull.head_sha = found->head.sha;
    pull.head_ref = found->head.ref;
    if (!found->head.repository.empty()) pull.head_repository = found->head.repository;
    pull.base_ref = found->base.ref;
    pull.base_sha = found->base.sha;
    pull.fork = found->from_fork;
    pull.draft = found->draft;
    pull.open = found->open;
    pull.author = found->author;
    return pull;
}

Intake::Deed Intake::on_branch_deleted(const planning::BranchDeletedEvent& event, const store::InboxRow& delivery) {
    PlanContext context;
    context.trigger_id = delivery.delivery.delivery_id;
    context.input.repository = event.source.repository;
    context.input.trigger = planning::BranchDeletedTrigger{event.branch};
    return [this, source = event.source, context](store::Tx& tx, store::Time now) {
        remember(tx, source, now);
        auto known = context;
        look_up_pushes(tx, known.input, now);
        carry_out(tx, planning::plan(known.input), known, addresses_, now);
    };
}

Intake::Deed Intake::on_installation(const planning::InstallationEvent& event, std::stop_token stop) {
    if (!must_be_asked(event)) return reach_of(event);
    auto listed = rest_.list_installation_repositories(event.installation_id, stop);
    if (!listed && listed.error().retry_at) throw_api(listed.error(), "repositories of an installation");
    // Ended or suspended meanwhile: an event of its own says so.
    if (!listed) return reach_of(event);
    return reach_of(event, std::move(*listed));
}

Intake::Deed Intake::on_check(const planning::EventSource& source, const CheckAsked& asked,
                              const store::InboxRow& delivery, std::stop_token stop) {
    const auto repository = github_repository(source);
    planning::CheckTrigger trigger{asked.request, asked.head_sha, source.sender,
                                   ask_permission(repository, source.sender, stop)};
    auto number = asked.pull_numbers.empty() ? std::optional<std::int64_t>() : asked.pull_numbers.front();
    if (!number)
        number = pool_.transaction(
            [&](store::Tx& tx) { return store::open_pull_of_head(tx, repository.id, asked.head_sha); });
    if (number) {
        const auto pull = ask_pull(repository, *number, stop);
        if (pull.head_sha == asked.head_sha)
            return plan_pull(source, pull, trigger, delivery.delivery.delivery_id, stop);
    }
    // A push's commit, or the merge queue's: measured again by the rules of its last run.
    PlanContext context;
    context.trigger_id = delivery.delivery.delivery_id;
    context.input.repository = source.repository;
    context.input.trigger = trigger;
    return [this, context, head_sha = asked.head_sha](store::Tx& tx, store::Time now) {
        auto known = context;
        look_up_commit(tx, known.input, head_sha, now);
        if (known.input.existing.empty())
            return announce_check(tx, known.input.repository.id,
                                  {"benchgate", head_sha, "completed", "neutral", "Not measured",
                                   "There is no run of this commit that could be repeated.", "", "", ""},
                                  now);
        const auto run = store::find_run(tx, known.input.repository.id, known.input.existing.back().id);
        auto config = run ? config::parse(run->config) : config::parse("");
        if (!config)
            return spdlog::warn("a check of {}: the configuration of its run cannot be read any more", head_sha);
        known.input.config = std::move(*config);
        known.config_text = run->config;
        carry_out(tx, planning::plan(known.input), known, addresses_, now);
    };
}

std::optional<planning::MeasuredAnswer> Intake::measured_answer(std::int64_t repository_id, std::int64_t number) {
    return pool_.transaction([&](store::Tx& tx) -> std::optional<planning::MeasuredAnswer> {
        for (const auto& run : store::list_runs(tx, repository_id, number, most_runs_of_commit)) {
            const bool of_pull = run.kind == model::RunKind::pull_request || run.kind == model::RunKind::command;
            if (!of_pull || run.state != model::RunState::finished) continue;
            const auto check = reporting::render_check(reports::run_report(tx, run, addresses_), {});
            return planning::MeasuredAnswer{run.run_id, run.merge_base, run.head_sha, check.conclusion, check.title};
        }
        return std::nullopt;
    });
}

Intake::Deed Intake::on_merge_group(const planning::MergeGroupEvent& event, const store::InboxRow& delivery,
                                    std::stop_token stop) {
    const auto repository = github_repository(event.source);
    planning::MergeGroupTrigger trigger;
    trigger.action = event.action;
    trigger.head_sha = event.head_sha;
    trigger.head_ref = event.head_ref;
    trigger.base_sha = event.base_sha;
    trigger.base_ref = event.base_ref;
    trigger.pull_number = event.pull_number;
    PlanContext context;
    context.trigger_id = delivery.delivery.delivery_id;
    context.input.repository = event.source.repository;
    if (event.action == planning::MergeGroupAction::checks_requested) {
        auto inspection = mirrors_.inspect({repository,
                                            event.base_sha,
                                            event.head_sha,
                                            {"refs/heads/" + event.base_ref, "refs/heads/" + event.head_ref},
                                            false},
                                           stop);
        if (!inspection.config) return [](store::Tx&, store::Time) {};
        auto parsed = config::parse(*inspection.config);
        if (!parsed)
            return [id = repository.id, check = config_check(event.head_sha, parsed.error())](
                       store::Tx& tx, store::Time now) { announce_check(tx, id, check, now); };
        if (event.pull_number) trigger.measured = measured_answer(repository.id, *event.pull_number);
        if (trigger.measured)
            trigger.tree_equals_measured_run =
                mirrors_.same_tree(repository, event.head_sha, trigger.measured->head_sha) &&
                mirrors_.same_tree(repository, event.base_sha, trigger.measured->base_sha);
        context.input.config = std::move(*parsed);
        context.config_text = std::move(*inspection.config);
        context.input.base_sha = event.base_sha;
        context.input.changed_paths = std::move(inspection.changed_paths);
    }
    context.input.trigger = std::move(trigger);
    return [this, source = event.source, context = std::move(context)](store::Tx& tx, store::Time now) {
        remember(tx, source, now);
        auto known = context;
        look_up_group(tx, known.input, now);
        carry_out(tx, planning::plan(known.input), known, addresses_, now);
    };
}

}  // namespace benchgate::workers
