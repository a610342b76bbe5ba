#include "runners/load/breaking_point.h"

#include <algorithm>
#include <cmath>

namespace benchgate::load {
namespace {

constexpr int failures_that_count = 2;
constexpr int bisections = 2;
constexpr int most_tries = 100;

}  // namespace

BreakingPoint::BreakingPoint(const Options& options) : options_(options) {
    go_to(options.start);
}

void BreakingPoint::go_to(double level) {
    if (options_.whole) level = std::max(std::round(level), 1.0);
    failures_ = 0;
    // A whole number between two neighbours is one of them.
    const bool is_known = level <= low_ || (high_ && level >= *high_);
    next_ = is_known || level > options_.most || tries_ >= most_tries ? std::nullopt : std::optional(level);
}

void BreakingPoint::narrow() {
    if (bisections_++ < bisections)
        go_to((low_ + *high_) / 2);
    else
        next_.reset();
}

void BreakingPoint::told(bool held) {
    if (!next_) return;
    ++tries_;
    if (!held) {
        if (++failures_ < failures_that_count) return;
        high_ = *next_;
        return narrow();
    }
    low_ = *next_;
    if (high_) return narrow();
    const double higher = low_ * options_.factor;
    go_to(options_.whole ? std::max(low_ + 1, higher) : higher);
}

}  // namespace benchgate::load
