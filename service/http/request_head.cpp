#include "service/http/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/reporting/utf8.h"

namespace benchgate::http {
namespace {

using Failure = tl::unexpected<HeadError>;

Failure fail(int status, const char* message) {
    return Failure(HeadError{status, message});
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// RFC 9110, 5.6.2: the characters of a header name or a method.
bool is_token_char(char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || is_digit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// True when `list` (comma-separated) has `token` as one of its entries; parameters after ";" do not count.
bool lists(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view entry = list.substr(0, comma);
        if (same_name(trimmed(entry.substr(0, entry.find(';'))), token)) return true;
        if (comma == std::string_view::npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}

bool starts_with_name(std::string_view value, std::string_view prefix) {
    return value.size() >= prefix.size() && same_name(value.substr(0, prefix.size()), prefix);
}

// Headers that never reach a handler: hop-by-hop ones, ranges (a thousand overlapping ones cost 2 GB in the library),
// and names under which the library files the peer's address.
constexpr std::array dropped{"connection",  "keep-alive",     "proxy-connection", "te",         "trailer",
                             "upgrade",     "http2-settings", "expect",           "range",      "if-range",
                             "remote_addr", "remote_port",    "local_addr",       "local_port", "accept-encoding"};

constexpr std::array methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

struct Facts {
    bool has_length = false;
    bool wants_close = false;
    bool gzip = false;
    int hosts = 0;
};

std::optional<HeadError> take_length(std::string_view value, Facts& facts, RequestHead& head) {
    constexpr std::size_t most_digits = 10;
    if (facts.has_length || value.empty() || value.size() > most_digits ||
        !std::all_of(value.begin(), value.end(), is_digit))
        return HeadError{400, "Content-Length must be one decimal number"};
    facts.has_length = true;
    std::from_chars(value.data(), value.data() + value.size(), head.content_length);
    return std::nullopt;
}

std::optional<HeadError> take_header(std::string_view name, std::string_view value, Facts& facts, RequestHead& head) {
    if (same_name(name, "transfer-encoding")) return HeadError{411, "send Content-Length, chunks are not taken"};
    if (same_name(name, "content-encoding")) return HeadError{415, "compressed bodies are not taken"};
    if (same_name(name, "content-length")) return take_length(value, facts, head);
    if (same_name(name, "content-type") && starts_with_name(value, "multipart/"))
        return HeadError{415, "multipart bodies are not taken"};
    if (same_name(name, "expect")) {
        if (!same_name(value, "100-continue")) return HeadError{417, "unknown expectation"};
        head.expects_continue = true;
    }
    if (same_name(name, "host") && ++facts.hosts > 1) return HeadError{400, "more than one Host"};
    if (same_name(name, "connection")) facts.wants_close = facts.wants_close || lists(value, "close");
    if (same_name(name, "accept-encoding")) facts.gzip = facts.gzip || lists(value, "gzip");
    if (std::any_of(dropped.begin(), dropped.end(), [&](std::string_view d) { return same_name(name, d); })) return {};
    head.headers.emplace_back(name, value);
    return std::nullopt;
}

std::optional<HeadError> parse_header_line(std::string_view line, Facts& facts, RequestHead& head) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return HeadError{400, "a header line without a name"};
    // A leading blank is an old continuation line, a blank before the colon a classic of request smuggling: neither is
    // a token character.
    const std::string_view name = line.substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), is_token_char)) return HeadError{400, "malformed header name"};
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; }))
        return HeadError{400, "control character in a header"};
    return take_header(name, value, facts, head);
}

int hex_digit(char c) {
    return is_digit(c) ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

// What PostgreSQL takes as text, once it is decoded: no control characters, and UTF-8. The library also knows "%uXXXX",
// which nobody else does and which spells both.
bool decodes_to_text(std::string_view target) {
    std::string decoded;
    for (std::size_t at = 0; at < target.size(); ++at) {
        const int high = target[at] == '%' && at + 2 < target.size() ? hex_digit(target[at + 1]) : -1;
        const int low = high >= 0 ? hex_digit(target[at + 2]) : -1;
        if (target[at] == '%' && at + 1 < target.size() && target[at + 1] == 'u') return false;
        decoded += low >= 0 ? static_cast<char>(high * 16 + low) : target[at];
        if (low >= 0) at += 2;
    }
    for (std::string_view left = decoded; !left.empty();) {
        const char first = left.front();
        const std::size_t before = left.size();
        static_cast<void>(reporting::take_character(left));
        const bool broken = static_cast<unsigned char>(first) >= 0x80 && before - left.size() == 1;
        if (broken || is_control(first)) return false;
    }
    return true;
}

std::optional<HeadError> check_target(std::string_view target, const HeadLimits& limits) {
    if (target.size() > limits.target_bytes) return HeadError{414, "address too long"};
    if (target.empty() || target.front() != '/') return HeadError{400, "the target must be a path"};
    if (std::any_of(target.begin(), target.end(), [](char c) {
            return is_control(c) || c == ' ' || c == '#' || static_cast<unsigned char>(c) >= 0x80;
        }))
        return HeadError{400, "malformed target"};
    if (!decodes_to_text(target)) return HeadError{400, "the target does not decode to text"};
    return std::nullopt;
}

std::optional<HeadError> parse_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return HeadError{400, "malformed request line"};
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (method.empty() || method.size() > 20 || !std::all_of(method.begin(), method.end(), is_token_char))
        return HeadError{400, "malformed request line"};
    if (version.size() != 8 || version.substr(0, 5) != "HTTP/") return HeadError{400, "malformed request line"};
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return HeadError{505, "HTTP/1.1 is spoken here"};
    if (auto error = check_target(target, limits)) return error;
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) return HeadError{405, "method not served"};
    head.method = method;
    head.target = target;
    head.minor_version = version.back() - '0';
    return std::nullopt;
}

}

std::string_view RequestHead::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string RequestHead::rebuilt() const {
    std::string text;
    text.reserve(1024);
    text.append(method).append(" ").append(target).append(minor_version == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
    const bool takes_body = method != "GET" && method != "HEAD" && method != "OPTIONS";
    if (takes_body || content_length > 0)
        text.append("Content-Length: ").append(std::to_string(content_length)).append("\r\n");
    if (!keep_alive) text.append("Connection: close\r\n");
    return text.append("\r\n");
}

std::optional<std::size_t> head_length(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    return end + 4;
}

tl::expected<RequestHead, HeadError> parse_request_head(std::string_view bytes, const HeadLimits& limits) {
    if (bytes.size() > limits.head_bytes) return fail(431, "request head too long");
    if (head_length(bytes) != bytes.size()) return fail(400, "incomplete request head");
    bytes.remove_suffix(2);
    RequestHead head;
    Facts facts;
    bool first = true;
    std::size_t lines = 0;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find("\r\n");
        const std::string_view line = bytes.substr(0, end);
        bytes.remove_prefix(end + 2);
        if (first) {
            if (auto error = parse_request_line(line, limits, head)) return Failure(*error);
            first = false;
            continue;
        }
        if (++lines > limits.header_lines) return fail(431, "too many header lines");
        if (line.size() > limits.line_bytes) return fail(431, "header line too long");
        if (auto error = parse_header_line(line, facts, head)) return Failure(*error);
    }
    if (head.minor_version == 1 && facts.hosts == 0) return fail(400, "Host is missing");
    head.keep_alive = !facts.wants_close && head.minor_version == 1;
    // The library's brotli runs at its slowest setting; gzip is the one compression it may use.
    if (facts.gzip) head.headers.emplace_back("Accept-Encoding", "gzip");
    return head;
}

}
