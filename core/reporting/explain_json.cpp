#include "core/reporting/explain.h"
#include "core/reporting/json_parts.h"

namespace benchgate::reporting {
namespace {

using json::OrderedJson;

OrderedJson whole(const std::optional<std::int64_t>& value) {
    return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson test_json(const model::TestRecord& test) {
    return {
        {"statistic", test.statistic}, {"largest", test.largest},  {"critical", whole(test.critical)}, {"p", test.p},
        {"level", test.level},         {"reached", test.reached()}};
}

OrderedJson test_json(const std::optional<model::TestRecord>& test) {
    return test ? test_json(*test) : OrderedJson(nullptr);
}

OrderedJson ranks_json(const std::optional<model::IntervalRecord>& from) {
    if (!from) return nullptr;
    return {{"pairs", from->pairs},
            {"ranks", OrderedJson::array({whole(from->low_rank), whole(from->high_rank)})},
            {"levels", OrderedJson::array({from->low_level, from->high_level})}};
}

OrderedJson phase_json(const model::PhaseRecord& how) {
    OrderedJson object{{"tests", how.tests},   {"max_trials", how.max_trials}, {"alpha", how.alpha},
                       {"margin", how.margin}, {"detect", how.detect},         {"by_values", how.by_values}};
    object["looks"] = OrderedJson::array();
    for (const auto& look : how.looks)
        object["looks"].push_back(OrderedJson{{"trials", look.trials},
                                              {"blocks", look.blocks},
                                              {"worse", test_json(look.worse)},
                                              {"better", test_json(look.better)},
                                              {"clear", test_json(look.clear)},
                                              {"no_improvement", test_json(look.no_improvement)},
                                              {"outcome", to_string(look.outcome)}});
    object["figures_blocks"] = how.figures_blocks;
    object["relative_to"] = number_json(how.absolute);
    object["interval"] = ranks_json(how.interval);
    object["nominal_interval"] = ranks_json(how.nominal);
    object["detectable"] = nullptr;
    if (const auto& from = how.detectable)
        object["detectable"] = OrderedJson{{"noise", number_json(from->spread)},
                                           {"trials", from->trials},
                                           {"alpha", from->alpha},
                                           {"from_noise", number_json(from->from_noise)},
                                           {"by_the_policy", from->by_the_policy},
                                           {"needed", from->needed ? OrderedJson(*from->needed) : nullptr}};
    return object;
}

}  // namespace

OrderedJson explanation_json(const model::Explanation& explanation) {
    auto object = phase_json(explanation.measured);
    object["supported_loss"] = number_json(explanation.worse);
    object["supported_loss_of_modes"] = number_json(explanation.levels_worse);
    object["confirmation"] = nullptr;
    if (const auto& record = explanation.confirmation) {
        OrderedJson confirmation = OrderedJson::object();
        confirmation["fresh_blocks"] = record->fresh_blocks;
        if (record->fresh_blocks) {
            confirmation["verdict"] = to_string(record->kind);
            confirmation["ratio"] = number_json(record->ratio);
            confirmation["interval"] =
                OrderedJson::array({number_json(record->interval.low), number_json(record->interval.high)});
            confirmation["supported_loss"] = number_json(record->worse);
            confirmation["supported_loss_of_modes"] = number_json(record->levels_worse);
            confirmation["how"] = phase_json(record->how);
        }
        object["confirmation"] = std::move(confirmation);
    }
    object["levels"] = OrderedJson::array();
    for (const auto& level : explanation.levels)
        object["levels"].push_back(OrderedJson{{"name", level.name},
                                               {"at", level.at},
                                               {"action", to_string(level.action)},
                                               {"reached", level.reached},
                                               {"by_the_mix", level.by_the_mix}});
    object["asks"] = to_string(explanation.asks);
    return object;
}

}  // namespace benchgate::reporting
