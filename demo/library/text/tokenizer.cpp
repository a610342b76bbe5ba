#include "text/tokenizer.h"

namespace text {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    tokens.reserve(text.size() / 4);
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = at++;
        if (is_blank(text[start])) continue;
        auto kind = TokenKind::mark;
        if (is_letter(text[start])) {
            kind = TokenKind::word;
            while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) ++at;
        } else if (is_digit(text[start])) {
            kind = TokenKind::number;
            while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
        }
        tokens.push_back({kind, text.substr(start, at - start)});
    }
    return tokens;
}

}  // namespace text
