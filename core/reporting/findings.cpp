#include "core/reporting/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/json_parts.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using json::OrderedJson;
using model::ClaimState;

/// "250 ns → 40 ns", or a dash.
std::string values_text(const model::ClaimFinding& claim) {
    if (!claim.before || !claim.after) return "–";
    return fmt::format("{} → {}", format_value(*claim.before, claim.series.unit),
                       format_value(*claim.after, claim.series.unit));
}

FindingTable claims_table(const SuiteReport& suite) {
    FindingTable table{
        "Claims", "claim", {"benchmark", "metric", "claim", "verdict", "change", "interval", "values"}, {}, 3};
    for (const auto& claim : suite.claims)
        table.lines.push_back(
            {{claim.series.key.benchmark, claim.series.key.metric, claim_text(claim),
              std::string(model::to_string(claim.state)), claim.ratio ? format_change(*claim.ratio - 1) : "–",
              interval_text(claim.interval), values_text(claim)},
             claim.state == ClaimState::broken,
             claim.action == model::Action::block,
             claim.reason});
    return table;
}

/// "1.02 (0.98 to 1.06)"; a dash without a value.
std::string exponent_text(const std::optional<double>& value, const model::Interval& interval) {
    if (!value) return "–";
    const auto end = [](const std::optional<double>& one) {
        if (!one) return std::string("?");
        return fmt::format("{}{:.2f}", *one <= -0.005 ? "−" : "", std::fabs(*one));
    };
    if (!interval.low && !interval.high) return end(value);
    return fmt::format("{} ({} to {})", end(value), end(interval.low), end(interval.high));
}

FindingTable growth_table(const SuiteReport& suite) {
    FindingTable table{"Growth with the size",
                       "growth",
                       {"benchmark", "metric", "verdict", "exponent on base", "exponent on head", "rise", "sizes"},
                       {},
                       2};
    for (const auto& one : suite.growth) {
        const std::string sizes = one.sizes.empty() ? "–"
                                                    : fmt::format("{} of {:.0f} to {:.0f}", one.sizes.size(),
                                                                  one.sizes.front(), one.sizes.back());
        table.lines.push_back(
            {{one.series.key.benchmark, one.series.key.metric, std::string(model::to_string(one.state)),
              exponent_text(one.base, one.base_interval), exponent_text(one.head, one.head_interval),
              exponent_text(one.difference, one.difference_interval), sizes},
             one.state == model::GrowthState::risen,
             one.action == model::Action::block,
             one.reason});
    }
    return table;
}

}  // namespace

std::string claim_text(const model::ClaimFinding& claim) {
    return fmt::format("{} {} {}", format_change(claim.at_least), claim.between_refs ? "since" : "against",
                       claim.compared);
}

std::vector<FindingTable> finding_tables(const SuiteReport& suite) {
    std::vector<FindingTable> tables{claims_table(suite), growth_table(suite)};
    std::erase_if(tables, [](const FindingTable& table) { return table.lines.empty(); });
    for (auto& table : tables)
        std::stable_partition(table.lines.begin(), table.lines.end(), [](const auto& line) { return line.broken; });
    return tables;
}

OrderedJson claims_json(const std::vector<model::ClaimFinding>& claims) {
    OrderedJson list = OrderedJson::array();
    for (const auto& claim : claims)
        list.push_back(OrderedJson{{"benchmark", claim.series.key.benchmark},
                                   {"metric", claim.series.key.metric},
                                   {"unit", claim.series.unit},
                                   {claim.between_refs ? "from" : "against", claim.compared},
                                   {"at_least", claim.at_least},
                                   {"state", model::to_string(claim.state)},
                                   {"ratio", number_json(claim.ratio)},
                                   {"interval", interval_json(claim.interval)},
                                   {"before", number_json(claim.before)},
                                   {"after", number_json(claim.after)},
                                   {"trials_used", claim.trials_used},
                                   {"action", model::to_string(claim.action)},
                                   {"reason", claim.reason},
                                   {"line", claim.line}});
    return list;
}

OrderedJson growth_json(const std::vector<model::GrowthFinding>& growth) {
    OrderedJson list = OrderedJson::array();
    for (const auto& one : growth)
        list.push_back(OrderedJson{{"benchmark", one.series.key.benchmark},
                                   {"metric", one.series.key.metric},
                                   {"sizes", one.sizes},
                                   {"state", model::to_string(one.state)},
                                   {"base_exponent", number_json(one.base)},
                                   {"base_interval", interval_json(one.base_interval)},
                                   {"head_exponent", number_json(one.head)},
                                   {"head_interval", interval_json(one.head_interval)},
                                   {"difference", number_json(one.difference)},
                                   {"difference_interval", interval_json(one.difference_interval)},
                                   {"margin", one.margin},
                                   {"trials_used", one.trials_used},
                                   {"action", model::to_string(one.action)},
                                   {"reason", one.reason},
                                   {"line", one.line}});
    return list;
}

}  // namespace benchgate::reporting
