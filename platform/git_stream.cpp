// libgit2 1.5 knows no timeout and cannot be cancelled while it waits for the network. Its sockets can be replaced,
// though, below TLS as well: these wait with poll, for the peer, the clock and the stop token.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <git2/sys/stream.h>

#include "platform/git_internal.h"
#include "platform/stop.h"

namespace benchgate::platform::git {

namespace {

using std::chrono::steady_clock;

struct Limits {
    StopDescriptor stop;
    std::chrono::milliseconds stall;
    steady_clock::time_point end;
};
thread_local std::unique_ptr<Limits> current;

struct Socket {
    git_stream base{};  // first: libgit2 hands us a pointer to it
    std::string host, port;
    Fd fd;
};

Socket* self(git_stream* stream) {
    return reinterpret_cast<Socket*>(stream);
}

int complain(const std::string& message) {
    git_error_set_str(GIT_ERROR_NET, message.c_str());
    return -1;
}

/// 0: ready. -1: stop, time or error, told to libgit2.
int wait_for(int fd, short events, const std::string& host) {
    constexpr std::chrono::milliseconds otherwise{60'000};
    const auto stall = current ? current->stall : otherwise;
    const auto left =
        current ? std::chrono::ceil<std::chrono::milliseconds>(current->end - steady_clock::now()) : stall;
    const auto limit =
        std::clamp(std::min(stall, left), std::chrono::milliseconds(0), std::chrono::milliseconds(3'600'000));
    pollfd waiting[2] = {{fd, events, 0}, {current ? current->stop.fd() : -1, POLLIN, 0}};
    int ready;
    while ((ready = ::poll(waiting, 2, static_cast<int>(limit.count()))) < 0 && errno == EINTR) continue;
    if (ready == 0 && current && left < stall) return complain("the fetch took longer than allowed");
    if (ready == 0) return complain("no answer from " + host + " in " + std::to_string(limit.count()) + " ms");
    if (waiting[1].revents != 0) return complain("cancelled");
    return ready < 0 ? complain(std::strerror(errno)) : 0;
}

int connect_to(Socket& socket, const addrinfo& address) {
    Fd fd(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
    if (!fd) return complain(std::strerror(errno));
    if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) return complain("cannot connect to " + socket.host + ": " + std::strerror(errno));
        if (wait_for(fd.get(), POLLOUT, socket.host) != 0) return -1;
        int status = 0;
        socklen_t size = sizeof status;
        ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &status, &size);
        if (status != 0) return complain("cannot connect to " + socket.host + ": " + std::strerror(status));
    }
    socket.fd = std::move(fd);
    return 0;
}

int on_connect(git_stream* stream) {
    Socket& socket = *self(stream);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int found = ::getaddrinfo(socket.host.c_str(), socket.port.c_str(), &hints, &list);
    if (found != 0) return complain("cannot find " + socket.host + ": " + ::gai_strerror(found));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
    int connected = complain("no address for " + socket.host);
    for (const addrinfo* address = list; address != nullptr && connected != 0; address = address->ai_next)
        connected = connect_to(socket, *address);
    return connected;
}

ssize_t on_read(git_stream* stream, void* data, size_t size) {
    Socket& socket = *self(stream);
    for (;;) {
        const ssize_t count = ::recv(socket.fd.get(), data, size, 0);
        if (count >= 0) return count;
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return complain("connection to " + socket.host + " broke: " + std::strerror(errno));
        if (wait_for(socket.fd.get(), POLLIN, socket.host) != 0) return -1;
    }
}

ssize_t on_write(git_stream* stream, const char* data, size_t size, int /*flags*/) {
    Socket& socket = *self(stream);
    for (;;) {
        const ssize_t count = ::send(socket.fd.get(), data, size, MSG_NOSIGNAL);
        if (count >= 0) return count;
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return complain("connection to " + socket.host + " broke: " + std::strerror(errno));
        if (wait_for(socket.fd.get(), POLLOUT, socket.host) != 0) return -1;
    }
}

int on_close(git_stream* stream) {
    self(stream)->fd.reset();
    return 0;
}

void on_free(git_stream* stream) {
    delete self(stream);
}

int make_stream(git_stream** out, const char* host, const char* port) {
    auto* socket = new Socket;
    socket->base.version = GIT_STREAM_VERSION;
    socket->base.connect = on_connect;
    socket->base.read = on_read;
    socket->base.write = on_write;
    socket->base.close = on_close;
    socket->base.free = on_free;
    socket->host = host;
    socket->port = port;
    *out = &socket->base;
    return 0;
}

}

NetworkLimits::NetworkLimits(std::stop_token stop, std::chrono::milliseconds stall, steady_clock::time_point end) {
    current.reset(new Limits{StopDescriptor(std::move(stop)), stall, end});
}

NetworkLimits::~NetworkLimits() {
    current.reset();
}

void register_streams() {
    git_stream_registration registration{};
    registration.version = GIT_STREAM_VERSION;
    registration.init = make_stream;
    git_stream_register(GIT_STREAM_STANDARD, &registration);
}

}
