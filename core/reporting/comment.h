#pragma once
// The one comment of a pull request. Owns its layout and its bound; the service edits it in place.

#include <optional>
#include <string>
#include <string_view>

#include "core/reporting/report.h"

namespace benchgate::reporting {

/// The hidden line by which the comment is found again.
inline constexpr std::string_view sticky_marker = "<!-- benchgate:sticky -->";

/// GitHub Markdown, fewer than 65,536 characters whatever the report holds, folded away too. Contains sticky_marker
/// once.
std::string render_comment(const Report& report);
/// The line that such a comment is folded under once a newer one takes its place: Markdown, a few hundred bytes.
std::string comment_title(const Report& report);

/// An edit notifies nobody, so a verdict that turns red gets a comment of its own; every other change is an edit.
/// `said`: the gate that the present comment tells; absent: there is none yet, and it is made anyway.
bool needs_new_comment(std::optional<model::Gate> said, model::Gate now);

/// A comment as it was sent, and its comment_title.
struct SentComment {
    std::string title;
    std::string markdown;
};
/// What the former comment becomes then: its result folded away below a pointer to the newer one (an address that is
/// empty or odd is not linked). Without sticky_marker.
std::string fold_comment(const SentComment& comment, const std::string& newer_url);

}  // namespace benchgate::reporting
