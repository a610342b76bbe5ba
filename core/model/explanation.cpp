#include "core/model/explanation.h"

namespace benchgate::model {

std::string_view to_string(LookOutcome outcome) {
    switch (outcome) {
        case LookOutcome::regressed:
            return "regressed";
        case LookOutcome::improved:
            return "improved";
        case LookOutcome::unchanged:
            return "unchanged";
        case LookOutcome::waiting:
            return "waiting";
        case LookOutcome::open:
            return "open";
        case LookOutcome::inconclusive:
            return "inconclusive";
    }
    return "";
}

}  // namespace benchgate::model
