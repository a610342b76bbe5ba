// How often the gate's test is right on noise that was really measured: pull requests of 100 benchmarks whose trials
// are drawn, with replacement, from what one Go binary gave on many nights, each night's median taken out. A published
// table (2,000, 200 and 100 pull requests a row) stands beside.
//   gate_power FOLDER [--prs N] [--json FILE]     FOLDER: go_bent/even; N no-op pull requests a row, N/10 slower by
//                                                 3 % and N/20 by 5 %; default 2000
// Drift: AR(1), sd 2 %, 0.97 from trial to trial, on both sides in the random order within the block. Bimodal: each
// trial is 8 % slower with probability .3. Every benchmark of a slower pull request is slower.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string_view>

#include "benchmarks/go_night.h"
#include "core/judging/estimate.h"
#include "core/judging/outlook.h"
#include "core/judging/series_judge.h"

namespace {

using namespace benchgate;

constexpr std::size_t benchmarks = 100;
constexpr int blocks_at_most = 15;
constexpr std::size_t fewest_runs = 24;

/// ln of one benchmark's trials, the median of their night taken out.
using Residuals = std::vector<double>;

std::vector<Residuals> read_residuals(const std::filesystem::path& folder) {
    std::map<std::string, Residuals> pooled;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.path().filename().string().starts_with("Go1.17-opt.")) continue;
        for (auto& [name, runs] : bench::read_night(entry.path())) {
            if (runs.size() < fewest_runs) continue;
            for (auto& value : runs) value = std::log(value);
            const double middle = judging::median(runs);
            for (const double value : runs) pooled[name].push_back(value - middle);
        }
    }
    std::vector<Residuals> residuals;
    for (auto& [name, values] : pooled) {
        // A folder's files come in any order; the draws must not depend on it.
        std::sort(values.begin(), values.end());
        if (residuals.size() < benchmarks) residuals.push_back(std::move(values));
    }
    return residuals;
}

struct Noise {
    bool drift = false;
    bool bimodal = false;
};

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : generator_(seed) {}

    std::vector<judging::Block> blocks(const Residuals& residuals, const Noise& noise, double effect) {
        std::vector<judging::Block> made(blocks_at_most);
        double level = normal_(generator_);
        for (auto& block : made) {
            std::vector<bool> is_head{false, false, false, false, true, true, true, true};
            std::shuffle(is_head.begin(), is_head.end(), generator_);
            for (const bool head : is_head) {
                double x = residuals[std::uniform_int_distribution<std::size_t>(0, residuals.size() - 1)(generator_)];
                if (noise.drift) {
                    constexpr double sd = 0.02, kept = 0.97;
                    x += sd * level;
                    level = kept * level + std::sqrt(1 - kept * kept) * normal_(generator_);
                }
                if (noise.bimodal && std::uniform_real_distribution<double>()(generator_) < 0.3) x += std::log(1.08);
                (head ? block.head : block.base).push_back(1e6 * std::exp(x) * (head ? effect : 1));
            }
        }
        return made;
    }

  private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

struct Outcome {
    int alarmed = 0;  ///< pull requests
    double trials = 0;
    double power = 0;
    double benchmarks_over_95 = 0;  ///< share of benchmarks with a power of .95 and more
};

struct Row {
    const char* name;
    Noise noise;
    double margin_ppm;
    const char* published;  ///< null alarms, null trials, power at 3 % (benchmarks), trials, power at 5 %
};

Outcome measure(const std::vector<Residuals>& residuals, const Row& row, double effect, int pull_requests) {
    const auto plan = judging::make_plan({60, 0.01, static_cast<int>(residuals.size())});
    judging::Thresholds thresholds;
    thresholds.usual_margin_ppm = row.margin_ppm;
    judging::NullTable nulls;
    std::vector<int> hits(residuals.size(), 0);
    Outcome outcome;
    Draw draw(static_cast<std::uint64_t>(effect * 1000) + (row.noise.drift ? 7 : 0) + (row.noise.bimodal ? 13 : 0));
    for (int i = 0; i < pull_requests; ++i) {
        bool alarmed = false;
        for (std::size_t b = 0; b < residuals.size(); ++b) {
            const judging::SeriesBlocks series{
                {{"b", "time"}, "ns", model::Better::lower, true}, draw.blocks(residuals[b], row.noise, effect), {}};
            const auto result = judging::judge_series(series, plan, thresholds, nulls);
            const bool hit = result.kind == model::VerdictKind::regressed;
            hits[b] += hit;
            alarmed |= hit;
            outcome.trials += result.trials_used;
        }
        outcome.alarmed += alarmed;
    }
    const double all = static_cast<double>(pull_requests) * static_cast<double>(residuals.size());
    outcome.trials /= all;
    for (const int of_one : hits) {
        outcome.power += of_one / all;
        outcome.benchmarks_over_95 += (of_one >= 0.95 * pull_requests) / static_cast<double>(residuals.size());
    }
    return outcome;
}

