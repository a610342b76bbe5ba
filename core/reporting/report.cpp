#include "core/reporting/report.h"

#include <algorithm>

namespace benchgate::reporting {

namespace {
model::Gate without_result(const SuiteReport& suite) {
    return suite.inconclusive_blocks ? model::Gate::action_required : model::Gate::neutral;
}
}  // namespace

model::Gate gate_of(const std::vector<SuiteReport>& suites) {
    model::Gate gate = model::Gate::success;
    for (const auto& suite : suites) {
        if (suite.identical && !suite.error) continue;
        gate = model::worse(gate, suite.judgement ? suite.judgement->gate : without_result(suite));
    }
    return suites.empty() ? model::Gate::neutral : gate;
}

ReportState state_of(const std::vector<SuiteReport>& suites) {
    const auto is = [](ReportState state) {
        return [state](const SuiteReport& suite) { return suite.state == state; };
    };
    if (std::all_of(suites.begin(), suites.end(), is(ReportState::completed))) return ReportState::completed;
    return std::all_of(suites.begin(), suites.end(), is(ReportState::queued)) ? ReportState::queued
                                                                              : ReportState::in_progress;
}

}  // namespace benchgate::reporting
