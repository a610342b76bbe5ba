#include "service/http/edge.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace benchgate::http {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Refused";
    }
}

std::string_view code_of(int status) {
    switch (status) {
        case 401:
            return "unauthorized";
        case 403:
            return "forbidden";
        case 404:
            return "not_found";
        case 405:
            return "method_not_allowed";
        case 408:
            return "too_slow";
        case 413:
            return "too_large";
        case 500:
            return "internal";
        case 503:
            return "busy";
        default:
            return "refused";
    }
}

// Codes and messages are our own fixed texts; quotes and backslashes are escaped all the same.
std::string error_body(std::string_view code, std::string_view message) {
    std::string body = "{\"error\":\"";
    const auto append = [&body](std::string_view text) {
        for (const char c : text) {
            if (c == '"' || c == '\\') body += '\\';
            body += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    };
    append(code);
    body += "\",\"message\":\"";
    append(message);
    return body += "\"}\n";
}

std::string refusal(const HeadError& error) {
    const std::string body = error_body(code_of(error.status), error.message);
    std::string text = "HTTP/1.1 " + std::to_string(error.status) + " ";
    text.append(reason_of(error.status));
    if (error.status == 503) text += "\r\nRetry-After: 5";
    if (error.status == 405) text += "\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    text +=
        "\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nConnection: "
        "close\r\nContent-Length: ";
    return text.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

// Open connections, beyond which none is kept for its next request.
constexpr std::size_t most_kept = 512;

// "/a/{}/b" -> the regular expression that the library matches whole paths against.
std::string pattern_of(std::string_view path) {
    std::string pattern;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path.substr(at, 3) == "{*}") {
            pattern += "(.+)";
            at += 2;
        } else if (path.substr(at, 2) == "{}") {
            pattern += "([^/]+)";
            at += 1;
        } else {
            if (std::string_view(".+*?()[]{}^$|\\").find(path[at]) != std::string_view::npos) pattern += '\\';
            pattern += path[at];
        }
    }
    return pattern;
}

}

// Bytes of one request, counted against what all requests together may hold in memory.
class Edge::Share {
  public:
    explicit Share(std::atomic<std::size_t>& total) : total_(total) {}
    ~Share() { total_.fetch_sub(bytes_); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    // False: it would be too much, and nothing was counted.
    bool take(std::size_t bytes, std::size_t most) {
        const bool granted = total_.fetch_add(bytes) + bytes <= most;
        if (granted)
            bytes_ += bytes;
        else
            total_.fetch_sub(bytes);
        return granted;
    }

  private:
    std::atomic<std::size_t>& total_;
    std::size_t bytes_ = 0;
};

// One request while it is handled.
struct Edge::Turn {
    const Connection& connection;
    Share& response;

