#pragma once
// A report as the data of the Markdown templates, every foreign word escaped, and the loop that keeps the result within
// GitHub's bounds by leaving whole rows out. Internal to reporting.

#include <cstddef>
#include <functional>
#include <kainjow/mustache.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "core/reporting/words.h"

namespace benchgate::reporting {

struct MarkdownView {
    const Report& report;
    SuiteList suites;
    model::Gate gate = model::Gate::neutral;
    ReportState state = ReportState::completed;
    std::size_t most_changed = 10;                                    ///< rows of the open table
    std::size_t most_rows = std::numeric_limits<std::size_t>::max();  ///< of each other list
};

/// Renders templates/NAME.mustache; `{{x}}` and `{{{x}}}` are the same, since the data is escaped already.
std::string render_markdown_template(std::string_view name, const MarkdownView& view);

/// The same with fewer and fewer rows until it has at most `most_bytes`.
std::string render_markdown_within(std::string_view name, MarkdownView view, std::size_t most_bytes);

/// Renders templates/NAME.mustache from data in which everything foreign is escaped already.
std::string render_markdown_data(std::string_view name, kainjow::mustache::data root);

/// A commit, linked where the repository's address is known (empty: not).
std::string markdown_commit(const std::string& repository_url, const std::string& sha);

/// A foreign name as it stands in a table or sentence: shortened, escaped, in code type.
std::string markdown_name(std::string_view name);

}  // namespace benchgate::reporting
