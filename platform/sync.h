// Owns the rule "data lives inside its lock": Sync<T> hands out its T only together with the lock, so that no one can
// forget it. Waiting and waking go through the same object. Does not own threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace benchgate::platform {

/// auto state = sync.lock(); state->field = 1; state.notify_all();
template <typename T>
class Sync {
  public:
    Sync() = default;
    explicit Sync(T value) : value_(std::move(value)) {}
    Sync(const Sync&) = delete;
    Sync& operator=(const Sync&) = delete;

    /// Access to the value, for as long as it lives. Waits take a condition on T and hold the lock when they return.
    class Locked {
      public:
        T* operator->() { return &owner_->value_; }
        T& operator*() { return owner_->value_; }

        template <typename Condition>
        void wait(Condition condition) {
            owner_->changed_.wait(lock_, [&] { return condition(owner_->value_); });
        }
        /// False when the time passed and the condition still does not hold.
        template <typename Rep, typename Period, typename Condition>
        bool wait_for(std::chrono::duration<Rep, Period> limit, Condition condition) {
            return owner_->changed_.wait_for(lock_, limit, [&] { return condition(owner_->value_); });
        }
        /// False when a stop was asked for and the condition does not hold.
        template <typename Condition>
        bool wait(std::stop_token stop, Condition condition) {
            return owner_->changed_.wait(lock_, stop, [&] { return condition(owner_->value_); });
        }
        /// False when time or a stop came first and the condition does not hold.
        template <typename Rep, typename Period, typename Condition>
        bool wait_for(std::stop_token stop, std::chrono::duration<Rep, Period> limit, Condition condition) {
            return owner_->changed_.wait_for(lock_, stop, limit, [&] { return condition(owner_->value_); });
        }
        void notify_one() { owner_->changed_.notify_one(); }
        void notify_all() { owner_->changed_.notify_all(); }

      private:
        friend class Sync;
        explicit Locked(Sync* owner) : owner_(owner), lock_(owner->mutex_) {}
        Sync* owner_;
        std::unique_lock<std::mutex> lock_;
    };

    [[nodiscard]] Locked lock() { return Locked(this); }
    void notify_one() { changed_.notify_one(); }
    void notify_all() { changed_.notify_all(); }

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    T value_{};
};

}
