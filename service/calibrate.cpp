#include "service/calibrate.h"

#include <fmt/format.h>

#include <iostream>
#include <span>
#include <stdexcept>

#include "platform/ids.h"
#include "service/app_access.h"
#include "service/database.h"
#include "service/workers/calibrations.h"

namespace benchgate::service {
namespace {

constexpr int exit_unknown = 1;

}  // namespace

int calibrate(const Settings& settings, const CalibrateOptions& options) {
    const auto slash = options.repository.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == options.repository.size() ||
        options.repository.find('/', slash + 1) != std::string::npos)
        throw std::invalid_argument("a repository is named by OWNER/NAME");
    Database database(settings, false);
    return database.pool().transaction([&](store::Tx& tx) {
        const auto repository =
            store::find_repository(tx, options.repository.substr(0, slash), options.repository.substr(slash + 1));
        if (!repository || !repository->active) {
            std::cerr << fmt::format(
                "{} is not known here, or out of reach: it has to be installed, and measured once\n",
                options.repository);
            return exit_unknown;
        }
        const auto request =
            workers::calibration_request(*repository, "calibration-" + platform::random_uuid(), options.suites);
        store::insert_deliveries(tx, std::span(&request, 1), std::chrono::system_clock::now());
        std::cout << fmt::format(
            "{}/{}: its default branch will be measured against itself when nothing else is queued; what it shows:\n"
            "{}/{}/{}/calibration\n",
            repository->owner, repository->name, addresses_of(settings).public_url, repository->owner,
            repository->name);
        return 0;
    });
}

}  // namespace benchgate::service
