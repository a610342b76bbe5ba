#include "service/workers/calibrations.h"

#include <span>

#include "core/json/json.h"
#include "core/planning/events.h"
#include "service/store/calibrations.h"

namespace benchgate::workers {

store::Delivery own_request(std::string_view event, const store::RepositoryRow& repository, const std::string& id,
                            const std::vector<std::string>& suites) {
    auto names = json::Json::array();
    for (const auto& suite : suites) names.push_back({{"name", suite}});
    const json::Json payload{{"repository",
                              {{"id", repository.repository_id},
                               {"name", repository.name},
                               {"owner", {{"login", repository.owner}}},
                               {"default_branch", repository.default_branch},
                               {"private", repository.is_private}}},
                             {"installation", {{"id", repository.installation_id}}},
                             {"suites", names}};
    return {id, std::string(event), "{}", json::dump(payload), store::Origin::asked};
}

store::Delivery calibration_request(const store::RepositoryRow& repository, const std::string& id,
                                    const std::vector<std::string>& suites) {
    return own_request(planning::calibration_event, repository, id, suites);
}

CalibrationSchedule::CalibrationSchedule(store::Pool& pool, std::function<store::Time()> now, std::chrono::hours every)
    : pool_(pool), now_(std::move(now)), every_(every) {}

bool CalibrationSchedule::work(std::stop_token) {
    if (every_ <= std::chrono::hours(0)) return false;
    const auto now = now_();
    pool_.transaction([&](store::Tx& tx) {
        for (const auto id : store::due_for_calibration(tx, every_, now)) {
            const auto repository = store::find_repository(tx, id);
            if (!repository) continue;
            const auto request = calibration_request(*repository, store::calibration_request_id(id, now), {});
            store::insert_deliveries(tx, std::span(&request, 1), now);
        }
    });
    return false;
}

}  // namespace benchgate::workers
