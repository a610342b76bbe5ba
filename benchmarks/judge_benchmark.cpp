// How long a verdict takes: the judge of a whole pull request, its parts, and what a runner asks between blocks.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/judging/estimate.h"
#include "core/judging/judge.h"

namespace {

using namespace benchgate;

struct Course {
    double effect = 1;     ///< head/base
    double spread = 0.02;  ///< values lie this far around their level, relative
};

/// Noise around a level, the same on every machine.
class Noise {
  public:
    explicit Noise(double spread) : spread_(spread) {}
    double around(double level) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        const double unit = static_cast<double>(state_ >> 40) / static_cast<double>(1u << 24);
        return level * (1 + spread_ * (2 * unit - 1));
    }

  private:
    double spread_;
    std::uint64_t state_ = 1;
};

std::vector<judging::SeriesBlocks> pull_request(int series, int blocks, const Course& course) {
    Noise noise(course.spread);
    std::vector<judging::SeriesBlocks> result;
    for (int i = 0; i < series; ++i) {
        judging::SeriesBlocks one{
            {{"benchmark/" + std::to_string(i), "time"}, "ns", model::Better::lower, true}, {}, {}};
        for (int b = 0; b < blocks; ++b) {
            judging::Block block;
            for (int t = 0; t < 4; ++t) {
                block.base.push_back(noise.around(1e6));
                block.head.push_back(noise.around(1e6 * course.effect));
            }
            one.blocks.push_back(block);
        }
        result.push_back(one);
    }
    return result;
}

void judge_pull_request(benchmark::State& state, const Course& course) {
    judging::JobBlocks blocks;
    blocks.measured.series = pull_request(static_cast<int>(state.range(0)), 15, course);
    blocks.measured.kept = 15;
    judging::JudgeOptions options;
    options.confirmation_required = false;
    double trials = 0;
    for ([[maybe_unused]] auto _ : state) {
        const auto judgement = judging::judge(blocks, options);
        trials = 0;
        for (const auto& verdict : judgement.verdicts) trials += verdict.trials_used;
        benchmark::DoNotOptimize(judgement.gate);
    }
    state.counters["trials_a_side"] = trials / static_cast<double>(state.range(0));
}
BENCHMARK_CAPTURE(judge_pull_request, unchanged, Course{})->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);
/// Between the margin and the change to be detected, in strong noise, most series stay open to the last look: the
/// dearest case.
BENCHMARK_CAPTURE(judge_pull_request, open_to_the_end, Course{1.0175, 0.08})
    ->Arg(100)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond);

void null_distribution(benchmark::State& state) {
    const std::vector<judging::BlockShape> shapes(static_cast<std::size_t>(state.range(0)), {4, 4});
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(judging::RankSumNull(shapes).p(1));
}
BENCHMARK(null_distribution)->Arg(3)->Arg(15)->Arg(20)->Arg(250)->Unit(benchmark::kMicrosecond);

void estimate_of_60_trials_a_side(benchmark::State& state) {
    const auto series = pull_request(1, 15, {1.02, 0.02});
    judging::NullTable nulls;
    const auto& null = nulls.of(series[0].blocks);
    for ([[maybe_unused]] auto _ : state) {
        const auto pairs = judging::all_pairs(series[0].blocks, judging::Margin::Scale::ratio, false);
        benchmark::DoNotOptimize(judging::hodges_lehmann(pairs));
        benchmark::DoNotOptimize(judging::test_interval(pairs, null, {1e-4, 0.008}));
    }
}
BENCHMARK(estimate_of_60_trials_a_side)->Unit(benchmark::kMicrosecond);

}  // namespace
