// How often a series is said to have two modes, or to drift within its job: noise of one level and one mode, whatever
// its shape, and series that do have two modes or do drift.
//   gate_modes [--series N] [--json FILE]     N series a cell, default 10000
// A cell is a share of series; base and head are drawn alike, in random order within blocks of 4 + 4.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <string_view>

#include "core/judging/drift.h"
#include "core/judging/modes.h"

namespace {

using namespace benchgate;

class Random {
  public:
    explicit Random(std::uint64_t seed) : generator_(seed) {}
    double uniform(double low = 0, double high = 1) {
        return low + (high - low) * std::uniform_real_distribution<double>()(generator_);
    }
    double normal() { return normal_(generator_); }
    bool chance(double p) { return uniform() < p; }
    std::mt19937_64& generator() { return generator_; }

  private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

using Trial = std::function<double(Random&, double host)>;

struct Noise {
    const char* name;
    bool two_modes;
    bool drifts;
    Trial trial;
};

double quantised(double value, double step) {
    return std::round(value / step) * step;
}

const std::array<Noise, 18>& noises() {
    static const std::array<Noise, 18> all{{
        {"normal", false, false, [](Random& r, double) { return 100 + r.normal(); }},
        {"uniform", false, false, [](Random& r, double) { return r.uniform(100, 101); }},
        {"exponential", false, false, [](Random& r, double) { return 10 - std::log(r.uniform(1e-12, 1)); }},
        {"lognormal, sigma .3", false, false, [](Random& r, double) { return std::exp(0.3 * r.normal()); }},
        {"lognormal, sigma 1", false, false, [](Random& r, double) { return std::exp(r.normal()); }},
        {"Laplace", false, false,
         [](Random& r, double) { return 100 + (r.chance(0.5) ? 1 : -1) * std::log(r.uniform(1e-12, 1)); }},
        {"Cauchy", false, false, [](Random& r, double) { return 1e9 + std::tan(3.14159265 * (r.uniform() - 0.5)); }},
        {"5 % outliers, +5 to +50 sd", false, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.05) ? r.uniform(5, 50) : 0); }},
        {"10 % outliers, +5 to +50 sd", false, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.1) ? r.uniform(5, 50) : 0); }},
        {"5 % outliers, all +20 sd", false, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.05) ? 20 : 0); }},
        {"quantised, step 2 sd", false, false, [](Random& r, double) { return 100 + quantised(r.normal(), 2); }},
        {"quantised, step 1 sd", false, false, [](Random& r, double) { return 100 + quantised(r.normal(), 1); }},
        {"quantised, step .5 sd", false, false, [](Random& r, double) { return 100 + quantised(r.normal(), 0.5); }},
        {"30 % slower by 8 sd", true, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.3) ? 8 : 0); }},
        {"50 % slower by 8 sd", true, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.5) ? 8 : 0); }},
        {"30 % slower by 20 sd", true, false,
         [](Random& r, double) { return 100 + r.normal() + (r.chance(0.3) ? 20 : 0); }},
        {"host drift, sd 2, noise sd 1", false, true,
         [](Random& r, double host) { return 100 + r.normal() + 2 * host; }},
        {"host drift, sd 5, noise sd 1", false, true,
         [](Random& r, double host) { return 100 + r.normal() + 5 * host; }},
    }};
    return all;
}

std::vector<judging::Block> series_of(const Noise& noise, int trials, Random& random) {
    std::vector<judging::Block> blocks(static_cast<std::size_t>(trials / 4));
    double host = random.normal();
    for (auto& block : blocks) {
        std::array<bool, 8> is_head{false, false, false, false, true, true, true, true};
        std::shuffle(is_head.begin(), is_head.end(), random.generator());
        for (const bool head : is_head) {
            constexpr double kept = 0.97;
            if (noise.drifts) host = kept * host + std::sqrt(1 - kept * kept) * random.normal();
            (head ? block.head : block.base).push_back(noise.trial(random, host));
        }
    }
    return blocks;
}

struct Rates {
    double modes = 0;
    double drift = 0;
};

Rates rates_of(const Noise& noise, int trials, int series) {
    Random random(static_cast<std::uint64_t>(trials) * 1000 + static_cast<std::uint64_t>(&noise - noises().data()));
    Rates rates;
    for (int i = 0; i < series; ++i) {
        const auto blocks = series_of(noise, trials, random);
        rates.modes += judging::find_modes(blocks, false).has_value() / static_cast<double>(series);
        rates.drift += judging::find_drift(blocks).has_value() / static_cast<double>(series);
    }
    return rates;
}

int run(int series, const std::string& json) {
    constexpr std::array<int, 4> trials{12, 20, 28, 60};
    fmt::print("{} series a cell; share said to have two modes, then share said to drift, by trials a side\n", series);
    fmt::print("{:<32}", "noise");
    for (const int n : trials) fmt::print("{:>8}", n);
    fmt::print("  |");
    for (const int n : trials) fmt::print("{:>8}", n);
    fmt::print("\n");
    double worst_modes = 0, worst_drift = 0, found_12 = 1, found_60 = 1;
    for (const auto& noise : noises()) {
        std::string modes, drift;
        for (const int n : trials) {
            const auto rates = rates_of(noise, n, series);
            modes += fmt::format("{:>7.2f}%", 100 * rates.modes);
            drift += fmt::format("{:>7.2f}%", 100 * rates.drift);
            if (!noise.two_modes) worst_modes = std::max(worst_modes, rates.modes);
            if (!noise.drifts) worst_drift = std::max(worst_drift, rates.drift);
            if (noise.two_modes && n == 12) found_12 = std::min(found_12, rates.modes);
            if (noise.two_modes && n == 60) found_60 = std::min(found_60, rates.modes);
        }
        fmt::print("{:<32}{}  |{}\n", noise.name, modes, drift);
    }
    if (!json.empty())
        std::ofstream(json) << fmt::format(
            R"({{"worst_modes": {}, "worst_drift": {}, "found_12": {}, "found_60": {}}})", worst_modes, worst_drift,
            found_12, found_60);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string json;
    int series = 10000;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string_view(argv[i]) == "--json") json = argv[i + 1];
        if (std::string_view(argv[i]) == "--series") series = std::max(std::atoi(argv[i + 1]), 100);
    }
    return run(series, json);
}
