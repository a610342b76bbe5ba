#pragma once
// The answer to `/rebench aa`: what measuring one commit against itself has shown. Owns its words and its bound. Every
// alarm in it is a false one, by the way it was measured.

#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting {

/// GitHub Markdown of at most 65,000 bytes. `report`: a completed calibration, whose base and head are one commit.
std::string render_calibration(const Report& report);

}  // namespace benchgate::reporting
