#include "service/workers/recovery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "core/planning/reconcile.h"
#include "platform/ids.h"
#include "platform/stop.h"
#include "service/store/inbox.h"
#include "service/store/settings.h"
#include "service/workers/delivery_log.h"

namespace benchgate::workers {
namespace {

constexpr const char* recovery_task = "recovery";
/// A process that ended without a word gives way after it; renewed before every call.
constexpr std::chrono::seconds lead_term{45};
/// GitHub keeps deliveries for three days; an Enterprise Server may keep them for longer.
constexpr std::chrono::hours oldest_of_interest{24 * 8};
/// The log is in the order of GitHub's clock, and an attempt is in it once it is over.
constexpr std::chrono::minutes overlap{10};
/// An attempt without an answer so far may be under way.
constexpr std::chrono::seconds settled_after{60};
constexpr std::chrono::seconds pause_after_refusal{60};
/// Days of a busy log are read within one. What leads on for longer has no end, and what is new waits for it.
constexpr std::chrono::hours longest_reading{12};

/// Without a time that can be read it says nothing of how far back the log is read by now.
bool is_before(const github::Delivery& one, store::Time moment) {
    return one.delivered_at != store::Time{} && one.delivered_at < moment;
}

}  // namespace

RecoveryWorker::RecoveryWorker(store::Pool& pool, const github::Tokens& tokens, github::AppRest& github,
                               std::function<store::Time()> now, RecoveryOptions options)
    : pool_(pool),
      tokens_(tokens),
      github_(github),
      now_(std::move(now)),
      options_(options),
      holder_(platform::random_uuid()) {}

RecoveryWorker::~RecoveryWorker() {
    try {
        pool_.transaction([&](store::Tx& tx) { store::stop_leading(tx, recovery_task, holder_); });
    } catch (const std::exception&) {
        // The term ends by itself.
    }
}

bool RecoveryWorker::leads(store::Time now) {
    return pool_.transaction(
        [&](store::Tx& tx) { return store::try_lead(tx, recovery_task, holder_, now, lead_term); });
}

bool RecoveryWorker::is_due(const store::RecoveryRow& row, store::Time now) const {
    return row.walk_from || !looked_ || !row.looked_at || *row.looked_at + options_.interval <= now;
}

bool RecoveryWorker::work(std::stop_token stop) {
    const auto app_id = tokens_.app_id();
    const auto now = now_();
    if (app_id == 0 || now < not_before_ || !leads(now)) return false;
    auto row = pool_.transaction([&](store::Tx& tx) { return store::find_recovery(tx, app_id); })
                   .value_or(store::RecoveryRow{.app_id = app_id, .reconcile_since = now});
    if (!is_due(row, now)) return false;
    if (!row.walk_from) begin(row, now);
    const auto read = read_pages(row, stop);
    if (!read || !fetch(read->wanted, stop)) return false;
    if (read->through) {
        row.looked_until = row.walk_from;
        row.looked_at = now_();
        row.walk_from.reset();
        row.walk_cursor.clear();
        looked_ = true;
    }
    pool_.transaction([&](store::Tx& tx) { store::put_recovery(tx, row); });
    return !read->through;
}

void RecoveryWorker::begin(store::RecoveryRow& row, store::Time now) {
    row.walk_from = now;
    row.walk_cursor.clear();
    const bool was_away = row.looked_at && now - *row.looked_at > 2 * options_.interval;
    if (was_away)
        spdlog::info("recovery: GitHub's log was not read for {} minutes; everything is compared again",
                     std::chrono::duration_cast<std::chrono::minutes>(now - *row.looked_at).count());
    pool_.transaction([&](store::Tx& tx) {
        store::put_recovery(tx, row);
        if (was_away) store::ask_for_reconciliation(tx, now);
    });
}

std::optional<RecoveryWorker::Read> RecoveryWorker::read_pages(store::RecoveryRow& row, std::stop_token stop) {
    const auto now = now_();
    const auto until =
        row.looked_until ? std::max(*row.looked_until - overlap, now - oldest_of_interest) : now - oldest_of_interest;
    Read read;
    std::set<std::string> seen;
    for (int page_number = 0; page_number < options_.pages_a_step && !read.through; ++page_number) {
        const auto page = github_.list_deliveries(row.walk_cursor, stop);
        if (!page) {
            // A cursor that is too old is refused: from the top again, what is here by now is not fetched twice.
            if (is_lost(page.error()) && !row.walk_cursor.empty()) {
                row.walk_cursor.clear();
                pool_.transaction([&](store::Tx& tx) { store::put_recovery(tx, row); });
            }
            rest(page.error(), "the log of deliveries");
            return std::nullopt;
        }
        for (const auto& one : page->deliveries) {
            if (is_before(one, until)) read.through = true;
            const bool under_way =
                one.status_code == 0 && one.status == "pending" && now - one.delivered_at < settled_after;
            if (is_before(one, until) || under_way || !planning::is_wanted(one.event, one.action)) continue;
            if (seen.insert(one.guid).second) read.wanted.push_back(one);
        }
        const bool stands_still = page->next_cursor == row.walk_cursor;
        row.walk_cursor = page->next_cursor;
        read.through = read.through || row.walk_cursor.empty() || stands_still;
        if (!read.through && now - *row.walk_from > longest_reading) {
            spdlog::warn("recovery: GitHub's log has no end after {} hours; what is older is left",
                         longest_reading.count());
            read.through = true;
        }
        if (!leads(now_()) || !platform::sleep_for(stop, options_.pause)) return std::nullopt;
    }
    std::stable_sort(read.wanted.begin(), read.wanted.end(),
                     [](const auto& one, const auto& other) { return one.delivered_at < other.delivered_at; });
    return read;
}

bool RecoveryWorker::fetch(const std::vector<github::Delivery>& wanted, std::stop_token stop) {
    std::vector<std::string> guids;
    guids.reserve(wanted.size());
    for (const auto& one : wanted) guids.push_back(one.guid);
    const auto lacking = pool_.transaction([&](store::Tx& tx) { return store::missing_deliveries(tx, guids); });
    const std::set<std::string> is_lacking(lacking.begin(), lacking.end());
    std::size_t stored = 0;
    for (const auto& one : wanted) {
        if (!is_lacking.contains(one.guid)) continue;
        const auto detail = github_.get_delivery(one.id, stop);
        if (!detail && !is_lost(detail.error())) {
            rest(detail.error(), "a delivery");
            return false;
        }
        const auto delivery = detail ? recovered(*detail) : std::nullopt;
        if (!delivery) {
            spdlog::warn("recovery: delivery {} of GitHub's log cannot be had any more", one.id);
            continue;
        }
        stored += pool_.transaction(
            [&](store::Tx& tx) { return store::insert_deliveries(tx, std::span(&*delivery, 1), now_()); });
        if (!leads(now_()) || !platform::sleep_for(stop, options_.pause)) return false;
    }
    if (stored > 0)
        spdlog::info("recovery: {} of {} deliveries in GitHub's log were lacking, and are here now", stored,
                     wanted.size());
    return true;
}

void RecoveryWorker::rest(const github::ApiError& error, const char* doing) {
    not_before_ = std::max(error.retry_at.value_or(store::Time{}), now_() + pause_after_refusal);
    if (error.kind != github::ErrorKind::stopped) spdlog::warn("recovery: {}: {}", doing, github::explain(error));
}

}  // namespace benchgate::workers
