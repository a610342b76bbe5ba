// Owns what time it is: the port through which everything that is tested against time asks for it, the system's
// clock, a clock for tests, and the one textual form of a moment (ISO 8601, UTC). Does not own waiting: that is
// Sync<T> (sync.h) and std::stop_token.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace benchgate::platform {

struct Clock {
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;
    virtual std::chrono::steady_clock::time_point steady() const = 0;
};

struct SystemClock final : Clock {
    std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
    std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
};

/// Stands still until it is told to move. Safe to share between threads.
class FakeClock final : public Clock {
  public:
    explicit FakeClock(std::chrono::system_clock::time_point start = std::chrono::sys_days{std::chrono::year{2026} / 1 /
                                                                                           1});
    std::chrono::system_clock::time_point now() const override;
    std::chrono::steady_clock::time_point steady() const override;
    /// Moves both clocks forward.
    void advance(std::chrono::nanoseconds by);
    /// The wall clock jumps (as after a correction), the steady one does not.
    void set_wall(std::chrono::system_clock::time_point to);

  private:
    mutable std::mutex mutex_;
    std::chrono::system_clock::time_point wall_;
    std::chrono::steady_clock::time_point steady_{};
};

/// "2026-11-21T04:14:20Z"; with fractional_digits from 1 to 9: "2026-11-21T04:14:20.125Z". Rounds down.
std::string format_utc(std::chrono::system_clock::time_point moment, int fractional_digits = 0);

/// Reads what format_utc writes, and the other usual forms of RFC 3339: a blank or small letters instead of T and Z,
/// an offset (+02:00), a fraction of 1 to 9 digits. Anything else, and days that do not exist: nullopt.
std::optional<std::chrono::system_clock::time_point> parse_utc(std::string_view text);

}
