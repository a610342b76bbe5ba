#pragma once
// The numbers behind every verdict, as a tree for people and as JSON. Owns the words; the numbers are those that the
// judge wrote down while it decided (core/model/explanation.h), and nothing is reckoned again here.

#include <string>

#include "core/json/json.h"
#include "core/model/explanation.h"
#include "core/reporting/report.h"

namespace benchgate::reporting {

/// One tree a verdict, in the verdicts' own order, and a last one with the gate. Needs one explanation for each verdict
/// of the suite's judgement; without a judgement it says why there is nothing to explain.
std::string explain_text(const SuiteReport& suite);

/// "explain" beside a verdict. Absent numbers are null.
json::OrderedJson explanation_json(const model::Explanation& explanation);

}  // namespace benchgate::reporting
