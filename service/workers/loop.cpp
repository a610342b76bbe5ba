#include "service/workers/loop.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "platform/stop.h"

namespace benchgate::workers {
namespace {
constexpr std::chrono::milliseconds first_pause{250};
}

Loop::Loop(Options options, Work work)
    : options_(std::move(options)), work_(std::move(work)), thread_([this](std::stop_token stop) { run(stop); }) {}

void Loop::wake() {
    *woken_.lock() = true;
    woken_.notify_all();
}

void Loop::run(std::stop_token stop) {
    auto pause = first_pause;
    while (!stop.stop_requested()) {
        try {
            while (!stop.stop_requested() && work_(stop)) pause = first_pause;
            pause = first_pause;
        } catch (const std::exception& error) {
            spdlog::error("{}: {}", options_.name, error.what());
            platform::sleep_for(stop, pause);
            pause = std::min(pause * 2, std::chrono::milliseconds(15'000));
            continue;
        }
        auto woken = woken_.lock();
        woken.wait_for(stop, options_.period, [](bool is_woken) { return is_woken; });
        *woken = false;
    }
}

}  // namespace benchgate::workers
