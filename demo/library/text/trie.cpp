#include "text/trie.h"

#include <algorithm>

namespace text {

Trie::Trie() : nodes_(1) {}

bool Trie::insert(std::string_view word) {
    if (word.empty() || !std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
        return false;
    if (const Node* node = find(word); node && node->is_word) return false;
    std::size_t at = 0;
    ++nodes_[at].words_below;
    for (const char c : word) {
        const auto letter = static_cast<std::size_t>(c - 'a');
        if (nodes_[at].next[letter] == 0) {
            nodes_[at].next[letter] = static_cast<std::uint32_t>(nodes_.size());
            nodes_.emplace_back();
        }
        at = nodes_[at].next[letter];
        ++nodes_[at].words_below;
    }
    nodes_[at].is_word = true;
    return true;
}

std::size_t Trie::count_with_prefix(std::string_view prefix) const {
    const Node* node = find(prefix);
    return node ? node->words_below : 0;
}

const Trie::Node* Trie::find(std::string_view prefix) const {
    std::size_t at = 0;
    for (const char c : prefix) {
        if (c < 'a' || c > 'z') return nullptr;
        at = nodes_[at].next[static_cast<std::size_t>(c - 'a')];
        if (at == 0) return nullptr;
    }
    return &nodes_[at];
}

}  // namespace text
