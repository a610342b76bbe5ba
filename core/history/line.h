#pragma once
// Main's order: each commit of the default branch has a place, and a commit's place never changes while it is on main.
// Places follow first parents, never the order in which pushes arrive or jobs end. Owns the rule; the walk itself is
// platform/git, the places are service/store.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace benchgate::history {

/// What a walk from main's newest commit changes.
struct LineStep {
    std::optional<std::int64_t> cut_above;  ///< what is known beyond this place is not on main any more
    std::size_t first_new = 0;              ///< index of the first walked commit that has no place yet
    std::int64_t first_place = 0;           ///< its place; the following ones have the following places
};

/// The places of the walked commits, oldest first and the newest commit of main being the last, as far as they are
/// known; `top` is the highest place that is known at all. Main was rewritten where a known commit above the newest
/// walked one that is known was not walked. Nothing of a walk known, though there are places: it did not reach back far
/// enough or everything was rewritten, and no order can be told between the two.
LineStep extend_line(std::span<const std::optional<std::int64_t>> walked, std::optional<std::int64_t> top);

/// Whether the walk has met what is known, or may end since nothing is.
bool is_connected(std::span<const std::optional<std::int64_t>> walked, std::optional<std::int64_t> top);

}  // namespace benchgate::history
