#pragma once
// What a second host of the class said of regressions that a first one had confirmed. Plain results; the rule is
// core/judging/second_host.h.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/verdict.h"

namespace benchgate::model {

/// Whether there is an answer, or will be. unavailable: there is no second host, or it could not measure at all.
enum class SecondHostState { pending, answered, unavailable };
std::string_view to_string(SecondHostState state);

/// not_confirmed prints "not confirmed", unmeasured "not measured".
enum class SecondAnswer { confirmed, not_confirmed, unmeasured };
std::string_view to_string(SecondAnswer answer);

struct SecondFinding {
    std::size_t verdict = 0;  ///< index into the first host's verdicts
    SecondAnswer answer = SecondAnswer::unmeasured;
    std::optional<double> first_ratio;  ///< of the metric, head/base, on the first host
    Interval first_interval;            ///< at the error level spent
    std::optional<double> ratio;        ///< the same on the second host
    Interval interval;
    bool operator==(const SecondFinding&) const = default;
};

}  // namespace benchgate::model
