#include "runners/host/canary.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>

#include "core/json/json.h"
#include "platform/files.h"

namespace benchgate::host {
namespace {

constexpr int rounds = 7;
constexpr int operations = 4'000'000;
constexpr std::size_t places = (32u << 20) / sizeof(std::uint32_t);
constexpr int reads = 100'000;
constexpr std::size_t most_file_bytes = 1 << 20;

/// What is reached by it cannot be left out by the compiler.
void keep(std::uint64_t value) {
    [[maybe_unused]] static volatile std::uint64_t sink;
    sink = value;
}

template <class Work>
double least_seconds(Work work) {
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < rounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return least;
}

/// Each operation waits for the one before (xorshift64, Marsaglia 2003).
void arithmetic() {
    std::uint64_t x = 88172645463325252u;
    for (int i = 0; i < operations; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    keep(x);
}

/// One cycle through all places, in random order (Sattolo 1986), always the same.
std::vector<std::uint32_t> one_cycle() {
    std::vector<std::uint32_t> next(places);
    std::iota(next.begin(), next.end(), 0u);
    std::mt19937 generator(42);  // NOLINT(cert-msc51-cpp): the same work every time
    for (std::size_t i = places - 1; i > 0; --i) std::swap(next[i], next[generator() % i]);
    return next;
}

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<std::string> leaves(const std::vector<CanaryReading>& history, double CanaryReading::*part,
                                  const CanaryReading& reading, std::string_view name) {
    constexpr double least_share = 0.15, spreads = 6, normal = 1.4826;
    std::vector<double> values, distances;
    for (const auto& one : history) values.push_back(one.*part);
    const double usual = median_of(values);
    for (const double value : values) distances.push_back(std::fabs(value - usual));
    const double allowed = std::max(least_share * usual, spreads * normal * median_of(distances));
    if (std::fabs(reading.*part - usual) <= allowed) return std::nullopt;
    return fmt::format(
        "{} took {:.3g} ms where {:.3g} ms are usual here (the last {}; {:.3g} ms more or less would fit)", name,
        reading.*part * 1e3, usual * 1e3, history.size(), allowed * 1e3);
}

bool is_time(double seconds) {
    return std::isfinite(seconds) && seconds > 0 && seconds < 3600;
}

}  // namespace

CanaryReading take_canary() {
    static const std::vector<std::uint32_t> next = one_cycle();
    std::uint32_t at = 0;
    CanaryReading reading;
    reading.arithmetic = least_seconds(arithmetic);
    reading.memory = least_seconds([&] {
        for (int i = 0; i < reads; ++i) at = next[at];
        keep(at);
    });
    return reading;
}

std::optional<std::string> leaves_history(const std::vector<CanaryReading>& history, const CanaryReading& reading) {
    if (history.size() < least_canaries) return std::nullopt;
    if (auto why = leaves(history, &CanaryReading::arithmetic, reading, "arithmetic")) return why;
    return leaves(history, &CanaryReading::memory, reading, "reading memory");
}

CanaryHistory::CanaryHistory(std::filesystem::path file, std::string host)
    : file_(std::move(file)), host_(std::move(host)) {
    std::error_code error;
    if (std::filesystem::file_size(file_, error) > most_file_bytes || error) return;
    std::ifstream stream(file_, std::ios::binary);
    const auto document = json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
    if (!document || json::text(*document, "host") != host_) return;
    for (const auto& item : json::at(*document, "readings")) {
        const CanaryReading reading{json::number(item, "arithmetic").value_or(0),
                                    json::number(item, "memory").value_or(0)};
        if (is_time(reading.arithmetic) && is_time(reading.memory)) readings_.push_back(reading);
        if (readings_.size() == most_canaries) break;
    }
}

std::string CanaryHistory::add(const CanaryReading& reading) {
    readings_.push_back(reading);
    if (readings_.size() > most_canaries) readings_.erase(readings_.begin());
    auto list = json::Json::array();
    for (const auto& one : readings_) list.push_back({{"arithmetic", one.arithmetic}, {"memory", one.memory}});
    const auto written =
        platform::write_file_atomically(file_, json::dump(json::Json{{"host", host_}, {"readings", list}}), 0644);
    return written ? "" : written.error().message;
}

}  // namespace benchgate::host
