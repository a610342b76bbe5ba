// Waivers: made by a command or by the check's button, and taken back.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/planning/nearest.h"
#include "core/planning/plan_text.h"
#include "core/planning/plan_verbs.h"

namespace benchgate::planning {
namespace {

using model::Verdict;
using model::Waiver;

constexpr std::size_t most_waivers = 100;  // live ones of a pull request
constexpr std::chrono::days longest{366};
constexpr std::chrono::days by_button{30};
constexpr double most = 10;  // a change of 1000 %
constexpr std::size_t most_named = 5;

std::chrono::sys_days today_of(const PlanInput& input) {
    return std::chrono::floor<std::chrono::days>(input.now);
}

std::vector<const Waiver*> live_waivers(const PlanInput& input) {
    const auto today = day(today_of(input));
    std::vector<const Waiver*> live;
    for (const auto& stated : input.waivers)
        if (stated.waiver.until >= today) live.push_back(&stated.waiver);
    return live;
}

/// What the new waiver means for the last run's regressions.
std::string effect_of(const Waiver& waiver, const PlanInput& input) {
    if (!input.judged || input.judged->series.empty()) return "Nothing was judged yet: the name could not be checked.";
    std::size_t covered = 0, exceeding = 0;
    std::string named;
    for (const auto& [suite, verdict] : input.judged->series) {
        if (verdict.kind != model::VerdictKind::regressed || !speaks_of(waiver, verdict.series.key)) continue;
        if (within_ceiling(waiver, verdict)) {
            ++covered;
        } else if (exceeding++ < most_named) {
            const auto change = change_of(verdict);
            named += fmt::format("\n- {} ({}): {}", as_code(verdict.series.key.benchmark),
                                 as_code(verdict.series.key.metric),
                                 change ? fmt::format("{:.1f} %", *change * 100) : "no figure");
        }
    }
    std::string text = fmt::format("Of the last run's regressions it covers {}.", covered);
    if (exceeding > 0) text += fmt::format(" {} above the ceiling and still count:\n{}", exceeding, named);
    return text;
}

bool names_something(const Waiver& waiver, const PlanInput& input) {
    const auto& series = input.judged->series;
    return std::any_of(series.begin(), series.end(),
                       [&](const JudgedSeries& one) { return speaks_of(waiver, one.verdict.series.key); });
}

/// The far end of the interval as a share, rounded up to a tenth of a percent; absent: there is no figure.
std::optional<double> far_end(const Verdict& verdict) {
    const auto estimate = change_of(verdict);
    if (!estimate || *estimate <= 0 || *estimate > most) return std::nullopt;
    const auto end_of = [&](const model::Interval& interval) -> std::optional<double> {
        const auto& worst = verdict.series.better == model::Better::higher ? interval.low : interval.high;
        return worst ? std::optional(std::fabs(*worst - 1)) : std::nullopt;
    };
    auto end = end_of(verdict.interval);
    if (!end) end = end_of(verdict.nominal);
    // The ceiling is held against the estimate, so that it must not lie below.
    return std::min(std::ceil(std::max(end.value_or(*estimate), *estimate) * 1000 - 1e-6) / 1000, most);
}

bool is_waived(const Verdict& verdict, const std::vector<const Waiver*>& live) {
    return std::any_of(live.begin(), live.end(), [&](const Waiver* waiver) {
        return speaks_of(*waiver, verdict.series.key) && within_ceiling(*waiver, verdict);
    });
}

}  // namespace

Plan plan_waive(const PlanInput& input, const CommandTrigger& trigger) {
    const auto& command = trigger.command;
    const auto max = percent_of(command.value("max"));
    const auto until = day_of(command.value("until"));
    if (!max || !until) return refused("`max` or `until` cannot be read.", "an unreadable waiver");
    const auto today = today_of(input);
    if (*until < today)
        return refused(fmt::format("`until={}` is past: today is {} (UTC).", day(*until), day(today)), "a past day");
    if (*until > today + longest)
        return refused(fmt::format("A waiver holds for a year at most: to {}.", day(today + longest)), "too far a day");

    Waiver waiver;
    waiver.benchmark = command.words[0];
    waiver.max = *max / 100;
    waiver.until = day(*until);
    waiver.reason = command.value("reason");
    waiver.author = trigger.author;
    if (input.judged && !input.judged->series.empty() && !names_something(waiver, input))
        return refused(unknown_benchmark(input, waiver.benchmark), "an unknown benchmark");
    const auto live = live_waivers(input);
    const bool replaces = std::any_of(live.begin(), live.end(),
                                      [&](const Waiver* other) { return other->benchmark == waiver.benchmark; });
    if (!replaces && live.size() >= most_waivers)
        return refused(fmt::format("There are {} waivers on this pull request already.", most_waivers), "too many");

    Plan plan = answered("rocket",
                         fmt::format("Waived to the end of {} (UTC), for changes of up to {:g} %: {}.{}\n\n{}",
                                     waiver.until, *max, as_code(waiver.benchmark),
                                     replaces ? " It replaces an earlier one." : "", effect_of(waiver, input)),
                         "a waiver");
    if (replaces) plan.unwaived.push_back(waiver.benchmark);
    plan.waivers.push_back({std::move(waiver), trigger.comment_id});
    plan.restated_head = input.pull->head_sha;
    return plan;
}

Plan plan_unwaive(const PlanInput& input, const CommandTrigger& trigger) {
    const auto& benchmark = trigger.command.words[0];
    std::vector<std::string> names;
    for (const auto* waiver : live_waivers(input))
        if (std::find(names.begin(), names.end(), waiver->benchmark) == names.end()) names.push_back(waiver->benchmark);
    if (std::find(names.begin(), names.end(), benchmark) == names.end()) {
        std::string text = fmt::format("There is no waiver for {} on this pull request.", as_code(benchmark));
        if (const auto near = nearest(benchmark, names)) text += fmt::format(" Did you mean {}?", as_code(*near));
        if (!names.empty()) {
            names.resize(std::min(names.size(), std::size_t{20}));
            text += " Waived: " + code_list(names);
        }
        return refused(std::move(text), "no such waiver");
    }
    Plan plan = answered("rocket", fmt::format("{} counts again.", as_code(benchmark)), "a waiver taken back");
    plan.unwaived.push_back(benchmark);
    plan.restated_head = input.pull->head_sha;
    return plan;
}

Plan plan_waive_button(const PlanInput& input, const CheckTrigger& trigger) {
    Plan plan;
    plan.restated_head = trigger.head_sha;
    if (!input.judged || input.judged->head_sha != trigger.head_sha) {
        plan.reply = PlannedReply{"", "The newest verdict is not of this commit: nothing was waived."};
        plan.reason = "no verdict of this head";
        return plan;
    }
    const auto live = live_waivers(input);
    std::string left;
    for (const auto& [suite, verdict] : input.judged->series) {
        if (verdict.kind != model::VerdictKind::regressed || verdict.action != model::Action::block) continue;
        if (is_waived(verdict, live)) continue;
        const auto& key = verdict.series.key;
        const auto ceiling = far_end(verdict);
        if (!ceiling || live.size() + plan.waivers.size() >= most_waivers) {
            left += fmt::format("\n- {} ({})", as_code(key.benchmark), as_code(key.metric));
            continue;
        }
        // Two suites may measure one name: the higher ceiling covers both.
        const auto same = std::find_if(plan.waivers.begin(), plan.waivers.end(), [&](const StatedWaiver& other) {
            return other.waiver.benchmark == key.benchmark && other.waiver.metric == key.metric;
        });
        if (same != plan.waivers.end()) {
            same->waiver.max = std::max(same->waiver.max, *ceiling);
            continue;
        }
        Waiver waiver;
        waiver.benchmark = key.benchmark;
        waiver.metric = key.metric;
        waiver.max = *ceiling;
        waiver.until = day(today_of(input) + by_button);
        waiver.reason = "by button";
        waiver.author = trigger.sender;
        plan.waivers.push_back({std::move(waiver), std::nullopt});
    }
    plan.reason = fmt::format("{} waivers by button", plan.waivers.size());
    std::string text;
    if (plan.waivers.empty() && left.empty()) text = "No regression of this commit blocks: nothing was waived.";
    if (!left.empty()) text = "These could not be waived by a button, `/rebench waive` may do it:\n" + left;
    if (!text.empty()) plan.reply = PlannedReply{"", std::move(text)};
    return plan;
}

}  // namespace benchgate::planning
