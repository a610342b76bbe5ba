#include "runners/measure/repeats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "core/judging/estimate.h"
#include "core/model/resources.h"

namespace benchgate::measure {
namespace {

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values, double centre) {
    double sum = 0;
    for (const double value : values) sum += (value - centre) * (value - centre);
    return sum / static_cast<double>(values.size() - 1);
}

/// Of one series: the processes of each side, each with its repeats, relative to the side's mean.
struct Scatter {
    std::map<model::Side, std::vector<std::vector<double>>> sides;

    /// Variance between repeats, and between processes beyond what their repeats explain; none of too few values.
    std::optional<std::pair<double, double>> variances() const {
        std::vector<double> within, between;
        for (const auto& [side, processes] : sides) {
            if (processes.size() < 2) return std::nullopt;
            std::vector<double> means;
            for (const auto& samples : processes) means.push_back(mean(samples));
            const double level = mean(means);
            if (!(level > 0)) return std::nullopt;
            double repeats = 0;
            std::vector<double> variances;
            for (std::size_t i = 0; i < processes.size(); ++i) {
                variances.push_back(variance(processes[i], means[i]) / (level * level));
                repeats += static_cast<double>(processes[i].size());
            }
            repeats /= static_cast<double>(processes.size());
            within.push_back(mean(variances));
            between.push_back(std::max(0.0, variance(means, level) / (level * level) - within.back() / repeats));
        }
        if (within.empty()) return std::nullopt;
        return std::pair(mean(within), mean(between));
    }
};

std::map<model::SeriesKey, Scatter> scatter_of(std::span<const model::Trial> block) {
    std::map<model::SeriesKey, Scatter> all;
    for (const auto& trial : block)
        for (const auto& value : trial.values) {
            if (!value.series.gating || value.samples.size() < 2 || model::is_of_the_whole(value.series.key.benchmark))
                continue;
            const bool usable = std::all_of(value.samples.begin(), value.samples.end(),
                                            [](double x) { return std::isfinite(x) && x >= 0; });
            if (usable) all[value.series.key].sides[trial.side].push_back(value.samples);
        }
    return all;
}

double wall_of(std::span<const model::Trial> trials) {
    std::vector<double> walls;
    for (const auto& trial : trials) walls.push_back(trial.resources.wall_ms);
    return walls.empty() ? 0 : judging::median(std::move(walls));
}

}  // namespace

Repeats choose_repeats(const RepeatsInput& input) {
    std::vector<double> wishes;
    double process_ms = 0, repeat_ms = 0;
    if (input.repeats > 1 && !input.single.empty())
        repeat_ms = (wall_of(input.block) - wall_of(input.single)) / (input.repeats - 1);
    // A clock's grain, or a process whose start costs what chance makes of it.
    repeat_ms = std::max(repeat_ms, 1e-3);
    process_ms = std::max(wall_of(input.block) - repeat_ms * input.repeats, 0.0);
    for (const auto& [key, scatter] : scatter_of(input.block)) {
        const auto variances = scatter.variances();
        if (!variances) continue;
        const auto [within, between] = *variances;
        if (within == 0)
            wishes.push_back(1);
        else if (between == 0)
            wishes.push_back(most_repeats);
        else
            wishes.push_back(std::sqrt(process_ms / repeat_ms * within / between));
    }
    if (wishes.empty()) return {input.repeats, "no benchmark reports its repeats one by one"};
    double count = std::clamp(judging::median(std::move(wishes)), 1.0, static_cast<double>(most_repeats));
    if (input.longest_trial_ms > 0)
        count = std::min(count, std::max(1.0, (input.longest_trial_ms - process_ms) / repeat_ms));
    return {static_cast<int>(std::lround(count)),
            fmt::format("a process costs {:.3g} ms and a repeat of all benchmarks {:.3g} ms", process_ms, repeat_ms)};
}

}  // namespace benchgate::measure
