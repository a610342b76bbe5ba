#pragma once
// For tests of rooms that put something into the outbox: what waits there, taken as a sender would take it.

#include <vector>

#include "service/store/outbox.h"

namespace benchgate::store {

/// Everything that waits, in the order of sending; it counts as sent then. Each item is taken a minute after the one
/// before, so that no pace holds it back.
inline std::vector<OutboxItem> take_waiting(Pool& pool, Time now) {
    std::vector<OutboxItem> taken;
    for (;; now += std::chrono::minutes(1)) {
        const auto claim = pool.transaction([&](Tx& tx) { return claim_due_items(tx, now); });
        if (claim.items.empty()) return taken;
        for (const auto& item : claim.items) {
            pool.transaction([&](Tx& tx) {
                mark_sent(tx, item, std::nullopt, now);
                release_lane(tx, item.lane, {}, {}, now);
            });
            taken.push_back(item);
        }
    }
}

}  // namespace benchgate::store
