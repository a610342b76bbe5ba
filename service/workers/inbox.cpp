#include "service/workers/inbox.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "service/store/inbox.h"

namespace benchgate::workers {
namespace {

constexpr int most_attempts = 12;

/// 3 s, 6 s, 12 s, ... at most 10 minutes: together a little more than an hour.
std::chrono::seconds pause_after(int attempts, std::chrono::seconds first) {
    return std::min(std::chrono::seconds(600), first * (1 << std::min(attempts, 10)));
}

}  // namespace

InboxWorker::InboxWorker(store::Pool& pool, Intake& intake, std::function<store::Time()> now)
    : pool_(pool), intake_(intake), now_(std::move(now)) {}

bool InboxWorker::work(std::stop_token stop) {
    std::optional<store::InboxRow> row;
    std::string reason;
    std::optional<std::chrono::seconds> wait;
    try {
        pool_.transaction([&](store::Tx& tx) {
            row = store::claim_next_delivery(tx, now_());
            if (!row) return;
            intake_.handle(tx, *row, now_(), stop);
            store::mark_delivery_done(tx, row->delivery.delivery_id, now_());
        });
        return row.has_value();
    } catch (const store::DatabaseLost&) {
        throw;  // nothing was decided; the loop waits and repeats
    } catch (const Later& later) {
        reason = later.what();
        wait = later.wait;
    } catch (const store::StoreError& error) {
        reason = error.what();
        wait = std::chrono::seconds(3);
    } catch (const std::exception& error) {
        reason = error.what();
    }
    if (!row) throw std::runtime_error(reason);
    if (stop.stop_requested()) return false;
    const bool last = !wait || row->attempts + 1 >= most_attempts;
    spdlog::warn("delivery {} ({}): {}{}", row->delivery.delivery_id, row->delivery.event, reason,
                 last ? "; given up" : "");
    pool_.transaction([&](store::Tx& tx) {
        std::optional<store::Time> retry_at;
        if (!last) retry_at = now_() + pause_after(row->attempts, *wait);
        store::mark_delivery_failed(tx, row->delivery.delivery_id, reason, retry_at);
        if (last) intake_.give_up(tx, *row, reason, now_());
    });
    return true;
}

}  // namespace benchgate::workers
