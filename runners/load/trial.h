#pragma once
// Owns one trial of a load suite: the service is started in the sandbox, loaded stage by stage, broken as asked, and
// stopped; what the tools printed becomes measurements. Does not own a trial's place in the experiment
// (runners/measure), nor what happens inside the sandbox (inside.h).
//
// A benchmark is a stage, with a / and the target's name in a mixed load; of a search it is "search" with the metric
// breaking_point, of a fault "fault/KIND@SECONDS" with the metric recovery_time.

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/load.h"
#include "core/model/measurement.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::load {

struct LoadTrial {
    std::filesystem::path directory;  ///< of the side; a copy of this program is put beside it
    std::map<std::string, std::string> environment;
    sandbox::Limits limits;
    std::chrono::milliseconds patience{0};  ///< beyond the time of the stages
    std::vector<int> cpus{};                ///< for service and tool together; empty: those of this process
    /// A stage in which nothing succeeded is a result (error_rate 1); else it is a failure: what is compared with must
    /// work.
    bool may_fail_wholly = false;
};

struct LoadFailure {
    std::string reason;  ///< one clause
    bool infrastructure = false;
    bool cancelled = false;
    bool service_broke = false;  ///< it ended, never answered, let the tool hang, or made its clients give up
    std::string log;             ///< what the service and the tools said; may be empty
};

struct LoadResult {
    model::Measurements measured;
    sandbox::Result used;  ///< of all that ran: times added up, the largest memory
};

using Log = std::function<void(std::string_view)>;

tl::expected<LoadResult, LoadFailure> run_load(sandbox::Sandbox& sandbox, const model::LoadSuite& suite,
                                               const LoadTrial& trial, const Log& log, std::stop_token stop);

}  // namespace benchgate::load
