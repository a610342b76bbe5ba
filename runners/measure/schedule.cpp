#include "runners/measure/schedule.h"

#include <algorithm>
#include <utility>
#include <vector>

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

std::array<int, trials_a_side> block_link_orders(std::uint64_t seed, const BlockId& id, model::Side side, int count) {
    // Of a deck of cards, dealt to one block or to two.
    const int hands = std::max(1, count / trials_a_side);
    std::vector<int> deck(static_cast<std::size_t>(hands * trials_a_side));
    for (std::size_t i = 0; i < deck.size(); ++i) deck[i] = static_cast<int>(i) % count;
    std::uint64_t state = SplitMix64(seed + 1).next();
    for (const int part : {static_cast<int>(id.phase), id.block / hands, static_cast<int>(side)})
        state = SplitMix64(state ^ static_cast<std::uint64_t>(part)).next();
    SplitMix64 random(state);
    for (std::size_t i = deck.size() - 1; i > 0; --i) std::swap(deck[i], deck[random.below(i + 1)]);
    const int first = id.phase == model::Phase::confirm ? count : 0;
    std::array<int, trials_a_side> orders;
    for (int i = 0; i < trials_a_side; ++i)
        orders[i] = first + deck[static_cast<std::size_t>((id.block % hands) * trials_a_side + i)];
    return orders;
}

std::uint64_t link_seed(std::uint64_t seed, model::Side side, int order) {
    return SplitMix64(seed + 2).next() + static_cast<std::uint64_t>(2 * order + (side == model::Side::head));
}

std::uint64_t trial_seed(std::uint64_t seed, std::int64_t trial) {
    // Another stream than that of the blocks' orders.
    return SplitMix64(SplitMix64(~seed).next() ^ static_cast<std::uint64_t>(trial)).next() >> 33;
}

}  // namespace benchgate::measure
