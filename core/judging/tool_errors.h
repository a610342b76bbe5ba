#pragma once
// The tool's own words about a benchmark that gave no result, put into the verdict's reason, where every report shows
// it. Decides nothing. The words are foreign: here they are bounded and made storable, renderers escape them.

#include <cstddef>

#include "core/model/bundle.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Bytes of a tool's words in a reason.
inline constexpr std::size_t longest_tool_words = 300;

/// Verdicts without a change to speak of (new, missing, failed) get the last error that the tool reported under their
/// benchmark's name: "not on head; the tool said: no input file". One that begins with "unsupported: " says all there
/// is to say: it is this host's word about a fault, and no tool's. Only the trials that were kept count.
void add_tool_errors(model::Judgement& judgement, const model::Bundle& bundle);

}  // namespace benchgate::judging
