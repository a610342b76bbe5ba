#pragma once
// Why a job could not be measured, in words for the check, and whether the host is to blame.

#include <optional>
#include <string>

#include "core/model/run.h"
#include "core/model/series.h"

namespace benchgate::measure {

struct JobFailure {
    model::JobPhase phase = model::JobPhase::measure;
    std::optional<model::Side> side;  ///< whose commit failed; absent: neither's
    std::string reason;               ///< one line, e.g. "head: 'make' exited with status 2"
    bool infrastructure = false;      ///< checkout, disk, sandbox: another host may succeed
    bool cancelled = false;
};

}  // namespace benchgate::measure
