#pragma once
// The exact stratified rank sum (facts: statistics 4.3): the statistics U and V of a series' blocks, and their null
// distribution. Owns no rule about when to stop or what a value of U means (plan.h, series_judge.h).
//
// Bit for bit the same on every machine: decisions never take a logarithm. "y exceeds x by more than delta" on the log
// scale is y > x * exp(delta), and exp(delta) is 1 + margin, a decimal of the policy; with the margin in parts per
// million both sides of y * 1000000 > x * (1000000 + ppm) are single IEEE multiplications, correctly rounded
// everywhere and exact for whole numbers up to 2^33.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace benchgate::judging {

/// Margins and thresholds are counted in parts per million, so that they are exact.
inline constexpr double million = 1e6;

/// Values of one series in one block, in the metric's own unit. Sides may differ in size where a trial is missing.
struct Block {
    std::vector<double> base;
    std::vector<double> head;
    bool operator==(const Block&) const = default;
};

/// How far two values must be apart. On the ratio scale (all values > 0) a factor 1 + ppm/1e6; on the raw scale a
/// distance in the metric's unit.
struct Margin {
    enum class Scale { ratio, raw };
    Scale scale = Scale::ratio;
    double ppm = 0;
    double distance = 0;

    static Margin ratio(double parts_per_million) { return {Scale::ratio, parts_per_million, 0}; }
    static Margin raw(double distance) { return {Scale::raw, 0, distance}; }
};

/// Two sides of a comparison by role: which values are expected to be the greater ones.
struct Sides {
    std::span<const double> greater;
    std::span<const double> lesser;
};

/// Twice the number of pairs in which `greater` exceeds `lesser` by more than the margin; a tie counts one (a half).
std::int64_t twice_beyond(const Sides& sides, const Margin& margin);
/// Twice the number of pairs in which `greater`, moved up by the margin, exceeds `lesser`.
std::int64_t twice_within(const Sides& sides, const Margin& margin);

/// Sums over blocks, halves floored. `swapped` exchanges base and head.
///   u: head exceeds base by more than the margin (the alarm for a cost); v: base moved up by the margin exceeds head
///   (the mirrored test, which clears a cost of an increase by the margin or more).
std::int64_t u_statistic(std::span<const Block> blocks, const Margin& margin, bool swapped);
std::int64_t v_statistic(std::span<const Block> blocks, const Margin& margin, bool swapped);

/// Number of values on the two sides of a block.
using BlockShape = std::pair<int, int>;

/// Most values a side of one block for which the null is computed: its counts stay exact integers.
inline constexpr int max_block_side = 32;

/// Number of arrangements of n + m ranks that give U = 0, 1, ..., n*m: the coefficients of the Gaussian binomial
/// [n+m choose m]. n, m in 0..max_block_side.
std::vector<std::uint64_t> block_counts(BlockShape shape);

/// P(U >= u) under "every arrangement within every block is equally likely".
class RankSumNull {
  public:
    explicit RankSumNull(std::span<const BlockShape> shapes);

    /// 1 for u <= 0, 0 beyond the largest U.
    double p(std::int64_t u) const;
    /// Smallest u with p(u) <= level; none: no result can reach the level.
    std::optional<std::int64_t> critical(double level) const;
    std::int64_t largest() const { return static_cast<std::int64_t>(tail_.size()) - 1; }

  private:
    std::vector<double> tail_;
};

/// Null distributions by the shapes of their blocks: nearly all series of a job share one.
class NullTable {
  public:
    const RankSumNull& of(std::span<const Block> blocks);

  private:
    std::map<std::vector<BlockShape>, RankSumNull> known_;
};

}  // namespace benchgate::judging
