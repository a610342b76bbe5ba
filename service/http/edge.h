#pragma once
// The only HTTP server of the service. Owns the listening socket, TLS, connections, request heads, bounds and threads;
// the HTTP library behind it only routes one sanitised request and writes the response. What the stock library lets
// through (chunks, gzip bombs, endless heads, range storms, double lengths, exception text) ends here. It knows no
// resources.
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "service/http/connection.h"
#include "service/http/edge_stream.h"
#include "service/http/request_head.h"

namespace benchgate::http {

using Request = httplib::Request;
using Response = httplib::Response;
using Handler = httplib::Server::Handler;

struct BodyLimit {
    std::string prefix;  // of the path
    std::size_t bytes;
};

struct EdgeOptions {
    std::string address = "127.0.0.1";
    int port = 0;                  // 0: chosen by the kernel, see Edge::port()
    std::string certificate_file;  // PEM; both empty: plain HTTP
    std::string key_file;
    HeadLimits head;
    std::size_t body_bytes = 1 << 20;              // more is 413, unread
    std::vector<BodyLimit> body_limits;            // for paths that may take more; the longest prefix counts
    std::size_t body_bytes_in_flight = 256 << 20;  // announced by all running requests together; beyond: 503
    std::size_t small_body_bytes = 256 << 10;      // not counted there: who holds large bodies shuts out nobody else
    std::size_t response_bytes_in_flight = 256 << 20;  // of large responses that are being sent; beyond: 503 instead
    std::size_t connections =
        2'048;  // each holds a thread while it lives, a runner that waits for work too; beyond: see patience
    // When there is no room for one more, the connection whose peer kept us waiting longest is cut, if for longer than
    // this; else the new one gets 503.
    std::chrono::milliseconds patience{500};
    int requests_per_connection = 10'000;
    std::chrono::milliseconds head_timeout{5'000};  // from the first byte of a head to its last; TLS handshake too
    std::chrono::milliseconds idle_timeout{5'000};  // between requests
    std::chrono::milliseconds linger{1'000};        // for a refused peer to read the refusal
    std::chrono::milliseconds drain{10'000};        // for running requests, at stop()
    StreamLimits stream;
    std::string content_security_policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src "
        "'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    std::function<void(std::string_view message)> on_error;                // an exception left a handler
    std::function<void(std::string_view method, int status)> on_response;  // every answer, refusals too
};

class Edge : private httplib::Server {
  public:
    // Binds and listens; throws std::runtime_error when that fails. Nothing is accepted before start().
    explicit Edge(EdgeOptions options);
    ~Edge() override;

    // Routes, before start(). "{}" in a path stands for one segment and "{*}" for the rest; the handler finds them in
    // request.matches[1], [2], ... A handler that throws answers 500 without its text.
    void get(std::string_view path, Handler handler);
    void post(std::string_view path, Handler handler);
    void put(std::string_view path, Handler handler);
    void del(std::string_view path, Handler handler);

    void start();

    // No new connections; idle ones are closed, running requests finish within `drain`, then their sockets are shut.
    void stop();

    int port() const { return port_; }
    std::size_t open_connections() const;

    // Inside a handler: is the peer of the running request still connected? A long poll must not hand out work to a
    // connection that is gone.
    bool peer_is_there() const;

    // Requested when stop() begins: what handlers that hold a request (long polls, event streams) must watch.
    std::stop_token stopping() const { return stop_.get_token(); }

  private:
    struct Waiting {
        int socket;
        Address peer;
    };
    class Share;
    struct Turn;

    bool process_and_close_socket(socket_t) override { return false; }
    void listen_on_address();
    void accept_loop();
    void admit(int socket, Address peer);
    bool make_room();
    void worker_loop();
    void serve(Connection& connection);
    bool serve_request(Connection& connection, std::string& carry, bool last);
    bool run_handlers(Connection& connection, std::string& carry, const RequestHead& head, bool last);
    tl::expected<std::size_t, HeadError> read_head(Connection& connection, std::string& carry);
    std::size_t body_limit(std::string_view path) const;
    void refuse(Connection& connection, const HeadError& error);
    void complete_response(const Request& request, Response& response);

    EdgeOptions options_;
    std::unique_ptr<SSL_CTX, SslFree> tls_;
    int listener_ = -1;
    int wake_ = -1;  // eventfd, readable once stop() begins
    int port_ = 0;
    std::stop_source stop_;
    std::atomic<std::size_t> body_bytes_in_flight_{0};
    std::atomic<std::size_t> response_bytes_in_flight_{0};
    static thread_local Turn* turn_;  // the request that this thread is handling

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    std::vector<const Connection*> open_;  // that are served and were not cut
    std::size_t idle_workers_ = 0;
    bool quit_ = false;
    std::vector<std::jthread> workers_;
    std::jthread acceptor_;
};

// {"error": code, "message": text} with this status: the shape of every error of the service.
void answer_error(Response& response, int status, std::string_view code, std::string_view message);

}
