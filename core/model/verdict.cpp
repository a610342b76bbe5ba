#include "core/model/verdict.h"

#include <array>
#include <utility>

#include "core/model/second_host.h"

namespace benchgate::model {
namespace {

constexpr std::array<std::pair<VerdictKind, std::string_view>, 7> kinds{{{VerdictKind::regressed, "regressed"},
                                                                         {VerdictKind::improved, "improved"},
                                                                         {VerdictKind::unchanged, "unchanged"},
                                                                         {VerdictKind::inconclusive, "inconclusive"},
                                                                         {VerdictKind::added, "new"},
                                                                         {VerdictKind::missing, "missing"},
                                                                         {VerdictKind::failed, "failed"}}};

// In the order of severity, which `worse` relies on.
constexpr std::array<std::pair<Gate, std::string_view>, 4> gates{{{Gate::success, "success"},
                                                                  {Gate::neutral, "neutral"},
                                                                  {Gate::action_required, "action_required"},
                                                                  {Gate::failure, "failure"}}};

std::size_t severity(Gate gate) {
    for (std::size_t i = 0; i < gates.size(); ++i)
        if (gates[i].first == gate) return i;
    return 0;
}

}  // namespace

std::string_view to_string(VerdictKind kind) {
    for (const auto& [value, name] : kinds)
        if (value == kind) return name;
    return "inconclusive";
}

std::string_view to_string(BudgetState state) {
    switch (state) {
        case BudgetState::within:
            return "within";
        case BudgetState::over:
            return "over";
        case BudgetState::unclear:
            return "unclear";
        case BudgetState::unmeasured:
            return "not measured";
    }
    return "not measured";
}

std::string_view to_string(ClaimState state) {
    switch (state) {
        case ClaimState::holds:
            return "holds";
        case ClaimState::broken:
            return "does not hold";
        case ClaimState::unshown:
            return "not shown";
        case ClaimState::unmeasured:
            return "not measured";
    }
    return "not measured";
}

std::string_view to_string(GrowthState state) {
    switch (state) {
        case GrowthState::steady:
            return "no steeper";
        case GrowthState::risen:
            return "steeper";
        case GrowthState::unclear:
            return "unclear";
        case GrowthState::unmeasured:
            return "not measured";
    }
    return "not measured";
}

std::string_view to_string(Gate gate) {
    for (const auto& [value, name] : gates)
        if (value == gate) return name;
    return "neutral";
}

std::optional<VerdictKind> verdict_kind_from(std::string_view text) {
    for (const auto& [value, name] : kinds)
        if (name == text) return value;
    return std::nullopt;
}

std::optional<Gate> gate_from(std::string_view text) {
    for (const auto& [value, name] : gates)
        if (name == text) return value;
    return std::nullopt;
}

Gate worse(Gate a, Gate b) {
    return severity(a) >= severity(b) ? a : b;
}

std::string_view to_string(SecondHostState state) {
    switch (state) {
        case SecondHostState::pending:
            return "pending";
        case SecondHostState::answered:
            return "answered";
        case SecondHostState::unavailable:
            return "unavailable";
    }
    return "";
}

std::string_view to_string(SecondAnswer answer) {
    switch (answer) {
        case SecondAnswer::confirmed:
            return "confirmed";
        case SecondAnswer::not_confirmed:
            return "not confirmed";
        case SecondAnswer::unmeasured:
            return "not measured";
    }
    return "";
}

}  // namespace benchgate::model
