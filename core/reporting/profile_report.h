#pragma once
// What a profile has to say: the answer below the comment that asked for it, and its page. Samples were taken in trials
// of their own; no verdict follows from them, and the words say so. The drawing is flame_graph.h.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/profile.h"
#include "core/reporting/report.h"

namespace benchgate::reporting {

struct ProfileReport {
    std::string repository;      ///< owner/name
    std::string repository_url;  ///< on GitHub; empty: commits are not linked
    std::optional<std::int64_t> pull_number;
    std::string benchmark;
    std::string suite;
    std::string base_sha;
    std::string head_sha;
    std::string runner;
    std::string page_url;                   ///< of this profile
    std::string page_path;                  ///< the same on this site
    std::string state;                      ///< a RunState's word
    std::string progress;                   ///< while it is under way
    std::string error;                      ///< why there is no profile
    std::string log_tail;                   ///< beside the error
    std::optional<model::Profile> profile;  ///< of which the stacks are:
    model::FoldedStacks base;
    model::FoldedStacks head;
};

struct ShareChanges {
    std::vector<FunctionShare> grew;    ///< the most first
    std::vector<FunctionShare> shrank;  ///< the most first
};

/// Of functions whose share differs by at least a tenth of a percent of all samples, and by more than two standard
/// errors of two binomial shares (sqrt(p(1-p)/n) each): less may be the sampling alone.
ShareChanges share_changes(const model::FoldedStacks& base, const model::FoldedStacks& head);

/// "12.0 %", "< 0.1 %".
std::string share_text(double share);

/// Markdown for GitHub.
std::string render_profile_answer(const ProfileReport& report);

/// An HTML document like those of page.h.
std::string render_profile_page(const ProfileReport& report);

}  // namespace benchgate::reporting
