// Owns a stream of bytes kept within a bound: the head, the tail, and how much fell out between them. Does not own the
// reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace benchgate::platform {

/// What is left of a stream.
struct Captured {
    std::string head;
    std::string tail;                 ///< empty unless something was dropped or the head is full
    std::uint64_t total_bytes = 0;    ///< that came
    std::uint64_t dropped_bytes = 0;  ///< between head and tail

    /// head + tail, with a line "[... N bytes dropped ...]" between them where bytes are missing.
    std::string text() const;
};

/// Takes bytes as they come, keeps at most keep_bytes: half from the start, half from the end.
class Capture {
  public:
    explicit Capture(std::size_t keep_bytes);
    void add(std::string_view bytes);
    std::uint64_t total_bytes() const { return total_; }
    Captured take();

  private:
    std::size_t head_limit_;
    std::size_t tail_limit_;
    std::string head_;
    std::string ring_;
    std::size_t ring_next_ = 0;  ///< where the oldest byte of a full ring stands
    std::uint64_t total_ = 0;
};

}
