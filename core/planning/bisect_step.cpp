#include "core/planning/bisect_step.h"

#include <bit>
#include <map>
#include <optional>
#include <string_view>

namespace benchgate::planning {

BisectStep bisect_step(const std::vector<std::string>& commits, const std::vector<StepResult>& results) {
    if (commits.empty()) return NotReproduced{};
    std::map<std::string_view, StepVerdict> said;
    for (const auto& result : results) said[result.sha] = result.verdict;
    const auto verdict_of = [&](std::size_t i) -> std::optional<StepVerdict> {
        const auto found = said.find(commits[i]);
        return found == said.end() ? std::nullopt : std::optional(found->second);
    };

    // Whether there is anything to look for at all is asked first.
    const std::size_t last = commits.size() - 1;
    const auto end = verdict_of(last);
    if (!end) return CompareNext{commits[last], static_cast<std::size_t>(std::bit_width(last)) + 1};
    if (*end == StepVerdict::good) return NotReproduced{};
    if (*end != StepVerdict::bad) return Undecided{{commits[last]}};

    // The first bad commit lies in [first, bad]: everything before `first` is good, commits[bad] is bad. Verdicts of a
    // series with several changes may contradict each other; the innermost pair of good and bad is what is kept.
    std::size_t bad = last;
    for (std::size_t i = 0; i <= last; ++i)
        if (verdict_of(i) == StepVerdict::bad) {
            bad = i;
            break;
        }
    std::size_t first = 0;
    for (std::size_t i = 0; i < bad; ++i)
        if (verdict_of(i) == StepVerdict::good) first = i + 1;

    // The untried commit nearest to the middle of what comes before the bad one.
    std::optional<std::size_t> next;
    const std::size_t middle = first + (bad - first) / 2;
    const auto away = [&](std::size_t i) { return i > middle ? i - middle : middle - i; };
    for (std::size_t i = first; i < bad; ++i)
        if (!verdict_of(i) && (!next || away(i) < away(*next))) next = i;
    if (next) return CompareNext{commits[*next], static_cast<std::size_t>(std::bit_width(bad - first))};
    if (first == bad) return FirstBad{commits[bad], bad == 0 ? std::string() : commits[bad - 1]};
    return Undecided{
        {commits.begin() + static_cast<std::ptrdiff_t>(first), commits.begin() + static_cast<std::ptrdiff_t>(bad) + 1}};
}

}  // namespace benchgate::planning
