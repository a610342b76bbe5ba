// The threads of the edge: one that accepts, and one a connection, kept for the next when it ends.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "service/http/edge.h"

namespace benchgate::http {
namespace {

// Bound and listening, or -1 with errno.
int listening_socket(const addrinfo& info) {
    const int fd = ::socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    constexpr int backlog = 1024;
    if (::bind(fd, info.ai_addr, info.ai_addrlen) == 0 && ::listen(fd, backlog) == 0) return fd;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
}

void turn_away(int socket) {
    static constexpr std::string_view text =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    // One attempt, without waiting: the thread that accepts serves everybody.
    [[maybe_unused]] const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket, SHUT_WR);
    std::array<char, 16 * 1024> waste;
    [[maybe_unused]] const ssize_t got = ::recv(socket, waste.data(), waste.size(), MSG_DONTWAIT);
    ::close(socket);
}

}

void Edge::listen_on_address() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string service = std::to_string(options_.port);
    const int failed = ::getaddrinfo(options_.address.c_str(), service.c_str(), &hints, &found);
    if (failed != 0) throw std::runtime_error("cannot resolve " + options_.address + ": " + ::gai_strerror(failed));
    for (const addrinfo* info = found; info && listener_ < 0; info = info->ai_next) listener_ = listening_socket(*info);
    const int error = errno;
    ::freeaddrinfo(found);
    if (listener_ < 0)
        throw std::runtime_error("cannot listen on " + options_.address + ":" + service + ": " + std::strerror(error));
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = to_address(reinterpret_cast<const sockaddr*>(&bound)).port;
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_ < 0) throw std::runtime_error("no eventfd");
    svr_sock_ = listener_;  // the library ends its streaming responses when this becomes invalid
}

void Edge::start() {
    acceptor_ = std::jthread([this] { accept_loop(); });
}

void Edge::accept_loop() {
    std::array<pollfd, 2> fds{pollfd{listener_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    while (!stop_.stop_requested()) {
        if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
        if (fds[1].revents != 0) return;
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int fd = ::accept4(listener_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            admit(fd, to_address(reinterpret_cast<const sockaddr*>(&from)));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // The listener stays readable, so without a pause this would spin until a descriptor is free.
            ::poll(&fds[1], 1, 10);
        }
    }
}

void Edge::admit(int socket, Address peer) {
    std::unique_lock lock(mutex_);
    if (open_.size() + waiting_.size() >= options_.connections && !make_room()) {
        lock.unlock();
        if (options_.on_response) options_.on_response("-", 503);
        turn_away(socket);
        return;
    }
    waiting_.push_back({socket, std::move(peer)});
    // Connections that were cut hold their threads for a moment more; those are soon free, and not to be doubled.
    const std::size_t most_workers = options_.connections + options_.connections / 4 + 1;
    if (waiting_.size() > idle_workers_ && workers_.size() < most_workers) {
        try {
            workers_.emplace_back([this] { worker_loop(); });
        } catch (const std::system_error&) {
            // The system gives no more threads: those that exist serve the queue as they become free.
            if (options_.on_error) options_.on_error("no thread for one more connection");
        }
    }
    changed_.notify_one();
}

// A stranger who opens all connections and says nothing, or a word now and then, or takes no answer, would otherwise
// keep everybody out; who speaks at once is never cut. With the lock held.
bool Edge::make_room() {
    auto oldest = open_.end();
    Deadline since = std::chrono::steady_clock::now() - options_.patience;
    for (auto it = open_.begin(); it != open_.end(); ++it)
        if (const auto waiting = (*it)->waiting_since(); waiting && *waiting <= since) {
            oldest = it;
            since = *waiting;
        }
    if (oldest == open_.end()) return false;
    (*oldest)->cut();
    open_.erase(oldest);  // its thread ends by itself
    return true;
}

void Edge::worker_loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_workers_;
        changed_.wait(lock, [this] { return quit_ || !waiting_.empty(); });
        --idle_workers_;
        if (waiting_.empty()) return;
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        {
            Connection connection(next.socket, std::move(next.peer), wake_);
            connection.begin_waiting();
            open_.push_back(&connection);
            lock.unlock();
            try {
                serve(connection);
            } catch (const std::exception& e) {
                if (options_.on_error) options_.on_error(e.what());
            }
            lock.lock();
            // Before the descriptor is closed: afterwards the number may belong to another connection.
            std::erase(open_, &connection);
        }
        changed_.notify_all();
    }
}

std::size_t Edge::open_connections() const {
    const std::lock_guard lock(mutex_);
    return open_.size() + waiting_.size();
}

void Edge::stop() {
    stop_.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
    if (acceptor_.joinable()) acceptor_.join();
    svr_sock_ = INVALID_SOCKET;
    std::unique_lock lock(mutex_);
    quit_ = true;
    changed_.notify_all();
    if (!changed_.wait_for(lock, options_.drain, [this] { return open_.empty() && waiting_.empty(); }))
        for (const Connection* connection : open_) connection->cut();
    std::vector<std::jthread> workers = std::move(workers_);
    workers_.clear();
    lock.unlock();
    workers.clear();  // joins
}

}
