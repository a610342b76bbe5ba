#pragma once
// A check run of GitHub: name, status, conclusion and output within GitHub's bounds. Owns the mapping of gates to
// conclusions. Required checks pass on success, neutral and skipped; so only failure and action_required hold a merge.

#include <string>
#include <string_view>
#include <vector>

#include "core/reporting/report.h"

namespace benchgate::reporting {

/// A button under the check; GitHub answers with check_run.requested_action.
struct CheckAction {
    std::string label;        ///< at most 20 characters
    std::string description;  ///< at most 40
    std::string identifier;   ///< at most 20: "rerun", "waive"
    bool operator==(const CheckAction&) const = default;
};

/// A remark at a line of a file of the head commit.
struct CheckAnnotation {
    std::string path;
    int line = 1;
    std::string level;  ///< "failure", "warning", "notice"
    std::string title;
    std::string message;  ///< plain text
    bool operator==(const CheckAnnotation&) const = default;
};

struct CheckOutput {
    std::string name;
    std::string status;      ///< "queued", "in_progress", "completed"
    std::string conclusion;  ///< empty unless completed: success, failure, neutral, action_required, cancelled
    std::string title;       ///< at most 255 characters
    std::string summary;     ///< Markdown, at most 65,535 bytes
    std::string text;        ///< Markdown, at most 65,535 bytes; may be empty
    std::string details_url;
    std::vector<CheckAction> actions;          ///< at most three
    std::vector<CheckAnnotation> annotations;  ///< at most 50: what GitHub takes at once
};

/// "benchgate/SUITE", or "benchgate" for an empty suite: errors of the configuration and of the whole.
std::string check_name(std::string_view suite);

/// The check over the named suites (one: that suite's check; none: every suite, under the name "benchgate").
CheckOutput render_check(const Report& report, const std::vector<std::string>& suites);

}  // namespace benchgate::reporting
