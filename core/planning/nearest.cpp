#include "core/planning/nearest.h"

#include <algorithm>
#include <numeric>

namespace benchgate::planning {
namespace {

constexpr std::size_t longest_word = 200;

std::size_t slips_allowed(std::string_view word) {
    return std::max<std::size_t>(1, word.size() / 3);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
    if (a.size() < b.size()) std::swap(a, b);
    if (a.size() - b.size() > most) return most + 1;
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        // A swap reaches over one row only, so that two rows above the bound settle it.
        if (std::min(*std::min_element(row.begin(), row.end()), *std::min_element(last.begin(), last.end())) > most)
            return most + 1;
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return std::min(last[b.size()], most + 1);
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    std::optional<std::string> best;
    std::size_t most = slips_allowed(word);
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest_word) continue;
        const std::size_t edits = edit_distance(word, candidate, most);
        if (edits > most) continue;
        best = candidate;
        if (edits == 0) break;
        most = edits - 1;
    }
    return best;
}

std::vector<std::string> nearest_names(std::string_view word, const std::vector<std::string>& candidates,
                                       std::size_t count) {
    std::vector<std::string> names;
    if (word.empty() || word.size() > longest_word) return names;
    std::vector<std::pair<std::size_t, const std::string*>> ranked;
    const std::size_t most = slips_allowed(word);
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest_word) continue;
        const bool holds = candidate.find(word) != std::string::npos;
        const std::size_t edits = holds ? 0 : edit_distance(word, candidate, most);
        if (edits <= most) ranked.emplace_back(edits, &candidate);
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [edits, name] : ranked) {
        if (names.size() == count) break;
        if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
    }
    return names;
}

}  // namespace benchgate::planning