/// Trials a side of the mean benchmark of an unchanged pull request, foretold from three jobs of three blocks each.
double foretold_trials(const std::vector<Residuals>& residuals, const Noise& noise) {
    Draw draw(5);
    std::vector<judging::PastSeries> past;
    for (std::size_t b = 0; b < residuals.size(); ++b) {
        auto& series = past.emplace_back();
        series.key = {std::to_string(b), "time"};
        for (int job = 0; job < 3; ++job) {
            auto blocks = draw.blocks(residuals[b], noise, 1);
            blocks.resize(3);
            series.jobs.push_back(std::move(blocks));
        }
    }
    judging::JudgeOptions options;
    options.max_trials = 60;
    options.false_alarms = 0.01;
    return judging::outlook(past, options, true).trials_unchanged;
}

constexpr Row rows[] = {
    {"Go, no margin", {}, 0, "1/2000    9.3  .982 (97 %)  19  1.00"},
    {"Go, margin .5 %", {}, 5000, "0/2000    9.3  .973 (93 %)  21  1.00"},
    {"+ host drift sd 2 %, .5 %", {.drift = true}, 5000, "0/40      9.6  .968 (88 %)  23  1.00"},
    {"+ 30 % of runs +8 %, no margin", {.bimodal = true}, 0, "19/2000   21   .796 (1 %)   47  .907"},
    {"+ 30 % of runs +8 %, .5 %", {.bimodal = true}, 5000, "0/2000    21   .750 (0 %)   49  .886"},
};

int run(const std::filesystem::path& folder, int pull_requests, const std::string& json) {
    const auto residuals = read_residuals(folder);
    if (residuals.empty()) {
        std::cerr << folder.string() << ": no Go1.17-opt.* file with benchmarks\n";
        return 2;
    }
    fmt::print("{} benchmarks, {} no-op pull requests a row, {} of +3 %, {} of +5 %\n", residuals.size(), pull_requests,
               pull_requests / 10, pull_requests / 20);
    fmt::print("{:<32}{:<10}{:<7}{:<9}{:<13}{:<8}{:<8}published, on all nights\n", "noise", "alarms", "trials",
               "foretold", "power 3 %", "trials", "5 %");
    std::string document;
    for (const auto& row : rows) {
        const auto null = measure(residuals, row, 1, pull_requests);
        const auto three = measure(residuals, row, 1.03, std::max(pull_requests / 10, 1));
        const auto five = measure(residuals, row, 1.05, std::max(pull_requests / 20, 1));
        const auto foretold = foretold_trials(residuals, row.noise);
        fmt::print("{:<32}{:<10}{:<7.1f}{:<9.1f}{:<13}{:<8.1f}{:<8.3f}{}\n", row.name,
                   fmt::format("{}/{}", null.alarmed, pull_requests), null.trials, foretold,
                   fmt::format("{:.3f} ({:.0f} %)", three.power, 100 * three.benchmarks_over_95), three.trials,
                   five.power, row.published);
        std::cout.flush();
        document += fmt::format(
            R"({}{{"name": "{}", "alarmed": {}, "pull_requests": {}, "trials": {}, "power3": {}, "power5": {}}})",
            document.empty() ? "" : ", ", row.name, null.alarmed, pull_requests, null.trials, three.power, five.power);
    }
    if (!json.empty()) std::ofstream(json) << "[" << document << "]\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder, json;
    int pull_requests = 2000;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--json" && i + 1 < argc)
            json = argv[++i];
        else if (argument == "--prs" && i + 1 < argc)
            pull_requests = std::max(std::atoi(argv[++i]), 20);
        else
            folder = argument;
    }
    if (folder.empty()) {
        std::cerr << "gate_power FOLDER [--prs N] [--json FILE]\n";
        return 2;
    }
    return run(folder, pull_requests, json);
}
