#include "core/reporting/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/numbers.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {
namespace {

using model::LookOutcome;
using model::VerdictKind;

struct Node {
    std::string text;
    std::vector<Node> children{};
};

void print(const Node& node, const std::string& indent, std::string& out) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool last = i + 1 == node.children.size();
        out += indent + (last ? "└─ " : "├─ ") + node.children[i].text + "\n";
        print(node.children[i], indent + (last ? "   " : "│  "), out);
    }
}

std::string probability(double p) {
    return fmt::format("{:.3g}", p);
}

/// "U 48 of 48, p 2.92e-06; 48 and more reach the level of 0.000317: yes"
std::string test_text(const model::TestRecord& test, char statistic) {
    const auto bar = test.critical ? fmt::format("{} and more reach", *test.critical) : "nothing can reach";
    return fmt::format("{} {} of {}, p {}; {} the level of {}: {}", statistic, test.statistic, test.largest,
                       probability(test.p), bar, probability(test.level), test.reached() ? "yes" : "no");
}

std::string outcome_text(const model::LookRecord& look, const model::PhaseRecord& how) {
    const auto p = probability(look.better.p);
    const auto hint = probability(how.improvement_hint);
    switch (look.outcome) {
        case LookOutcome::regressed:
            return "decided: regressed";
        case LookOutcome::improved:
            return "decided: improved";
        case LookOutcome::unchanged:
            return "decided: unchanged";
        case LookOutcome::waiting:
            return fmt::format("clear, but p {} of an improvement is at most {}: measured on for that", p, hint);
        case LookOutcome::open:
            return "open: measured on";
        case LookOutcome::inconclusive:
            return "still open, and this was the last look: inconclusive";
    }
    return "";
}

Node look_node(const model::LookRecord& look, const model::PhaseRecord& how, std::size_t number) {
    Node node{fmt::format("look {} at {} trials a side ({})", number, look.trials, counted(look.blocks, "block"))};
    const auto margin = format_percent(how.margin), detect = format_percent(how.detect);
    node.children.push_back({fmt::format("worse by more than {}? {}", margin, test_text(look.worse, 'U'))});
    node.children.push_back({fmt::format("better by more than {}? {}", margin, test_text(look.better, 'U'))});
    if (look.clear)
        node.children.push_back({fmt::format("clear of a loss of {}? {}", detect, test_text(*look.clear, 'V'))});
    if (look.no_improvement)
        node.children.push_back(
            {fmt::format("clear of a gain of {} too? {}", detect, test_text(*look.no_improvement, 'V'))});
    node.children.push_back({outcome_text(look, how)});
    return node;
}

void add_looks(Node& node, const model::PhaseRecord& how) {
    node.children.push_back({fmt::format("{}; this one may err with {} over all its looks, of at most {} trials a side",
                                         counted(how.tests, "test"), probability(how.alpha), how.max_trials)});
    if (how.by_values) {
        node.children.push_back({"settled by the values alone, without a test"});
        return;
    }
    for (std::size_t i = 0; i < how.looks.size(); ++i) node.children.push_back(look_node(how.looks[i], how, i + 1));
    if (how.looks.empty()) node.children.push_back({"no look of the plan was reached"});
}

std::string rank_text(const std::optional<std::int64_t>& rank, std::string_view end, double level) {
    if (!rank) return fmt::format("{} end open since no pair reaches level {}", end, probability(level));
    return fmt::format("{} end is number {} at level {}", end, *rank, probability(level));
}

std::string interval_source(const model::IntervalRecord& from) {
    return fmt::format("of {} sorted pairs, {}, {}", from.pairs, rank_text(from.low_rank, "low", from.low_level),
                       rank_text(from.high_rank, "high", from.high_level));
}

void add_estimate(Node& node, const model::Verdict& verdict, const model::PhaseRecord& how) {
    if (!how.interval) return;
    Node estimate{fmt::format("change {}: the median of {} pairs of a head and a base trial of one block ({})",
                              shortened(one_line(change_text(verdict)), 80), how.interval->pairs,
                              counted(how.figures_blocks, "block"))};
    if (how.absolute)
        estimate.children.push_back(
            {fmt::format("not all values are above 0: differences, relative to {}",
                         shortened(one_line(format_value(*how.absolute, verdict.series.unit)), 80))});
    estimate.children.push_back({fmt::format("interval at the levels spent: {}", interval_text(verdict.interval)),
                                 {{interval_source(*how.interval)}}});
    if (how.nominal)
        estimate.children.push_back({fmt::format("interval of 95 %, unadjusted: {}", interval_text(verdict.nominal)),
                                     {{interval_source(*how.nominal)}}});
    node.children.push_back(std::move(estimate));
}

