#pragma once
// The numbers behind a verdict, as the judge wrote them down while it decided: its decisions are read off these
// records, so that they cannot say anything else than the verdict does. Plain values; the rules are in core/judging,
// the words in core/reporting.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/verdict.h"

namespace benchgate::model {

/// One question put to a series: how often a pair of trials spoke for it, and how often chance would do so.
struct TestRecord {
    std::int64_t statistic = 0;            ///< U or V: pairs of one block that speak for it, halves floored
    std::int64_t largest = 0;              ///< if all pairs did
    std::optional<std::int64_t> critical;  ///< smallest statistic that reaches the level; none: nothing can
    double p = 1;
    double level = 0;
    bool reached() const { return p <= level; }
    bool operator==(const TestRecord&) const = default;
};

enum class LookOutcome {
    regressed,
    improved,
    unchanged,
    waiting,  ///< clear of a slowdown, but an improvement looks likely
    open,
    inconclusive,  ///< open at the last look
};

struct LookRecord {
    int trials = 0;  ///< a side
    int blocks = 0;
    TestRecord worse;                 ///< head is worse by more than the margin: the alarm
    TestRecord better;                ///< head is better by more than the margin
    std::optional<TestRecord> clear;  ///< head is not worse by what is to be detected; absent where not asked any more
    std::optional<TestRecord> no_improvement;  ///< head is not better by what is to be detected; asked of a clear one
    LookOutcome outcome = LookOutcome::open;
    bool operator==(const LookRecord&) const = default;
};

/// Order statistics (1-based, of the sorted pairs head/base) that an interval's ends are; an open end has none.
struct IntervalRecord {
    double low_level = 0;  ///< one-sided
    double high_level = 0;
    std::optional<std::int64_t> low_rank;
    std::optional<std::int64_t> high_rank;
    std::int64_t pairs = 0;
    bool operator==(const IntervalRecord&) const = default;
};

/// From what the smallest detectable change was reckoned.
struct DetectableRecord {
    double spread = 0;  ///< standard deviation between trials, relative
    int trials = 0;     ///< a side
    double alpha = 0;
    double from_noise = 0;       ///< the change that this noise lets be seen
    bool by_the_policy = false;  ///< it is smaller than what the policy asks for, which is said instead
    /// Trials a side at which this noise would let be seen what the policy asks for; of one that stayed open.
    std::optional<int> needed;
    bool operator==(const DetectableRecord&) const = default;
};

/// One walk along the blocks of one phase.
struct PhaseRecord {
    int tests = 1;                   ///< N
    int max_trials = 0;              ///< a side
    double alpha = 0;                ///< of this test over all looks
    double margin = 0;               ///< relative
    double detect = 0;               ///< relative
    double improvement_hint = 0;     ///< level at which an improvement is waited for
    bool by_values = false;          ///< settled by the values alone; the verdict's reason says how
    std::vector<LookRecord> looks;   ///< in their order; none where no test was needed
    int figures_blocks = 0;          ///< estimate and intervals are of this many first blocks
    std::optional<double> absolute;  ///< differences instead of quotients: what a relative change is relative to
    std::optional<IntervalRecord> interval;
    std::optional<IntervalRecord> nominal;
    std::optional<DetectableRecord> detectable;
    bool operator==(const PhaseRecord&) const = default;
};

/// What fresh blocks said of an alarm.
struct ConfirmationRecord {
    bool fresh_blocks = false;  ///< false: there were none; whether the first alarm stands is in the verdict's kind
    VerdictKind kind = VerdictKind::inconclusive;
    std::optional<double> ratio;
    Interval interval;
    std::optional<double> worse;  ///< change for the worse that its unadjusted interval supports, relative to base
    std::optional<double> levels_worse;  ///< the same with each of two modes compared with itself; none: one mode
    PhaseRecord how;
    bool operator==(const ConfirmationRecord&) const = default;
};

struct LevelRecord {
    std::string name;
    double at = 0;
    Action action = Action::log;
    bool reached = false;
    bool by_the_mix = false;  ///< reached, but the levels of the two modes themselves did not move so far
    bool operator==(const LevelRecord&) const = default;
};

struct Explanation {
    PhaseRecord measured;
    std::optional<double> worse;  ///< change for the worse that the unadjusted interval supports, relative to base
    std::optional<double> levels_worse;  ///< the same with each of two modes compared with itself; none: one mode
    std::optional<ConfirmationRecord> confirmation;  ///< of an alarm
    std::vector<LevelRecord> levels;  ///< as they were tried, of a regression; the highest reached counts
    Gate asks = Gate::success;        ///< what this verdict alone asks of the gate
    bool operator==(const Explanation&) const = default;
};

std::string_view to_string(LookOutcome outcome);

}  // namespace benchgate::model
