#pragma once
// The tool's own words about a benchmark that gave no result, put into the verdict's reason, where reports show it.

#include "core/model/bundle.h"
#include "core/model/verdict.h"

namespace benchgate::cli {

/// Verdicts without a change to speak of (new, missing, failed) get the last error that the tool reported under their
/// benchmark's name: "not on head; the tool said: no input file". Decides nothing.
void add_tool_errors(model::Judgement& judgement, const model::Bundle& bundle);

}  // namespace benchgate::cli
