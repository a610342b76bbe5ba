#include "core/protocol/questions_json.h"

#include <fmt/format.h>

#include "core/protocol/fields.h"

namespace benchgate::protocol {
namespace {

constexpr std::size_t most_questions = 200;    // of a kind; as many as a configuration may have
constexpr std::size_t most_answers = 100'000;  // a claim may name many benchmarks
constexpr int most_lines = 1'000'000;

/// The items of a list, each read by `read`.
template <class T, class ReadOne>
std::vector<T> items_of(Fields& f, const char* key, std::size_t most, ReadOne read) {
    std::vector<T> items;
    const auto& list = f.array(key);
    if (list.size() > most) {
        f.fail(fmt::format("{}: more than {}", key, most));
        return items;
    }
    for (const auto& item : list) items.push_back(f.take(key, read(item)));
    return items;
}

template <class T>
json::Json list_json(const std::vector<T>& items, json::Json (*one)(const T&)) {
    auto list = json::Json::array();
    for (const auto& item : items) list.push_back(one(item));
    return list;
}

void put(json::Json& document, const char* key, const std::optional<double>& value) {
    if (value) document[key] = *value;
}

json::Json interval_json(const model::Interval& interval) {
    auto document = json::Json::object();
    put(document, "low", interval.low);
    put(document, "high", interval.high);
    return document;
}

Read<model::Interval> read_interval(const json::Json& document) {
    Fields f(document);
    return f.done(model::Interval{f.optional_number("low"), f.optional_number("high")});
}

json::Json series_json(const model::Series& series) {
    return {{"benchmark", series.key.benchmark},
            {"metric", series.key.metric},
            {"unit", series.unit},
            {"better", model::to_string(series.better)},
            {"gating", series.gating}};
}

Read<model::Series> read_series(const json::Json& document) {
    Fields f(document);
    model::Series series;
    series.key = {f.text("benchmark"), f.text("metric")};
    series.unit = f.text("unit");
    series.better = f.word("better", series.better, model::better_from);
    series.gating = f.boolean_or("gating", series.gating);
    return f.done(std::move(series));
}

json::Json claim_json(const model::Claim& claim) {
    return {{"benchmark", claim.benchmark},
            {"metric", claim.metric},
            {"from", claim.from},
            {"against", claim.against},
            {"at_least", claim.at_least},
            {"action", model::to_string(claim.action)},
            {"line", claim.line}};
}

Read<model::Claim> read_claim(const json::Json& document) {
    Fields f(document);
    model::Claim claim;
    claim.benchmark = f.text("benchmark");
    claim.metric = f.text("metric");
    claim.from = f.text_or("from", "");
    claim.against = f.text_or("against", "");
    claim.at_least = f.number("at_least");
    claim.action = f.word("action", claim.action, model::action_from);
    claim.line = f.whole_or("line", 0, 0, most_lines);
    if (claim.at_least == 0) f.fail("at_least: expected a change");
    return f.done(std::move(claim));
}

json::Json growth_rule_json(const model::Growth& rule) {
    return {{"benchmark", rule.benchmark},
            {"metric", rule.metric},
            {"margin", rule.margin},
            {"action", model::to_string(rule.action)},
            {"line", rule.line}};
}

Read<model::Growth> read_growth_rule(const json::Json& document) {
    Fields f(document);
    model::Growth rule;
    rule.benchmark = f.text("benchmark");
    rule.metric = f.text("metric");
    rule.margin = f.number("margin");
    rule.action = f.word("action", rule.action, model::action_from);
    rule.line = f.whole_or("line", 0, 0, most_lines);
    return f.done(std::move(rule));
}

json::Json claim_finding_json(const model::ClaimFinding& finding) {
    json::Json document{{"series", series_json(finding.series)},
                        {"compared", finding.compared},
                        {"between_refs", finding.between_refs},
                        {"at_least", finding.at_least},
                        {"state", model::to_string(finding.state)},
                        {"interval", interval_json(finding.interval)},
                        {"trials_used", finding.trials_used},
                        {"action", model::to_string(finding.action)},
                        {"reason", finding.reason},
                        {"line", finding.line}};
    put(document, "ratio", finding.ratio);
    put(document, "before", finding.before);
    put(document, "after", finding.after);
    return document;
}

Read<model::ClaimFinding> read_claim_finding(const json::Json& document) {
    Fields f(document);
    model::ClaimFinding finding;
    finding.series = f.take("series", read_series(f.object("series")));
    finding.compared = f.text("compared");
    finding.between_refs = f.boolean_or("between_refs", true);
    finding.at_least = f.number("at_least");
    finding.state = f.word("state", finding.state, model::claim_state_from);
    finding.ratio = f.optional_number("ratio");
    finding.interval = f.take("interval", read_interval(f.object("interval")));
    finding.before = f.optional_number("before");
    finding.after = f.optional_number("after");
    finding.trials_used = f.whole("trials_used", 0, most_lines);
    finding.action = f.word("action", finding.action, model::action_from);
    finding.reason = f.text_or("reason", "");
    finding.line = f.whole_or("line", 0, 0, most_lines);
    return f.done(std::move(finding));
}

json::Json growth_finding_json(const model::GrowthFinding& finding) {
    json::Json document{{"series", series_json(finding.series)},
                        {"sizes", finding.sizes},
                        {"state", model::to_string(finding.state)},
                        {"base_interval", interval_json(finding.base_interval)},
                        {"head_interval", interval_json(finding.head_interval)},
                        {"difference_interval", interval_json(finding.difference_interval)},
                        {"margin", finding.margin},
                        {"trials_used", finding.trials_used},
                        {"action", model::to_string(finding.action)},
                        {"reason", finding.reason},
                        {"line", finding.line}};
    put(document, "base", finding.base);
    put(document, "head", finding.head);
    put(document, "difference", finding.difference);
    return document;
}

Read<model::GrowthFinding> read_growth_finding(const json::Json& document) {
    Fields f(document);
    model::GrowthFinding finding;
    finding.series = f.take("series", read_series(f.object("series")));
    for (const auto& size : f.array("sizes")) {
        if (size.is_number())
            finding.sizes.push_back(size.get<double>());
        else
            f.fail("sizes: expected numbers");
    }
    finding.state = f.word("state", finding.state, model::growth_state_from);
    finding.base = f.optional_number("base");
    finding.base_interval = f.take("base_interval", read_interval(f.object("base_interval")));
    finding.head = f.optional_number("head");
    finding.head_interval = f.take("head_interval", read_interval(f.object("head_interval")));
    finding.difference = f.optional_number("difference");
    finding.difference_interval = f.take("difference_interval", read_interval(f.object("difference_interval")));
    finding.margin = f.number("margin");
    finding.trials_used = f.whole("trials_used", 0, most_lines);
    finding.action = f.word("action", finding.action, model::action_from);
    finding.reason = f.text_or("reason", "");
    finding.line = f.whole_or("line", 0, 0, most_lines);
    return f.done(std::move(finding));
}

}  // namespace

json::Json to_json(const model::Questions& questions) {
    return {{"claims", list_json(questions.claims, claim_json)},
            {"growth", list_json(questions.growth, growth_rule_json)},
            {"claim_false_alarms", questions.claim_false_alarms},
            {"alone", questions.alone}};
}

Read<model::Questions> read_questions(const json::Json& document) {
    Fields f(document);
    model::Questions questions;
    questions.claims = items_of<model::Claim>(f, "claims", most_questions, read_claim);
    questions.growth = items_of<model::Growth>(f, "growth", most_questions, read_growth_rule);
    questions.claim_false_alarms = f.number("claim_false_alarms");
    if (!(questions.claim_false_alarms > 0 && questions.claim_false_alarms < 1))
        f.fail("claim_false_alarms: expected a share between 0 and 1");
    questions.alone = f.boolean_or("alone", false);
    if (questions.alone && questions.claims.empty()) f.fail("claims: none, and nothing else is asked");
    return f.done(std::move(questions));
}

json::Json to_json(const model::Answers& answers) {
    return {{"claims", list_json(answers.claims, claim_finding_json)},
            {"growth", list_json(answers.growth, growth_finding_json)}};
}

Read<model::Answers> read_answers(const json::Json& document) {
    Fields f(document);
    model::Answers answers;
    answers.claims = items_of<model::ClaimFinding>(f, "claims", most_answers, read_claim_finding);
    answers.growth = items_of<model::GrowthFinding>(f, "growth", most_answers, read_growth_finding);
    return f.done(std::move(answers));
}

}  // namespace benchgate::protocol
