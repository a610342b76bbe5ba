#pragma once
// Where lease requests wait: one condition of this process. The listener's thread wakes it when a job is queued
// anywhere; a wake-up says only "look again", the table is the truth.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace benchgate::http {

class JobWakeups {
  public:
    // Read before looking into the table, so that a job queued between looking and waiting is not slept through.
    std::uint64_t seen() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }

    void wake() {
        {
            const std::lock_guard lock(mutex_);
            ++count_;
        }
        woken_.notify_all();
    }

    // Until a wake-up after `seen`, until `until`, or until the service stops.
    void wait(std::uint64_t seen, std::chrono::steady_clock::time_point until, std::stop_token stop) {
        std::unique_lock lock(mutex_);
        woken_.wait_until(lock, stop, until, [&] { return count_ != seen; });
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable_any woken_;
    std::uint64_t count_ = 0;
};

}
