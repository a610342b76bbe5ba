#pragma once
// Levenshtein distance in bytes.
#include <cstddef>
#include <string_view>

namespace text {

std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace text
