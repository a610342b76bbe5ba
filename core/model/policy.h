#pragma once
// What a repository asks of its verdicts: levels, actions, error rates. Read by core/config from `.benchgate.yml`,
// used by core/judging. Ratios are plain numbers: 5 % is 0.05.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/series.h"

namespace benchgate::model {

/// What a level asks for. log: mention it. review: somebody should look (check is neutral). block: the check fails.
enum class Action { log, review, block };

struct Level {
    std::string name;
    double at = 0;  ///< smallest relative change for the worse that carries this level
    Action action = Action::log;
    bool operator==(const Level&) const = default;
};

/// Most levels of one list.
inline constexpr std::size_t most_levels = 20;

/// Overrides for one metric. Naming a metric here also makes it gating.
struct MetricPolicy {
    std::optional<std::vector<Level>> levels;
    std::optional<double> detect;
    bool operator==(const MetricPolicy&) const = default;
};

/// Overrides for the benchmarks that a glob names: of every metric of theirs, and of one.
struct BenchmarkPolicy {
    std::string benchmark;  ///< glob
    MetricPolicy every;
    std::map<std::string, MetricPolicy> metrics;
    bool operator==(const BenchmarkPolicy&) const = default;
};
inline constexpr std::size_t most_benchmark_policies = 200;

enum class InconclusiveAction { neutral, block };

struct Policy {
    std::vector<Level> levels{
        {"minor", 0.05, Action::log}, {"major", 0.10, Action::review}, {"critical", 0.20, Action::block}};
    std::map<std::string, MetricPolicy> metrics;
    std::vector<BenchmarkPolicy> benchmarks{};  ///< in the order of the file: the first that says something counts
    double false_alarms = 0.01;  ///< chance of any false alarm in one pull request, over all its benchmarks
    double detect = 0.03;        ///< the relative change that must be seen with 95 % power, or else "inconclusive"
    InconclusiveAction inconclusive = InconclusiveAction::neutral;
    std::optional<std::string> drift_per;
    std::optional<double> drift_allow;
    bool operator==(const Policy&) const = default;
};

/// An absolute limit on a metric, in the metric's canonical unit.
struct Budget {
    std::string benchmark;  ///< glob
    std::string metric;
    std::optional<double> max;
    std::optional<double> min;
    int line = 0;        ///< where it stands in the file, for annotations
    std::string unit{};  ///< that the limits are in; empty: that of the metric, whatever it is
    /// By how far the limit is passed, relative to it. None: whatever is over it blocks.
    std::vector<Level> levels{};
    bool operator==(const Budget&) const = default;
};

/// An improvement that must be shown, either from a ref to the head or from one benchmark of the head to another.
struct Claim {
    std::string benchmark;  ///< glob
    std::string metric;
    std::string from;               ///< ref; empty: `against` is set
    double at_least = 0;            ///< relative change (-0.82: 82 % less); its sign is the direction that is claimed
    std::string against{};          ///< benchmark of the head; its wildcard stands for what that of `benchmark` matched
    Action action = Action::block;  ///< what a claim that does not hold asks for
    int line = 0;                   ///< where it stands in the file
    bool operator==(const Claim&) const = default;
};

/// A family of benchmarks of growing size whose exponent must not rise.
struct Growth {
    std::string benchmark;  ///< glob with {n} where the size stands
    std::string metric = "time";
    double margin = 0.1;             ///< by which the head's exponent may be above the base's
    Action action = Action::review;  ///< what a risen exponent asks for
    int line = 0;                    ///< where it stands in the file
    bool operator==(const Growth&) const = default;
};

std::string_view to_string(Action action);
std::optional<Action> action_from(std::string_view text);

/// Levels by a name: minor-major-critical (10, 20, 50 %), notice-warning-critical (5, 10, 20 %) and, over a budget,
/// green-yellow-red (0, 10, 20 %); their actions are log, review, block.
std::optional<std::vector<Level>> level_preset(std::string_view name);
/// The presets for a change, and for a budget.
inline constexpr std::string_view change_presets[] = {"minor-major-critical", "notice-warning-critical"};
inline constexpr std::string_view budget_presets[] = {"green-yellow-red", "minor-major-critical",
                                                      "notice-warning-critical"};

/// What applies to a series: what the first matching glob says of its metric, then that of all its metrics, the next
/// glob likewise, then what is said of the metric, then the policy's own.
const std::vector<Level>& levels_for(const Policy& policy, const SeriesKey& series);
double detect_for(const Policy& policy, const SeriesKey& series);
/// Its metric is named, for all benchmarks or for this one: it gates, whatever the format says.
bool names_metric_of(const Policy& policy, const SeriesKey& series);

}  // namespace benchgate::model
