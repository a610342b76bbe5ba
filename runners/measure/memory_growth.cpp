#include "runners/measure/memory_growth.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/judging/memory_growth.h"
#include "runners/measure/schedule.h"

namespace benchgate::measure {
namespace {

/// What stands in the way of a slope of this run.
std::string short_of(const model::MemoryRun& run) {
    const auto settled = judging::settled_part(run.points).size();
    if (settled >= judging::least_slope_points) return "";
    const double seconds = std::chrono::duration<double>(2 * judging::least_slope_points * memory_every).count();
    if (run.points.empty())
        return fmt::format(
            "no look at the memory of its processes succeeded: the command ends too early (it has to take "
            "{:.1f} s or longer), or this host lets nobody look",
            seconds);
    return fmt::format(
        "the command ends too early: {} looks in the middle half of its run where {} are needed; one that "
        "takes {:.1f} s or longer has them",
        settled, judging::least_slope_points, seconds);
}

}  // namespace

tl::expected<WatchedMemory, JobFailure> watch_memory(TrialRunner& runner, const MemoryOptions& options,
                                                     Observer& observer, const platform::Clock& clock,
                                                     std::stop_token stop) {
    WatchedMemory watched;
    watched.runs.source = "smaps";
    const auto log = [&](std::string_view bytes) { observer.on_log(bytes); };
    std::chrono::nanoseconds longest{0};
    for (int round = 0; round < memory_rounds; ++round) {
        const auto start = clock.steady();
        if (start + longest > options.deadline) {
            if (round == 0) watched.why_not = "the time was up";
            break;
        }
        log(fmt::format("memory is watched, round {} of {}\n", round + 1, memory_rounds));
        // The first trial of a block of this round's own says who begins.
        const auto first = block_order(~options.seed, {model::Phase::measure, round, 0})[0];
        for (const auto side : {first, first == model::Side::base ? model::Side::head : model::Side::base}) {
            auto points = runner.watch_memory(side, memory_every, log, stop);
            if (!points) return tl::unexpected(points.error());
            watched.runs.runs.push_back({side, std::move(*points)});
            if (auto why = short_of(watched.runs.runs.back()); !why.empty()) {
                watched.why_not = std::move(why);
                return watched;
            }
        }
        longest = std::max<std::chrono::nanoseconds>(longest, clock.steady() - start);
    }
    return watched;
}

}  // namespace benchgate::measure
