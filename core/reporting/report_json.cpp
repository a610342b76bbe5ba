#include "core/reporting/report_json.h"

#include <algorithm>

#include "core/reporting/explain.h"
#include "core/reporting/findings.h"
#include "core/reporting/json_parts.h"
#include "core/reporting/sources.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {
namespace {

using json::OrderedJson;

OrderedJson verdicts_json(const std::vector<model::Verdict>& verdicts,
                          std::span<const model::Explanation> explanations) {
    OrderedJson list = OrderedJson::array();
    for (const auto& verdict : verdicts) {
        auto& entry = list.emplace_back(verdict_json(verdict));
        if (explanations.size() == verdicts.size()) entry["explain"] = explanation_json(explanations[list.size() - 1]);
    }
    return list;
}

OrderedJson waivers_json(const SuiteReport& suite) {
    OrderedJson list = OrderedJson::array();
    for (const auto& note : suite.waivers) {
        const auto& key = suite.judgement->verdicts.at(note.verdict).series.key;
        list.push_back(OrderedJson{{"benchmark", key.benchmark},
                                   {"metric", key.metric},
                                   {"covers", note.covers},
                                   {"why_not", note.why_not},
                                   {"max", note.max},
                                   {"until", note.until},
                                   {"by", note.author},
                                   {"reason", note.reason}});
    }
    return list;
}

OrderedJson advisories_json(const SuiteReport& suite) {
    OrderedJson list = OrderedJson::array();
    for (const auto& note : suite.advisories) {
        const auto& key = suite.judgement->verdicts.at(note.verdict).series.key;
        list.push_back(OrderedJson{{"benchmark", key.benchmark},
                                   {"metric", key.metric},
                                   {"comparisons", note.counted.comparisons},
                                   {"alarms", note.counted.alarms},
                                   {"promised", note.counted.promised}});
    }
    return list;
}

OrderedJson second_host_json(const SuiteReport& suite) {
    if (!suite.second_host) return nullptr;
    const auto& note = *suite.second_host;
    OrderedJson findings = OrderedJson::array();
    for (const auto& one : note.findings) {
        const auto& key = suite.judgement->verdicts.at(one.verdict).series.key;
        findings.push_back(OrderedJson{{"benchmark", key.benchmark},
                                       {"metric", key.metric},
                                       {"answer", model::to_string(one.answer)},
                                       {"first_ratio", number_json(one.first_ratio)},
                                       {"first_interval", interval_json(one.first_interval)},
                                       {"ratio", number_json(one.ratio)},
                                       {"interval", interval_json(one.interval)}});
    }
    return OrderedJson{{"state", model::to_string(note.state)},
                       {"runner", note.runner},
                       {"why", note.why},
                       {"findings", findings},
                       {"bundle_url", note.bundle_url}};
}

OrderedJson budgets_json(const SuiteReport& suite) {
    OrderedJson list = OrderedJson::array();
    for (const auto& note : suite.budgets) {
        const auto& verdict = suite.judgement->verdicts.at(note.verdict);
        list.push_back(
            OrderedJson{{"benchmark", verdict.series.key.benchmark},
                        {"metric", verdict.series.key.metric},
                        {"unit", verdict.series.unit},
                        {"state", model::to_string(note.state)},
                        {"level", note.level ? OrderedJson(*note.level) : OrderedJson(nullptr)},
                        {"action", note.state == model::BudgetState::over ? OrderedJson(model::to_string(note.action))
                                                                          : OrderedJson(nullptr)},
                        {"value", number_json(note.value)},
                        {"interval", interval_json(note.interval)},
                        {"attempt", note.attempt ? OrderedJson(*note.attempt) : OrderedJson(nullptr)},
                        {"max", number_json(note.max)},
                        {"min", number_json(note.min)},
                        {"line", note.line}});
    }
    return list;
}

OrderedJson suite_json(const SuiteReport& suite) {
    OrderedJson object;
    object["suite"] = suite.name;
    object["state"] = state_word(suite.state);
    object["gate"] = suite.judgement ? OrderedJson(model::to_string(suite.judgement->gate)) : OrderedJson(nullptr);
    object["gate_reason"] = suite.judgement ? suite.judgement->gate_reason : "";
    object["judge_version"] = suite.judgement ? suite.judgement->judge_version : "";
    object["verdicts"] =
        suite.judgement ? verdicts_json(suite.judgement->verdicts, suite.explanations) : OrderedJson::array();
    object["waivers"] = waivers_json(suite);
    object["advisories"] = advisories_json(suite);
    object["second_host"] = second_host_json(suite);
    object["budgets"] = budgets_json(suite);
    object["claims"] = claims_json(suite.claims);
    object["growth"] = growth_json(suite.growth);
    object["sources"] = sources_json(suite);
    object["identical"] = suite.identical;
    object["cancelled"] = suite.cancelled;
    object["trials"] = suite.trials;
    object["tests"] = suite.judgement ? suite.judgement->tests : 0;
    object["blocks_kept"] = suite.judgement ? suite.judgement->blocks_kept : 0;
    object["blocks_void"] = suite.judgement ? suite.judgement->blocks_void : 0;
    object["seed"] = suite.seed;
    object["false_alarms"] = suite.false_alarms;
    object["detect"] = suite.detect;
    object["runner"] = suite.runner;
    object["host_class"] = suite.host_class;
    object["duration_seconds"] = suite.duration_seconds;
    object["error"] = nullptr;
    if (suite.error)
        object["error"] = OrderedJson{
            {"phase", suite.error->phase}, {"message", suite.error->message}, {"log_tail", suite.error->log_tail}};
    return object;
}

}  // namespace

