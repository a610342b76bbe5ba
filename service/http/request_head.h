#pragma once
// The head of one HTTP/1.x request: found in raw bytes, checked, and rebuilt without everything that the HTTP
// library mishandles (chunks, compression, ranges, folding, spoofed address headers). Pure: bytes in, struct or status
// out. It does not read sockets (connection.h) and does not know which paths exist (edge.h).
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace benchgate::http {

struct HeadLimits {
    std::size_t head_bytes = 16 * 1024;   // request line and header lines together; more is 431
    std::size_t target_bytes = 4 * 1024;  // more is 414
    std::size_t line_bytes = 8 * 1000;    // one header line; the library cuts at 8192
    std::size_t header_lines = 100;
};

struct HeadError {
    int status;           // the answer to give before closing
    const char* message;  // fixed text, never bytes of the request
};

struct RequestHead {
    std::string method;
    std::string target;  // as sent: path, then perhaps ? and a query; no fragment, no scheme
    int minor_version = 1;
    std::vector<std::pair<std::string, std::string>> headers;  // sanitised, in the order sent
    std::size_t content_length = 0;
    bool keep_alive = true;
    bool expects_continue = false;

    // The target up to the query.
    std::string_view path() const;

    // The head as the HTTP library gets it: at most one Content-Length, Connection only when the peer asked to close.
    std::string rebuilt() const;
};

// Length of the head at the start of `bytes` including its empty line, or nothing when the empty line has not come yet.
std::optional<std::size_t> head_length(std::string_view bytes);

// Parses one whole head (as measured by head_length). Errors: 400 malformed, 405 a method nobody serves, 411
// Transfer-Encoding, 414, 415 compressed or multipart body, 417, 431, 505.
tl::expected<RequestHead, HeadError> parse_request_head(std::string_view bytes, const HeadLimits& limits = {});

}
