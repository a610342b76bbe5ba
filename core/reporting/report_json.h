#pragma once
// The shape of `compare --json` and of `judge --json`, schema_version 1. Fields are only ever added within a version.

#include <span>
#include <string>

#include "core/json/json.h"
#include "core/model/explanation.h"
#include "core/reporting/report.h"

namespace benchgate::reporting {

inline constexpr int report_schema_version = 1;

/// One entry of "verdicts". Absent numbers are null; an open end of an interval is null.
json::OrderedJson verdict_json(const model::Verdict& verdict);

/// {"schema_version", "verdicts", "gate", "gate_reason", "judge_version", "tests", "blocks_kept", "blocks_void"}:
/// the document of `judge --json`. With one explanation a verdict, each verdict has an "explain" more.
json::OrderedJson judgement_json(const model::Judgement& judgement,
                                 std::span<const model::Explanation> explanations = {});

/// {"schema_version", "judge_version", "repository", "base", "head", "suites": [...], "gate", "exit_status"}.
json::OrderedJson report_json(const Report& report);

/// Exit status of the cli for a report: 0 the gate passes, 1 it blocks, 2 configuration, 3 could not measure.
int exit_status(const Report& report);

}  // namespace benchgate::reporting
