#include "service/github/paging.h"

#include <algorithm>

namespace benchgate::github {

namespace {

constexpr std::size_t max_link_bytes = 16u << 10;
constexpr std::size_t max_value_bytes = 512;

/// The part between < and >, and what follows up to the comma before the next <.
struct Link {
    std::string_view address;
    std::string_view parameters;
};

std::optional<Link> take_link(std::string_view& text) {
    const auto open = text.find('<');
    const auto close = text.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    const auto next = std::min(text.find('<', close), text.size());
    Link link{text.substr(open + 1, close - open - 1), text.substr(close + 1, next - close - 1)};
    text.remove_prefix(next);
    return link;
}

bool is_next(std::string_view parameters) {
    return parameters.find("rel=\"next\"") != std::string_view::npos ||
           parameters.find("rel=next") != std::string_view::npos;
}

std::optional<std::string> value_in(std::string_view address, std::string_view parameter) {
    const auto question = address.find('?');
    if (question == std::string_view::npos) return std::nullopt;
    std::string_view query = address.substr(question + 1);
    query = query.substr(0, query.find('#'));
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(part.size() + 1, query.size()));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || part.substr(0, equals) != parameter) continue;
        const auto value = part.substr(equals + 1);
        if (!is_page_value(value)) return std::nullopt;
        return std::string(value);
    }
    return std::nullopt;
}

}  // namespace

bool is_page_value(std::string_view text) {
    return !text.empty() && text.size() <= max_value_bytes && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("-._~%=:+/").find(c) != std::string_view::npos;
    });
}

std::optional<std::string> next_page(const platform::HttpHeaders& headers, std::string_view parameter) {
    const auto header = headers.get("Link");
    if (!header || header->size() > max_link_bytes) return std::nullopt;
    std::string_view text = *header;
    while (const auto link = take_link(text))
        if (is_next(link->parameters)) return value_in(link->address, parameter);
    return std::nullopt;
}

}
