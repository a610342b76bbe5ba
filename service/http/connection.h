#pragma once
// One accepted connection: a socket, perhaps under TLS, read and written against absolute deadlines. Owns the
// descriptor and the TLS session. It knows nothing of HTTP. One thread serves one connection; only waiting_since() and
// cut() are for others.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;
using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace benchgate::http {

using Deadline = std::chrono::steady_clock::time_point;

struct SslFree {
    void operator()(SSL* ssl) const;
    void operator()(SSL_CTX* context) const;
};

// A server context for this certificate chain and key (PEM files), TLS 1.2 and newer; throws std::runtime_error.
std::unique_ptr<SSL_CTX, SslFree> make_tls_context(const std::string& certificate_file, const std::string& key_file);

struct Address {
    std::string ip;
    int port = 0;
};

class Connection {
  public:
    enum class Io { ok, closed, timed_out, interrupted };
    struct ReadResult {
        Io status;
        std::size_t bytes = 0;
    };

    // Takes over `socket`, which must be non-blocking. `interrupt` (a descriptor, or -1) becomes readable when the
    // service stops.
    Connection(int socket, Address peer, int interrupt);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // TLS accept; without a context nothing to do. False: failed or too slow.
    bool handshake(SSL_CTX* context, Deadline until);

    // At least one byte into `to` unless closed, timed out or (if `interruptible`) interrupted.
    ReadResult read(char* to, std::size_t size, Deadline until, bool interruptible = false);

    // All bytes or nothing of worth: anything but ok means that the connection is dead.
    Io write(std::string_view bytes, Deadline until);

    // False once the peer has closed its side; peeks, so bytes that wait are kept.
    bool peer_is_there() const;

    // Says that nothing more will come and discards what still arrives, so that the peer can read a refusal before the
    // kernel resets the connection. Ends at the peer's close, at `until`, or after `most` bytes.
    void linger(Deadline until, std::size_t most);

    // From when on it is the peer that keeps us waiting, for a request or for taking a response; a second call changes
    // nothing. After end_waiting() it is we who work.
    void begin_waiting();
    void end_waiting() { waiting_since_ = not_waiting; }
    std::optional<Deadline> waiting_since() const;
    // Ends the connection under the thread that serves it.
    void cut() const;

    const Address& peer() const { return peer_; }
    Address local() const;
    int socket() const { return socket_; }

  private:
    Io wait(short events, Deadline until, bool interruptible);
    Io wait_for_tls(int result, Deadline until, bool interruptible);

    static constexpr Deadline::rep not_waiting = 0;

    std::atomic<Deadline::rep> waiting_since_{not_waiting};
    int socket_;
    Address peer_;
    int interrupt_;
    std::unique_ptr<SSL, SslFree> ssl_;
};

// Text of a socket address (IPv4 or IPv6), for get_remote_ip and logs.
Address to_address(const sockaddr* address);

}
