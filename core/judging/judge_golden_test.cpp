// What "the same bundle gives the same verdict on every machine, forever" means in bits: the verdicts on trials that
// are made here by integer arithmetic alone, folded into one number. It may change only together with judge_version.

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

/// Values without a logarithm, a root or a distribution of the library: those differ in their last bits.
class Numbers {
  public:
    /// From 0 to 65535, the sum of four draws: a hump in the middle, as measured times have.
    double next() {
        std::uint32_t sum = 0;
        for (int i = 0; i < 4; ++i) {
            state_ = state_ * 6364136223846793005u + 1442695040888963407u;
            sum += static_cast<std::uint32_t>(state_ >> 50);
        }
        return sum;
    }

  private:
    std::uint64_t state_ = 2026;
};

struct Kind {
    const char* benchmark;
    const char* unit;
    model::Better better;
    double base;
    double head;
    bool with_zeros;
};

model::Bundle bundle() {
    const Kind kinds[] = {{"same", "ns", model::Better::lower, 1, 1, false},
                          {"slow", "ns", model::Better::lower, 1, 1.125, false},
                          {"fast", "ns", model::Better::lower, 1, 0.875, false},
                          {"starved", "1/s", model::Better::higher, 1, 0.8125, false},
                          {"close", "ns", model::Better::lower, 1, 1.015625, false},
                          {"errors", "ratio", model::Better::lower, 1, 1.5, true},
                          {"counter", "count", model::Better::lower, 0, 0, false}};
    Numbers numbers;
    model::Bundle made;
    made.experiment.tests = static_cast<int>(std::size(kinds));
    for (const auto phase : {model::Phase::measure, model::Phase::confirm})
        for (int i = 0; i < 15 * 8; ++i) {
            model::Trial trial;
            trial.number = static_cast<std::int64_t>(made.trials.size());
            trial.phase = phase;
            trial.block = i / 8;
            trial.position = i % 8;
            trial.side = (i * 5 + i / 8) % 2 == 0 ? model::Side::base : model::Side::head;
            for (const auto& kind : kinds) {
                const double factor = trial.side == model::Side::base ? kind.base : kind.head;
                model::Measurement measurement;
                measurement.series = {{kind.benchmark, "m"}, kind.unit, kind.better, true};
                const double draw = numbers.next();
                const double value = (1'000'000 + draw) * factor / 7;
                measurement.samples = {kind.with_zeros && draw < 30'000 ? 0 : value, value, value * 1.25};
                if (std::string(kind.unit) == "count") measurement.samples = {4096};
                trial.values.push_back(std::move(measurement));
            }
            made.trials.push_back(std::move(trial));
        }
    return made;
}

/// FNV-1a over the bits of everything that a verdict says.
class Fold {
  public:
    void add(std::uint64_t bits) {
        for (int i = 0; i < 8; ++i) {
            hash_ ^= bits >> (8 * i) & 0xFF;
            hash_ *= 0x100000001b3u;
        }
    }
    void add(const std::optional<double>& value) { add(value ? std::bit_cast<std::uint64_t>(*value) : 1); }
    void add(const model::Interval& interval) {
        add(interval.low);
        add(interval.high);
    }
    std::uint64_t hash() const { return hash_; }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

TEST(JudgeGolden, TheSameBundleGivesTheSameBitsForever) {
    const auto judgement = judge(bundle());
    Fold fold;
    std::string kinds;
    for (const auto& verdict : judgement.verdicts) {
        kinds += verdict.series.key.benchmark + " " + std::string(to_string(verdict.kind)) + " " +
                 std::to_string(verdict.trials_used) + " " + verdict.level.value_or("-") + "\n";
        fold.add(verdict.ratio);
        fold.add(verdict.interval);
        fold.add(verdict.nominal);
        fold.add(verdict.minimum_detectable);
        fold.add(verdict.base_value);
        fold.add(verdict.head_value);
        fold.add(verdict.p);
    }
    EXPECT_EQ(judgement.judge_version, "3") << "a new version has a new number below";
    EXPECT_EQ(kinds,
              "close unchanged 8 -\ncounter unchanged 4 -\nerrors regressed 12 critical\nfast improved 12 -\n"
              "same unchanged 8 -\nslow regressed 12 major\nstarved regressed 12 major\n");
    EXPECT_EQ(fold.hash(), 10427354500276076787u);
}

}  // namespace
}  // namespace benchgate::judging
