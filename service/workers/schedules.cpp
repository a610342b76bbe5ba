#include "service/workers/schedules.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "core/planning/cron.h"
#include "core/planning/events.h"
#include "platform/clock.h"
#include "platform/crypto.h"
#include "service/workers/calibrations.h"

namespace benchgate::workers {
namespace {

/// A line that an earlier version kept and this one cannot read is looked at again after the next push at the latest.
constexpr std::chrono::hours unreadable_rests{24};

store::Time next_of(const store::ScheduleRow& row, store::Time now) {
    const auto line = model::read_cron(row.line);
    return (line ? planning::next_after(*line, now) : std::nullopt).value_or(now + unreadable_rests);
}

void put_request(store::Tx& tx, std::int64_t repository_id, const std::string& id,
                 const std::vector<std::string>& suites, store::Time now) {
    const auto repository = store::find_repository(tx, repository_id);
    if (!repository) return;
    const auto request = own_request(planning::schedule_event, *repository, id, suites);
    store::insert_deliveries(tx, std::span(&request, 1), now);
}

}  // namespace

ScheduleWorker::ScheduleWorker(store::Pool& pool, std::function<store::Time()> now)
    : pool_(pool), now_(std::move(now)) {}

bool ScheduleWorker::work(std::stop_token stop) {
    const auto due = pool_.transaction([&](store::Tx& tx) { return store::repositories_with_due(tx, now_()); });
    std::size_t asked = 0;
    for (const auto repository_id : due) {
        if (stop.stop_requested()) return false;
        asked += pool_.transaction([&](store::Tx& tx) { return ask_for_due(tx, repository_id); }) ? 1 : 0;
    }
    pool_.transaction([&](store::Tx& tx) {
        const auto now = now_();
        for (const auto id : store::take_unread_for_schedules(tx, now))
            put_request(tx, id, fmt::format("schedules-of-{}-{}", id, platform::format_utc(now)), {}, now);
    });
    return asked == store::most_due;
}

bool ScheduleWorker::ask_for_due(store::Tx& tx, std::int64_t repository_id) {
    const auto now = now_();
    const auto rows = store::take_due_schedules(tx, repository_id, now);
    if (rows.empty()) return false;
    std::vector<std::string> suites;
    std::string names;
    auto newest = rows.front().next_at;
    for (const auto& row : rows) {
        suites.push_back(row.suite);
        names += row.suite + "\n";
        newest = std::max(newest, row.next_at);
        store::put_off_schedule(tx, row, next_of(row, now));
    }
    // The suites are part of its name: another process, whose clock goes after this one's, may keep a further suite
    // with the same time when this request is there already.
    const auto id = fmt::format("schedule-{}-{}-{}", repository_id, platform::format_utc(newest),
                                platform::sha256_hex(names).substr(0, 8));
    put_request(tx, repository_id, id, suites, now);
    spdlog::info("repository {}: {} suites are due by their schedules", repository_id, suites.size());
    return true;
}

}  // namespace benchgate::workers
