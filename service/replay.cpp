#include "service/replay.h"

#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <span>
#include <stdexcept>

#include "service/app_access.h"
#include "service/database.h"
#include "service/store/inbox.h"
#include "service/workers/delivery_log.h"

namespace benchgate::service {
namespace {

std::optional<std::int64_t> number_of(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && number > 0;
    return whole ? std::optional(number) : std::nullopt;
}

store::Time now() {
    return std::chrono::system_clock::now();
}

/// What is to be said of a delivery that is stored; nullopt: it is not.
std::optional<std::string> put_again(store::Pool& pool, const std::string& guid) {
    return pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
        const auto row = store::find_delivery(tx, guid);
        if (!row) return std::nullopt;
        const auto name = fmt::format("delivery {} ({})", guid, row->delivery.event);
        if (row->state == store::InboxState::fresh && row->attempts == 0)
            return name + " is here and waits to be handled; nothing had to be done";
        store::replay_delivery(tx, guid, now());
        return name + (row->state == store::InboxState::done     ? " was handled before; it is handled once more"
                       : row->state == store::InboxState::failed ? " had failed; it is handled once more"
                                                                 : " waited for another attempt; it is due now");
    });
}

template <class T>
T answer_of(github::ApiResult<T> result) {
    if (!result) throw std::runtime_error("GitHub's log of deliveries: " + github::explain(result.error()));
    return std::move(*result);
}

int say(const std::string& sentence, int status = 0) {
    std::cout << sentence << '\n';
    return status;
}

int not_found(const std::string& delivery) {
    std::cerr << fmt::format(
        "delivery {} is neither here nor in GitHub's log of deliveries, which goes back three days\n", delivery);
    return exit_not_found;
}

}  // namespace

int replay(const Settings& settings, const std::string& delivery) {
    const auto number = number_of(delivery);
    if (!number && !workers::is_plain_name(delivery, 100))
        throw std::invalid_argument(
            "a delivery is named by its GUID (X-GitHub-Delivery) or by the number that GitHub's API gives it");
    Database database(settings, false);
    auto& pool = database.pool();
    if (!number)
        if (const auto done = put_again(pool, delivery)) return say(*done);

    AppAccess github(settings, &pool, AppAccess::Calls::reading);
    if (!github.has_app())
        throw std::runtime_error(
            fmt::format("delivery {} is not here, and without a GitHub App (BENCHGATE_APP_ID, or "
                        "/setup) it cannot be fetched",
                        delivery));
    auto id = number;
    if (!id) {
        const auto attempt = answer_of(workers::find_attempt(github.app(), delivery, {}));
        if (!attempt) return not_found(delivery);
        id = attempt->id;
    }
    auto detail = github.app().get_delivery(*id, {});
    if (!detail && detail.error().kind == github::ErrorKind::not_found) return not_found(delivery);
    const auto fetched = workers::recovered(answer_of(std::move(detail)));
    if (!fetched) throw std::runtime_error("GitHub's log names that delivery in a way that no webhook is taken with");
    if (number)
        if (const auto done = put_again(pool, fetched->delivery_id)) return say(*done);
    pool.transaction([&](store::Tx& tx) { store::insert_deliveries(tx, std::span(&*fetched, 1), now()); });
    return say(fmt::format("delivery {} ({}) was fetched from GitHub's log, {} bytes; it is due now",
                           fetched->delivery_id, fetched->event, fetched->body.size()));
}

}  // namespace benchgate::service
