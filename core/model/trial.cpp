#include "core/model/trial.h"

namespace benchgate::model {

std::string_view to_string(Phase phase) {
    switch (phase) {
        case Phase::warmup:
            return "warmup";
        case Phase::measure:
            return "measure";
        case Phase::confirm:
            return "confirm";
    }
    return "measure";
}

std::optional<Phase> phase_from(std::string_view text) {
    if (text == "warmup") return Phase::warmup;
    if (text == "measure") return Phase::measure;
    if (text == "confirm") return Phase::confirm;
    return std::nullopt;
}

}  // namespace benchgate::model
