#include "service/reports/calibration_report.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/judging/calibration.h"
#include "platform/clock.h"
#include "service/store/calibrations.h"
#include "service/store/runners.h"

namespace benchgate::reports {

std::vector<reporting::CalibrationHostRow> calibration_report(store::Tx& tx, std::int64_t repository_id,
                                                              store::Time now) {
    store::CalibrationQuery query;
    query.repository_id = repository_id;
    query.now = now;
    std::map<std::string, std::string> names;
    for (const auto& runner : store::list_runners_briefly(tx)) names[runner.runner_id] = runner.name;
    std::vector<reporting::CalibrationHostRow> hosts;
    std::map<std::pair<std::string, std::string>, std::size_t> places;
    for (const auto& host : store::calibrated_hosts(tx, query)) {
        places[{host.runner_id, host.suite}] = hosts.size();
        auto& row = hosts.emplace_back();
        const auto name = names.find(host.runner_id);
        row.runner = name == names.end() ? "a runner that was removed" : name->second;
        row.suite = host.suite;
        row.jobs = host.jobs;
        row.rate = judging::rate_interval(host.jobs);
        row.over = judging::is_over_its_rate(host.jobs);
        row.last_at = platform::format_utc(host.last_at);
    }
    for (auto& one : store::calibrated_series(tx, query)) {
        const auto place = places.find({one.runner_id, one.suite});
        if (place == places.end()) continue;
        const auto& counted = one.series.counted;
        hosts[place->second].series.push_back(
            {one.series, judging::rate_interval(counted), judging::is_over_its_rate(counted), one.detectable});
    }
    std::stable_sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) {
        return std::tie(a.runner, a.suite) < std::tie(b.runner, b.suite);
    });
    return hosts;
}

}  // namespace benchgate::reports
