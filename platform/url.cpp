#include "platform/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace benchgate::platform {

namespace {

using Result = tl::expected<Url, std::string>;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
    return result;
}

bool all_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

std::uint16_t usual_port(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

bool valid_host(std::string_view host, bool bracketed) {
    if (host.empty() || host.size() > 253) return false;
    return std::all_of(host.begin(), host.end(), [&](char c) {
        if (bracketed) return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
        return is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_';
    });
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0 || port > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

/// host, [v6], host:port, [v6]:port into url.host and url.port.
bool parse_authority(std::string_view authority, Url& url) {
    std::string_view host;
    std::string_view rest;
    const bool bracketed = authority.starts_with('[');
    if (bracketed) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return false;
        host = authority.substr(1, close - 1);
        rest = authority.substr(close + 1);
    } else {
        const auto colon = std::min(authority.find(':'), authority.size());
        host = authority.substr(0, colon);
        rest = authority.substr(colon);
    }
    if (!valid_host(host, bracketed)) return false;
    url.host = lower(host);
    url.port = usual_port(url.scheme);
    if (rest.empty()) return true;
    const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return false;
    url.port = *port;
    return true;
}

}  // namespace

std::string Url::origin() const {
    std::string text = scheme + "://";
    text += host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != usual_port(scheme)) text += ":" + std::to_string(port);
    return text;
}

Result parse_url(std::string_view text) {
    if (text.size() > max_url_bytes) return tl::make_unexpected("the address is longer than 8192 bytes");
    if (!all_visible(text)) return tl::make_unexpected("the address holds a blank or a character that is not ASCII");
    Url url;
    const auto colon = text.find("://");
    if (colon != std::string_view::npos) url.scheme = lower(text.substr(0, colon));
    if (url.scheme != "http" && url.scheme != "https")
        return tl::make_unexpected("the address begins neither with http:// nor with https://");
    text.remove_prefix(colon + 3);

    const auto authority_end = std::min(text.find_first_of("/?#"), text.size());
    const std::string_view authority = text.substr(0, authority_end);
    if (authority.find('@') != std::string_view::npos)
        return tl::make_unexpected("the address holds a user name or password");
    if (!parse_authority(authority, url)) return tl::make_unexpected("the address has no valid host and port");

    text.remove_prefix(authority_end);
    text = text.substr(0, std::min(text.find('#'), text.size()));
    url.target = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
    return url;
}

Result resolve_url(const Url& base, std::string_view location) {
    // A colon before any of "/?#" makes it an absolute address, of whatever scheme.
    const auto stop = std::min(location.find_first_of(":/?#"), location.size());
    if (stop < location.size() && location[stop] == ':') return parse_url(location);
    if (location.starts_with("//")) return parse_url(base.scheme + ":" + std::string(location));
    if (location.starts_with('/')) return parse_url(base.origin() + std::string(location));
    const std::string_view path = std::string_view(base.target).substr(0, base.target.find('?'));
    if (location.starts_with('?') || location.starts_with('#') || location.empty())
        return parse_url(base.origin() + std::string(path) + std::string(location));
    return parse_url(base.origin() + std::string(path.substr(0, path.rfind('/') + 1)) + std::string(location));
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 15];
    }
    return result;
}

}
