#include "service/runner_orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "service/database.h"
#include "service/store/runners.h"

namespace benchgate::service {
namespace {

constexpr int exit_no_runner = 1;

int no_such_runner(store::Tx& tx, const std::string& name) {
    std::string known;
    for (const auto& runner : store::list_runners_briefly(tx)) known += (known.empty() ? "" : ", ") + runner.name;
    std::cerr << fmt::format("no runner has the name {}; there are: {}\n", name, known.empty() ? "none yet" : known);
    return exit_no_runner;
}

}  // namespace

int drain(const Settings& settings, const std::string& name, const std::string& reason) {
    Database database(settings, false);
    return database.pool().transaction([&](store::Tx& tx) {
        if (!store::drain_runner(tx, name, reason, std::chrono::system_clock::now())) return no_such_runner(tx, name);
        const auto runner = store::runner_by_name(tx, name);
        const auto busy = store::busy_runners(tx);
        const bool is_busy = runner && std::ranges::find(busy, runner->runner_id) != busy.end();
        std::cout << fmt::format("{} {}, and gets no more until `benchgate-service resume {}`\n", name,
                                 is_busy ? "finishes the job that it has" : "has no job", name);
        return 0;
    });
}

int resume(const Settings& settings, const std::string& name) {
    Database database(settings, false);
    return database.pool().transaction([&](store::Tx& tx) {
        if (!store::resume_runner(tx, name)) return no_such_runner(tx, name);
        const auto runner = store::runner_by_name(tx, name);
        if (runner && runner->state == "quarantined")
            std::cout << fmt::format(
                "{} says itself that its host is not fit ({}): it takes jobs again once it says otherwise\n", name,
                runner->reason.empty() ? "no reason given" : runner->reason);
        else
            std::cout << fmt::format("{} takes jobs again\n", name);
        return 0;
    });
}

}  // namespace benchgate::service
