#include "core/judging/rank_sum.h"

#include <algorithm>
#include <stdexcept>

namespace benchgate::judging {
namespace {

__extension__ typedef unsigned __int128 Count;

double moved_up(double value, const Margin& margin) {
    return margin.scale == Margin::Scale::ratio ? value * (million + margin.ppm) : value + margin.distance;
}

double in_place(double value, const Margin& margin) {
    return margin.scale == Margin::Scale::ratio ? value * million : value;
}

std::int64_t twice_greater(double left, double right) {
    return left > right ? 2 : left == right ? 1 : 0;
}

/// Counts are exact while the number of all arrangements fits 128 bits: up to 20 blocks of 4 + 4. Beyond, the same
/// convolution runs in doubles, whose additions of positive terms lose a few units in the last place.
template <class Number>
std::vector<Number> convolve(const std::vector<Number>& sum, const std::vector<std::uint64_t>& block) {
    std::vector<Number> result(sum.size() + block.size() - 1, Number{0});
    for (std::size_t i = 0; i < sum.size(); ++i)
        for (std::size_t j = 0; j < block.size(); ++j) result[i + j] += sum[i] * static_cast<Number>(block[j]);
    return result;
}

template <class Number>
std::vector<double> tails(const std::vector<std::vector<std::uint64_t>>& blocks, bool probabilities) {
    std::vector<Number> counts{Number{1}};
    for (const auto& block : blocks) {
        counts = convolve(counts, block);
        if (!probabilities) continue;
        // Kept at a total of one, or many blocks would overflow a double.
        Number total{0};
        for (const auto count : counts) total += count;
        for (auto& count : counts) count /= total;
    }
    std::vector<double> result(counts.size());
    Number tail{0};
    std::vector<Number> sums(counts.size());
    for (std::size_t i = counts.size(); i-- > 0;) sums[i] = tail += counts[i];
    for (std::size_t i = 0; i < counts.size(); ++i)
        result[i] = static_cast<double>(sums[i]) / static_cast<double>(sums[0]);
    return result;
}

std::int64_t sum_blocks(std::span<const Block> blocks, const Margin& margin, bool head_is_greater,
                        std::int64_t (*twice)(const Sides&, const Margin&)) {
    std::int64_t sum = 0;
    for (const auto& block : blocks)
        sum += head_is_greater ? twice({block.head, block.base}, margin) : twice({block.base, block.head}, margin);
    return sum / 2;
}

}  // namespace

std::int64_t twice_beyond(const Sides& sides, const Margin& margin) {
    std::int64_t count = 0;
    for (const double lesser : sides.lesser) {
        const double bar = moved_up(lesser, margin);
        for (const double greater : sides.greater) count += twice_greater(in_place(greater, margin), bar);
    }
    return count;
}

std::int64_t twice_within(const Sides& sides, const Margin& margin) {
    std::int64_t count = 0;
    for (const double greater : sides.greater) {
        const double moved = moved_up(greater, margin);
        for (const double lesser : sides.lesser) count += twice_greater(moved, in_place(lesser, margin));
    }
    return count;
}

std::int64_t u_statistic(std::span<const Block> blocks, const Margin& margin, bool swapped) {
    return sum_blocks(blocks, margin, !swapped, twice_beyond);
}

std::int64_t v_statistic(std::span<const Block> blocks, const Margin& margin, bool swapped) {
    return sum_blocks(blocks, margin, swapped, twice_within);
}

std::vector<std::uint64_t> block_counts(BlockShape shape) {
    const auto [n, m] = shape;
    if (n < 0 || m < 0 || n > max_block_side || m > max_block_side)
        throw std::invalid_argument("a block has more trials than its null distribution is computed for");
    const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(m) + 1;
    std::vector<std::uint64_t> counts(size, 0);
    counts[0] = 1;
    // Intermediate coefficients may be negative; unsigned arithmetic wraps around and comes back, since all final
    // ones are below C(64, 32) < 2^64.
    for (int i = 1; i <= m; ++i) {
        const auto factor = static_cast<std::size_t>(n) + static_cast<std::size_t>(i);
        const auto divisor = static_cast<std::size_t>(i);
        for (std::size_t u = size; u-- > factor;) counts[u] -= counts[u - factor];
        for (std::size_t u = divisor; u < size; ++u) counts[u] += counts[u - divisor];
    }
    return counts;
}

RankSumNull::RankSumNull(std::span<const BlockShape> shapes) {
    std::vector<std::vector<std::uint64_t>> blocks;
    double arrangements = 1;
    for (const auto& shape : shapes) {
        blocks.push_back(block_counts(shape));
        double total = 0;
        for (const auto count : blocks.back()) total += static_cast<double>(count);
        arrangements *= total;
    }
    constexpr double fits_128_bits = 1e38;
    tail_ = arrangements < fits_128_bits ? tails<Count>(blocks, false) : tails<double>(blocks, true);
}

double RankSumNull::p(std::int64_t u) const {
    if (u <= 0) return 1;
    return u > largest() ? 0 : tail_[static_cast<std::size_t>(u)];
}

std::optional<std::int64_t> RankSumNull::critical(double level) const {
    const auto found = std::partition_point(tail_.begin(), tail_.end(), [&](double p) { return p > level; });
    if (found == tail_.end()) return std::nullopt;
    return found - tail_.begin();
}

const RankSumNull& NullTable::of(std::span<const Block> blocks) {
    std::vector<BlockShape> shapes;
    for (const auto& block : blocks) {
        // The distribution is the same with the sides exchanged: one entry serves both.
        const auto base = static_cast<int>(block.base.size());
        const auto head = static_cast<int>(block.head.size());
        shapes.emplace_back(std::min(base, head), std::max(base, head));
    }
    std::sort(shapes.begin(), shapes.end());
    const auto found = known_.find(shapes);
    if (found != known_.end()) return found->second;
    return known_.emplace(shapes, RankSumNull(shapes)).first->second;
}

}  // namespace benchgate::judging
