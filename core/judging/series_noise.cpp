#include "core/judging/series_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace benchgate::judging {
namespace {

constexpr double deviation_of_mad = 1.4826;            ///< of a normal distribution: sd / median absolute deviation
constexpr double deviation_of_mean = 1.2533141373155;  ///< sd / mean absolute deviation: sqrt(pi / 2)
constexpr double alike = 1e-9;                         ///< relative; below it two values differ by rounding only

double magnitude(std::span<const double> z) {
    double most = 0;
    for (const double value : z) most = std::max(most, std::abs(value));
    return most;
}

/// Medians of seven; the ends are repeated.
std::vector<double> running_median(std::span<const double> z) {
    constexpr std::ptrdiff_t half = 3;
    const auto n = static_cast<std::ptrdiff_t>(z.size());
    std::vector<double> result(z.size());
    std::array<double, 2 * half + 1> window{};
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        for (std::ptrdiff_t k = -half; k <= half; ++k)
            window[static_cast<std::size_t>(k + half)] =
                z[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i + k, 0, n - 1))];
        std::nth_element(window.begin(), window.begin() + half, window.end());
        result[static_cast<std::size_t>(i)] = window[half];
    }
    return result;
}

}  // namespace

double middle_value(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

std::vector<double> without_spikes(std::span<const double> z) {
    if (z.empty()) return {};
    auto result = running_median(z);
    std::vector<double> distances(z.size());
    double sum = 0;
    for (std::size_t i = 0; i < z.size(); ++i) sum += distances[i] = std::abs(z[i] - result[i]);
    double scale = deviation_of_mad * middle_value(std::move(distances));
    // Where most values lie on the median itself, the others are as rare as spikes, but together they are the noise.
    if (scale <= alike * magnitude(z)) scale = deviation_of_mean * sum / static_cast<double>(z.size());
    const double most = 3 * scale;
    for (std::size_t i = 0; i < z.size(); ++i) result[i] += std::clamp(z[i] - result[i], -most, most);
    return result;
}

double step_noise(std::span<const double> v) {
    if (v.size() < 2) return 0;
    std::vector<double> steps(v.size() - 1);
    double square = 0;
    for (std::size_t i = 0; i + 1 < v.size(); ++i) {
        steps[i] = v[i + 1] - v[i];
        square += steps[i] * steps[i];
    }
    const double mean_square = square / static_cast<double>(steps.size());
    const double middle = middle_value(steps);
    for (auto& step : steps) step = std::abs(step - middle);
    const double robust = deviation_of_mad * middle_value(std::move(steps)) / std::sqrt(2.0);
    return robust > alike * magnitude(v) ? robust : std::sqrt(mean_square / 2);
}

double neighbour_correlation(std::span<const double> v, double noise) {
    constexpr double longest_step = 4.5;  ///< times the noise: three deviations of a difference, about
    constexpr double strongest = 0.8;     ///< more cannot be told from a wandering level
    double squares = 0, products = 0, former = 0;
    for (std::size_t i = 0; i + 1 < v.size(); ++i) {
        const double step = std::clamp(v[i + 1] - v[i], -longest_step * noise, longest_step * noise);
        squares += step * step;
        products += step * former;
        former = step;
    }
    return squares > 0 ? std::clamp(1 + 2 * products / squares, 0.0, strongest) : 0;
}

}  // namespace benchgate::judging
