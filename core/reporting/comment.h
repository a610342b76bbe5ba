#pragma once
// The one comment of a pull request. Owns its layout and its bound; the service edits it in place.

#include <string>
#include <string_view>

#include "core/reporting/report.h"

namespace benchgate::reporting {

/// The hidden line by which the comment is found again.
inline constexpr std::string_view sticky_marker = "<!-- benchgate:sticky -->";

/// GitHub Markdown, fewer than 65,536 characters whatever the report holds. Contains sticky_marker once.
std::string render_comment(const Report& report);

}  // namespace benchgate::reporting
