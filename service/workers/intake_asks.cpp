// The events that people press rather than push (checks, the merge queue, calibrations), and those that change what
// exists: deleted branches, installations, repositories.

#include <fmt/format.h>

#include "core/config/config.h"
#include "core/planning/plan.h"
#include "service/workers/intake.h"
#include "service/workers/reach.h"

namespace benchgate::workers {
namespace {

/// Whose rules hold for a commit that is measured again: those of the run whose own check was pressed, or else of the
/// newest of those that share the commit's.
std::string run_to_repeat(const std::vector<planning::ExistingRun>& existing, const std::string& pressed) {
    std::string newest = existing.back().id;
    for (const auto& run : existing) {
        if (run.id == pressed && model::has_check_of_each_suite(run.kind)) return run.id;
        if (!model::has_check_of_each_suite(run.kind)) newest = run.id;
    }
    return newest;
}

}  // namespace

Intake::Deed Intake::on_branch_deleted(const planning::BranchDeletedEvent& event, const Via& via) {
    PlanContext context;
    context.trigger_id = via.id;
    context.input.repository = event.source.repository;
    context.input.trigger = planning::BranchDeletedTrigger{event.branch};
    return [source = event.source, late = via.late, context](Ledger& ledger) {
        ledger.remember(source, late);
        auto known = context;
        ledger.look_up_pushes(known.input);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

Intake::Deed Intake::on_calibration(const planning::CalibrationEvent& event, const Via& via, std::stop_token stop) {
    const auto nothing = [](std::string reason) -> Deed {
        return [reason = std::move(reason)](Ledger& ledger) { ledger.nothing(reason, Ledger::Surprise::notable); };
    };
    if (!via.asked) return nothing("a calibration that nobody here asked for");
    const auto repository = github_repository(event.source);
    const auto& branch = event.source.repository.default_branch;
    if (branch.empty()) return nothing("the default branch is not known before the first event of the repository");
    const auto tip = asking_.resolve(repository, branch, stop);
    if (!tip) return nothing(fmt::format("there is no branch {}", branch));
    auto inspection = asking_.inspect({repository, tip->sha, tip->sha, {"refs/heads/" + branch}, false}, stop);
    if (!inspection.config) return nothing("there is no .benchgate.yml at " + tip->sha);
    auto parsed = config::parse(*inspection.config);
    if (!parsed) return nothing("the configuration at " + tip->sha + " has mistakes");
    PlanContext context;
    context.trigger_id = via.id;
    context.config_text = std::move(*inspection.config);
    context.input.repository = event.source.repository;
    context.input.trigger = planning::CalibrationTrigger{branch, event.suites};
    context.input.config = std::move(*parsed);
    context.input.base_sha = tip->sha;
    return [head = tip->sha, context = std::move(context)](Ledger& ledger) {
        auto known = context;
        ledger.look_up_commit(known.input, head);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

Intake::Deed Intake::on_installation(const planning::InstallationEvent& event, const Via& via, std::stop_token stop) {
    if (via.late) return [](Ledger& ledger) { ledger.ask_for_reconciliation(); };
    auto listed = must_be_asked(event) ? asking_.repositories(event.installation_id, stop) : std::nullopt;
    return [event, listed = std::move(listed)](Ledger& ledger) { ledger.reach(event, listed); };
}

Intake::Deed Intake::on_repository(const planning::RepositoryEvent& event, const Via& via) {
    if (!via.late) return [event](Ledger& ledger) { ledger.reach(event); };
    return [source = event.source](Ledger& ledger) {
        ledger.remember(source, true);
        ledger.ask_for_reconciliation();
    };
}

Intake::Deed Intake::on_check(const planning::EventSource& source, const CheckAsked& asked, const Via& via,
                              std::stop_token stop) {
    const auto repository = github_repository(source);
    planning::CheckTrigger trigger{asked.request, asked.head_sha,
                                   source.sender, asking_.permission(repository, source.sender, stop),
                                   via.id,        asked.run_id};
    auto number = asked.pull_numbers.empty() ? std::optional<std::int64_t>() : asked.pull_numbers.front();
    if (!number) number = asking_.open_pull_of_head(repository.id, asked.head_sha);
    if (number) {
        const auto pull = asking_.pull(repository, {*number, via.attempts}, stop);
        if (pull.head_sha == asked.head_sha) {
            auto plan = plan_pull(source, pull, trigger, via, stop);
            return [source, row = row_of(source, pull), via, plan = std::move(plan)](Ledger& ledger) {
                ledger.remember(source, via.late);
                ledger.remember_pull(row, {via.seq, true});
                plan(ledger);
            };
        }
    }
    // A push's commit, or the merge queue's: measured again by the rules of its last run.
    PlanContext context;
    context.trigger_id = via.id;
    context.input.repository = source.repository;
    context.input.trigger = trigger;
    return [source, late = via.late, context, head_sha = asked.head_sha, run_id = asked.run_id](Ledger& ledger) {
        ledger.remember(source, late);
        auto known = context;
        ledger.look_up_commit(known.input, head_sha);
        if (known.input.existing.empty())
            return ledger.check(known.input.repository.id,
                                {"benchgate", head_sha, "completed", "neutral", "Not measured",
                                 "There is no run of this commit that could be repeated.", "", "", ""});
        const auto text = ledger.config_of(known.input.repository.id, run_to_repeat(known.input.existing, run_id));
        auto config = config::parse(text.value_or(""));
        if (!config)
            return ledger.nothing(
                fmt::format("a check of {}: the configuration of its run cannot be read any more", head_sha),
                Ledger::Surprise::notable);
        known.input.config = std::move(*config);
        known.config_text = text.value_or("");
        ledger.carry_out(planning::plan(known.input), known);
    };
}

Intake::Deed Intake::on_merge_group(const planning::MergeGroupEvent& event, const Via& via, std::stop_token stop) {
    const auto repository = github_repository(event.source);
    planning::MergeGroupTrigger trigger;
    trigger.action = event.action;
    trigger.head_sha = event.head_sha;
    trigger.head_ref = event.head_ref;
    trigger.base_sha = event.base_sha;
    trigger.base_ref = event.base_ref;
    trigger.pull_number = event.pull_number;
    PlanContext context;
    context.trigger_id = via.id;
    context.input.repository = event.source.repository;
    if (event.action == planning::MergeGroupAction::checks_requested) {
        auto inspection = asking_.inspect({repository,
                                           event.base_sha,
                                           event.head_sha,
                                           {"refs/heads/" + event.base_ref, "refs/heads/" + event.head_ref},
                                           false},
                                          stop);
        if (!inspection.config)
            return [at = event.base_sha](Ledger& ledger) { ledger.nothing("there is no .benchgate.yml at " + at); };
        auto parsed = config::parse(*inspection.config);
        if (!parsed)
            return [source = event.source, late = via.late,
                    check = config_check(event.head_sha, parsed.error())](Ledger& ledger) {
                ledger.remember(source, late);
                ledger.check(source.repository.id, check);
            };
        if (event.pull_number) trigger.measured = asking_.measured_answer(repository.id, *event.pull_number);
        if (trigger.measured)
            trigger.tree_equals_measured_run =
                asking_.same_tree(repository, event.head_sha, trigger.measured->head_sha) &&
                asking_.same_tree(repository, event.base_sha, trigger.measured->base_sha);
        context.input.config = std::move(*parsed);
        context.config_text = std::move(*inspection.config);
        context.input.base_sha = event.base_sha;
        context.input.changed_paths = std::move(inspection.changed_paths);
    }
    context.input.trigger = std::move(trigger);
    return [source = event.source, late = via.late, context = std::move(context)](Ledger& ledger) {
        ledger.remember(source, late);
        auto known = context;
        ledger.look_up_group(known.input);
        ledger.carry_out(planning::plan(known.input), known);
    };
}

}  // namespace benchgate::workers
