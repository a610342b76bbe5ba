#include "service/http/waiting_runners.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace benchgate::http {
namespace {

bool suits(const WaitingRunners::Asking& runner, const store::WaitingJobs& jobs) {
    if (runner.protocol < jobs.protocol) return false;
    if (jobs.only_runner_id && *jobs.only_runner_id != runner.runner_id) return false;
    if (jobs.never_runner_id && *jobs.never_runner_id == runner.runner_id) return false;
    return std::ranges::all_of(jobs.labels, [&](const std::string& label) {
        return std::ranges::find(runner.labels, label) != runner.labels.end();
    });
}

}

WaitingRunners::WaitingRunners(Look look, Options options)
    : look_(std::move(look)), options_(options), thread_([this](std::stop_token stop) { serve(stop); }) {}

WaitingRunners::~WaitingRunners() = default;

void WaitingRunners::wake() {
    {
        const std::lock_guard lock(mutex_);
        is_due_ = true;
    }
    woken_.notify_one();
}

std::size_t WaitingRunners::count() const {
    const std::lock_guard lock(mutex_);
    return places_.size();
}

void WaitingRunners::serve(std::stop_token stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, stop, options_.recheck, [&] { return is_due_; });
            is_due_ = false;
            if (places_.empty()) continue;
        }
        if (stop.stop_requested()) return;
        try {
            call(look_());
        } catch (const std::exception& error) {
            spdlog::warn("the queue was not looked into for waiting runners: {}", error.what());
        }
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, stop, options_.pause, [] { return false; });
    }
}

void WaitingRunners::call(const std::vector<store::WaitingJobs>& jobs) {
    const std::lock_guard lock(mutex_);
    for (const store::WaitingJobs& kind : jobs) {
        std::int64_t left = kind.jobs;
        for (auto place = places_.begin(); left > 0 && place != places_.end(); ++place) {
            if ((*place)->is_called_ || (*place)->is_aside_ || !suits((*place)->asking_, kind)) continue;
            (*place)->is_called_ = true;
            (*place)->changed_.notify_one();
            --left;
        }
    }
}

WaitingRunners::Place::Place(WaitingRunners& room, Asking asking) : room_(room), asking_(std::move(asking)) {
    const std::lock_guard lock(room_.mutex_);
    at_ = room_.places_.insert(room_.places_.end(), this);
}

WaitingRunners::Place::~Place() {
    bool passes_on = false;
    {
        const std::lock_guard lock(room_.mutex_);
        room_.places_.erase(at_);
        passes_on = is_called_;
    }
    if (passes_on) room_.wake();
}

bool WaitingRunners::Place::wait(std::chrono::steady_clock::time_point until, std::stop_token stop) {
    std::unique_lock lock(room_.mutex_);
    return changed_.wait_until(lock, stop, until, [&] { return is_called_; });
}

void WaitingRunners::Place::has_looked() {
    const std::lock_guard lock(room_.mutex_);
    is_called_ = false;
}

void WaitingRunners::Place::stand_aside() {
    bool passes_on = false;
    {
        const std::lock_guard lock(room_.mutex_);
        is_aside_ = true;
        passes_on = std::exchange(is_called_, false);
    }
    if (passes_on) room_.wake();
}

}
