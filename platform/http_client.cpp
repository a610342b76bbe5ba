#include "platform/http_client.h"

#include <fcntl.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <list>
#include <mutex>

#include "platform/url.h"

namespace benchgate::platform {

namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// What bounds one exchange, and which of the bounds ended it. Used by one thread.
struct Exchange {
    Steady::time_point deadline;
    std::stop_token stop;
    std::size_t line_left = 4096;  ///< of the status line: httplib matches it with a recursive regular expression
    std::size_t bytes_left = 0;    ///< of the head, then of everything after it
    bool in_status_line = true;
    bool in_head = true;
    std::string head = {};  ///< status line and headers as they came: httplib turns %41 in them into A
    bool answered = false;  ///< at least one byte came
    bool timed_out = false;
    bool too_large = false;
    bool left_over = false;  ///< bytes came that no one asked for: the connection may not be used again
};

/// The connection as httplib sees it: reads and writes that end at the deadline, at a stop, and at a number of bytes.
/// httplib's own streams know a time-out for each read only, so that a server which sends a byte now and then holds
/// its client for ever, and they read header lines of any length.
class BoundedStream final : public httplib::Stream {
  public:
    BoundedStream(int fd, SSL* ssl, Exchange& exchange)
        : fd_(fd), ssl_(ssl), exchange_(exchange), on_stop_(exchange.stop, [fd] { ::shutdown(fd, SHUT_RDWR); }) {
        // The certificate was checked in a blocking handshake; from here on poll() decides how long to wait.
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    ~BoundedStream() override { exchange_.left_over = at_ < end_; }

    bool is_readable() const override { return at_ < end_ || wait_for(POLLIN); }
    bool is_writable() const override { return wait_for(POLLOUT); }

    ssize_t read(char* to, std::size_t size) override {
        if (at_ == end_ && !fill()) return -1;
        if (at_ == end_) return 0;
        const std::size_t count = std::min(size, end_ - at_);
        if (!account_for(std::string_view(buffer_.data() + at_, count))) {
            exchange_.too_large = true;
            return -1;
        }
        std::copy_n(buffer_.data() + at_, count, to);
        at_ += count;
        return static_cast<ssize_t>(count);
    }

    ssize_t write(const char* from, std::size_t size) override {
        std::size_t written = 0;
        while (written < size) {
            const ssize_t count = ssl_ ? SSL_write(ssl_, from + written, chunk(size - written))
                                       : ::send(fd_, from + written, size - written, MSG_NOSIGNAL);
            if (count > 0)
                written += static_cast<std::size_t>(count);
            else if (!wait_after(count, POLLOUT))
                return -1;
        }
        return static_cast<ssize_t>(written);
    }

    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return fd_; }

  private:
    static int chunk(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, 1 << 20)); }

    bool account_for(std::string_view bytes) {
        exchange_.answered = true;
        if (exchange_.in_status_line) {
            const auto line_end = bytes.find('\n');
            exchange_.in_status_line = line_end == std::string_view::npos;
            const std::size_t used = std::min(line_end, bytes.size());
            if (used > exchange_.line_left) return false;
            exchange_.line_left -= used;
        }
        if (bytes.size() > exchange_.bytes_left) return false;
        exchange_.bytes_left -= bytes.size();
        if (exchange_.in_head) remember_head(bytes);
        return true;
    }

    /// httplib asks for single bytes until the head is over, so nothing of a body gets in.
    void remember_head(std::string_view bytes) {
        exchange_.head += bytes;
        if (!exchange_.head.ends_with("\r\n\r\n")) return;
        const bool provisional = exchange_.head.starts_with("HTTP/1.1 100 ");
        if (provisional) exchange_.head.clear();
        exchange_.in_head = provisional;
    }

    /// False for an error, a time-out and a stop; true with an empty buffer at the end of the connection.
    bool fill() {
        at_ = end_ = 0;
        for (;;) {
            const ssize_t count = ssl_ ? SSL_read(ssl_, buffer_.data(), static_cast<int>(buffer_.size()))
                                       : ::recv(fd_, buffer_.data(), buffer_.size(), 0);
            if (count > 0) {
                end_ = static_cast<std::size_t>(count);
                return true;
            }
            if (!ssl_ && count == 0) return true;
            if (ssl_ && SSL_get_error(ssl_, static_cast<int>(count)) == SSL_ERROR_ZERO_RETURN) return true;
            if (!wait_after(count, POLLIN)) return false;
        }
    }

    /// After a call that moved nothing: waits until trying again makes sense.
    bool wait_after(ssize_t count, short plain_events) {
        if (ssl_) {
            const int error = SSL_get_error(ssl_, static_cast<int>(count));
            if (error == SSL_ERROR_WANT_READ) return wait_for(POLLIN);
            if (error == SSL_ERROR_WANT_WRITE) return wait_for(POLLOUT);
            return false;
        }
        if (errno == EINTR) return true;
        return (errno == EAGAIN || errno == EWOULDBLOCK) && wait_for(plain_events);
    }

    bool wait_for(short events) const {
        for (;;) {
            if (exchange_.stop.stop_requested()) return false;
            const auto left = std::chrono::ceil<milliseconds>(exchange_.deadline - Steady::now()).count();
            if (left <= 0) {
                exchange_.timed_out = true;
                return false;
            }
            pollfd waiting{fd_, events, 0};
            const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 60'000)));
            if (ready > 0) return !exchange_.stop.stop_requested();
            if (ready < 0 && errno != EINTR) return false;
        }
    }

    int fd_;
    SSL* ssl_;
    Exchange& exchange_;
    std::array<char, 16u << 10> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::stop_callback<std::function<void()>> on_stop_;
};

