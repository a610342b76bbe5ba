#pragma once
// What asks for calibrations: the operator's command and the schedule. Both put one request into the inbox, from where
// it is planned by the same hands as what GitHub says. Owns the request's form.

#include <functional>
#include <stop_token>
#include <string_view>

#include "service/store/inbox.h"
#include "service/store/repositories.h"

namespace benchgate::workers {

/// A request of this service's own kinds of event (core/planning/events.h).
store::Delivery own_request(std::string_view event, const store::RepositoryRow& repository, const std::string& id,
                            const std::vector<std::string>& suites);
/// `id`: a request of the same id is the same request. Suites that do not exist are left out when it is planned.
store::Delivery calibration_request(const store::RepositoryRow& repository, const std::string& id,
                                    const std::vector<std::string>& suites);

class CalibrationSchedule {
  public:
    /// `every` 0: never.
    CalibrationSchedule(store::Pool& pool, std::function<store::Time()> now, std::chrono::hours every);
    /// Asks for what is due. Any number of processes may do so: of a repository's requests of one day one counts.
    bool work(std::stop_token stop);

  private:
    store::Pool& pool_;
    std::function<store::Time()> now_;
    std::chrono::hours every_;
};

}  // namespace benchgate::workers
