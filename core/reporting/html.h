#pragma once
// The comparison as one HTML file that needs nothing beside it, for `benchgate compare --html`. Same content as the
// page (page.h), with the stylesheet inside.

#include <string>

#include "core/reporting/report.h"

namespace benchgate::reporting {

std::string render_html(const Report& report);

}  // namespace benchgate::reporting