/// One connection to one origin. httplib connects, shakes hands and speaks HTTP; the stream is ours.
template <typename Base>
class Connection final : public Base {
  public:
    using Base::Base;
    Exchange* exchange = nullptr;

  private:
    bool process_socket(const httplib::ClientImpl::Socket& socket,
                        std::function<bool(httplib::Stream&)> callback) override {
        BoundedStream stream(socket.sock, socket.ssl, *exchange);
        return callback(stream);
    }
};

struct Idle {
    std::string origin;
    std::unique_ptr<httplib::ClientImpl> client;
    Steady::time_point since;
};

bool valid_method(std::string_view method) {
    for (const char* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
        if (method == known) return true;
    return false;
}

bool valid_header(const std::pair<std::string, std::string>& line) {
    const auto& [name, value] = line;
    const auto token = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    const auto printable = [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); };
    return !name.empty() && std::all_of(name.begin(), name.end(), token) &&
           std::all_of(value.begin(), value.end(), printable);
}

void aim(httplib::ClientImpl& client, Exchange* exchange) {
    if (auto* secure = dynamic_cast<Connection<httplib::SSLClient>*>(&client)) secure->exchange = exchange;
    if (auto* plain = dynamic_cast<Connection<httplib::ClientImpl>*>(&client)) plain->exchange = exchange;
}

class HttplibClient final : public HttpClient {
  public:
    explicit HttplibClient(HttpClientOptions options) : options_(std::move(options)) {}

    HttpResult send(const HttpRequest& request, std::stop_token stop) override;

  private:
    using Client = std::unique_ptr<httplib::ClientImpl>;
    HttpResult exchange_once(const HttpRequest& request, const Url& url, Client client, Exchange& exchange);
    Client take_idle(const std::string& origin);
    Client connect_to(const Url& url) const;
    void keep(std::string origin, Client client);

    const HttpClientOptions options_;
    std::mutex mutex_;
    std::list<Idle> idle_;  // the longest idle first
};

HttplibClient::Client HttplibClient::connect_to(const Url& url) const {
    Client client;
    if (url.scheme == "https") {
        auto secure = std::make_unique<Connection<httplib::SSLClient>>(url.host, url.port);
        secure->enable_server_certificate_verification(true);
        if (!options_.ca_file.empty()) secure->set_ca_cert_path(options_.ca_file.string());
        SSL_CTX_set_min_proto_version(secure->ssl_context(), TLS1_2_VERSION);
        client = std::move(secure);
    } else {
        client = std::make_unique<Connection<httplib::ClientImpl>>(url.host, url.port);
    }
    client->set_keep_alive(true);
    client->set_follow_location(false);
    client->set_url_encode(false);
    // A small compressed answer may unfold to any size.
    client->set_decompress(false);
    client->set_tcp_nodelay(true);
    return client;
}

HttplibClient::Client HttplibClient::take_idle(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    const auto oldest = Steady::now() - options_.idle_timeout;
    idle_.remove_if([&](const Idle& idle) { return idle.since < oldest; });
    const auto found =
        std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.origin == origin; });
    if (found == idle_.rend()) return nullptr;
    Client client = std::move(found->client);
    idle_.erase(std::next(found).base());
    return client;
}

void HttplibClient::keep(std::string origin, Client client) {
    aim(*client, nullptr);
    const std::lock_guard lock(mutex_);
    idle_.push_back({std::move(origin), std::move(client), Steady::now()});
    if (idle_.size() > options_.idle_connections) idle_.pop_front();
}

/// The lines after the status line: "name: value", blanks around the value left out.
HttpHeaders read_headers(std::string_view head) {
    const auto next_line = [&] {
        const auto end = std::min(head.find('\n'), head.size());
        auto line = head.substr(0, end);
        head.remove_prefix(std::min(end + 1, head.size()));
        while (!line.empty() && std::string_view(" \t\r").find(line.back()) != std::string_view::npos)
            line.remove_suffix(1);
        return line;
    };
    HttpHeaders headers;
    next_line();
    while (!head.empty()) {
        const auto line = next_line();
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        const auto value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
        headers.add(std::string(line.substr(0, colon)), std::string(line.substr(value)));
    }
    return headers;
}

