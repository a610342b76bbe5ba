#include "service/http/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace benchgate::http {
namespace {

int milliseconds_left(Deadline until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
}

}

void SslFree::operator()(SSL* ssl) const {
    SSL_free(ssl);
}
void SslFree::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

std::unique_ptr<SSL_CTX, SslFree> make_tls_context(const std::string& certificate_file, const std::string& key_file) {
    std::unique_ptr<SSL_CTX, SslFree> context(SSL_CTX_new(TLS_server_method()));
    if (!context) throw std::runtime_error("OpenSSL has no TLS server method");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // Renegotiation is work that the peer orders for nothing.
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
        throw std::runtime_error("cannot read the TLS certificate " + certificate_file);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1)
        throw std::runtime_error("the TLS key " + key_file + " does not fit the certificate");
    return context;
}

Address to_address(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
        return {text.data(), ntohs(v4->sin_port)};
    }
    if (address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
        return {text.data(), ntohs(v6->sin6_port)};
    }
    return {};
}

Connection::Connection(int socket, Address peer, int interrupt)
    : socket_(socket), peer_(std::move(peer)), interrupt_(interrupt) {}

Connection::~Connection() {
    if (ssl_) {
        SSL_shutdown(ssl_.get());  // one close_notify if the socket takes it; its answer is not waited for
        ERR_clear_error();
    }
    ::close(socket_);
}

bool Connection::handshake(SSL_CTX* context, Deadline until) {
    if (!context) return true;
    ssl_.reset(SSL_new(context));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_) != 1) return false;
    for (;;) {
        ERR_clear_error();
        const int result = SSL_accept(ssl_.get());
        if (result == 1) return true;
        if (wait_for_tls(result, until, true) != Io::ok) {
            ERR_clear_error();
            ssl_.reset();  // no close_notify on a session that never began
            return false;
        }
    }
}

Connection::Io Connection::wait(short events, Deadline until, bool interruptible) {
    std::array<pollfd, 2> fds{pollfd{socket_, events, 0}, pollfd{interrupt_, POLLIN, 0}};
    const bool two = interruptible && interrupt_ >= 0;
    for (;;) {
        const int ready = ::poll(fds.data(), two ? 2 : 1, milliseconds_left(until));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return Io::closed;
        if (ready == 0) return Io::timed_out;
        if (fds[0].revents != 0) return Io::ok;
        if (two && fds[1].revents != 0) return Io::interrupted;
    }
}

Connection::Io Connection::wait_for_tls(int result, Deadline until, bool interruptible) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return wait(POLLIN, until, interruptible);
        case SSL_ERROR_WANT_WRITE:
            return wait(POLLOUT, until, interruptible);
        default:
            return Io::closed;
    }
}

Connection::ReadResult Connection::read(char* to, std::size_t size, Deadline until, bool interruptible) {
    for (;;) {
        // Checked here too: a peer that always has one more byte ready must not outrun its deadline.
        if (std::chrono::steady_clock::now() >= until) return {Io::timed_out};
        Io waited;
        if (ssl_) {
            ERR_clear_error();
            const int got = SSL_read(ssl_.get(), to, static_cast<int>(std::min<std::size_t>(size, 1 << 20)));
            if (got > 0) return {Io::ok, static_cast<std::size_t>(got)};
            waited = wait_for_tls(got, until, interruptible);
        } else {
            const ssize_t got = ::recv(socket_, to, size, 0);
            if (got > 0) return {Io::ok, static_cast<std::size_t>(got)};
            if (got == 0) return {Io::closed};
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return {Io::closed};
            waited = wait(POLLIN, until, interruptible);
        }
        if (waited != Io::ok) return {waited};
    }
}

Connection::Io Connection::write(std::string_view bytes, Deadline until) {
    while (!bytes.empty()) {
        Io waited = Io::ok;
        if (ssl_) {
            ERR_clear_error();
            const int put =
                SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
            if (put > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(put));
                continue;
            }
            waited = wait_for_tls(put, until, false);
        } else {
            const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put > 0) {
                bytes.remove_prefix(static_cast<std::size_t>(put));
                continue;
            }
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return Io::closed;
            waited = wait(POLLOUT, until, false);
        }
        if (waited != Io::ok) return waited;
        if (std::chrono::steady_clock::now() >= until) return Io::timed_out;
    }
    return Io::ok;
}

bool Connection::peer_is_there() const {
    char byte;
    const ssize_t got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

void Connection::begin_waiting() {
    if (waiting_since_ == not_waiting) waiting_since_ = std::chrono::steady_clock::now().time_since_epoch().count();
}

std::optional<Deadline> Connection::waiting_since() const {
    const Deadline::rep since = waiting_since_;
    if (since == not_waiting) return std::nullopt;
    return Deadline(Deadline::duration(since));
}

void Connection::cut() const {
    ::shutdown(socket_, SHUT_RDWR);
}

void Connection::linger(Deadline until, std::size_t most) {
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    ::shutdown(socket_, SHUT_WR);
    std::array<char, 16 * 1024> waste;
    while (std::chrono::steady_clock::now() < until) {
        const ssize_t got = ::recv(socket_, waste.data(), waste.size(), 0);
        if (got > 0 && static_cast<std::size_t>(got) < most) {
            most -= static_cast<std::size_t>(got);
            continue;
        }
        if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) return;
        if (wait(POLLIN, until, true) != Io::ok) return;
    }
}

Address Connection::local() const {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
    return to_address(reinterpret_cast<const sockaddr*>(&storage));
}

}