void add_detectable(Node& node, const model::Verdict& verdict, const model::PhaseRecord& how) {
    if (!verdict.minimum_detectable) return;
    Node detectable{
        fmt::format("smallest change that would have been seen: {}", format_percent(*verdict.minimum_detectable))};
    if (const auto& from = how.detectable) {
        detectable.children.push_back(
            {fmt::format("noise of {} between trials of one side of one block", format_percent(from->spread))});
        detectable.children.push_back({fmt::format("{} trials a side at level {} see {} with 95 % power", from->trials,
                                                   probability(from->alpha), format_percent(from->from_noise))});
        if (from->needed)
            detectable.children.push_back(
                {fmt::format("what the policy asks for needs about {} trials a side", format_count(*from->needed))});
        if (from->by_the_policy)
            detectable.children.push_back(
                {"the policy asks for no smaller one, so that nothing was measured on for it"});
    } else if (verdict.exact) {
        detectable.children.push_back({"compared exactly"});
    }
    node.children.push_back(std::move(detectable));
}

/// What was seen beside the level. Decides only what add_levels says of it.
void add_shape(Node& node, const model::Verdict& verdict) {
    if (const auto& modes = verdict.modes) {
        const auto& unit = verdict.series.unit;
        const auto level = [&](double value) { return shortened(one_line(format_value(value, unit)), 80); };
        Node shape{fmt::format("two modes, at {} and {}", level(modes->better_level), level(modes->worse_level))};
        shape.children.push_back({fmt::format("the better one holds {} of the base and {} of the head trials",
                                              format_percent(modes->base_share), format_percent(modes->head_share))});
        shape.children.push_back({fmt::format("each mode compared with itself, interval of 95 %, unadjusted: {}",
                                              interval_text(modes->levels))});
        node.children.push_back(std::move(shape));
    }
    if (verdict.drift)
        node.children.push_back({fmt::format("drift: the blocks' levels span {}; only values of one block are compared",
                                             format_percent(*verdict.drift))});
}

void add_confirmation(Node& node, const model::Verdict& verdict, const model::Explanation& explanation) {
    if (!explanation.confirmation) return;
    const auto& record = *explanation.confirmation;
    if (!record.fresh_blocks) {
        node.children.push_back({verdict.kind == VerdictKind::regressed
                                     ? "confirmation: none was asked for, the first alarm stands"
                                     : "confirmation: there are no fresh blocks, so that the alarm does not count"});
        return;
    }
    const bool again = record.kind == VerdictKind::regressed;
    Node confirmation{fmt::format("confirmation on fresh blocks: {}",
                                  again ? "alarmed again" : "no alarm, " + std::string(to_string(record.kind)))};
    add_looks(confirmation, record.how);
    if (record.ratio)
        confirmation.children.push_back(
            {fmt::format("change {} ({})", format_change(*record.ratio - 1), interval_text(record.interval))});
    node.children.push_back(std::move(confirmation));
}

std::string supported_text(const model::Explanation& explanation) {
    const auto& first = explanation.worse;
    const bool fresh = explanation.confirmation && explanation.confirmation->fresh_blocks;
    const auto text = [](const std::optional<double>& worse) {
        return !worse ? std::string("nothing") : std::isinf(*worse) ? "any" : format_percent(std::max(*worse, 0.0));
    };
    if (!fresh) return fmt::format("the unadjusted interval supports a loss of {}", text(first));
    return fmt::format("the unadjusted intervals support a loss of {} and, on fresh blocks, of {}: the smaller counts",
                       text(first), text(explanation.confirmation->worse));
}

