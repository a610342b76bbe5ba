// Owns reading http and https addresses: bounded, strict, and without surprises about which host they name. Does not
// own talking to that host (http_client.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::platform {

inline constexpr std::size_t max_url_bytes = 8192;

struct Url {
    std::string scheme;        ///< "http" or "https"
    std::string host;          ///< lower case, an IPv6 address without its brackets
    std::uint16_t port = 0;    ///< never 0: the scheme's own port when none was written
    std::string target = "/";  ///< path and query, begins with '/', only visible ASCII; the fragment is dropped

    /// "https://api.github.com", "http://127.0.0.1:4011", "http://[::1]:80": the port only where it is not the usual.
    std::string origin() const;
    std::string text() const { return origin() + target; }
    bool same_origin(const Url& other) const {
        return scheme == other.scheme && host == other.host && port == other.port;
    }
};

/// Refused: other schemes, user:password@, blanks, control characters and non-ASCII, backslashes, an empty host, a
/// port that is not 1..65535, more than max_url_bytes. The error is one line and does not repeat the address, since an
/// address may carry a secret.
tl::expected<Url, std::string> parse_url(std::string_view text);

/// What a Location header means, seen from the address that answered: absolute, //host/path, /path, ?query, or
/// relative to the last '/' of the path. Dot segments are left to the server.
tl::expected<Url, std::string> resolve_url(const Url& base, std::string_view location);

/// One path segment or query value: everything but letters, digits, '-', '.', '_' and '~' becomes %XX.
std::string percent_encode(std::string_view text);

}
