#include "service/github/rests.h"

#include <algorithm>

namespace benchgate::github {

namespace {
constexpr std::size_t max_rests = 10'000;
}

std::optional<TimePoint> Rests::until(std::int64_t installation_id, TimePoint now) {
    const std::lock_guard lock(mutex_);
    const auto found = rests_.find(installation_id);
    if (found == rests_.end() || found->second.until <= now) return std::nullopt;
    return found->second.until;
}

int Rests::in_a_row(std::int64_t installation_id) const {
    const std::lock_guard lock(mutex_);
    const auto found = rests_.find(installation_id);
    return found == rests_.end() ? 0 : found->second.in_a_row;
}

void Rests::rest(std::int64_t installation_id, TimePoint until) {
    const std::lock_guard lock(mutex_);
    if (rests_.size() >= max_rests && !rests_.contains(installation_id))
        rests_.erase(std::min_element(rests_.begin(), rests_.end(),
                                      [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
    auto& rest = rests_[installation_id];
    rest.until = std::max(rest.until, until);
    ++rest.in_a_row;
}

void Rests::served(std::int64_t installation_id) {
    const std::lock_guard lock(mutex_);
    const auto found = rests_.find(installation_id);
    if (found != rests_.end()) found->second.in_a_row = 0;
}

}
