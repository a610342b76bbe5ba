#include "service/http/edge_stream.h"

#include <algorithm>
#include <cstring>

namespace benchgate::http {
namespace {

Deadline allowance(const StreamLimits& limits, std::size_t bytes) {
    return std::chrono::steady_clock::now() + limits.io_timeout +
           std::chrono::seconds(bytes / limits.least_bytes_per_second);
}

}

EdgeStream::EdgeStream(Connection& connection, std::string head, std::string& carry, std::size_t body_bytes,
                       const StreamLimits& limits)
    : connection_(connection),
      head_(std::move(head)),
      carry_(carry),
      body_left_(body_bytes),
      limits_(limits),
      body_deadline_(allowance(limits, body_bytes)) {
    if (body_left_ == 0) connection_.end_waiting();
}

// One large read for many small ones of the library. Never reads past the body: what follows belongs to the next
// request.
bool EdgeStream::fill_carry() {
    constexpr std::size_t piece = 64 * 1024;
    carry_.resize(std::min(piece, body_left_));
    carry_at_ = 0;
    const Deadline until = std::min(body_deadline_, std::chrono::steady_clock::now() + limits_.io_timeout);
    const auto [status, bytes] = connection_.read(carry_.data(), carry_.size(), until);
    carry_.resize(bytes);
    broken_ = status != Connection::Io::ok;
    return !broken_;
}

ssize_t EdgeStream::read(char* to, size_t size) {
    if (head_at_ < head_.size()) {
        const std::size_t n = std::min(size, head_.size() - head_at_);
        std::memcpy(to, head_.data() + head_at_, n);
        head_at_ += n;
        return static_cast<ssize_t>(n);
    }
    if (body_left_ == 0) return 0;
    if (broken_) return -1;
    if (carry_at_ == carry_.size() && !fill_carry()) return -1;
    const std::size_t n = std::min({size, carry_.size() - carry_at_, body_left_});
    std::memcpy(to, carry_.data() + carry_at_, n);
    carry_at_ += n;
    body_left_ -= n;
    if (body_left_ == 0) connection_.end_waiting();
    return static_cast<ssize_t>(n);
}

ssize_t EdgeStream::write(const char* from, size_t size) {
    if (broken_) return -1;
    if (!wrote_) {
        wrote_ = true;
        held_.assign(from, size);
        return static_cast<ssize_t>(size);
    }
    constexpr std::size_t small = 64 * 1024;
    if (!held_.empty() && size < small) {
        held_.append(from, size);
        return flush() ? static_cast<ssize_t>(size) : -1;
    }
    if (!flush() || !send({from, size})) return -1;
    return static_cast<ssize_t>(size);
}

bool EdgeStream::flush() {
    if (broken_) return false;
    if (held_.empty()) return true;
    const bool sent = send(held_);
    held_.clear();
    return sent;
}

bool EdgeStream::send(std::string_view bytes) {
    connection_.begin_waiting();
    broken_ = connection_.write(bytes, allowance(limits_, bytes.size())) != Connection::Io::ok;
    connection_.end_waiting();
    return !broken_;
}

void EdgeStream::get_remote_ip_and_port(std::string& ip, int& port) const {
    ip = connection_.peer().ip;
    port = connection_.peer().port;
}

void EdgeStream::get_local_ip_and_port(std::string& ip, int& port) const {
    const Address local = connection_.local();
    ip = local.ip;
    port = local.port;
}

void EdgeStream::settle_carry() {
    carry_.erase(0, carry_at_);
    carry_at_ = 0;
}

}
