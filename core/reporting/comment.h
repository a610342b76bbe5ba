#pragma once
// The one comment of a pull request. Owns its layout and its bound; the service edits it in place.

#include <optional>
#include <string>
#include <string_view>

#include "core/reporting/report.h"

namespace benchgate::reporting {

/// The hidden line by which the comment is found again.
inline constexpr std::string_view sticky_marker = "<!-- benchgate:sticky -->";

/// GitHub Markdown, fewer than 65,536 characters whatever the report holds. Contains sticky_marker once.
std::string render_comment(const Report& report);

/// An edit notifies nobody, so a verdict that turns red gets a comment of its own; every other change is an edit.
/// `said`: the gate that the present comment tells; absent: there is none yet, and it is made anyway.
bool needs_new_comment(std::optional<model::Gate> said, model::Gate now);

/// What the former comment becomes then: its result folded away below a pointer to the newer one (empty: below the
/// last comment). Without sticky_marker.
std::string render_earlier_comment(const Report& report, const std::string& newer_url);

}  // namespace benchgate::reporting
