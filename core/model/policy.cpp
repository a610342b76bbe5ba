#include "core/model/policy.h"

namespace benchgate::model {

std::string_view to_string(Action action) {
    switch (action) {
        case Action::log:
            return "log";
        case Action::review:
            return "review";
        case Action::block:
            return "block";
    }
    return "log";
}

std::optional<Action> action_from(std::string_view text) {
    if (text == "log") return Action::log;
    if (text == "review") return Action::review;
    if (text == "block") return Action::block;
    return std::nullopt;
}

const std::vector<Level>& levels_for(const Policy& policy, const std::string& metric) {
    const auto found = policy.metrics.find(metric);
    if (found != policy.metrics.end() && found->second.levels) return *found->second.levels;
    return policy.levels;
}

double detect_for(const Policy& policy, const std::string& metric) {
    const auto found = policy.metrics.find(metric);
    if (found != policy.metrics.end() && found->second.detect) return *found->second.detect;
    return policy.detect;
}

}  // namespace benchgate::model
