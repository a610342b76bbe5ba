#include "core/model/host.h"

namespace benchgate::model {

std::string_view to_string(FactStatus status) {
    switch (status) {
        case FactStatus::ok:
            return "ok";
        case FactStatus::warn:
            return "warn";
        case FactStatus::fail:
            return "fail";
        case FactStatus::unknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<FactStatus> fact_status_from(std::string_view text) {
    if (text == "ok") return FactStatus::ok;
    if (text == "warn") return FactStatus::warn;
    if (text == "fail") return FactStatus::fail;
    if (text == "unknown") return FactStatus::unknown;
    return std::nullopt;
}

}  // namespace benchgate::model
