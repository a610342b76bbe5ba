#pragma once
// The k largest scores.
#include <cstddef>
#include <vector>

namespace text {

/// In descending order; all of them if there are fewer than k.
std::vector<double> top_k(std::vector<double> scores, std::size_t k);

}  // namespace text
