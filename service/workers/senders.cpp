#include "service/workers/senders.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "platform/stop.h"

namespace benchgate::workers {

namespace {
constexpr std::chrono::milliseconds pause_between_looks{250};
constexpr std::chrono::milliseconds longest_pause{15'000};
}  // namespace

Senders::Senders(OutboxWorker& worker, Options options) : worker_(worker), options_(options) {
    for (int k = 0; k < options_.threads; ++k) threads_.emplace_back([this](std::stop_token stop) { run(stop); });
}

Senders::~Senders() {
    for (auto& thread : threads_) thread.request_stop();
}

void Senders::wake() {
    state_.lock()->woken = true;
    state_.notify_all();
}

void Senders::run(std::stop_token stop) {
    for (;;) {
        std::optional<store::OutboxItem> item;
        {
            auto state = state_.lock();
            ++state->idle;
            state.wait(stop, [](const State& s) { return !s.claimed.empty() || !s.looking; });
            --state->idle;
            if (!state->claimed.empty()) {
                // At the end too: what was claimed must not wait for the end of its hold.
                item = std::move(state->claimed.front());
                state->claimed.pop_front();
            } else if (stop.stop_requested()) {
                return;
            } else {
                state->looking = true;
            }
        }
        if (item)
            deliver(*item, stop);
        else
            look(stop);
    }
}

/// Claims as many items as there are threads to send them, and as many again for when those are done, since a look
/// costs as much as sending; or waits until a look makes sense.
void Senders::look(std::stop_token stop) {
    const int most = state_.lock()->idle + 1 + options_.threads;
    store::Claim claimed;
    bool failed = false;
    try {
        state_.lock()->woken = false;
        claimed = worker_.claim(most);
    } catch (const std::exception& error) {
        spdlog::error("outbox: {}", error.what());
        failed = true;
    }
    auto state = state_.lock();
    const auto now = worker_.timing().now();
    if (!claimed.items.empty()) {
        for (auto& item : claimed.items) state->claimed.push_back(std::move(item));
        state->pause = pause_between_looks;
    } else {
        auto pause = options_.period;
        if (failed) {
            pause = state->pause;
            state->pause = std::min(state->pause * 2, longest_pause);
        }
        state->next_look = now + pause;
        if (claimed.next_due && !failed) state->next_look = std::min(state->next_look, *claimed.next_due);
        for (auto until = state->next_look; !stop.stop_requested(); until = state->next_look) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - worker_.timing().now());
            if (left <= std::chrono::milliseconds(0)) break;
            const bool sooner =
                state.wait_for(stop, left, [&](const State& s) { return (s.woken && !failed) || s.next_look < until; });
            if (sooner && state->woken) break;
        }
    }
    state->looking = false;
    state.notify_all();
}

void Senders::deliver(const store::OutboxItem& item, std::stop_token stop) {
    try {
        const auto free_at = worker_.deliver(item, stop);
        auto state = state_.lock();
        state->next_look = std::min(state->next_look, free_at);
        state.notify_all();
    } catch (const std::exception& error) {
        spdlog::error("outbox {} {}: {}", item.target, item.kind, error.what());
        platform::sleep_for(stop, pause_between_looks);
    }
}

}  // namespace benchgate::workers
