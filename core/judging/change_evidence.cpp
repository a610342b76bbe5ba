#include "core/judging/change_evidence.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <queue>

#include "core/judging/series_noise.h"

namespace benchgate::judging {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Level {
    double mean = 0;
    double squares = 0;  ///< around the mean
    double count = 0;
    double variance() const { return count > 1 ? squares / (count - 1) : 0; }
};

Level level_of(std::span<const double> v) {
    Level level;
    level.count = static_cast<double>(v.size());
    for (const double value : v) level.mean += value / level.count;
    for (const double value : v) level.squares += (value - level.mean) * (value - level.mean);
    return level;
}

/// Squares that the best straight line leaves.
double squares_around_line(std::span<const double> v) {
    const auto all = level_of(v);
    const double middle = (all.count - 1) / 2;
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
        const double x = static_cast<double>(i) - middle;
        xx += x * x;
        xy += x * (v[i] - all.mean);
    }
    return std::max(0.0, xx > 0 ? all.squares - xy * xy / xx : all.squares);
}

double two_sided_p(double t, double left, double right, const Level& before, const Level& after) {
    const double both = left + right;
    if (!(both > 0)) return t > 0 ? 0 : 1;
    const double freedom =
        both * both / (left * left / std::max(before.count - 1, 1.0) + right * right / std::max(after.count - 1, 1.0));
    if (!(freedom > 0) || !std::isfinite(freedom)) return 1;
    const boost::math::students_t distribution(freedom);
    return 2 * boost::math::cdf(boost::math::complement(distribution, std::min(t, 1e150)));
}

/// Changes in a row, each with its neighbours, and a queue of the weakest.
class Row {
  public:
    Row(std::vector<std::size_t> cuts, const HistoryScale& scale, const DetectOptions& options, bool minor_too)
        : cuts_(std::move(cuts)), scale_(scale), options_(options), minor_too_(minor_too) {
        for (std::size_t i = 0; i < cuts_.size(); ++i) {
            previous_.push_back(i == 0 ? none : i - 1);
            next_.push_back(i + 1 == cuts_.size() ? none : i + 1);
        }
        strength_.assign(cuts_.size(), 0);
        for (std::size_t i = 0; i < cuts_.size(); ++i) judge(i);
    }

    std::vector<std::size_t> keep() {
        while (!queue_.empty() && queue_.top().strength < 1) {
            const auto weakest = queue_.top();
            queue_.pop();
            if (strength_[weakest.at] == weakest.strength) remove(weakest.at);
        }
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < cuts_.size(); ++i)
            if (strength_[i] >= 1) kept.push_back(cuts_[i]);
        return kept;
    }

  private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    static constexpr double removed = -1;

    struct Entry {
        double strength;
        std::size_t at;
        bool operator<(const Entry& other) const {  // the queue gives its greatest first
            return strength != other.strength ? strength > other.strength : at > other.at;
        }
    };

    void judge(std::size_t i) {
        const auto window = window_between(previous_[i] == none ? 0 : cuts_[previous_[i]], cuts_[i],
                                           next_[i] == none ? scale_.v.size() : cuts_[next_[i]], options_);
        strength_[i] = strength(evidence_at(scale_, window), scale_, options_, minor_too_);
        queue_.push({strength_[i], i});
    }

    void remove(std::size_t i) {
        strength_[i] = removed;
        const auto before = previous_[i], after = next_[i];
        if (before != none) next_[before] = after;
        if (after != none) previous_[after] = before;
        if (before != none) judge(before);
        if (after != none) judge(after);
    }

    std::vector<std::size_t> cuts_, previous_, next_;
    std::vector<double> strength_;
    std::priority_queue<Entry> queue_;
    const HistoryScale& scale_;
    const DetectOptions& options_;
    bool minor_too_;
};

}  // namespace

Window window_between(std::size_t previous, std::size_t at, std::size_t next, const DetectOptions& options) {
    return {std::max(previous, at - std::min(at, options.window)), at, std::min(next, at + options.window)};
}

Evidence evidence_at(const HistoryScale& scale, const Window& window, double least_variance) {
    const auto all = scale.v.subspan(window.begin, window.end - window.begin);
    const auto left = all.first(window.at - window.begin), right = all.subspan(window.at - window.begin);
    const auto before = level_of(left), after = level_of(right);
    Evidence result;
    const double left_error = std::max(before.variance(), least_variance) / before.count;
    const double right_error = std::max(after.variance(), least_variance) / after.count;
    // Two levels without any noise: as sure as can be, and still a number.
    constexpr double least_error = 1e-12;
    const double difference = std::abs(after.mean - before.mean);
    result.t = difference / (std::sqrt(left_error + right_error) + least_error);
    result.p = two_sided_p(result.t, left_error, right_error, before, after);
    const double levels = before.squares + after.squares, line = squares_around_line(all);
    constexpr double nothing = 1e-15;
    result.step_over_line = (line + nothing) / (levels + nothing);
    const double from = middle_value({left.begin(), left.end()}), to = middle_value({right.begin(), right.end()});
    result.shift = std::abs(to - from);
    if (!scale.relative) result.reference = std::min(std::abs(from), std::abs(to));
    return result;
}

double strength(const Evidence& evidence, const HistoryScale& scale, const DetectOptions& options, bool minor_too) {
    if (!(evidence.shift > 0)) return 0;
    const double smallest = options.smallest * evidence.reference, notable = options.notable * evidence.reference;
    const double needed = minor_too ? smallest : std::clamp(options.of_range * scale.range, smallest, notable);
    return std::min({evidence.t / options.t, evidence.step_over_line / options.step_over_line,
                     needed > 0 ? evidence.shift / needed : infinite});
}

std::vector<std::size_t> keep_strong(std::vector<std::size_t> cuts, const HistoryScale& scale,
                                     const DetectOptions& options, bool minor_too) {
    return Row(std::move(cuts), scale, options, minor_too).keep();
}

}  // namespace benchgate::judging
