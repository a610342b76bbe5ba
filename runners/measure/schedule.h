#pragma once
// Owns the random order of an experiment: which side is measured at which position of a block, from a recorded seed.
// Pure, so that an order can be checked from a bundle by anybody. Does not own the decision how many blocks there are.

#include <array>
#include <cstdint>

#include "core/model/trial.h"

namespace benchgate::measure {

/// Trials a side in one block; the stratum of the exact test (core/judging).
inline constexpr int trials_a_side = 4;
inline constexpr int block_size = 2 * trials_a_side;

struct BlockId {
    model::Phase phase = model::Phase::measure;
    int block = 0;
    int attempt = 0;  ///< a void block is measured again in a new order
};

/// Sides in the order of measuring: four of each, every one of the 70 arrangements equally likely over seeds.
/// SplitMix64 (Steele, Lea, Flood 2014) seeded with the seed and the block's identity, then Fisher-Yates with
/// rejection of the biased remainder.
std::array<model::Side, block_size> block_order(std::uint64_t seed, const BlockId& id);

/// In which of `count` orders (model::is_link_orders) the build is linked that each of a side's trials in this block
/// runs, in the order of measuring: each order as often as the others in a block, or in two where there are eight. The
/// blocks of each phase have orders of their own, 0.. and count.., and one that is measured again has the same.
std::array<int, trials_a_side> block_link_orders(std::uint64_t seed, const BlockId& id, model::Side side, int count);

/// By which the objects of a link are shuffled: no two sides and orders of a job have the same.
std::uint64_t link_seed(std::uint64_t seed, model::Side side, int order);

/// What {seed} stands for in a trial: a number of 31 bits, so that every tool can take it.
std::uint64_t trial_seed(std::uint64_t seed, std::int64_t trial);

}  // namespace benchgate::measure
