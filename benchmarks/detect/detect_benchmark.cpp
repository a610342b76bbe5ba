// Time of detect_changes by length and by kind of series: growth must stay near n log n even where nothing changes
// (nothing can be ruled out early) and where everything does.

#include <benchmark/benchmark.h>

#include <cmath>
#include <functional>
#include <random>

#include "core/judging/change_points.h"

namespace {

using namespace benchgate;

std::vector<double> made(std::size_t n, const std::function<double(std::size_t, double)>& value) {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> noise;
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = value(i, noise(generator));
    return values;
}

/// Noise of 1 % and a step of 5 % in the middle.
std::vector<double> one_step(std::size_t n) {
    return made(n, [n](std::size_t i, double z) { return (i < n / 2 ? 100 : 105) * (1 + .01 * z); });
}

std::vector<double> noise_only(std::size_t n) {
    return made(n, [](std::size_t, double z) { return 100 * (1 + .01 * z); });
}

std::vector<double> step_every_hundred(std::size_t n) {
    return made(n, [](std::size_t i, double z) { return (i / 100 % 2 == 0 ? 100 : 105) * (1 + .01 * z); });
}

std::vector<double> ramp(std::size_t n) {
    return made(n, [n](std::size_t i, double z) {
        return 100 * (1 + static_cast<double>(i) / static_cast<double>(n) + .01 * z);
    });
}

std::vector<double> wandering(std::size_t n) {
    double level = 1;
    return made(n, [level](std::size_t, double z) mutable { return std::exp(level += .01 * z); });
}

std::vector<double> equal(std::size_t n) {
    return std::vector<double>(n, 100.0);
}

/// A timer of which most values are the same tick.
std::vector<double> ticks(std::size_t n) {
    return made(n, [](std::size_t, double z) { return z > 1 ? 11.0 : 10.0; });
}

void detect(benchmark::State& state, std::vector<double> (*series)(std::size_t)) {
    const auto values = series(static_cast<std::size_t>(state.range(0)));
    std::size_t points = 0;
    for (auto _ : state) points = judging::detect_changes(values).value().changes.size();
    state.counters["points"] = static_cast<double>(points);
}

BENCHMARK_CAPTURE(detect, one_step, one_step)
    ->RangeMultiplier(10)
    ->Range(100, 1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, noise_only, noise_only)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, step_every_hundred, step_every_hundred)
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, ramp, ramp)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, wandering, wandering)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, equal, equal)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(detect, ticks, ticks)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
