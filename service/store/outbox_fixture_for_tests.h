#pragma once
// For the tests of the outbox: repositories 1, 2, ... that belong to installations of the same numbers, and short words
// for what a sender does.

#include <future>
#include <string>
#include <thread>

#include "service/store/outbox.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"

namespace benchgate::store {

/// Everything that is due, in the order in which it would be sent; it counts as sent.
inline std::vector<OutboxItem> send_everything(Pool& pool, Time now) {
    std::vector<OutboxItem> sent;
    for (;;) {
        auto claimed = pool.transaction([&](Tx& tx) {
            auto found = claim_due_items(tx, now);
            for (const auto& item : found.items) {
                mark_sent(tx, item, std::nullopt, now);
                release_lane(tx, item.lane, {}, {}, now);
            }
            return found.items;
        });
        if (claimed.empty()) return sent;
        for (auto& item : claimed) sent.push_back(std::move(item));
    }
}

class OutboxFixture : public TestDatabase {
  protected:
    OutboxFixture() { install(1, 1); }

    void install(std::int64_t repository_id, std::int64_t installation_id) {
        RepositoryRow row;
        row.repository_id = repository_id;
        row.owner = "octo";
        row.name = "r" + std::to_string(repository_id);
        row.installation_id = installation_id;
        pool.transaction([&](Tx& tx) { upsert_repository(tx, row, start()); });
    }
    void put(const std::string& target, const std::string& kind, const std::string& body,
             std::int64_t repository_id = 1) {
        pool.transaction([&](Tx& tx) { put_outbox(tx, {repository_id, target, kind, body, start()}, start()); });
    }
    Claim claim_many(Time now, int most) {
        return pool.transaction([&](Tx& tx) { return claim_due_items(tx, now, {.hold = hold, .most = most}); });
    }
    std::optional<OutboxItem> claim(Time now) {
        auto claimed = claim_many(now, 1);
        if (claimed.items.empty()) return std::nullopt;
        return std::move(claimed.items.front());
    }
    /// The use of the lane counts at `now`; without a cost the lane is free at once.
    void sent(const OutboxItem& item, std::optional<std::string> remote_id = std::nullopt, const LaneUse& use = {},
              std::optional<Time> now = std::nullopt) {
        pool.transaction([&](Tx& tx) {
            mark_sent(tx, item, remote_id, now.value_or(start()));
            release_lane(tx, item.lane, use, {}, now.value_or(start()));
        });
    }
    void retry(const OutboxItem& item, Time at) {
        pool.transaction([&](Tx& tx) {
            retry_item(tx, item, "502", at);
            release_lane(tx, item.lane, {}, {}, start());
        });
    }

    static constexpr std::chrono::seconds hold{60};
};

}
