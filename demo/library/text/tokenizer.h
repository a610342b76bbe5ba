#pragma once
// Cuts program text into words, numbers and single marks; blanks separate and vanish.
#include <string_view>
#include <vector>

namespace text {

enum class TokenKind { word, number, mark };

struct Token {
    TokenKind kind;
    std::string_view text;  ///< points into the input
};

std::vector<Token> tokenize(std::string_view text);

}  // namespace text
