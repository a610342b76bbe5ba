#pragma once
// What becomes of a suspicion: which stored change a finding is, the states that it goes through, when a level has
// come back. Pure; who measures and who stores is the service.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/history/look.h"
#include "core/model/waiver.h"

namespace benchgate::history {

/// What measuring says. provisional: too few later values. found: to be measured. measuring: the range's ends are
/// compared, or the commits between. confirmed, rejected: by the gate's test. undecided: it could not tell. withdrawn:
/// later values took it back before it was measured. drifted: no step, but many small ones beyond the policy's
/// allowance (allowance.h); it is said and handled, not measured.
enum class ChangeState { provisional, found, measuring, confirmed, rejected, undecided, withdrawn, drifted };

/// What people say, or the series itself where the level returned: fixed, or reverted if a revert did it.
enum class Handling { open, acknowledged, fixed, reverted, expected };

/// Who is said to have done what nobody did.
inline constexpr const char* itself = "benchgate";

std::string_view to_string(ChangeState state);
std::string_view to_string(Handling handling);
std::optional<ChangeState> change_state_from(std::string_view text);
std::optional<Handling> handling_from(std::string_view text);

/// A stored change as this look at its series sees it.
struct KnownChange {
    ChangeState state = ChangeState::provisional;
    bool worse = true;
    bool on_main = true;                 ///< its commit
    std::optional<std::size_t> index{};  ///< of its commit in Line::points; absent: older than what was looked at
};

/// A finding is the stored change of the same direction next to it, at most so many points away: the place moves
/// a little with every value that comes.
inline constexpr std::size_t same_change_within = 5;

struct KeptChange {
    std::size_t known = 0;    ///< index
    std::size_t finding = 0;  ///< index
    ChangeState next = ChangeState::provisional;
    bool operator==(const KeptChange&) const = default;
};

struct Reconciled {
    std::vector<KeptChange> kept;    ///< by finding
    std::vector<std::size_t> fresh;  ///< findings that no stored change is
    std::vector<std::size_t> gone;   ///< stored ones that are to be withdrawn
    bool operator==(const Reconciled&) const = default;
};

/// Nothing takes back what was measured or is being measured; a rejected change that is found again stays rejected.
Reconciled reconcile(std::span<const KnownChange> known, std::span<const Finding> findings);

/// Whether the place and size of a change in this state still follow the findings.
bool follows_findings(ChangeState state);

/// A level shift that stands, for the question whether a later one took it back.
struct LevelShift {
    std::size_t index = 0;
    bool worse = true;
    double before = 0, after = 0;
};
/// The first later shift for the better after which the level is back: at most a quarter of what was lost is left.
std::optional<std::size_t> taken_back_by(std::span<const LevelShift> shifts, std::size_t of);

/// A regression that people let pass on a pull request, and where it came onto main.
struct MergedWaiver {
    model::Waiver waiver;
    std::int64_t number = 0;
    std::string merge_sha;
};
/// A change for the worse whose commit is known, as its measuring left it.
struct KnownRegression {
    model::SeriesKey key;
    std::string commit;           ///< the first bad one
    std::optional<double> ratio;  ///< after / before
};
/// What merged waivers say of it: it was expected, or it is more than they allow.
struct Expectation {
    bool covers = false;
    std::string who;   ///< author of the waiver
    std::string note;  ///< one line
    bool operator==(const Expectation&) const = default;
};
/// Absent: no waiver of the commit names the series. Of several the one that covers it, else that with the highest
/// ceiling. The ceiling is held against |ratio - 1|, as on the pull request.
std::optional<Expectation> expectation_of(const KnownRegression& regression, std::span<const MergedWaiver> waivers);

/// What a push in the range of a change said of the series by its own comparison.
struct PushInRange {
    std::string base_sha;
    std::string head_sha;
    bool shows_it = false;  ///< its verdict is regressed (of a change for the better: improved)
};
/// The one push that shows the change, if only one does: its commits are the range. The stored comparisons are sound
/// (side by side, interleaved), so that nothing need be measured to leave out the other pushes.
std::optional<std::size_t> only_push_that_shows(std::span<const PushInRange> pushes);

}  // namespace benchgate::history
