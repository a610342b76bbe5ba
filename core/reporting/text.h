#pragma once
// The comparison for a terminal: an aligned table, with colours if asked. Control characters of foreign names never
// reach the terminal.

#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting {

struct TextOptions {
    bool colour = false;
    int columns = 0;  ///< width of the terminal; 0: none, lines are as long as they need
};

std::string render_text(const Report& report, const TextOptions& options);

}  // namespace benchgate::reporting
