#include "core/model/config.h"

#include <array>

namespace benchgate::model {
namespace {
constexpr std::array<std::pair<Tier, std::string_view>, 6> tiers{{{Tier::micro, "micro"},
                                                                  {Tier::integration, "integration"},
                                                                  {Tier::e2e, "e2e"},
                                                                  {Tier::load, "load"},
                                                                  {Tier::stress, "stress"},
                                                                  {Tier::chaos, "chaos"}}};
constexpr std::array<std::pair<ForkPolicy, std::string_view>, 4> fork_policies{
    {{ForkPolicy::never, "never"},
     {ForkPolicy::approve, "approve"},
     {ForkPolicy::contributors, "contributors"},
     {ForkPolicy::always, "always"}}};
}  // namespace

std::string_view unmeasured_because(const Suite& suite) {
    return suite.run.empty() && !suite.load ? "there is nothing to run" : "";
}

std::string_view to_string(ForkPolicy policy) {
    for (const auto& [value, name] : fork_policies)
        if (value == policy) return name;
    return "approve";
}

std::optional<ForkPolicy> fork_policy_from(std::string_view text) {
    for (const auto& [value, name] : fork_policies)
        if (name == text) return value;
    return std::nullopt;
}

std::string_view to_string(Tier tier) {
    for (const auto& [value, name] : tiers)
        if (value == tier) return name;
    return "micro";
}

std::optional<Tier> tier_from(std::string_view text) {
    for (const auto& [value, name] : tiers)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace benchgate::model
