#include "core/planning/auto_profile.h"

#include <fmt/format.h>

namespace benchgate::planning {
namespace {
constexpr std::string_view request_prefix = "regression:";
}

bool profiles_regressions(model::RunKind kind) {
    return kind == model::RunKind::pull_request || kind == model::RunKind::command;
}

std::string request_of_profile(std::string_view run_id, std::string_view suite, std::string_view benchmark) {
    return fmt::format("{}{}:{}:{}", request_prefix, run_id, suite, benchmark);
}

std::string_view profiled_run(std::string_view request) {
    if (!request.starts_with(request_prefix)) return {};
    request.remove_prefix(request_prefix.size());
    return request.substr(0, request.find(':'));
}

}  // namespace benchgate::planning
