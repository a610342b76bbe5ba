// Policy, budgets, claims and growth: the numbers that decide.

#include <fmt/format.h>

#include <algorithm>

#include "core/config/readers.h"
#include "core/model/globs.h"
#include "core/model/metrics.h"

namespace benchgate::config {
namespace {

/// Claims, and families; each is held against every benchmark after every look.
constexpr std::size_t most_questions = 200;

std::optional<model::Action> read_action(Reader& reader, const Node& node, const std::string& what) {
    const auto word = reader.word(node, what, {"log", "review", "block"});
    return word ? model::action_from(*word) : std::nullopt;
}

using Presets = std::vector<std::string_view>;
Presets of_change() {
    return {std::begin(model::change_presets), std::end(model::change_presets)};
}

Presets of_budget() {
    return {std::begin(model::budget_presets), std::end(model::budget_presets)};
}

/// A list of levels, or the name of one that is known.
std::vector<model::Level> read_levels(Reader& reader, const Node& node, const std::string& what,
                                      const Presets& presets = of_change()) {
    if (node.kind == Node::Kind::scalar) {
        const auto name = reader.word(node, what, presets);
        return model::level_preset(name.value_or("")).value_or(std::vector<model::Level>{});
    }
    std::vector<model::Level> levels;
    for (const auto* item : reader.list(node, what)) {
        Section section(reader, *item, "level", what);
        model::Level level;
        const auto* name = section.require("name");
        const auto* at = section.require("at");
        const auto* action = section.require("action");
        if (name == nullptr || at == nullptr || action == nullptr) continue;
        level.name = reader.text(*name, section.path("name")).value_or("");
        level.at = reader.percent(*at, section.path("at"), {0, 100}).value_or(0);
        level.action = read_action(reader, *action, section.path("action")).value_or(model::Action::log);
        for (const auto& other : levels)
            if (other.name == level.name)
                reader.fail(*name, fmt::format("{}: two levels named {}", what, quoted(level.name)));
        levels.push_back(std::move(level));
    }
    if (node.kind == Node::Kind::list && levels.empty()) reader.fail(node, what + ": an empty list");
    if (levels.size() > model::most_levels)
        reader.fail(node, fmt::format("{}: more than {} levels", what, model::most_levels));
    std::stable_sort(levels.begin(), levels.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    return levels;
}

model::MetricPolicy read_metric_policy(Reader& reader, const Section& section) {
    model::MetricPolicy metric;
    if (const auto* levels = section.get("levels"))
        metric.levels = read_levels(reader, *levels, section.path("levels"));
    if (const auto* detect = section.get("detect"))
        metric.detect = reader.percent(*detect, section.path("detect"), {0, 1});
    return metric;
}

std::map<std::string, model::MetricPolicy> read_metric_policies(Reader& reader, const Node& node,
                                                                const std::string& what) {
    std::map<std::string, model::MetricPolicy> metrics;
    if (node.kind != Node::Kind::map) {
        reader.fail(node, what + ": expected a map of metrics");
        return metrics;
    }
    for (const auto& [key, value] : node.entries) {
        const Section section(reader, *value, "metric", what + "." + shown(key->text));
        metrics[key->text] = read_metric_policy(reader, section);
    }
    return metrics;
}

std::vector<model::BenchmarkPolicy> read_benchmark_policies(Reader& reader, const Node& node) {
    std::vector<model::BenchmarkPolicy> policies;
    const std::string what = "policy.benchmarks";
    if (node.kind != Node::Kind::map) {
        reader.fail(node, what + ": expected a map of benchmark names or globs");
        return policies;
    }
    if (node.entries.size() > model::most_benchmark_policies) {
        reader.fail(node, fmt::format("{}: more than {} entries", what, model::most_benchmark_policies));
        return policies;
    }
    for (const auto& [key, value] : node.entries) {
        if (key->text.empty()) reader.fail(*key, what + ": an empty name");
        const Section section(reader, *value, "benchmark_policy", what + "." + shown(key->text));
        model::BenchmarkPolicy policy{key->text, read_metric_policy(reader, section), {}};
        if (const auto* metrics = section.get("metrics"))
            policy.metrics = read_metric_policies(reader, *metrics, section.path("metrics"));
        policies.push_back(std::move(policy));
    }
    return policies;
}

/// Both limits of a budget, in the metric's own unit.
void read_limits(Reader& reader, const Section& section, std::string_view metric, std::optional<double>& max,
                 std::optional<double>& min) {
    const auto unit = unit_of_metric(metric);
    const auto* upper = section.get("max");
    const auto* lower = section.get("min");
    if (upper != nullptr) max = reader.quantity(*upper, section.path("max"), unit);
    if (lower != nullptr) min = reader.quantity(*lower, section.path("min"), unit);
    if (section.is_map() && upper == nullptr && lower == nullptr)
        reader.fail(section.node(), "budgets: neither max nor min");
    if (max && min && *min > *max) reader.fail(*lower, fmt::format("{} is above max", section.path("min")));
}

/// A claim is of something that gets better: with a forgotten minus a slowdown would be claimed, and shown.
void check_direction(Reader& reader, const Node& node, const model::Claim& claim) {
    const auto kind = model::metric_kind(claim.metric);
    if (!kind || kind->better == model::Better::none || claim.at_least == 0) return;
    const bool lower = kind->better == model::Better::lower;
    if (lower != (claim.at_least > 0)) return;
    reader.fail(node,
                fmt::format("claims.at_least: {} of {} is a change for the worse, {} is better; did you mean '{}{}'?",
                            shown(node.text), claim.metric, lower ? "less" : "more", lower ? "-" : "",
                            lower ? node.text : node.text.substr(1)));
}

/// What a claim compares with: a ref, or another benchmark of the head.
void read_compared(Reader& reader, const Section& section, model::Claim& claim) {
    const auto* from = section.get("from");
    const auto* against = section.get("against");
    if (from != nullptr) claim.from = reader.text(*from, section.path("from")).value_or("");
    if (against != nullptr) claim.against = reader.text(*against, section.path("against")).value_or("");
    if (section.is_map() && (from == nullptr) == (against == nullptr))
        reader.fail(section.node(), "claims: either 'from' (a ref) or 'against' (another benchmark) is needed");
    if (against != nullptr && !model::fits_one_wildcard(claim.benchmark, claim.against))
        reader.fail(*against, "claims.against: a wildcard here stands for the only one of 'benchmark'");
}

}  // namespace

std::string_view unit_of_metric(std::string_view metric) {
    const auto kind = model::metric_kind(metric);
    return kind && kind->name != "counter" ? kind->unit : "";
}

model::Policy read_policy(Reader& reader, const Node& node) {
    model::Policy policy;
    const Section section(reader, node, "policy", "policy");
    if (const auto* levels = section.get("levels")) policy.levels = read_levels(reader, *levels, "policy.levels");
    if (const auto* metrics = section.get("metrics"))
        policy.metrics = read_metric_policies(reader, *metrics, "policy.metrics");
    if (const auto* benchmarks = section.get("benchmarks"))
        policy.benchmarks = read_benchmark_policies(reader, *benchmarks);
    if (const auto* rate = section.get("false_alarms"))
        policy.false_alarms = reader.percent(*rate, "policy.false_alarms", {0, 0.5}).value_or(policy.false_alarms);
    if (const auto* detect = section.get("detect"))
        policy.detect = reader.percent(*detect, "policy.detect", {0, 1}).value_or(policy.detect);
    if (const auto* word = section.get("inconclusive")) {
        const auto action = reader.word(*word, "policy.inconclusive", {"neutral", "block"});
        policy.inconclusive = action == "block" ? model::InconclusiveAction::block : model::InconclusiveAction::neutral;
    }
    if (const auto* drift = section.get("drift")) {
        Section part(reader, *drift, "drift", "policy.drift");
        if (const auto* per = part.require("per"))
            policy.drift_per = reader.word(*per, part.path("per"), {"release", "week", "month", "quarter"});
        if (const auto* allow = part.require("allow"))
            policy.drift_allow = reader.percent(*allow, part.path("allow"), {0, 10});
    }
    return policy;
}

std::vector<model::Budget> read_budgets(Reader& reader, const Node& node) {
    std::vector<model::Budget> budgets;
    for (const auto* item : reader.list(node, "budgets")) {
        Section section(reader, *item, "budget", "budgets");
        model::Budget budget;
        budget.line = item->line;
        if (const auto* benchmark = section.require("benchmark"))
            budget.benchmark = reader.text(*benchmark, section.path("benchmark")).value_or("");
        if (const auto* metric = section.require("metric"))
            budget.metric = reader.text(*metric, section.path("metric")).value_or("");
        read_limits(reader, section, budget.metric, budget.max, budget.min);
        budget.unit = unit_of_metric(budget.metric);
        if (const auto* levels = section.get("levels"))
            budget.levels = read_levels(reader, *levels, section.path("levels"), of_budget());
        budgets.push_back(std::move(budget));
    }
    return budgets;
}

std::vector<model::Growth> read_growth(Reader& reader, const Node& node) {
    std::vector<model::Growth> rules;
    for (const auto* item : reader.list(node, "growth")) {
        if (rules.size() == most_questions) {
            reader.fail(*item, fmt::format("growth: more than {}", most_questions));
            break;
        }
        Section section(reader, *item, "growth", "growth");
        model::Growth rule;
        rule.line = item->line;
        if (const auto* value = section.require("benchmark")) {
            rule.benchmark = reader.text(*value, section.path("benchmark")).value_or("");
            const auto place = rule.benchmark.find("{n}");
            if (place == std::string::npos || rule.benchmark.find("{n}", place + 1) != std::string::npos)
                reader.fail(*value, "growth.benchmark: {n} must stand once where the size is, as in \"sort/{n}\"");
        }
        if (const auto* value = section.get("metric"))
            rule.metric = reader.text(*value, section.path("metric")).value_or(rule.metric);
        if (const auto* value = section.get("margin"))
            rule.margin = reader.number(*value, section.path("margin"), {0, 10}).value_or(rule.margin);
        if (const auto* value = section.get("action"))
            rule.action = read_action(reader, *value, section.path("action")).value_or(rule.action);
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::vector<model::Claim> read_claims(Reader& reader, const Node& node) {
    std::vector<model::Claim> claims;
    for (const auto* item : reader.list(node, "claims")) {
        if (claims.size() == most_questions) {
            reader.fail(*item, fmt::format("claims: more than {}", most_questions));
            break;
        }
        Section section(reader, *item, "claim", "claims");
        model::Claim claim;
        claim.line = item->line;
        if (const auto* value = section.require("benchmark"))
            claim.benchmark = reader.text(*value, section.path("benchmark")).value_or("");
        if (const auto* value = section.require("metric"))
            claim.metric = reader.text(*value, section.path("metric")).value_or("");
        read_compared(reader, section, claim);
        if (const auto* value = section.require("at_least")) {
            claim.at_least = reader.percent(*value, section.path("at_least"), {-1, 1000}).value_or(1);
            if (claim.at_least == 0) reader.fail(*value, "claims.at_least: no change is no claim");
            check_direction(reader, *value, claim);
        }
        if (const auto* value = section.get("action"))
            claim.action = read_action(reader, *value, section.path("action")).value_or(claim.action);
        claims.push_back(std::move(claim));
    }
    return claims;
}

}  // namespace benchgate::config