httplib::Request to_httplib(const HttpRequest& request, const Url& url) {
    httplib::Request out;
    out.method = request.method;
    out.path = url.target;
    out.body = request.body;
    for (const auto& [name, value] : request.headers.lines()) out.headers.emplace(name, value);
    if (!out.has_header("User-Agent")) out.set_header("User-Agent", "benchgate");
    // httplib adds the length by itself except for these, which some servers refuse without one.
    // Of the library's own accord POST, PUT and PATCH say that they have no body; a second word of it is refused.
    if (out.body.empty() && request.method == "DELETE") out.set_header("Content-Length", "0");
    return out;
}

HttpError explain(httplib::Error error, const Exchange& exchange) {
    using httplib::Error;
    if (exchange.stop.stop_requested()) return {HttpErrorKind::stopped, "stopped"};
    if (exchange.too_large) return {HttpErrorKind::too_large, "the answer is larger than allowed"};
    if (error == Error::Connection) return {HttpErrorKind::connect, "no connection"};
    if (error == Error::ConnectionTimeout) return {HttpErrorKind::connect, "no connection in time"};
    if (error == Error::SSLServerVerification) return {HttpErrorKind::tls, "the certificate is not accepted"};
    if (error == Error::SSLLoadingCerts) return {HttpErrorKind::tls, "the certificates of the authorities are missing"};
    if (error == Error::SSLConnection) return {HttpErrorKind::tls, "TLS handshake failed"};
    if (exchange.timed_out) return {HttpErrorKind::timeout, "no complete answer in time"};
    return {HttpErrorKind::broken, "the connection ended without a complete answer"};
}

HttpResult HttplibClient::exchange_once(const HttpRequest& request, const Url& url, Client client, Exchange& exchange) {
    const std::size_t max_body =
        request.max_response_bytes != 0 ? request.max_response_bytes : options_.max_response_bytes;
    HttpResponse response;
    bool complete = false;
    httplib::Request out = to_httplib(request, url);
    out.response_handler = [&](const httplib::Response& head) {
        response.status = head.status;
        response.headers = read_headers(exchange.head);
        // Chunks have lengths of their own; twice the body is more than any honest server needs for them.
        exchange.bytes_left = 2 * max_body + options_.max_head_bytes;
        // A 304 has no body, whatever its headers say; httplib would wait for one.
        complete = head.status == 304;
        return !complete;
    };
    out.content_receiver = [&](const char* bytes, std::size_t count, std::uint64_t, std::uint64_t) {
        exchange.too_large = count > max_body - response.body.size();
        if (exchange.too_large) return false;
        response.body.append(bytes, count);
        return true;
    };
    aim(*client, &exchange);
    const auto left = std::chrono::ceil<milliseconds>(exchange.deadline - Steady::now());
    client->set_connection_timeout(std::clamp(left, milliseconds(1), options_.connect_timeout));

    httplib::Response in;
    httplib::Error error = httplib::Error::Success;
    const bool ok = client->send(out, in, error);
    if (!ok && !complete) return tl::make_unexpected(explain(error, exchange));
    if (ok) {
        response.status = in.status;
        response.headers = read_headers(exchange.head);
        if (client->is_socket_open() != 0 && !exchange.left_over) keep(url.origin(), std::move(client));
    }
    return response;
}

HttpResult HttplibClient::send(const HttpRequest& request, std::stop_token stop) {
    const auto refused = [](std::string message) {
        return tl::make_unexpected(HttpError{HttpErrorKind::invalid_request, std::move(message)});
    };
    const auto url = parse_url(request.url);
    if (!url) return refused(url.error());
    if (!valid_method(request.method)) return refused("this method is not used here");
    const auto& lines = request.headers.lines();
    if (!std::all_of(lines.begin(), lines.end(), valid_header)) return refused("a header holds a forbidden character");

    const auto deadline = Steady::now() + request.timeout;
    const bool repeatable = request.method == "GET" || request.method == "HEAD";
    for (Client client = take_idle(url->origin());; client = nullptr) {
        if (stop.stop_requested()) return tl::make_unexpected(HttpError{HttpErrorKind::stopped, "stopped"});
        const bool reused = client != nullptr;
        if (!reused) client = connect_to(*url);
        Exchange exchange{.deadline = deadline, .stop = stop, .bytes_left = options_.max_head_bytes};
        auto result = exchange_once(request, *url, std::move(client), exchange);
        if (result) return result;
        // The server may have closed a kept connection just now: nothing is wrong with it, and reading twice is safe.
        if (reused && repeatable && result.error().kind == HttpErrorKind::broken && !exchange.answered) continue;
        result.error().message = request.method + " " + url->origin() + ": " + result.error().message;
        return result;
    }
}

}  // namespace

std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options) {
    // OpenSSL writes to its socket without MSG_NOSIGNAL: a peer that went away would end the whole program.
    struct sigaction current {};
    if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
    return std::make_unique<HttplibClient>(std::move(options));
}

}
