#pragma once
// A set of lower-case words (a to z) that answers how many of them begin with a prefix.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace text {

class Trie {
  public:
    Trie();

    /// False if the word is empty, has other letters, or is there already.
    bool insert(std::string_view word);
    std::size_t count_with_prefix(std::string_view prefix) const;

  private:
    struct Node {
        std::array<std::uint32_t, 26> next{};  // 0: none
        std::uint32_t words_below = 0;
        bool is_word = false;
    };

    const Node* find(std::string_view prefix) const;

    std::vector<Node> nodes_;
};

}  // namespace text
