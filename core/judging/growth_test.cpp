#include "core/judging/growth.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace benchgate::judging {
namespace {

using model::GrowthState;
using model::Side;
using Cost = std::function<double(double n)>;

const std::vector<double> sizes{8, 64, 512, 4096};

double linear(double n) {
    return 5 * n;
}
double log_linear(double n) {
    return 5 * n * std::log2(n);
}
double square(double n) {
    return 0.1 * n * n;
}

/// Trials of one job: each process is slower or faster as a whole, and each value by itself.
std::vector<model::Trial> job(const Cost& base, const Cost& head, int blocks, double noise = 0.02,
                              const std::vector<double>& of = sizes, const std::string& name = "sort/{}") {
    std::mt19937_64 generator(7);
    std::normal_distribution<double> normal;
    std::vector<model::Trial> trials;
    const auto one = [&](Side side, model::Phase phase, int block) {
        model::Trial trial;
        trial.number = std::ssize(trials);
        trial.phase = phase;
        trial.block = block;
        trial.side = side;
        const double process = std::exp(noise * normal(generator));
        for (const double n : of) {
            model::Measurement value;
            value.series = {{fmt::format(fmt::runtime(name), n), "time"}, "ns", model::Better::lower, true};
            value.samples = {(side == Side::base ? base : head)(n)*process * std::exp(noise * normal(generator))};
            trial.values.push_back(value);
        }
        trials.push_back(trial);
    };
    for (const auto side : {Side::base, Side::head}) one(side, model::Phase::warmup, 0);
    for (int block = 0; block < blocks; ++block)
        for (int i = 0; i < 4; ++i)
            for (const auto side : {Side::base, Side::head}) one(side, model::Phase::measure, block);
    return trials;
}

model::Growth rule(const std::string& pattern = "sort/{n}") {
    model::Growth made;
    made.benchmark = pattern;
    made.line = 9;
    return made;
}

model::GrowthFinding only_finding(const std::vector<model::Trial>& trials, const model::Growth& asked = rule()) {
    const auto findings = judge_growth(trials, std::vector{asked}, {});
    EXPECT_EQ(findings.size(), 1u);
    return findings.empty() ? model::GrowthFinding{} : findings[0];
}

TEST(Growth, TheSizeIsReadWhereThePatternSaysSo) {
    EXPECT_EQ(size_in("sort/{n}", "sort/512"), (std::pair{512.0, std::string("sort/{n}")}));
    EXPECT_EQ(size_in("sort/{n}/real_time", "sort/512/real_time")->first, 512);
    EXPECT_EQ(size_in("*/{n}", "sort2/512"), (std::pair{512.0, std::string("sort2/{n}")}));
    EXPECT_EQ(size_in("sort/{n}/*", "sort/64/8"), (std::pair{64.0, std::string("sort/{n}/8")}));
    EXPECT_EQ(size_in("sort/*/{n}", "sort/64/8"), (std::pair{8.0, std::string("sort/64/{n}")}));
    EXPECT_EQ(size_in("sort/{n}", "merge/512"), std::nullopt);
    EXPECT_EQ(size_in("sort/{n}", "sort/0"), std::nullopt);
    EXPECT_EQ(size_in("sort/{n}", "sort/" + std::string(400, '9')), std::nullopt);
}

TEST(Growth, TheExponentOfAPowerIsThatPower) {
    const auto of = [](const Cost& cost) {
        std::vector<std::pair<double, double>> points;
        for (const double n : sizes) points.emplace_back(n, cost(n));
        return *exponent_of(points);
    };
    EXPECT_NEAR(of(linear), 1, 1e-9);
    EXPECT_NEAR(of(square), 2, 1e-9);
    EXPECT_NEAR(of([](double) { return 3.0; }), 0, 1e-9);
    EXPECT_NEAR(of([](double n) { return std::sqrt(n); }), 0.5, 1e-9);
    EXPECT_GT(of(log_linear), 1.15) << "above one";
    EXPECT_LT(of(log_linear), 1.45);
    EXPECT_NEAR(of([](double n) { return n == 512 ? 1000 * linear(n) : linear(n); }), 1, 0.35)
        << "one odd size does not carry it away, as it would least squares";
    EXPECT_EQ(exponent_of(std::vector<std::pair<double, double>>{{8, 1}, {64, 2}}), std::nullopt) << "two sizes";
}

TEST(Growth, TheMediansIntervalIsThatOfTheSignTest) {
    const auto [value, interval] = median_with_interval({5, 1, 4, 2, 3, 6, 7, 8, 9, 10, 11, 12});
    EXPECT_EQ(value, 6.5);
    // P(X <= 2) of 12 at one half is 0.0193, P(X <= 3) 0.073: the third value from either end.
    EXPECT_EQ(interval, (model::Interval{3, 10}));
    EXPECT_EQ(median_with_interval({1, 2, 3, 4, 5}).second, model::Interval{}) << "five values hold 93.75 % at most";
}

TEST(Growth, AHeadThatTurnsQuadraticIsSeen) {
    const auto finding = only_finding(job(linear, square, 3));
    EXPECT_EQ(finding.state, GrowthState::risen);
    EXPECT_NEAR(*finding.base, 1, 0.05);
    EXPECT_NEAR(*finding.head, 2, 0.05);
    EXPECT_NEAR(*finding.difference, 1, 0.05);
    EXPECT_GT(*finding.difference_interval.low, 0.1) << "the interval is above the margin";
    EXPECT_EQ(finding.trials_used, 12);
    EXPECT_EQ(finding.series.key.benchmark, "sort/{n}");
    EXPECT_EQ(finding.sizes, sizes);
    EXPECT_EQ(finding.line, 9);
    EXPECT_EQ(only_finding(job(linear, log_linear, 3)).state, GrowthState::risen) << "an extra logarithm, too";
}

TEST(Growth, AConstantFactorIsNoGrowth) {
    const auto finding = only_finding(job(
        linear, [](double n) { return 40 * n; }, 2));
    EXPECT_EQ(finding.state, GrowthState::steady) << "eight times as slow at every size";
    EXPECT_LT(*finding.difference_interval.high, 0.1);
    EXPECT_EQ(finding.trials_used, 8);
    EXPECT_EQ(only_finding(job(square, linear, 2)).state, GrowthState::steady) << "a fall is no rise";
}

TEST(Growth, NoiseIsSaidToBeNoise) {
    const auto finding = only_finding(job(linear, linear, 15, 1.5));
    EXPECT_EQ(finding.state, GrowthState::unclear);
    EXPECT_GT(*finding.difference_interval.high, 0.1);
    EXPECT_EQ(finding.trials_used, 60);
}

TEST(Growth, TheRunnerMeasuresAllSizesUntilItIsSettled) {
    const auto rules = std::vector{rule()};
    const auto begun = growth_progress(job(linear, linear, 0), rules, {});
    EXPECT_FALSE(begun.over);
    EXPECT_EQ(begun.open.size(), sizes.size());
    EXPECT_EQ(begun.next_blocks, 2);
    EXPECT_TRUE(growth_progress(job(linear, linear, 2), rules, {}).over);
    EXPECT_TRUE(growth_progress(job(linear, linear, 0), std::vector{rule("merge/{n}")}, {}).over);
}

TEST(Growth, WhereASizeIsLeftOutOfLaterTrialsOnlyTheSameSizesAreCompared) {
    // Without 8 the slope of n log n is another one: the two blocks must not be mixed up.
    auto trials = job(log_linear, log_linear, 3, 0.001);
    for (auto& trial : trials)
        if (trial.block == 1)
            std::erase_if(trial.values, [](const auto& v) { return v.series.key.benchmark == "sort/8"; });
    const auto finding = only_finding(trials);
    EXPECT_EQ(finding.state, GrowthState::steady);
    EXPECT_NEAR(*finding.difference, 0, 0.005);
}

TEST(Growth, TooFewSizesAndValuesOfZeroAreSaid) {
    EXPECT_EQ(only_finding(job(linear, linear, 3, 0.02, {8, 64})).reason, "2 of at least 3 sizes");
    EXPECT_TRUE(growth_progress(job(linear, linear, 0, 0.02, {8, 64}), std::vector{rule()}, {}).over);
    const auto zero = only_finding(job(
        linear, [](double) { return 0.0; }, 3));
    EXPECT_EQ(zero.state, GrowthState::unmeasured);
    EXPECT_EQ(zero.reason, "a value is not a number above zero");
}

TEST(Growth, ThroughputThatFallsFasterHasGrownForTheWorse) {
    auto trials = job([](double n) { return 1e9 / n; }, [](double n) { return 1e9 / n / n; }, 3);
    for (auto& trial : trials)
        for (auto& value : trial.values) value.series.better = model::Better::higher;
    EXPECT_EQ(only_finding(trials).state, GrowthState::risen);
    auto better = job([](double n) { return 1e9 / n / n; }, [](double n) { return 1e9 / n; }, 3);
    for (auto& trial : better)
        for (auto& value : trial.values) value.series.better = model::Better::higher;
    EXPECT_EQ(only_finding(better).state, GrowthState::steady);
}

TEST(Growth, TheGateDoesWhatTheRuleAsksFor) {
    const auto with = [](GrowthState state, model::Action action) {
        model::GrowthFinding finding;
        finding.state = state;
        finding.action = action;
        return gate_with_growth({model::Gate::success, "before"}, std::vector{finding});
    };
    EXPECT_EQ(with(GrowthState::risen, model::Action::block).gate, model::Gate::failure);
    EXPECT_EQ(with(GrowthState::risen, model::Action::review).gate, model::Gate::neutral);
    EXPECT_EQ(with(GrowthState::risen, model::Action::review).reason,
              "1 benchmark grows faster with the size than before");
    EXPECT_EQ(with(GrowthState::risen, model::Action::log).gate, model::Gate::success);
    EXPECT_EQ(with(GrowthState::unclear, model::Action::block).gate, model::Gate::success);
}

TEST(Growth, TooManySizesAreSaidAndNotPairedOff) {
    std::vector<double> many;
    for (std::size_t i = 1; i <= 10'000; ++i) many.push_back(static_cast<double>(i));
    const auto finding = only_finding(job(linear, linear, 2, 0.02, many));
    EXPECT_EQ(finding.state, GrowthState::unmeasured);
    EXPECT_EQ(finding.reason, "10000 sizes, of 300 at the most");
    EXPECT_EQ(finding.sizes.size(), most_sizes);
}

TEST(Growth, SizesWhoseLogarithmsAreEqualMakeNoSlope) {
    using Points = std::vector<std::pair<double, double>>;
    EXPECT_FALSE(exponent_of(Points{{1e17, 1}, {1e17 + 16, 1}, {1e17 + 32, 2}})) << "they are one size";
    const auto exponent = exponent_of(Points{{1e17, 1}, {1e17 + 16, 1}, {1e16, 0.1}, {1e15, 0.01}});
    ASSERT_TRUE(exponent);
    EXPECT_NEAR(*exponent, 1, 1e-6);
}

}  // namespace
}  // namespace benchgate::judging
