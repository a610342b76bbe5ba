#pragma once
// What a comparison with the good end means for a search. Owns which series is looked at and which change counts as the
// one that is looked for; the verdicts themselves are core/judging, the next step is bisect_step.h.

#include <optional>
#include <string>
#include <vector>

#include "core/model/verdict.h"
#include "core/planning/bisect_step.h"

namespace benchgate::planning {

/// What a search is about.
struct Sought {
    std::string benchmark;
    std::string metric = {};   ///< empty: any gating one, and of several the one that changed most
    bool improvement = false;  ///< a change for the better is looked for: "bad" is what has it
};

/// What is looked for, as the bad end shows it: the metric that lost most, and by how much.
struct SearchedChange {
    model::SeriesKey key;
    /// Head over base for a metric that should be low, base over head for one that should be high, and the other way
    /// round of an improvement; above 1. Absent: there was nothing to divide.
    std::optional<double> cost;
    bool improvement = false;
    bool operator==(const SearchedChange&) const = default;
};

/// nullopt: no gating metric that is sought has regressed (improved).
std::optional<SearchedChange> searched_change(const std::vector<model::Verdict>& bad_end, const Sought& sought);

/// Of the bad end: bad if any gating metric that is sought has regressed (improved).
StepVerdict verdict_of_end(const std::vector<model::Verdict>& verdicts, const Sought& sought);

/// Of a commit between: bad if this series has lost at least half of the change (the root of its cost). A smaller loss
/// is another commit's, and good here. Only what was compared can be judged: a series that is new, missing or failed
/// is a failed step.
StepVerdict verdict_of_step(const std::vector<model::Verdict>& verdicts, const SearchedChange& change);

/// The verdict on this series; nullptr: there is none.
const model::Verdict* verdict_on(const std::vector<model::Verdict>& verdicts, const model::SeriesKey& key);

}  // namespace benchgate::planning
