#include "service/workers/intake.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/config/config.h"
#include "core/planning/commands.h"
#include "core/planning/plan.h"
#include "service/store/jobs.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/workers/announce.h"
#include "service/workers/carry_out.h"

namespace benchgate::workers {
namespace {

constexpr int most_existing_runs = 200;

github::Repository github_repository(const planning::EventSource& source) {
    return {source.installation_id.value_or(0), source.repository.id, source.repository.owner, source.repository.name};
}

tl::expected<planning::Event, std::string> read(const store::InboxRow& delivery) {
    const auto payload = json::parse(delivery.delivery.body);
    if (!payload) return tl::unexpected("the payload is " + payload.error().message);
    auto event = planning::read_event(delivery.delivery.event, *payload);
    if (!event) return tl::unexpected("the payload cannot be used: " + event.error().message);
    return std::move(*event);
}

std::vector<planning::ExistingRun> existing_runs(store::Tx& tx, std::int64_t repository_id,
                                                 std::optional<std::int64_t> number, const std::string& head_sha) {
    std::vector<planning::ExistingRun> existing;
    auto rows = store::list_runs(tx, repository_id, number, most_existing_runs);
    std::reverse(rows.begin(), rows.end());  // oldest first, so that attempts count up
    std::map<std::string, int> attempts;
    for (const auto& row : rows) {
        if (!number && row.head_sha != head_sha) continue;
        planning::ExistingRun run;
        run.id = row.run_id;
        run.kind = row.kind;
        run.pull_number = row.number;
        run.head_sha = row.head_sha;
        run.attempt = ++attempts[row.head_sha];
        run.state = row.state;
        for (const auto& job : store::jobs_of_run(tx, repository_id, row.run_id))
            run.jobs.push_back({job.job.suite, job.state});
        if (row.trigger_id.starts_with("comment:")) run.comment_id = std::stoll(row.trigger_id.substr(8));
        existing.push_back(std::move(run));
    }
    return existing;
}

CheckItem config_check(const std::string& head_sha, const std::vector<config::ConfigError>& errors) {
    CheckItem item;
    item.name = "benchgate";
    item.head_sha = head_sha;
    item.status = "completed";
    item.conclusion = "neutral";
    item.title = errors.size() == 1 ? "1 mistake in .benchgate.yml"
                                    : fmt::format("{} mistakes in .benchgate.yml", errors.size());
    item.summary =
        "Nothing was measured. The configuration is read from the base branch; once it is mended there, comment "
        "`/rebench`.\n\n";
    // Error texts quote the file; a code block of four blanks cannot be closed from within.
    for (const auto& error : errors)
        item.summary += fmt::format("    .benchgate.yml:{}:{}: {}\n", error.line, error.column, error.message);
    return item;
}

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

std::string base_of_command(const planning::Command& command) {
    const auto found = command.values.find("base");
    return found == command.values.end() ? "" : found->second;
}

}  // namespace

Intake::Intake(github::Rest& rest, Mirrors& mirrors, reports::Addresses addresses)
    : rest_(rest), mirrors_(mirrors), addresses_(std::move(addresses)) {}

void Intake::handle(store::Tx& tx, const store::InboxRow& delivery, store::Time now, std::stop_token stop) {
    auto event = read(delivery);
    if (!event) throw std::runtime_error(event.error());
    const auto& id = delivery.delivery.delivery_id;
    if (const auto* pull = std::get_if<planning::PullRequestEvent>(&*event))
        return on_pull_request(tx, *pull, id, now, stop);
    if (const auto* push = std::get_if<planning::PushEvent>(&*event)) return on_push(tx, *push, id, now, stop);
    if (const auto* comment = std::get_if<planning::CommentEvent>(&*event))
        return on_comment(tx, *comment, id, now, stop);
    if (const auto* installation = std::get_if<planning::InstallationEvent>(&*event)) {
        if (installation->action == "deleted" || installation->action == "suspend")
            store::set_installation_active(tx, installation->installation_id, false, now);
        if (installation->action == "unsuspend")
            store::set_installation_active(tx, installation->installation_id, true, now);
        return;
    }
    if (const auto* ignored = std::get_if<planning::Ignored>(&*event))
        spdlog::debug("delivery {}: {}", id, ignored->reason);
}

void Intake::give_up(store::Tx& tx, const store::InboxRow& delivery, const std::string& reason, store::Time now) {
    const auto event = read(delivery);
    const auto* pull = event ? std::get_if<planning::PullRequestEvent>(&*event) : nullptr;
    if (!pull) return;
    remember(tx, pull->source, now);
    announce_check(tx, pull->source.repository.id,
                   {"benchgate", pull->pull.head_sha, "completed", "neutral", "Could not be planned",
                    "Nothing was measured, and that is not the fault of this change:\n\n    " + reason +
                        "\n\nComment `/rebench` to try again.",
                    "", "", ""},
                   now);
}

void Intake::remember(store::Tx& tx, const planning::EventSource& source, store::Time now) {
    const auto known = store::find_repository(tx, source.repository.id);
    store::RepositoryRow row;
    row.repository_id = source.repository.id;
    row.owner = source.repository.owner;
    row.name = source.repository.name;
    row.default_branch = source.repository.default_branch;
    row.installation_id = source.installation_id.value_or(known ? known->installation_id : 0);
    row.is_private = source.repository.is_private;
    if (!known || !(*known == row)) store::upsert_repository(tx, row, now);
}

void Intake::on_pull_request(store::Tx& tx, const planning::PullRequestEvent& event, const std::string& delivery_id,
                             store::Time now, std::stop_token stop) {
    remember(tx, event.source, now);
    const auto& pull = event.pull;
    store::upsert_pull_request(tx,
                               {event.source.repository.id, pull.number, pull.head_sha, pull.base_ref,
                                pull.head_repository, pull.fork, pull.open, std::nullopt},
                               now);
    plan_pull(tx, event.source, pull, planning::PullRequestTrigger{event.action}, delivery_id, now, stop);
}

void Intake::plan_pull(store::Tx& tx, const planning::EventSource& source, const planning::PullRequest& pull,
                       planning::Trigger trigger, const std::string& delivery_id, store::Time now,
                       std::stop_token stop) {
    PlanContext context;
    context.trigger_id = delivery_id;
    context.number = pull.number;
    auto& input = context.input;
    input.repository = source.repository;
    input.pull = pull;
    input.trigger = std::move(trigger);
    input.existing = existing_runs(tx, source.repository.id, pull.number, pull.head_sha);
    const auto* command = std::get_if<planning::CommandTrigger>(&input.trigger);
    if (command) context.comment_id = command->comment_id;

    const auto repository = github_repository(source);
    if (pull.open) {
        auto inspection =
            mirrors_.inspect({repository,
                              pull.base_sha,
                              pull.head_sha,
                              {"refs/heads/" + pull.base_ref, fmt::format("refs/pull/{}/head", pull.number)},
                              true},
                             stop);
        if (!inspection.config) {
            spdlog::info("{}: no .benchgate.yml at {}", source.repository.full_name(), pull.base_sha);
            if (command)
                announce_reply(tx,
                               {repository.id, pull.number, command->comment_id, "confused",
                                "There is no `.benchgate.yml` on the base branch yet."},
                               now);
            return;
        }
        auto parsed = config::parse(*inspection.config);
        if (!parsed) return announce_check(tx, repository.id, config_check(pull.head_sha, parsed.error()), now);
        input.config = std::move(*parsed);
        context.config_text = std::move(*inspection.config);
        input.base_sha = inspection.base;
        input.changed_paths = std::move(inspection.changed_paths);
        if (command)
            if (const auto ref = base_of_command(command->command); !ref.empty()) {
                input.base_sha = mirrors_.resolve(repository, ref, stop);
                input.changed_paths.reset();
            }
    }
    carry_out(tx, planning::plan(input), context, addresses_, now);
}

void Intake::on_push(store::Tx& tx, const planning::PushEvent& event, const std::string& delivery_id, store::Time now,
                     std::stop_token stop) {
    remember(tx, event.source, now);
    if (event.branch != event.source.repository.default_branch || !event.before) return;
    const auto repository = github_repository(event.source);
    auto inspection =
        mirrors_.inspect({repository, *event.before, event.after, {"refs/heads/" + event.branch}, false}, stop);
    if (!inspection.config) return;
    auto parsed = config::parse(*inspection.config);
    if (!parsed) return announce_check(tx, repository.id, config_check(event.after, parsed.error()), now);
    PlanContext context;
    context.trigger_id = delivery_id;
    context.config_text = std::move(*inspection.config);
    context.input.repository = event.source.repository;
    context.input.trigger = planning::PushTrigger{event.branch, event.after};
    context.input.config = std::move(*parsed);
    context.input.base_sha = inspection.base;
    context.input.changed_paths = std::move(inspection.changed_paths);
    context.input.existing = existing_runs(tx, repository.id, std::nullopt, event.after);
    carry_out(tx, planning::plan(context.input), context, addresses_, now);
}

void Intake::on_comment(store::Tx& tx, const planning::CommentEvent& event, const std::string& delivery_id,
                        store::Time now, std::stop_token stop) {
    const auto command = planning::read_command(event.body);
    if (std::holds_alternative<planning::NoCommand>(command)) return;
    remember(tx, event.source, now);
    const auto repository = github_repository(event.source);
    if (const auto* error = std::get_if<planning::CommandError>(&command))
        return announce_reply(tx, {repository.id, event.number, event.comment_id, "confused", error->message}, now);
    const auto& wanted = std::get<planning::Command>(command);
    if (wanted.verb == planning::Verb::help)
        return announce_reply(tx, {repository.id, event.number, event.comment_id, "eyes", planning::help_text()}, now);
    const auto permission = rest_.get_permission(repository, event.author, stop);
    if (!permission) throw_api(permission.error(), "permission of " + event.author);
    const auto found = rest_.get_pull_request(repository, event.number, stop);
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
    plan_pull(tx, event.source, pull,
              planning::CommandTrigger{wanted, event.comment_id, event.author, permission_from(*permission)},
              delivery_id, now, stop);
}

}  // namespace benchgate::workers
