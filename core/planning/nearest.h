#pragma once
// What somebody may have meant: the words nearest to one that is not known. Owns the distance and how near is near.
// Internal to planning.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::planning {

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment); above `most`, most + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);

/// The candidate with the fewest edits, if that is near enough to be a slip of the finger.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// At most `count` different candidates: those that hold the word in them, then the nearest by edits. Candidates and
/// words above 200 bytes are not compared.
std::vector<std::string> nearest_names(std::string_view word, const std::vector<std::string>& candidates,
                                       std::size_t count);

}  // namespace benchgate::planning
