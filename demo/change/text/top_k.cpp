#include "text/top_k.h"

#include <algorithm>
#include <functional>

namespace text {

std::vector<double> top_k(std::vector<double> scores, std::size_t k) {
    std::sort(scores.begin(), scores.end(), std::greater<>());
    scores.resize(std::min(k, scores.size()));
    return scores;
}

}  // namespace text