    Turn(const Connection& on, Share& share) : connection(on), response(share) { turn_ = this; }
    ~Turn() { turn_ = nullptr; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
};

thread_local Edge::Turn* Edge::turn_ = nullptr;

void answer_error(Response& response, int status, std::string_view code, std::string_view message) {
    response.status = status;
    response.set_content(error_body(code, message), "application/json");
}

Edge::Edge(EdgeOptions options) : options_(std::move(options)) {
    if (!options_.certificate_file.empty()) tls_ = make_tls_context(options_.certificate_file, options_.key_file);
    set_keep_alive_max_count(static_cast<std::size_t>(options_.requests_per_connection));
    set_keep_alive_timeout(
        std::max<time_t>(1, std::chrono::duration_cast<std::chrono::seconds>(options_.idle_timeout).count()));
    set_exception_handler([this](const Request&, Response& response, const std::exception_ptr& failure) {
        std::string what = "not a std::exception";
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            what = e.what();
        } catch (...) {
        }
        if (options_.on_error) options_.on_error(what);
        response.headers.clear();
        answer_error(response, 500, "internal", "the service failed on this request; its log has the cause");
    });
    set_error_handler([](const Request&, Response& response) {
        if (response.body.empty())
            answer_error(response, response.status, code_of(response.status),
                         response.status == 404 ? "no such thing here" : reason_of(response.status));
    });
    set_post_routing_handler(
        [this](const Request& request, Response& response) { complete_response(request, response); });
    set_logger([this](const Request& request, const Response& response) {
        if (options_.on_response) options_.on_response(request.method, response.status);
    });
    listen_on_address();
}

Edge::~Edge() {
    stop();
    if (listener_ >= 0) ::close(listener_);
    if (wake_ >= 0) ::close(wake_);
}

void Edge::get(std::string_view path, Handler handler) {
    Get(pattern_of(path), std::move(handler));
}
void Edge::post(std::string_view path, Handler handler) {
    Post(pattern_of(path), std::move(handler));
}
void Edge::put(std::string_view path, Handler handler) {
    Put(pattern_of(path), std::move(handler));
}
void Edge::del(std::string_view path, Handler handler) {
    Delete(pattern_of(path), std::move(handler));
}

bool Edge::peer_is_there() const {
    return turn_ && turn_->connection.peer_is_there();
}

std::size_t Edge::body_limit(std::string_view path) const {
    const BodyLimit* best = nullptr;
    for (const BodyLimit& limit : options_.body_limits)
        if (path.starts_with(limit.prefix) && (!best || limit.prefix.size() > best->prefix.size())) best = &limit;
    return best ? best->bytes : options_.body_bytes;
}

void Edge::complete_response(const Request&, Response& response) {
    constexpr std::size_t small = 64 * 1024;
    if (turn_ && response.body.size() > small &&
        !turn_->response.take(response.body.size(), options_.response_bytes_in_flight)) {
        response.headers.clear();
        answer_error(response, 503, "busy", "too many large answers at once");
    }
    const auto unless_set = [&response](const char* name, const std::string& value) {
        if (!response.has_header(name)) response.set_header(name, value);
    };
    unless_set("Content-Security-Policy", options_.content_security_policy);
    unless_set("X-Content-Type-Options", "nosniff");
    unless_set("Referrer-Policy", "same-origin");
    unless_set("X-Frame-Options", "DENY");
    unless_set("Cache-Control", "no-store");
    if (response.status == 503) unless_set("Retry-After", "5");
}

void Edge::refuse(Connection& connection, const HeadError& error) {
    if (options_.on_response) options_.on_response("-", error.status);
    const auto now = std::chrono::steady_clock::now();
    if (connection.write(refusal(error), now + options_.linger) != Connection::Io::ok) return;
    constexpr std::size_t most_discarded = 64 << 20;
    connection.linger(now + options_.linger, most_discarded);
}

// Length of the head now at the start of `carry`; status 0: the connection ended where it may end, nothing to answer.
tl::expected<std::size_t, HeadError> Edge::read_head(Connection& connection, std::string& carry) {
    using Io = Connection::Io;
    const auto quiet_end = tl::unexpected(HeadError{0, ""});
    // The body of a webhook comes with its head: room for both saves a second read for most deliveries. Not filled with
    // zeros, and not kept: of a thousand connections that wait none is to hold more than what came.
    std::array<char, 32 * 1024> piece;
    std::size_t seen = 0;
    const auto find = [&]() -> std::size_t {
        const std::size_t from = seen < 3 ? 0 : seen - 3;
        seen = carry.size();
        const auto length = head_length(std::string_view(carry).substr(from));
        return length ? from + *length : 0;
    };
    Deadline until = std::chrono::steady_clock::now() + (carry.empty() ? options_.idle_timeout : options_.head_timeout);
    for (;;) {
        if (const std::size_t length = find()) return length;
        if (carry.size() > options_.head.head_bytes) return tl::unexpected(HeadError{431, "request head too long"});
        const bool idle = carry.empty();
        const auto [status, bytes] = connection.read(piece.data(), piece.size(), until, idle);
        carry.append(piece.data(), bytes);
        if (status == Io::closed || status == Io::interrupted || (status == Io::timed_out && idle)) return quiet_end;
        if (status == Io::timed_out) return tl::unexpected(HeadError{408, "request head too slow"});
        if (idle) until = std::chrono::steady_clock::now() + options_.head_timeout;
    }
}

bool Edge::serve_request(Connection& connection, std::string& carry, bool last) {
    const auto length = read_head(connection, carry);
    if (!length) {
        if (length.error().status != 0) refuse(connection, length.error());
        return false;
    }
    auto head = parse_request_head(std::string_view(carry).substr(0, *length), options_.head);
    carry.erase(0, *length);
    if (!head) {
        refuse(connection, head.error());
        return false;
    }
    if (head->content_length > body_limit(head->path())) {
        refuse(connection, {413, "the body is larger than this address takes"});
        return false;
    }
    return run_handlers(connection, carry, *head, last || stop_.stop_requested());
}

bool Edge::run_handlers(Connection& connection, std::string& carry, const RequestHead& head, bool last) {
    Share body(body_bytes_in_flight_), response(response_bytes_in_flight_);
    if (head.content_length > options_.small_body_bytes &&
        !body.take(head.content_length, options_.body_bytes_in_flight)) {
        refuse(connection, {503, "too many large requests at once"});
        return false;
    }
    const auto soon = std::chrono::steady_clock::now() + options_.stream.io_timeout;
    if (head.expects_continue && carry.empty() && head.content_length > 0 &&
        connection.write("HTTP/1.1 100 Continue\r\n\r\n", soon) != Connection::Io::ok)
        return false;
    const Turn turn(connection, response);
    EdgeStream stream(connection, head.rebuilt(), carry, head.content_length, options_.stream);
    bool closed = false;
    bool answered = false;
    try {
        answered = process_request(stream, last, closed, nullptr) && stream.flush();
    } catch (const std::exception& e) {
        // Nothing of it can be told to the peer: a part of the response may be out already.
        if (options_.on_error) options_.on_error(e.what());
    }
    stream.settle_carry();
    const bool keep = answered && !closed && !last && head.keep_alive && stream.drained();
    connection.begin_waiting();
    if (!keep && stream.wrote_anything())
        connection.linger(std::chrono::steady_clock::now() + options_.linger, 1 << 20);
    return keep;
}

void Edge::serve(Connection& connection) {
    if (!connection.handshake(tls_.get(), std::chrono::steady_clock::now() + options_.head_timeout)) return;
    std::string carry;
    for (int left = options_.requests_per_connection; left > 0; --left) {
        // Near the cap a kept connection would lock out a new peer, and one that is kept holds a thread and its memory:
        // so with many open each gets one request at a time.
        const bool crowded = open_connections() > std::min(most_kept, options_.connections * 3 / 4);
        if (!serve_request(connection, carry, left == 1 || crowded)) return;
        if (carry.empty()) carry.shrink_to_fit();
    }
}

}
