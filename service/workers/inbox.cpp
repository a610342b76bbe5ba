#include "service/workers/inbox.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "platform/stop.h"
#include "service/workers/renewal.h"

namespace benchgate::workers {
namespace {

constexpr int most_attempts = 14;

/// 3 s, 6 s, 12 s, ... at most 10 minutes: together a little more than an hour.
std::chrono::seconds pause_after(int attempts, std::chrono::seconds first) {
    return std::min(std::chrono::seconds(600), first * (1 << std::min(attempts, 10)));
}

/// The delivery was held for too long without a word, and another worker has it now: nothing of this work is kept.
struct Overtaken : std::runtime_error {
    Overtaken() : std::runtime_error("another worker has this delivery now") {}
};

}  // namespace

InboxWorker::InboxWorker(store::Pool& pool, Intake& intake, std::function<store::Time()> now, Times times)
    : pool_(pool), intake_(intake), now_(std::move(now)), times_(times) {}

bool InboxWorker::work(std::stop_token stop) {
    const auto row = pool_.transaction([&](store::Tx& tx) {
        return store::take_next_delivery(tx, {now_(), times_.hold, &Intake::repository_of});
    });
    if (!row) return false;
    if (row->attempts >= most_attempts) {
        fail(*row, {"the service ended over it, several times", std::nullopt});
        return true;
    }
    try {
        if (const auto failure = handle(*row, stop)) fail(*row, *failure);
    } catch (const Overtaken& overtaken) {
        spdlog::warn("delivery {}: {}", row->delivery.delivery_id, overtaken.what());
    }
    return true;
}

std::optional<InboxWorker::Failure> InboxWorker::handle(const store::InboxRow& row, std::stop_token stop) {
    try {
        const Renewal renewal({"inbox", times_.renew}, [&] {
            pool_.transaction(
                [&](store::Tx& tx) { static_cast<void>(store::hold_delivery(tx, row, now_(), times_.hold)); });
        });
        write(row, intake_.prepare(row, stop), stop);
        return std::nullopt;
    } catch (const Overtaken&) {
        throw;
    } catch (const store::DatabaseLost&) {
        throw;  // nothing was decided: when the hold has passed, the delivery is taken again
    } catch (const std::exception& error) {
        if (stop.stop_requested()) {
            pool_.transaction([&](store::Tx& tx) { store::give_delivery_back(tx, row); });
            return std::nullopt;
        }
        if (const auto* later = dynamic_cast<const Later*>(&error)) return Failure{later->what(), later->wait};
        if (dynamic_cast<const store::StoreError*>(&error)) return Failure{error.what(), std::chrono::seconds(3)};
        return Failure{error.what(), std::nullopt};
    }
}

/// A database that comes back soon costs nothing: what was asked of others is still known.
void InboxWorker::write(const store::InboxRow& row, const Intake::Deed& deed, std::stop_token stop) {
    constexpr std::chrono::seconds longest_pause{4};
    for (std::chrono::milliseconds pause{250};; pause *= 2) {
        try {
            return pool_.transaction([&](store::Tx& tx) {
                const auto now = now_();
                intake_.write(deed, tx, now);
                if (!store::mark_delivery_done(tx, row, now)) throw Overtaken();
            });
        } catch (const store::DatabaseLost&) {
            if (pause > longest_pause || !platform::sleep_for(stop, pause)) throw;
        }
    }
}

void InboxWorker::fail(const store::InboxRow& row, const Failure& failure) {
    const bool last = !failure.wait || row.attempts + 1 >= most_attempts;
    spdlog::warn("delivery {} ({}): {}{}", row.delivery.delivery_id, row.delivery.event, failure.reason,
                 last ? "; given up" : "");
    pool_.transaction([&](store::Tx& tx) {
        const auto now = now_();
        std::optional<store::Time> retry_at;
        if (!last) retry_at = now + pause_after(row.attempts, *failure.wait);
        if (!store::mark_delivery_failed(tx, row, failure.reason, retry_at, now)) throw Overtaken();
        if (last) intake_.give_up(tx, row, failure.reason, now);
    });
}

}  // namespace benchgate::workers
