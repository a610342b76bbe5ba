#pragma once
// A TCP client for this room's tests that sends exactly the bytes it is told, well-formed or not. Not part of the
// service.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace benchgate::http::testing {

class RawClient {
  public:
    explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("connect failed");
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    // False once the server has reset or closed the connection.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (put <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return true;
    }

    // One whole response by its Content-Length, or what came until the end of the connection (at most 20 s).
    std::string response() {
        while (!complete() && more()) {
        }
        const std::size_t n = complete() ? whole() : buffer_.size();
        std::string text = buffer_.substr(0, n);
        buffer_.erase(0, n);
        return text;
    }

    std::string ask(std::string_view bytes) {
        send(bytes);
        return response();
    }

    // True when the server ends the connection within 20 s.
    bool ends() {
        while (more()) {
        }
        return ended_;
    }

    void half_close() { ::shutdown(fd_, SHUT_WR); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

  private:
    std::size_t whole() const {
        const std::size_t head = buffer_.find("\r\n\r\n");
        if (head == std::string::npos) return 0;
        const std::size_t at = buffer_.find("Content-Length: ");
        const std::size_t body = at < head ? std::stoul(buffer_.substr(at + 16)) : 0;
        return head + 4 + body;
    }
    bool complete() const { return whole() > 0 && buffer_.size() >= whole(); }
    bool more() {
        pollfd fd{fd_, POLLIN, 0};
        if (ended_ || ::poll(&fd, 1, 20'000) <= 0) return false;
        char bytes[16 * 1024];
        const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
        if (got <= 0) return !(ended_ = true);
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    std::string buffer_;
    bool ended_ = false;
};

inline int status_of(const std::string& response) {
    return response.size() > 12 && response.starts_with("HTTP/1.1 ") ? std::stoi(response.substr(9, 3)) : 0;
}

inline std::string body_of(const std::string& response) {
    const std::size_t head = response.find("\r\n\r\n");
    return head == std::string::npos ? "" : response.substr(head + 4);
}

}
