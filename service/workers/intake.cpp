#include "service/workers/intake.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/config/config.h"
#include "core/model/questions.h"
#include "core/planning/commands.h"
#include "core/planning/plan.h"
#include "core/planning/reconcile.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"
#include "service/workers/reach.h"

namespace benchgate::workers {
namespace {

tl::expected<planning::Event, std::string> read(const store::Delivery& delivery) {
    const auto payload = json::parse(delivery.body);
    if (!payload) return tl::unexpected("the payload is " + payload.error().message);
    auto event = planning::read_event(delivery.event, *payload);
    if (!event) return tl::unexpected("the payload cannot be used: " + event.error().message);
    return std::move(*event);
}

const planning::EventSource* source_of(const planning::Event& event) {
    return std::visit(
        [](const auto& one) -> const planning::EventSource* {
            if constexpr (requires { one.source; })
                return &one.source;
            else
                return nullptr;
        },
        event);
}

/// Until GitHub's replicas show what an event tells.
constexpr std::chrono::seconds lag_pause{3};

/// Nothing is fetched for a stranger, who is refused afterwards.
bool may_ask(planning::Permission permission) {
    return permission == planning::Permission::write || permission == planning::Permission::admin;
}

/// What the others are answered is in the store, or that they may not ask.
bool needs_configuration(const planning::CommandTrigger& command) {
    return may_ask(command.permission) && command.command.verb != planning::Verb::status;
}

/// Said on the head's check, unless that tells of a run: a configuration that broke later takes no verdict away. Such a
/// check is said again, since a button has reset it, or another base took its place meanwhile.
Intake::Deed say_mistakes(PlanContext context, CheckItem check) {
    return [context = std::move(context), check = std::move(check)](Ledger& ledger) {
        auto known = context;
        ledger.look_up_pull(known.input);
        const auto& pull = *known.input.pull;
        const auto repository_id = known.input.repository.id;
        planning::Plan plan;
        plan.reason = check.title;
        plan.reply = planning::PlannedReply{"confused", fmt::format("{}. {}", check.title, check.summary)};
        if (ledger.is_head_told({repository_id, pull.number, pull.head_sha}, pull.base_ref))
            plan.restated_head = pull.head_sha;
        else
            ledger.check(repository_id, check);
        ledger.carry_out(plan, known);
    };
}

/// `remedy`: Markdown after the reason; may be empty.
CheckItem unplanned_check(const std::string& head_sha, const std::string& reason, const std::string& remedy) {
    return {"benchgate",
            head_sha,
            "completed",
            "neutral",
            "Could not be planned",
            "Nothing was measured, and that is not the fault of this change:\n\n    " + reason + remedy,
            "",
            "",
            ""};
}

}  // namespace

github::Repository github_repository(const planning::EventSource& source) {
    return {source.installation_id.value_or(0), source.repository.id, source.repository.owner, source.repository.name};
}

/// What planning must know of a pull request's content; or what is to be said instead.
struct Intake::Asked {
    model::Config config;
    std::string config_text;
    std::optional<std::string> base_sha;
    std::string base_ref;
    std::optional<planning::ResolvedRange> range;
    std::optional<std::vector<std::string>> changed_paths;
    std::vector<planning::ClaimedRef> claimed_refs;
    std::string author_association;  ///< asked where the policy for forks depends on it
    Deed instead;                    ///< set: nothing is planned
    /// Set: nothing is planned, either, since the configuration cannot be used.
    std::optional<CheckItem> mistakes;
};

Intake::Intake(Asking& asking, reports::Addresses addresses) : asking_(asking), addresses_(std::move(addresses)) {}

std::int64_t Intake::repository_of(const store::Delivery& delivery) {
    const auto event = read(delivery);
    const auto* source = event ? source_of(*event) : nullptr;
    return source ? source->repository.id : 0;
}

void Intake::write(const Deed& deed, store::Tx& tx, store::Time now) const {
    StoreLedger ledger(tx, addresses_, now);
    deed(ledger);
}

Intake::Deed Intake::prepare(const store::InboxRow& delivery, std::stop_token stop) {
    auto event = read(delivery.delivery);
    if (!event) throw std::runtime_error(event.error());
    const Via via{delivery.delivery.delivery_id, delivery.seq, delivery.delivery.origin != store::Origin::webhook,
                  delivery.attempts, delivery.delivery.origin == store::Origin::asked};
    Deed deed = [](Ledger& ledger) { ledger.nothing("an event of a check that asks for nothing here"); };
    if (const auto* pull = std::get_if<planning::PullRequestEvent>(&*event)) deed = on_pull_request(*pull, via, stop);
    if (const auto* push = std::get_if<planning::PushEvent>(&*event)) deed = on_push(*push, via, stop);
    if (const auto* comment = std::get_if<planning::CommentEvent>(&*event)) deed = on_comment(*comment, via, stop);
    if (const auto* gone = std::get_if<planning::BranchDeletedEvent>(&*event)) deed = on_branch_deleted(*gone, via);
    if (const auto* group = std::get_if<planning::MergeGroupEvent>(&*event)) deed = on_merge_group(*group, via, stop);
    if (const auto* suite = std::get_if<planning::CheckSuiteEvent>(&*event))
        deed =
            on_check(suite->source, {planning::CheckRequest::rerun, suite->head_sha, suite->pull_numbers}, via, stop);
    if (const auto* check = std::get_if<planning::CheckRunEvent>(&*event))
        if (const auto request = planning::check_request_of(*check))
            deed = on_check(check->source, {*request, check->head_sha, check->pull_numbers, check->external_id}, via,
                            stop);
    if (const auto* installation = std::get_if<planning::InstallationEvent>(&*event))
        deed = on_installation(*installation, via, stop);
    if (const auto* repository = std::get_if<planning::RepositoryEvent>(&*event))
        deed = on_repository(*repository, via);
    if (const auto* calibration = std::get_if<planning::CalibrationEvent>(&*event))
        deed = on_calibration(*calibration, via, stop);
    if (const auto* schedule = std::get_if<planning::ScheduleEvent>(&*event)) deed = on_schedule(*schedule, via, stop);
    if (std::holds_alternative<planning::PingEvent>(*event)) deed = [](Ledger& ledger) { ledger.nothing("a ping"); };
    if (const auto* ignored = std::get_if<planning::Ignored>(&*event))
        deed = [reason = ignored->reason](Ledger& ledger) { ledger.nothing(reason); };
    return deed;
}

void Intake::give_up(store::Tx& tx, const store::InboxRow& delivery, const std::string& reason, store::Time now) {
    const auto event = read(delivery.delivery);
    if (!event) return;
    if (const auto* source = source_of(*event)) remember(tx, *source, now);
    // A verdict of this head is not taken away by what cannot be planned later.
    if (const auto* pull = std::get_if<planning::PullRequestEvent>(&*event);
        pull && !store::is_head_told(tx, {pull->source.repository.id, pull->pull.number, pull->pull.head_sha},
                                     pull->pull.base_ref))
        announce_check(tx, pull->source.repository.id,
                       unplanned_check(pull->pull.head_sha, reason, "\n\nComment `/rebench` to try again."), now);
    // The queue waits for an answer.
    if (const auto* group = std::get_if<planning::MergeGroupEvent>(&*event);
        group && group->action == planning::MergeGroupAction::checks_requested &&
        !store::is_head_told(tx, {group->source.repository.id, group->pull_number.value_or(0), group->head_sha},
                             group->base_ref))
        announce_check(tx, group->source.repository.id, unplanned_check(group->head_sha, reason, ""), now);
    if (const auto* schedule = std::get_if<planning::ScheduleEvent>(&*event))
        for (const auto& suite : schedule->suites)
            store::say_of_schedule(tx, schedule->source.repository.id, suite, "not started: " + reason, now);
    const auto* comment = std::get_if<planning::CommentEvent>(&*event);
    if (comment && std::holds_alternative<planning::Command>(planning::read_command(comment->body)))
        announce_reply(tx,
                       {comment->source.repository.id, comment->number, comment->comment_id, "confused",
                        "This could not be carried out:\n\n    " + reason + "\n\nThe same comment again tries again."},
                       now);
}

/// The event with the pull request as it is now: events come late, twice and in any order. nullopt: it may not be read,
/// so that the event must be believed.
std::optional<planning::PullRequestEvent> Intake::as_present(const planning::PullRequestEvent& event, const Via& via,
                                                             std::stop_token stop) {
    const auto repository = github_repository(event.source);
    const PullAsked asked{event.pull.number, via.attempts};
    auto now = asking_.present_pull(repository, asked, stop);
    // An event that comes late is not believed.
    if (!now && via.late) now = asking_.pull(repository, asked, stop);
    if (!now) return std::nullopt;
    auto present = event;
    present.pull = *now;
    const auto& told = event.pull;
    const bool lags = present.pull.updated_at < told.updated_at;
    // GitHub's moments are whole seconds: of two states within one, the event's may be the newer.
    const bool may_lag = present.pull.updated_at == told.updated_at && via.attempts == 0 && !via.late &&
                         (present.pull.head_sha != told.head_sha || present.pull.open != told.open);
    if (planning::is_moment(present.pull.updated_at) && !told.updated_at.empty() && (lags || may_lag))
        throw Later("GitHub does not show yet what this event tells", lag_pause);
    using planning::PullRequestAction;
    const bool went_away =
        event.action == PullRequestAction::closed || event.action == PullRequestAction::converted_to_draft;
    if (via.late || went_away || !present.pull.open || present.pull.draft)
        present.action = planning::present_action(present.pull);
    return present;
}

Intake::Deed Intake::on_pull_request(const planning::PullRequestEvent& told, const Via& via, std::stop_token stop) {
    const auto present = as_present(told, via, stop);
    const auto& event = present ? *present : told;
    auto plan = plan_pull(event.source, event.pull, planning::PullRequestTrigger{event.action}, via, stop);
    return [event, late = via.late, telling = store::Telling{via.seq, present.has_value()},
            plan = std::move(plan)](Ledger& ledger) {
        ledger.remember(event.source, late);
        if (!ledger.remember_pull(row_of(event.source, event.pull), telling))
            return ledger.nothing(fmt::format("a newer event of {}#{} was handled before",
                                              event.source.repository.full_name(), event.pull.number),
                                  Ledger::Surprise::notable);
        plan(ledger);
    };
}

Intake::Asked Intake::ask_about_pull(const planning::EventSource& source, const planning::PullRequest& pull,
                                     const planning::CommandTrigger* command, std::stop_token stop) {
    const auto repository = github_repository(source);
    auto inspection = asking_.inspect({repository,
                                       pull.base_sha,
                                       pull.head_sha,
                                       {"refs/heads/" + pull.base_ref, fmt::format("refs/pull/{}/head", pull.number)},
                                       true},
                                      stop);
    Asked asked;
    if (!inspection.config) {
        asked.instead = [at = pull.base_sha, name = source.repository.full_name()](Ledger& ledger) {
            ledger.nothing(fmt::format("{}: no .benchgate.yml at {}", name, at), Ledger::Surprise::notable);
        };
        if (command)
            asked.instead = [reply = Reply{repository.id, pull.number, command->comment_id, "confused",
                                           "There is no `.benchgate.yml` on the base branch yet."}](Ledger& ledger) {
                ledger.reply(reply);
            };
        return asked;
    }
    auto parsed = config::parse(*inspection.config);
    if (!parsed) {
        if (!command || needs_configuration(*command)) asked.mistakes = config_check(pull.head_sha, parsed.error());
        return asked;
    }
    asked.config = std::move(*parsed);
    asked.config_text = std::move(*inspection.config);
    if (pull.fork && asked.config.forks == model::ForkPolicy::contributors)
        asked.author_association = asking_.association(repository, pull.number, stop);
    asked.base_sha = inspection.base;
    asked.changed_paths = std::move(inspection.changed_paths);
    if (command && may_ask(command->permission)) look_up_commits(asked, repository, command->command, stop);
    if (!command || (may_ask(command->permission) && planning::measures_claims(command->command.verb)))
        asked.claimed_refs = claimed_refs_of(asked.config, repository, stop);
    return asked;
}

/// Each is looked for at GitHub, and costs a job, so not without end.
std::vector<planning::ClaimedRef> Intake::claimed_refs_of(const model::Config& config,
                                                          const github::Repository& repository, std::stop_token stop) {
    auto names = model::claimed_refs(config.claims, {});
    if (names.size() > planning::most_claimed_refs) names.resize(planning::most_claimed_refs);
    return names.empty() ? std::vector<planning::ClaimedRef>() : asking_.claimed(repository, names, stop);
}

/// The commits that a command names, among those of the repository's own branches and tags.
void Intake::look_up_commits(Asked& asked, const github::Repository& repository, const planning::Command& command,
                             std::stop_token stop) {
    if (const auto name = command.value("base"); !name.empty()) {
        const auto own = asking_.resolve(repository, name, stop);
        asked.base_sha = own ? std::optional(own->sha) : std::nullopt;
        asked.base_ref = own ? own->ref : "";
        asked.changed_paths.reset();
    }
    const auto written = planning::range_of(command);
    if (!written) return;
    auto own = asking_.range(repository, written->good, written->bad, planning::most_searched_commits + 1, stop);
    planning::ResolvedRange range;
    if (own.good) range.good = own.good->sha;
    if (own.bad) range.bad = own.bad->sha;
    if (own.bad) range.ref = own.bad->ref;
    range.commits = std::move(own.commits);
    asked.range = std::move(range);
}

Intake::Deed Intake::plan_pull(const planning::EventSource& source, const planning::PullRequest& pull,
                               planning::Trigger trigger, const Via& via, std::stop_token stop) {
    PlanContext context;
    context.trigger_id = via.id;
    context.number = pull.number;
    context.input.repository = source.repository;
    context.input.pull = pull;
    context.input.trigger = std::move(trigger);
    const auto* command = std::get_if<planning::CommandTrigger>(&context.input.trigger);
    if (command) context.comment_id = command->comment_id;
    if (pull.open) {
        auto asked = ask_about_pull(source, pull, command, stop);
        if (asked.instead) return asked.instead;
        if (asked.mistakes) return say_mistakes(std::move(context), std::move(*asked.mistakes));
        context.input.config = std::move(asked.config);
        context.input.base_sha = std::move(asked.base_sha);
        context.input.base_ref = std::move(asked.base_ref);
        context.input.range = std::move(asked.range);
        context.input.changed_paths = std::move(asked.changed_paths);
        context.config_text = std::move(asked.config_text);
        context.input.author_association = std::move(asked.author_association);
        context.input.claimed_refs = std::move(asked.claimed_refs);
    }
    return [context = std::move(context)](Ledger& ledger) {
        auto known = context;
        ledger.look_up_pull(known.input);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

Intake::Deed Intake::on_comment(const planning::CommentEvent& event, const Via& via, std::stop_token stop) {
    const auto nothing = [](std::string reason) -> Deed {
        return [reason = std::move(reason)](Ledger& ledger) { ledger.nothing(reason); };
    };
    if (!event.on_pull_request) return nothing("a comment on an issue");
    if (!event.open) return nothing("a comment on a closed pull request");
    if (event.previous_body && !planning::has_new_command(*event.previous_body, event.body))
        return nothing("an edited comment without a new command");
    const auto command = planning::read_command(event.body);
    if (std::holds_alternative<planning::NoCommand>(command)) return nothing("a comment without a command");
    const auto repository = github_repository(event.source);
    const auto reply = [&](std::string reaction, std::string message) -> Deed {
        return [source = event.source, late = via.late,
                said = Reply{repository.id, event.number, event.comment_id, std::move(reaction), std::move(message)}](
                   Ledger& ledger) {
            ledger.remember(source, late);
            ledger.reply(said);
        };
    };
    if (const auto* error = std::get_if<planning::CommandError>(&command)) return reply("confused", error->message);
    const auto& wanted = std::get<planning::Command>(command);
    if (wanted.verb == planning::Verb::help) return reply("eyes", planning::help_text());
    const auto permission = asking_.permission(repository, event.author, stop);
    const auto pull = asking_.pull(repository, {event.number, via.attempts}, stop);
    auto plan = plan_pull(
        event.source, pull,
        planning::CommandTrigger{wanted, event.comment_id, event.author, permission, event.previous_body.has_value()},
        via, stop);
    return [source = event.source, row = row_of(event.source, pull), via, plan = std::move(plan)](Ledger& ledger) {
        ledger.remember(source, via.late);
        ledger.remember_pull(row, {via.seq, true});
        plan(ledger);
    };
}

}  // namespace benchgate::workers
