#pragma once
// HTML documents from templates: escaping, the common head and foot, the drawing of an interval. Internal to reporting.

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

#include "core/reporting/report.h"

namespace benchgate::reporting {

enum class Style { linked, inside };

/// Renders templates/NAME.mustache; `{{x}}` is escaped for HTML text and quoted attributes, `{{{x}}}` is not.
std::string render_html_template(std::string_view name, kainjow::mustache::data root, std::string_view title,
                                 Style style);

/// The whole of a comparison (page.h, html.h).
std::string render_comparison(const Report& report, Style style);

/// What page.mustache draws of a ratio's interval, 200 units wide, on a scale of +-`reach` in natural logarithm: kind,
/// label, reach (left, width), point (left). Nullopt if there is nothing to draw.
std::optional<kainjow::mustache::data> interval_bar(const model::Verdict& verdict, double reach);
/// A scale on which these verdicts fit, at least +-5 %, at most a factor of 3.
double bar_reach(const std::vector<const model::Verdict*>& verdicts);

}  // namespace benchgate::reporting
