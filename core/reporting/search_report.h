#pragma once
// What is said of a search for the first bad commit: one comment that follows its steps, and one with the answer, since
// an edit notifies nobody. Owns words and escaping; the search itself is core/planning and service/workers/searches.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/verdict.h"

namespace benchgate::reporting {

struct SearchStepReport {
    std::string sha;
    std::string verdict;                     ///< good, bad, inconclusive, failed; empty: under way
    std::optional<model::Verdict> compared;  ///< with the good end; absent: nothing was measured
    std::string reason;                      ///< of a failed one, a line; may be empty
};

/// What is known of the first bad commit.
struct FoundCommit {
    std::string sha;
    std::string subject;  ///< raw; empty: unknown
    std::string author;   ///< name, raw; empty: unknown
    std::string before;   ///< SHA of the commit before it
};

enum class SearchOutcome { under_way, found, not_reproduced, undecided, cancelled };

struct SearchReport {
    std::string repository_url;  ///< empty: SHAs are not linked
    std::string page_url;        ///< of the run that the answer rests on; empty: none
    std::string benchmark;
    std::string metric;  ///< of the change that is looked for; empty: not known yet
    std::string good_sha;
    std::string bad_sha;
    std::size_t commits = 0;
    std::vector<SearchStepReport> steps;
    std::size_t steps_left = 0;  ///< the one under way included, if every verdict is clear
    SearchOutcome outcome = SearchOutcome::under_way;
    std::optional<FoundCommit> found;
    std::vector<std::string> suspects;  ///< of an undecided one, oldest first
    std::string why;                    ///< of an undecided one: a sentence without its full stop
};

/// The comment that is edited at each step. GitHub Markdown of a few kilobytes, whatever the report holds.
std::string render_search_progress(const SearchReport& report);
/// The answer of a search that is over. Nothing to say of a cancelled one: empty.
std::string render_search_answer(const SearchReport& report);

}  // namespace benchgate::reporting
