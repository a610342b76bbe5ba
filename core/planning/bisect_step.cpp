#include "core/planning/bisect_step.h"

#include <array>
#include <bit>
#include <map>
#include <optional>
#include <string_view>

namespace benchgate::planning {
namespace {

constexpr std::size_t more_steps = 10;  // than a search with clear verdicts takes

using Said = std::map<std::string_view, StepVerdict>;

Said said_of(const std::vector<StepResult>& results) {
    Said said;
    for (const auto& result : results) said[result.sha] = result.verdict;
    return said;
}

std::optional<StepVerdict> verdict_of(const Said& said, const std::string& sha) {
    const auto found = said.find(sha);
    return found == said.end() ? std::nullopt : std::optional(found->second);
}

/// The first bad commit lies in [first, bad]: everything before `first` is good, commits[bad] is bad or the end.
struct Interval {
    std::size_t first = 0;
    std::size_t bad = 0;
};

/// Verdicts of a series with several changes may contradict each other; the innermost pair of good and bad is what is
/// kept.
Interval interval_of(const std::vector<std::string>& commits, const Said& said) {
    Interval interval{0, commits.size() - 1};
    for (std::size_t i = 0; i < commits.size(); ++i)
        if (verdict_of(said, commits[i]) == StepVerdict::bad) {
            interval.bad = i;
            break;
        }
    for (std::size_t i = 0; i < interval.bad; ++i)
        if (verdict_of(said, commits[i]) == StepVerdict::good) interval.first = i + 1;
    return interval;
}

std::vector<std::string> between(const std::vector<std::string>& commits, const Interval& interval) {
    return {commits.begin() + static_cast<std::ptrdiff_t>(interval.first),
            commits.begin() + static_cast<std::ptrdiff_t>(interval.bad) + 1};
}

constexpr std::array<std::pair<StepVerdict, std::string_view>, 4> names{{{StepVerdict::good, "good"},
                                                                         {StepVerdict::bad, "bad"},
                                                                         {StepVerdict::inconclusive, "inconclusive"},
                                                                         {StepVerdict::failed, "failed"}}};

}  // namespace

BisectStep bisect_step(const std::vector<std::string>& commits, const std::vector<StepResult>& results) {
    if (commits.empty()) return NotReproduced{};
    const auto said = said_of(results);

    // Whether there is anything to look for at all is asked first.
    const std::size_t last = commits.size() - 1;
    const auto end = verdict_of(said, commits[last]);
    if (!end) return CompareNext{commits[last], static_cast<std::size_t>(std::bit_width(last)) + 1};
    if (*end == StepVerdict::good) return NotReproduced{};
    if (*end != StepVerdict::bad) return Undecided{{commits[last]}};

    // The untried commit nearest to the middle of what comes before the bad one.
    const auto [first, bad] = interval_of(commits, said);
    std::optional<std::size_t> next;
    std::size_t nearest = 0;
    const std::size_t middle = first + (bad - first) / 2;
    for (std::size_t i = first; i < bad; ++i) {
        const auto away = i > middle ? i - middle : middle - i;
        if (verdict_of(said, commits[i]) || (next && away >= nearest)) continue;
        next = i;
        nearest = away;
    }
    if (next) return CompareNext{commits[*next], static_cast<std::size_t>(std::bit_width(bad - first))};
    if (first == bad) return FirstBad{commits[bad], bad == 0 ? std::string() : commits[bad - 1]};
    return Undecided{between(commits, {first, bad})};
}

std::vector<std::string> suspects(const std::vector<std::string>& commits, const std::vector<StepResult>& results) {
    if (commits.empty()) return {};
    return between(commits, interval_of(commits, said_of(results)));
}

std::size_t most_steps(std::size_t commits) {
    return static_cast<std::size_t>(std::bit_width(commits)) + 1 + more_steps;
}

std::string_view to_string(StepVerdict verdict) {
    for (const auto& [known, name] : names)
        if (known == verdict) return name;
    return "failed";
}

std::optional<StepVerdict> step_verdict_from(std::string_view text) {
    for (const auto& [known, name] : names)
        if (name == text) return known;
    return std::nullopt;
}

}  // namespace benchgate::planning
