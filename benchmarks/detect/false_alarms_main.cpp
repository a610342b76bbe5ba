// How often the detector speaks where nothing changed, on made series with fixed seeds, and whether it finds one plain
// step in 10,000 values and nothing else.
//   detect_false_alarms [--json FILE]      the tables
//   detect_false_alarms --series N         one step of 5 % in N values with noise of 1 %, as CSV for detect and its
//   peers

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <numbers>
#include <random>
#include <string_view>

#include "core/judging/change_points.h"

namespace {

using namespace benchgate;

constexpr int series_a_kind = 2000;
constexpr std::size_t length = 300;

class Noise {
  public:
    explicit Noise(std::uint64_t seed) : generator_(seed) {}
    double operator()() { return normal_(generator_); }
    double uniform() { return std::uniform_real_distribution<double>()(generator_); }

  private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

using Kind = std::function<std::vector<double>(Noise&)>;

Kind around(double sd, double correlation, const std::function<double(double)>& drift) {
    return [=](Noise& noise) {
        std::vector<double> values;
        double z = noise();
        for (std::size_t i = 0; i < length; ++i) {
            values.push_back(100 * (1 + sd * z + drift(static_cast<double>(i) / static_cast<double>(length))));
            z = correlation * z + std::sqrt(1 - correlation * correlation) * noise();
        }
        return values;
    };
}

Kind each(const std::function<double(Noise&)>& value) {
    return [=](Noise& noise) {
        std::vector<double> values(length);
        for (auto& v : values) v = value(noise);
        return values;
    };
}

Kind wandering(double sd, double step) {
    return [=](Noise& noise) {
        std::vector<double> values;
        double level = 0;
        for (std::size_t i = 0; i < length; ++i) values.push_back(100 * (1 + (level += step * noise()) + sd * noise()));
        return values;
    };
}

double share_flagged(const Kind& kind, bool provisional_too) {
    int flagged = 0;
    for (int seed = 1; seed <= series_a_kind; ++seed) {
        Noise noise(static_cast<std::uint64_t>(seed));
        const auto found = judging::detect_changes(kind(noise)).value();
        flagged += std::any_of(found.changes.begin(), found.changes.end(), [&](const auto& change) {
            return change.standing == judging::Standing::found ||
                   (provisional_too && change.standing == judging::Standing::provisional);
        });
    }
    return static_cast<double>(flagged) / series_a_kind;
}

std::vector<double> one_step(std::size_t n, std::uint64_t seed) {
    Noise noise(seed);
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = (i < n / 2 ? 100 : 105) * (1 + .01 * noise());
    return values;
}

struct Row {
    const char* key;  ///< in the JSON, which has the worst of those with the same; empty: only in the table
    const char* name;
    Kind kind;
};

std::vector<Row> rows() {
    const auto still = [](double) { return 0.; };
    const auto line = [](double whole) { return [whole](double x) { return whole * x; }; };
    return {
        {"white", "white noise, 1 %", around(.01, 0, still)},
        {"", "white noise, 5 %", around(.05, 0, still)},
        {"ar", "AR(0.5), 1 %", around(.01, .5, still)},
        {"", "AR(0.5), 5 %", around(.05, .5, still)},
        {"", "AR(0.7), 1 %", around(.01, .7, still)},
        {"drift", "drift of 1 % along the series, noise 1 %", around(.01, 0, line(.01))},
        {"drift", "drift of 3 %", around(.01, 0, line(.03))},
        {"drift", "drift of 5 %", around(.01, 0, line(.05))},
        {"drift", "drift of 10 %", around(.01, 0, line(.1))},
        {"drift", "drift of 50 %", around(.01, 0, line(.5))},
        {"", "drift of 5 %, AR(0.5)", around(.01, .5, line(.05))},
        {"", "one wave of 3 % up and down",
         around(.01, 0, [](double x) { return .03 * std::sin(2 * std::numbers::pi * x); })},
        {"", "level wandering by 0.1 % a value", wandering(.01, .001)},
        {"", "log-normal, 30 %", each([](Noise& noise) { return std::exp(.3 * noise()); })},
        {"", "Cauchy (wild values)", each([](Noise& noise) { return 100 + noise() / noise(); })},
        {"", "two values, one in five the higher", each([](Noise& noise) { return noise.uniform() < .2 ? 11. : 10.; })},
        {"", "two values, half and half", each([](Noise& noise) { return noise.uniform() < .5 ? 11. : 10.; })},
        {"", "ticks of 5 %, noise of half a tick", each([](Noise& noise) { return 20 + std::round(.5 * noise()); })},
        {"", "around zero", each([](Noise& noise) { return noise(); })},
    };
}

struct Steps {
    int found = 0, false_points = 0, series = 100;
};

Steps plain_steps() {
    constexpr std::size_t n = 10'000, near = 10;
    Steps result;
    for (int seed = 1; seed <= result.series; ++seed) {
        const auto detected = judging::detect_changes(one_step(n, static_cast<std::uint64_t>(seed))).value();
        for (const auto& change : detected.changes) {
            const auto distance = change.index > n / 2 ? change.index - n / 2 : n / 2 - change.index;
            ++(distance <= near ? result.found : result.false_points);
        }
    }
    return result;
}

int tables(const char* file) {
    fmt::print("{:<44} {:>10} {:>26}\n", fmt::format("{} series of {} values each", series_a_kind, length), "flagged",
               "with provisional points");
    std::map<std::string, double> worst;
    for (const auto& row : rows()) {
        const double flagged = share_flagged(row.kind, false);
        fmt::print("{:<44} {:>8.2f} % {:>24.2f} %\n", row.name, 100 * flagged, 100 * share_flagged(row.kind, true));
        if (*row.key) worst[row.key] = std::max(worst[row.key], flagged);
    }
    const auto steps = plain_steps();
    fmt::print("\none step of 5 % in 10,000 values, noise 1 %: found in {} of {} series, {} false points\n",
               steps.found, steps.series, steps.false_points);
    if (file) {
        std::ofstream out(file);
        out << "{";
        for (const auto& [key, flagged] : worst) out << fmt::format(R"("{}":{},)", key, flagged);
        out << fmt::format(R"("steps_found":{},"steps_false":{}}})", steps.found, steps.false_points) << "\n";
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view option = argc > 1 ? argv[1] : "";
    if (argc == 1) return tables(nullptr);
    if (argc == 3 && option == "--json") return tables(argv[2]);
    if (argc == 3 && option == "--series") {
        fmt::print("index,value\n");
        const auto values = one_step(static_cast<std::size_t>(std::atoll(argv[2])), 1);
        for (std::size_t i = 0; i < values.size(); ++i) fmt::print("{},{:.6f}\n", i, values[i]);
        return 0;
    }
    std::cerr << "detect_false_alarms [--json FILE | --series N]\n";
    return 2;
}