OrderedJson verdict_json(const model::Verdict& verdict) {
    OrderedJson object;
    object["benchmark"] = verdict.series.key.benchmark;
    object["metric"] = verdict.series.key.metric;
    object["verdict"] = model::to_string(verdict.kind);
    object["ratio"] = number_json(verdict.ratio);
    object["interval"] = interval_json(verdict.interval);
    object["nominal_interval"] = interval_json(verdict.nominal);
    object["minimum_detectable"] = number_json(verdict.minimum_detectable);
    object["trials_used"] = verdict.trials_used;
    object["level"] = verdict.level ? OrderedJson(*verdict.level) : OrderedJson(nullptr);
    object["action"] = model::to_string(verdict.action);
    object["unit"] = verdict.series.unit;
    object["better"] = model::to_string(verdict.series.better);
    object["gating"] = verdict.series.gating;
    object["base"] = number_json(verdict.base_value);
    object["head"] = number_json(verdict.head_value);
    object["p"] = number_json(verdict.p);
    object["exact"] = verdict.exact;
    object["confirmed"] = verdict.confirmed;
    object["reason"] = verdict.reason;
    if (const auto& modes = verdict.modes)
        object["modes"] = OrderedJson{{"better_level", number_json(modes->better_level)},
                                      {"worse_level", number_json(modes->worse_level)},
                                      {"base_share", number_json(modes->base_share)},
                                      {"head_share", number_json(modes->head_share)},
                                      {"levels_interval", interval_json(modes->levels)}};
    if (verdict.trials_needed) object["trials_needed"] = *verdict.trials_needed;
    if (verdict.drift) object["drift"] = number_json(verdict.drift);
    return object;
}

OrderedJson judgement_json(const model::Judgement& judgement, std::span<const model::Explanation> explanations) {
    OrderedJson object;
    object["schema_version"] = report_schema_version;
    object["judge_version"] = judgement.judge_version;
    object["verdicts"] = verdicts_json(judgement.verdicts, explanations);
    object["gate"] = model::to_string(judgement.gate);
    object["gate_reason"] = judgement.gate_reason;
    object["tests"] = judgement.tests;
    object["blocks_kept"] = judgement.blocks_kept;
    object["blocks_void"] = judgement.blocks_void;
    return object;
}

OrderedJson report_json(const Report& report) {
    OrderedJson object;
    object["schema_version"] = report_schema_version;
    object["judge_version"] = "";
    for (const auto& suite : report.suites)
        if (suite.judgement) object["judge_version"] = suite.judgement->judge_version;
    object["repository"] = report.repository;
    object["base"] = report.base_sha;
    object["head"] = report.head_sha;
    object["suites"] = OrderedJson::array();
    for (const auto& suite : report.suites) object["suites"].push_back(suite_json(suite));
    object["problems"] = OrderedJson::array();
    for (const auto& problem : report.problems)
        object["problems"].push_back(OrderedJson{
            {"file", problem.file}, {"line", problem.line}, {"column", problem.column}, {"message", problem.message}});
    object["notes"] = report.notes;
    object["gate"] = model::to_string(report.gate);
    object["exit_status"] = exit_status(report);
    return object;
}

int exit_status(const Report& report) {
    if (!report.problems.empty()) return 2;
    if (report.gate == model::Gate::failure || report.gate == model::Gate::action_required) return 1;
    const bool unmeasured = std::any_of(report.suites.begin(), report.suites.end(), [](const SuiteReport& suite) {
        return suite.error.has_value() || (!suite.judgement && !suite.identical);
    });
    return unmeasured ? 3 : 0;
}

}  // namespace benchgate::reporting
