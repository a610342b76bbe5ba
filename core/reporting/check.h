#pragma once
// A check run of GitHub: name, status, conclusion and output within GitHub's bounds. Owns the mapping of gates to
// conclusions. Required checks pass on success, neutral and skipped; so only failure and action_required hold a merge.

#include <string>
#include <string_view>
#include <vector>

#include "core/reporting/report.h"

namespace benchgate::reporting {

struct CheckOutput {
    std::string name;
    std::string status;      ///< "queued", "in_progress", "completed"
    std::string conclusion;  ///< empty unless completed: success, failure, neutral, action_required, cancelled
    std::string title;       ///< at most 255 characters
    std::string summary;     ///< Markdown, at most 65,535 bytes
    std::string text;        ///< Markdown, at most 65,535 bytes; may be empty
    std::string details_url;
};

/// "benchgate/SUITE", or "benchgate" for an empty suite: errors of the configuration and of the whole.
std::string check_name(std::string_view suite);

/// The check over the named suites (one: that suite's check; none: every suite, under the name "benchgate").
CheckOutput render_check(const Report& report, const std::vector<std::string>& suites);

}  // namespace benchgate::reporting
