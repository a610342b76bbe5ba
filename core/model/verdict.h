#pragma once
// What the judge says. Plain results; the rules that lead to them are in core/judging.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/policy.h"
#include "core/model/series.h"

namespace benchgate::model {

enum class VerdictKind { regressed, improved, unchanged, inconclusive, added, missing, failed };  // added prints "new"

/// A confidence interval of the cost or value ratio; an open end is absent.
struct Interval {
    std::optional<double> low;
    std::optional<double> high;
    bool operator==(const Interval&) const = default;
};

/// Two modes that the trials of a series fall into. Shares are of a side's trials, in the better one of the two.
struct Modes {
    double better_level = 0;  ///< medians, canonical unit
    double worse_level = 0;
    double base_share = 0;
    double head_share = 0;
    Interval levels;  ///< of head/base, unadjusted 95 %, each mode compared with itself; the mix is no change of it
    bool operator==(const Modes&) const = default;
};

/// The verdict on one series. Ratios are head/base of the metric's own values (2.0 of a throughput is good), absent
/// where there is nothing to divide (new, missing, failed, base of zero).
struct Verdict {
    Series series;
    VerdictKind kind = VerdictKind::inconclusive;
    std::optional<double> ratio;               ///< Hodges-Lehmann estimate
    Interval interval;                         ///< at the error level spent; never contradicts `kind`
    Interval nominal;                          ///< unadjusted two-sided 95 %
    std::optional<double> minimum_detectable;  ///< smallest relative change that would have been seen, 0.03 = 3 %
    std::optional<double> base_value;          ///< median of the base trials, canonical unit
    std::optional<double> head_value;
    std::optional<double> p;           ///< of the look that decided
    int trials_used = 0;               ///< a side, up to the look that decided
    std::optional<std::string> level;  ///< of a regression: the highest that the nominal interval supports
    Action action = Action::log;
    bool exact = false;            ///< compared exactly (a counter that does not vary), no p
    bool confirmed = false;        ///< alarmed again on fresh blocks
    std::string reason;            ///< one clause in plain words; may be empty
    std::optional<Modes> modes{};  ///< as the judge found them; the store keeps the words of `reason` only
    /// Of one that stayed open because of its noise: trials a side that would show what the policy asks for.
    std::optional<int> trials_needed{};
    std::optional<double> drift{};  ///< span of the blocks' levels in one job, relative, where it is no chance
    bool operator==(const Verdict&) const = default;
};

/// What the head's value means for a budget. The rules are in core/judging/budgets.h.
enum class BudgetState { within, over, unclear, unmeasured };  // unmeasured prints "not measured"

/// A budget on one verdict that it names.
struct BudgetFinding {
    std::size_t verdict = 0;  ///< index into the judgement's verdicts
    BudgetState state = BudgetState::unmeasured;
    std::optional<double> value{};  ///< of the head, canonical unit: that of `attempt`, where there is one
    Interval interval;              ///< of it
    std::optional<double> max;      ///< the limits, canonical unit
    std::optional<double> min;
    int line = 0;  ///< of the budget in .benchgate.yml; 0: unknown
    /// Of one that is over: the highest of the budget's levels that the interval supports, and what it asks for.
    std::optional<std::string> level{};
    Action action = Action::block;
    std::optional<std::size_t> attempt{};  ///< number of the earlier attempt that found it; none: the present one
    bool is_broken() const { return state == BudgetState::over && action != Action::log; }
    bool operator==(const BudgetFinding&) const = default;
};

/// What was measured of a claim. The rules are in core/judging/claims.h.
enum class ClaimState { holds, broken, unshown, unmeasured };  // "holds", "does not hold", "not shown", "not measured"

/// A claim on one series.
struct ClaimFinding {
    Series series;         ///< of which it is claimed; a glob as its name where nothing was measured
    std::string compared;  ///< with what: a ref as somebody wrote it, or a benchmark of the head
    bool between_refs = true;
    double at_least = 0;  ///< relative change; its sign is the direction
    ClaimState state = ClaimState::unmeasured;
    std::optional<double> ratio;   ///< of the metric: head over the ref, or this benchmark over the other
    Interval interval;             ///< of `ratio`, both ends at the error level of the look that decided
    std::optional<double> before;  ///< medians
    std::optional<double> after;
    int trials_used = 0;  ///< a side
    Action action = Action::block;
    std::string reason;  ///< one clause where there is something to say
    int line = 0;        ///< of the claim in .benchgate.yml; 0: unknown
    bool operator==(const ClaimFinding&) const = default;
};

/// Whether the exponent of a family has risen. The rules are in core/judging/growth.h.
enum class GrowthState { steady, risen, unclear, unmeasured };  // "no steeper", "steeper", "unclear", "not measured"

/// A family of benchmarks of growing size; an exponent is that of value ~ size^exponent.
struct GrowthFinding {
    Series series;  ///< its name has {n} where the size stands
    std::vector<double> sizes;
    GrowthState state = GrowthState::unmeasured;
    std::optional<double> base;  ///< exponents: medians over the trials
    Interval base_interval;      ///< 95 %
    std::optional<double> head;
    Interval head_interval;
    std::optional<double> difference;  ///< head less base
    Interval difference_interval;      ///< at the error levels of the look that decided
    double margin = 0;
    int trials_used = 0;  ///< a side
    Action action = Action::review;
    std::string reason;  ///< one clause where there is something to say
    int line = 0;        ///< of the rule in .benchgate.yml; 0: unknown
    bool operator==(const GrowthFinding&) const = default;
};

enum class Gate { success, failure, neutral, action_required };

/// All verdicts of one job.
struct Judgement {
    std::vector<Verdict> verdicts;
    Gate gate = Gate::neutral;
    std::string gate_reason;  ///< one clause: why the gate is as it is
    std::string judge_version;
    int tests = 0;  ///< N: gating series, fixed before measuring
    int blocks_kept = 0;
    int blocks_void = 0;
    bool operator==(const Judgement&) const = default;
};

std::string_view to_string(VerdictKind kind);
std::string_view to_string(BudgetState state);
std::string_view to_string(ClaimState state);
std::string_view to_string(GrowthState state);
std::string_view to_string(Gate gate);
std::optional<VerdictKind> verdict_kind_from(std::string_view text);
std::optional<Gate> gate_from(std::string_view text);

/// The worse of two gates: failure > action_required > neutral > success.
Gate worse(Gate a, Gate b);

}  // namespace benchgate::model
