#include "service/github/timing.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>

namespace benchgate::github {

namespace {

struct Generator {
    std::mutex mutex;
    std::mt19937_64 engine{std::random_device{}()};
};

}  // namespace

Timing real_timing() {
    auto generator = std::make_shared<Generator>();
    return {
        .now = [] { return std::chrono::system_clock::now(); },
        .wait =
            [](std::chrono::milliseconds duration, std::stop_token stop) {
                std::mutex mutex;
                std::condition_variable_any never;
                std::unique_lock lock(mutex);
                never.wait_for(lock, stop, duration, [] { return false; });
                return !stop.stop_requested();
            },
        .jitter =
            [generator] {
                const std::lock_guard lock(generator->mutex);
                return std::uniform_real_distribution<double>(0, 1)(generator->engine);
            },
    };
}

}
