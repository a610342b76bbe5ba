#pragma once
// The comparison as a Markdown document for `benchgate compare --markdown`: the comment's content without GitHub's
// marker and commands, and with every benchmark.

#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting {

std::string render_markdown(const Report& report);

}  // namespace benchgate::reporting
