#include "text/top_k.h"

#include <algorithm>
#include <functional>

namespace text {

std::vector<double> top_k(std::vector<double> scores, std::size_t k) {
    k = std::min(k, scores.size());
    std::partial_sort(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(k), scores.end(), std::greater<>());
    scores.resize(k);
    return scores;
}

}  // namespace text
