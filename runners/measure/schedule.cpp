#include "runners/measure/schedule.h"

#include <utility>

namespace benchgate::measure {
namespace {

class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t state) : state_(state) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }
    /// Uniform in 0..bound-1.
    std::uint64_t below(std::uint64_t bound) {
        const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
        for (;;)
            if (const auto value = next(); value < limit) return value % bound;
    }

  private:
    std::uint64_t state_;
};

}  // namespace

std::array<model::Side, block_size> block_order(std::uint64_t seed, const BlockId& id) {
    SplitMix64 mixer(seed);
    std::uint64_t state = mixer.next();
    for (const int part : {static_cast<int>(id.phase), id.block, id.attempt})
        state = SplitMix64(state ^ static_cast<std::uint64_t>(part)).next();
    SplitMix64 random(state);
    std::array<model::Side, block_size> order;
    for (int i = 0; i < block_size; ++i) order[i] = i < trials_a_side ? model::Side::base : model::Side::head;
    for (int i = block_size - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    return order;
}

std::uint64_t trial_seed(std::uint64_t seed, std::int64_t trial) {
    // Another stream than that of the blocks' orders.
    return SplitMix64(SplitMix64(~seed).next() ^ static_cast<std::uint64_t>(trial)).next() >> 33;
}

}  // namespace benchgate::measure
