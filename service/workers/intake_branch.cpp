// What the default branch leads to: pushes that moved it, and suites whose time has come.

#include <fmt/format.h>

#include "core/config/config.h"
#include "core/planning/plan.h"
#include "service/workers/intake.h"
#include "service/workers/reach.h"

namespace benchgate::workers {
namespace {

/// Pushes follow each other closely, so that a commit which is no head any more is near it.
constexpr std::size_t short_line = 256;
/// Whoever is compared with an older commit than that is compared with the one before the head.
constexpr std::size_t long_line = 10'000;

std::vector<std::string> suite_names(const tl::expected<model::Config, std::vector<config::ConfigError>>& config) {
    std::vector<std::string> names;
    if (config)
        for (const auto& suite : config->suites) names.push_back(suite.name);
    return names;
}

}  // namespace

/// By the configuration at the head, not at a pushed commit: events come late and in any order. Of one with mistakes
/// nothing is taken, and what was known before goes on.
Intake::Deed Intake::schedules_at_head(const planning::EventSource& source, const std::string& sha,
                                       std::stop_token stop) {
    const auto repository = github_repository(source);
    const auto& branch = source.repository.default_branch;
    const auto line = asking_.line(repository, branch, sha, short_line, stop);
    if (line.empty()) return [](Ledger&) {};
    const auto& head = line.back();
    const auto text = asking_.inspect({repository, head, head, {"refs/heads/" + branch}, false}, stop).config;
    const auto parsed =
        text ? config::parse(*text) : tl::expected<model::Config, std::vector<config::ConfigError>>(model::Config());
    if (!parsed) return [](Ledger&) {};
    return [id = repository.id, config = *parsed](Ledger& ledger) { ledger.keep_schedules(id, config); };
}

Intake::Deed Intake::on_push(const planning::PushEvent& event, const Via& via, std::stop_token stop) {
    Deed schedules = [](Ledger&) {};
    const auto only_remember = [&](std::string why) -> Deed {
        return [source = event.source, late = via.late, schedules, why = std::move(why)](Ledger& ledger) {
            ledger.remember(source, late);
            schedules(ledger);
            if (!why.empty()) ledger.nothing(why);
        };
    };
    if (event.branch != event.source.repository.default_branch)
        return only_remember("a push to another branch than the default one");
    schedules = schedules_at_head(event.source, event.after, stop);
    if (!event.before) return only_remember("the branch is new");
    const auto repository = github_repository(event.source);
    auto inspection =
        asking_.inspect({repository, *event.before, event.after, {"refs/heads/" + event.branch}, false}, stop);
    if (!inspection.config) return only_remember("there is no .benchgate.yml at " + *event.before);
    auto parsed = config::parse(*inspection.config);
    if (!parsed)
        return [remembered = only_remember(""), id = repository.id,
                check = config_check(event.after, parsed.error())](Ledger& ledger) {
            remembered(ledger);
            ledger.check(id, check);
        };
    PlanContext context;
    context.trigger_id = via.id;
    context.config_text = std::move(*inspection.config);
    context.input.repository = event.source.repository;
    context.input.trigger = planning::PushTrigger{event.branch, event.after};
    context.input.config = std::move(*parsed);
    context.input.base_sha = inspection.base;
    context.input.changed_paths = std::move(inspection.changed_paths);
    return [remembered = only_remember(""), head = event.after, context = std::move(context)](Ledger& ledger) {
        remembered(ledger);
        auto known = context;
        ledger.look_up_commit(known.input, head);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

Intake::Deed Intake::on_schedule(const planning::ScheduleEvent& event, const Via& via, std::stop_token stop) {
    const auto nothing = [&](const std::string& reason) -> Deed {
        return [id = event.source.repository.id, suites = event.suites, reason](Ledger& ledger) {
            ledger.say_of_schedules(id, suites, reason);
            ledger.nothing(reason, Ledger::Surprise::notable);
        };
    };
    if (!via.asked) return [](Ledger& ledger) { ledger.nothing("a schedule that nobody here asked for"); };
    const auto repository = github_repository(event.source);
    const auto& branch = event.source.repository.default_branch;
    if (branch.empty()) return nothing("the default branch is not known before the first event of the repository");
    const auto tip = asking_.resolve(repository, branch, stop);
    if (!tip) return nothing(fmt::format("there is no branch {}", branch));
    const auto config_at = [&](const std::string& sha) {
        return asking_.inspect({repository, sha, sha, {"refs/heads/" + branch}, false}, stop).config;
    };
    auto text = config_at(tip->sha);
    if (!text)
        return [id = repository.id, sha = tip->sha](Ledger& ledger) {
            ledger.keep_schedules(id, {});
            ledger.nothing("there is no .benchgate.yml at " + sha, Ledger::Surprise::notable);
        };
    auto parsed = config::parse(*text);
    if (!parsed) return nothing(fmt::format("the configuration at {} has mistakes", tip->sha.substr(0, 9)));
    planning::ScheduleTrigger trigger{branch, event.suites, {}, {}};
    if (!event.suites.empty()) trigger.line = asking_.line(repository, branch, tip->sha, long_line, stop);
    // Git was asked twice, and the branch may have moved in between.
    while (!trigger.line.empty() && trigger.line.back() != tip->sha) trigger.line.pop_back();
    if (trigger.line.size() > 1)
        trigger.suites_before =
            suite_names(config::parse(config_at(trigger.line[trigger.line.size() - 2]).value_or("")));
    PlanContext context;
    context.trigger_id = via.id;
    context.config_text = std::move(*text);
    context.input.repository = event.source.repository;
    context.input.trigger = std::move(trigger);
    context.input.config = std::move(*parsed);
    return [context = std::move(context)](Ledger& ledger) {
        ledger.keep_schedules(context.input.repository.id, context.input.config);
        if (std::get<planning::ScheduleTrigger>(context.input.trigger).suites.empty())
            return ledger.nothing("schedules are read, and nothing is due");
        auto known = context;
        ledger.look_up_schedule(known.input);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

}  // namespace benchgate::workers
