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

/// What {seed} stands for in a trial: a number of 31 bits, so that every tool can take it.
std::uint64_t trial_seed(std::uint64_t seed, std::int64_t trial);

}  // namespace benchgate::measure