void add_levels(Node& node, const model::Verdict& verdict, const model::Explanation& explanation) {
    if (verdict.kind != VerdictKind::regressed) return;
    Node levels{verdict.level ? fmt::format("level {}, which asks to {}", shortened(one_line(*verdict.level), 40),
                                            to_string(verdict.action))
                              : "no level of the policy is reached"};
    levels.children.push_back({supported_text(explanation)});
    const auto& first = explanation.levels_worse;
    const auto again = explanation.confirmation ? explanation.confirmation->levels_worse : std::nullopt;
    if (first || again) {
        const auto text = [](const std::optional<double>& worse) {
            return worse ? format_percent(std::max(*worse, 0.0)) : std::string("one mode seen");
        };
        levels.children.push_back({fmt::format(
            "each of its modes compared with itself supports {}{}; only that may block", text(first),
            explanation.confirmation && explanation.confirmation->fresh_blocks ? " and, on fresh blocks, " + text(again)
                                                                               : "")});
    }
    for (const auto& level : explanation.levels)
        levels.children.push_back({fmt::format("{} begins at {} ({}): {}", shortened(one_line(level.name), 40),
                                               format_percent(level.at), to_string(level.action),
                                               level.by_the_mix ? "reached by the mix of its modes alone"
                                               : level.reached  ? "reached"
                                                                : "not reached")});
    node.children.push_back(std::move(levels));
}

void add_exceptions(Node& node, const SuiteReport& suite, std::size_t at) {
    for (const auto& waiver : suite.waivers) {
        if (waiver.verdict != at) continue;
        node.children.push_back({fmt::format(
            "waiver of {}, up to {} until {}: {}", shortened(one_line(waiver.author), 80), format_percent(waiver.max),
            one_line(waiver.until), waiver.covers ? "covers it" : "does not cover it, " + one_line(waiver.why_not))});
    }
    const auto& verdict = suite.judgement->verdicts[at];
    for (const auto& budget : suite.budgets) {
        if (budget.verdict != at) continue;
        node.children.push_back({fmt::format("budget {}: {}, allowed is {}", budget_word(budget),
                                             one_line(budget_value_text(budget, verdict)),
                                             one_line(limit_text(budget, verdict.series.unit)))});
    }
}

std::string asks_text(model::Gate gate) {
    switch (gate) {
        case model::Gate::success:
            return "asks for nothing of the gate";
        case model::Gate::neutral:
            return "asks for a neutral gate";
        case model::Gate::failure:
            return "asks for a failing gate";
        case model::Gate::action_required:
            return "asks for a gate that waits for a person";
    }
    return "";
}

Node verdict_node(const SuiteReport& suite, std::size_t at) {
    const auto& verdict = suite.judgement->verdicts[at];
    const auto& explanation = suite.explanations[at];
    std::string word(to_string(verdict.kind));
    if (verdict.level) word += fmt::format(" ({})", shortened(one_line(*verdict.level), 40));
    Node node{fmt::format("{} {}: {}, {} trials a side", shortened(one_line(verdict.series.key.benchmark)),
                          shortened(one_line(verdict.series.key.metric), 80), word, verdict.trials_used)};
    if (!verdict.reason.empty())
        node.children.push_back({fmt::format("because: {}", shortened(one_line(verdict.reason), 400))});
    add_looks(node, explanation.measured);
    add_estimate(node, verdict, explanation.measured);
    add_detectable(node, verdict, explanation.measured);
    add_shape(node, verdict);
    add_confirmation(node, verdict, explanation);
    add_levels(node, verdict, explanation);
    add_exceptions(node, suite, at);
    node.children.push_back({asks_text(explanation.asks)});
    return node;
}

}  // namespace

std::string explain_text(const SuiteReport& suite) {
    if (!suite.judgement || suite.judgement->verdicts.empty() ||
        suite.explanations.size() != suite.judgement->verdicts.size())
        return fmt::format("{}: no verdict was reached by measuring, so there is none to explain\n",
                           suite.name.empty() ? "trials" : shortened(one_line(suite.name)));
    std::string text;
    for (std::size_t i = 0; i < suite.explanations.size(); ++i) {
        const auto node = verdict_node(suite, i);
        text += node.text + "\n";
        print(node, "", text);
    }
    return text + fmt::format("gate: {}: {}\n", to_string(suite.judgement->gate),
                              shortened(one_line(suite.judgement->gate_reason), 400));
}

}  // namespace benchgate::reporting
