#include "platform/capture.h"

#include <algorithm>

#include <fmt/format.h>

namespace benchgate::platform {

std::string Captured::text() const {
    if (dropped_bytes == 0) return head + tail;
    return fmt::format("{}\n[... {} bytes dropped ...]\n{}", head, dropped_bytes, tail);
}

Capture::Capture(std::size_t keep_bytes) : head_limit_(keep_bytes - keep_bytes / 2), tail_limit_(keep_bytes / 2) {}

void Capture::add(std::string_view bytes) {
    total_ += bytes.size();
    const std::size_t to_head = std::min(bytes.size(), head_limit_ - head_.size());
    head_.append(bytes.substr(0, to_head));
    bytes.remove_prefix(to_head);
    if (tail_limit_ == 0) return;
    if (bytes.size() > tail_limit_) bytes.remove_prefix(bytes.size() - tail_limit_);

    const std::size_t growing = std::min(bytes.size(), tail_limit_ - ring_.size());
    ring_.append(bytes.substr(0, growing));
    bytes.remove_prefix(growing);
    while (!bytes.empty()) {
        const std::size_t now = std::min(bytes.size(), tail_limit_ - ring_next_);
        ring_.replace(ring_next_, now, bytes.substr(0, now));
        ring_next_ = (ring_next_ + now) % tail_limit_;
        bytes.remove_prefix(now);
    }
}

Captured Capture::take() {
    Captured captured;
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(ring_next_), ring_.end());
    captured.head = std::move(head_);
    captured.tail = std::move(ring_);
    captured.total_bytes = total_;
    captured.dropped_bytes = total_ - captured.head.size() - captured.tail.size();
    head_.clear();
    ring_.clear();
    ring_next_ = 0;
    total_ = 0;
    return captured;
}

}
