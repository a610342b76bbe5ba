#include <algorithm>
#include <array>
#include <cctype>

#include "platform/log.h"

namespace benchgate::platform {

namespace {

constexpr std::string_view marker = "[redacted]";

bool token_letter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

// Of Bearer and Basic: also what base64 adds.
bool credential_letter(char c) {
    return token_letter(c) || c == '+' || c == '/' || c == '=' || c == '~';
}

bool same_letters(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
               return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
           });
}

struct TokenShape {
    std::string_view prefix;
    std::size_t least_letters;  ///< after the prefix
};
constexpr std::array shapes{TokenShape{"ghp_", 20}, TokenShape{"gho_", 20}, TokenShape{"ghu_", 20},
                            TokenShape{"ghs_", 20}, TokenShape{"ghr_", 20}, TokenShape{"github_pat_", 20},
                            TokenShape{"bgr_", 16}, TokenShape{"bgj_", 16}, TokenShape{"bga_", 16}};

/// How many bytes at the start of text are a secret token; 0: none.
std::size_t token_length(std::string_view text) {
    for (const auto& shape : shapes) {
        if (!text.starts_with(shape.prefix)) continue;
        std::size_t end = shape.prefix.size();
        while (end < text.size() && token_letter(text[end])) ++end;
        if (end - shape.prefix.size() >= shape.least_letters) return end;
    }
    return 0;
}

struct Secret {
    std::size_t keep = 0;    ///< bytes that stay: "Bearer "
    std::size_t length = 0;  ///< all in all; 0: no secret here
};

Secret scheme_and_token(std::string_view text, std::size_t least_letters) {
    for (std::string_view scheme : {"bearer", "basic", "token"}) {
        if (!same_letters(text, scheme)) continue;
        std::size_t start = scheme.size();
        while (start < text.size() && text[start] == ' ') ++start;
        if (start == scheme.size()) continue;
        std::size_t end = start;
        while (end < text.size() && credential_letter(text[end])) ++end;
        if (end - start >= least_letters) return {start, end};
    }
    return {};
}

/// "Authorization: Bearer x": here even the shortest text is a token, whatever the scheme.
Secret authorization(std::string_view text) {
    constexpr std::string_view name = "authorization";
    if (!same_letters(text, name)) return {};
    std::size_t start = name.size();
    const bool colon = text.find(':', start) == text.find_first_not_of("\"' ", start);
    while (start < text.size() && std::string_view("\"': ").find(text[start]) != std::string_view::npos) ++start;
    if (!colon || start == text.size()) return {};
    if (const Secret known = scheme_and_token(text.substr(start), 1); known.length != 0)
        return {start + known.keep, start + known.length};
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\"',", start), text.size());
    return {start, end};
}

/// "x-access-token:...": the user's name under which git sends an installation's token.
Secret clone_credentials(std::string_view text) {
    constexpr std::string_view name = "x-access-token:";
    if (!same_letters(text, name)) return {};
    const std::size_t end = std::min(text.find_first_of("/@ \t\r\n\"'<>", name.size()), text.size());
    return end == name.size() ? Secret{} : Secret{name.size(), end};
}

/// Three parts of base64url, the first of which begins as every JSON object does.
std::size_t signed_token_length(std::string_view text) {
    if (!text.starts_with("eyJ")) return 0;
    std::size_t end = 0;
    while (end < text.size() && token_letter(text[end])) ++end;
    const auto token = text.substr(0, end);
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    const bool whole = second != std::string_view::npos && first >= 16 && second - first > 16 && end - second > 16;
    return whole ? end : 0;
}

/// "://user:password@": everything between the slashes and the last @ before the path.
Secret address_password(std::string_view text) {
    if (!text.starts_with("://")) return {};
    const std::size_t end = std::min(text.find_first_of("/ \t\r\n\"'<>", 3), text.size());
    const std::size_t at = text.substr(0, end).rfind('@');
    if (at == std::string_view::npos || text.substr(3, at - 3).find(':') == std::string_view::npos) return {};
    return {3, at};
}

Secret private_key(std::string_view text) {
    if (!text.starts_with("-----BEGIN ")) return {};
    const std::size_t header_end = text.find("-----", 11);
    if (header_end > 80) return {};  // npos is
    if (text.substr(0, header_end).find("PRIVATE KEY") == std::string_view::npos) return {};
    const std::size_t footer = text.find("-----END ", header_end);
    if (footer == std::string_view::npos) return {0, text.size()};
    const std::size_t last = text.find("-----", footer + 9);
    return {0, last == std::string_view::npos ? text.size() : last + 5};
}

Secret secret_at(std::string_view text, bool inside_word) {
    switch (text.front()) {
        case ':':
            return address_password(text);
        case '-':
            return private_key(text);
        default:
            break;
    }
    // Tokens are looked for inside words as well: base64 or an escape may stand right before them.
    if (const std::size_t length = token_length(text)) return {0, length};
    if (inside_word) return {};
    if (const std::size_t length = signed_token_length(text)) return {0, length};
    if (const Secret found = authorization(text); found.length != 0) return found;
    if (const Secret found = clone_credentials(text); found.length != 0) return found;
    return scheme_and_token(text, 16);
}

}

std::string redact(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool inside_word = false;
    while (!text.empty()) {
        const Secret secret = secret_at(text, inside_word);
        if (secret.length == 0) {
            inside_word = std::isalnum(static_cast<unsigned char>(text.front())) != 0;
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        out += text.substr(0, secret.keep);
        out += marker;
        text.remove_prefix(secret.length);
        inside_word = false;
    }
    return out;
}

}
