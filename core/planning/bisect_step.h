#pragma once
// The next step of a search for the first bad commit. Owns the search: binary, around commits that cannot be judged.
// Pure; what a step's verdict is and how it is measured is decided elsewhere.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace benchgate::planning {

/// What the comparison of one commit with the good end said. failed: it could not be built or run.
enum class StepVerdict { good, bad, inconclusive, failed };

struct StepResult {
    std::string sha;
    StepVerdict verdict = StepVerdict::inconclusive;
};

/// Compare this commit with the good end. `steps_left` counts this one, if every verdict is clear.
struct CompareNext {
    std::string sha;
    std::size_t steps_left = 0;
    bool operator==(const CompareNext&) const = default;
};

struct FirstBad {
    std::string sha;
    std::string last_good;  ///< the commit before it; empty: the good end itself
    bool operator==(const FirstBad&) const = default;
};

/// The bad end is not worse than the good one.
struct NotReproduced {
    bool operator==(const NotReproduced&) const = default;
};

/// The bad end could not be judged (one suspect: itself), or the first bad commit is one of several of which all but
/// the last could not be.
struct Undecided {
    std::vector<std::string> suspects;  ///< oldest first
    bool operator==(const Undecided&) const = default;
};

using BisectStep = std::variant<CompareNext, FirstBad, NotReproduced, Undecided>;

/// `commits` are good..bad along first parents, oldest first, the bad end being the last; `results` in the order of
/// measuring: of two of one commit the later holds, and those of other commits are not looked at. Empty `commits` are
/// NotReproduced.
BisectStep bisect_step(const std::vector<std::string>& commits, const std::vector<StepResult>& results);

/// The commits of which one is the first bad one, as far as the results tell: oldest first, the last one being bad.
std::vector<std::string> suspects(const std::vector<std::string>& commits, const std::vector<StepResult>& results);

/// A search among commits that cannot be judged would measure each of them; after so many steps it ends undecided.
std::size_t most_steps(std::size_t commits);

std::string_view to_string(StepVerdict verdict);
std::optional<StepVerdict> step_verdict_from(std::string_view text);

}  // namespace benchgate::planning
