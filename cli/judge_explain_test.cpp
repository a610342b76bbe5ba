// `judge --explain`: what a person reads who wants to know why, word for word, on trials whose figures can be checked
// by hand (facts: statistics 4.10).

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/judge_command.h"
#include "core/json/json.h"
#include "core/protocol/bundle_json.h"

namespace benchgate::cli {
namespace {

using Block = std::pair<std::vector<double>, std::vector<double>>;

const std::vector<Block> slower{{{1000, 1004, 998, 1010}, {1052, 1049, 1060, 1047}},
                                {{1002, 1001, 1015, 999}, {1055, 1051, 1048, 1063}},
                                {{1006, 997, 1003, 1001}, {1050, 1058, 1046, 1100}}};
const std::vector<Block> same{{{1000, 1004, 998, 1010}, {1003, 999, 1007, 1001}},
                              {{1002, 1001, 1015, 996}, {1005, 997, 1000, 1008}},
                              {{1001, 1002, 1003, 1004}, {1001, 1002, 1003, 1004}}};
const std::vector<Block> wild{{{1000, 1710, 1430, 1195}, {1010, 1720, 1440, 1205}},
                              {{1000, 1710, 1430, 1195}, {1010, 1720, 1440, 1205}}};

class Explain : public testing::Test {
  protected:
    Explain() {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-explain-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~Explain() override { std::filesystem::remove_all(folder_); }

    std::string csv(const std::string& benchmark, const std::vector<Block>& blocks) const {
        std::ostringstream text;
        text << "benchmark,metric,unit,better,block,position,side,value\n";
        for (std::size_t block = 0; block < blocks.size(); ++block)
            for (std::size_t i = 0; i < 4; ++i) {
                text << benchmark << ",time,ns,lower," << block << ',' << 2 * i << ",base," << blocks[block].first[i];
                text << '\n' << benchmark << ",time,ns,lower," << block << ',' << 2 * i + 1 << ",head,";
                text << blocks[block].second[i] << '\n';
            }
        return file("trials.csv", text.str());
    }

    std::string file(const std::string& name, const std::string& content) const {
        std::ofstream(folder_ / name) << content;
        return (folder_ / name).string();
    }

    /// Three blocks of a phase, with a value of each benchmark in each trial.
    static void add(model::Bundle& bundle, model::Phase phase,
                    const std::vector<std::pair<std::string, std::vector<Block>>>& benchmarks) {
        for (std::size_t i = 0; i < 24; ++i) {
            model::Trial trial;
            trial.number = static_cast<std::int64_t>(bundle.trials.size());
            trial.phase = phase;
            trial.block = static_cast<int>(i / 8);
            trial.position = static_cast<int>(i % 8);
            trial.side = i % 2 ? model::Side::head : model::Side::base;
            for (const auto& [benchmark, blocks] : benchmarks) {
                const auto& [base, head] = blocks[i / 8];
                model::Measurement measurement;
                measurement.series = {{benchmark, "time"}, "ns", model::Better::lower, true};
                measurement.samples = {(i % 2 ? head : base)[i % 8 / 2]};
                trial.values.push_back(measurement);
            }
            bundle.trials.push_back(trial);
        }
    }

    std::string run(const JudgeOptions& options, int status) {
        std::ostringstream out, err;
        EXPECT_EQ(run_judge(options, out, err), status);
        EXPECT_EQ(err.str(), "");
        return out.str();
    }

    std::filesystem::path folder_;
};

TEST_F(Explain, ARegression) {
    EXPECT_EQ(run({.trials_file = csv("sort", slower), .benchmarks = 100, .explain = true}, 0),
              R"(sort time: regressed, 12 trials a side
├─ 100 tests; this one may err with 0.0001 over all its looks, of at most 60 trials a side
├─ look 1 at 8 trials a side (2 blocks)
│  ├─ worse by more than 0.5 %? U 32 of 32, p 0.000204; nothing can reach the level of 1.59e-06: no
│  ├─ better by more than 0.5 %? U 0 of 32, p 1; nothing can reach the level of 1.59e-06: no
│  ├─ clear of a loss of 3 %? V 0 of 32, p 1; 28 and more reach the level of 0.008: no
│  └─ open: measured on
├─ look 2 at 12 trials a side (3 blocks)
│  ├─ worse by more than 0.5 %? U 48 of 48, p 2.92e-06; 48 and more reach the level of 3.17e-06: yes
│  ├─ better by more than 0.5 %? U 0 of 48, p 1; 48 and more reach the level of 3.17e-06: no
│  └─ decided: regressed
├─ change +4.93 %: the median of 48 pairs of a head and a base trial of one block (3 blocks)
│  ├─ interval at the levels spent: +3.25 % to +6 %
│  │  └─ of 48 sorted pairs, low end is number 1 at level 3.17e-06, high end is number 39 at level 0.008
│  └─ interval of 95 %, unadjusted: +4.5 % to +5.61 %
│     └─ of 48 sorted pairs, low end is number 12 at level 0.025, high end is number 37 at level 0.025
├─ smallest change that would have been seen: 1.97 %
│  ├─ noise of 0.66 % between trials of one side of one block
│  └─ 12 trials a side at level 0.0001 see 1.97 % with 95 % power
├─ confirmation: none was asked for, the first alarm stands
├─ no level of the policy is reached
│  ├─ the unadjusted interval supports a loss of 4.5 %
│  ├─ minor begins at 5 % (log): not reached
│  ├─ major begins at 10 % (review): not reached
│  └─ critical begins at 20 % (block): not reached
└─ asks for nothing of the gate
gate: success: no regression at a level that blocks or asks for a review
)");
}

TEST_F(Explain, WhatIsUnchanged) {
    EXPECT_EQ(run({.trials_file = csv("find", same), .explain = true}, 0),
              R"(find time: unchanged, 8 trials a side
├─ 1 test; this one may err with 0.01 over all its looks, of at most 60 trials a side
├─ look 1 at 8 trials a side (2 blocks)
│  ├─ worse by more than 0.5 %? U 7 of 32, p 0.975; nothing can reach the level of 0.000159: no
│  ├─ better by more than 0.5 %? U 9 of 32, p 0.936; nothing can reach the level of 0.000159: no
│  ├─ clear of a loss of 3 %? V 32 of 32, p 0.000204; 28 and more reach the level of 0.008: yes
│  ├─ clear of a gain of 3 % too? V 32 of 32, p 0.000204; 28 and more reach the level of 0.008: yes
│  └─ decided: unchanged
├─ change 0 %: the median of 32 pairs of a head and a base trial of one block (2 blocks)
│  ├─ interval at the levels spent: at most +0.7 %
│  │  └─ of 32 sorted pairs, low end open since no pair reaches level 0.000159, high end is number 28 at level 0.008
│  └─ interval of 95 %, unadjusted: −0.69 % to +0.6 %
│     └─ of 32 sorted pairs, low end is number 6 at level 0.025, high end is number 27 at level 0.025
├─ smallest change that would have been seen: 3 %
│  ├─ noise of 0.63 % between trials of one side of one block
│  ├─ 60 trials a side at level 0.01 see 0.96 % with 95 % power
│  └─ the policy asks for no smaller one, so that nothing was measured on for it
└─ asks for nothing of the gate
gate: success: no regression at a level that blocks or asks for a review
)");
}

TEST_F(Explain, WhatCouldNotBeDecided) {
    EXPECT_EQ(run({.trials_file = csv("noisy", wild), .explain = true}, 0),
              R"(noisy time: inconclusive, 8 trials a side
├─ because: measuring ended after 8 of at most 60 trials a side; with this noise 3 % needs about 4036 trials a side, and 8 see 74.5 %
├─ 1 test; this one may err with 0.01 over all its looks, of at most 60 trials a side
├─ look 1 at 8 trials a side (2 blocks)
│  ├─ worse by more than 0.5 %? U 20 of 32, p 0.243; nothing can reach the level of 0.000159: no
│  ├─ better by more than 0.5 %? U 12 of 32, p 0.816; nothing can reach the level of 0.000159: no
│  ├─ clear of a loss of 3 %? V 20 of 32, p 0.243; 28 and more reach the level of 0.008: no
│  └─ open: measured on
├─ change +0.77 %: the median of 32 pairs of a head and a base trial of one block (2 blocks)
│  ├─ interval at the levels spent: at most +43.9 %
│  │  └─ of 32 sorted pairs, low end open since no pair reaches level 0.000159, high end is number 28 at level 0.008
│  └─ interval of 95 %, unadjusted: −29.4 % to +43.9 %
│     └─ of 32 sorted pairs, low end is number 6 at level 0.025, high end is number 27 at level 0.025
├─ smallest change that would have been seen: 74.5 %
│  ├─ noise of 27.8 % between trials of one side of one block
│  ├─ 8 trials a side at level 0.01 see 74.5 % with 95 % power
│  └─ what the policy asks for needs about 4,036 trials a side
└─ asks for a neutral gate
gate: neutral: 1 benchmark could not be decided
)");
}

TEST_F(Explain, WhatWasConfirmedAndWhatWasNot) {
    auto scaled = slower;
    for (auto& block : scaled)
        for (auto& value : block.second) value = value * 1.25;
    model::Bundle bundle;
    bundle.experiment.suite = "micro";
    bundle.experiment.tests = 2;
    add(bundle, model::Phase::measure, {{"fluke", scaled}, {"slow", scaled}});
    add(bundle, model::Phase::confirm, {{"fluke", same}, {"slow", scaled}});
    const auto path = file("bundle.json", json::dump(protocol::to_json(bundle)));
    const auto text = run({.bundle_file = path, .explain = true}, 1);
    EXPECT_EQ(text.substr(text.find("fluke time: inconclusive")),
              R"(fluke time: inconclusive, 12 trials a side
├─ because: alarmed, but not again on fresh blocks
├─ 2 tests; this one may err with 0.005 over all its looks, of at most 60 trials a side
├─ look 1 at 8 trials a side (2 blocks)
│  ├─ worse by more than 0.5 %? U 32 of 32, p 0.000204; nothing can reach the level of 7.94e-05: no
│  ├─ better by more than 0.5 %? U 0 of 32, p 1; nothing can reach the level of 7.94e-05: no
│  ├─ clear of a loss of 3 %? V 0 of 32, p 1; 28 and more reach the level of 0.008: no
│  └─ open: measured on
├─ look 2 at 12 trials a side (3 blocks)
│  ├─ worse by more than 0.5 %? U 48 of 48, p 2.92e-06; 45 and more reach the level of 0.000159: yes
│  ├─ better by more than 0.5 %? U 0 of 48, p 1; 45 and more reach the level of 0.000159: no
│  └─ decided: regressed
├─ change +31.2 %: the median of 48 pairs of a head and a base trial of one block (3 blocks)
│  ├─ interval at the levels spent: +29.8 % to +32.5 %
│  │  └─ of 48 sorted pairs, low end is number 4 at level 0.000159, high end is number 39 at level 0.008
│  └─ interval of 95 %, unadjusted: +30.6 % to +32 %
│     └─ of 48 sorted pairs, low end is number 12 at level 0.025, high end is number 37 at level 0.025
├─ smallest change that would have been seen: 1.66 %
│  ├─ noise of 0.66 % between trials of one side of one block
│  └─ 12 trials a side at level 0.005 see 1.66 % with 95 % power
├─ confirmation on fresh blocks: no alarm, unchanged
│  ├─ 2 tests; this one may err with 0.005 over all its looks, of at most 60 trials a side
│  ├─ look 1 at 8 trials a side (2 blocks)
│  │  ├─ worse by more than 0.5 %? U 7 of 32, p 0.975; nothing can reach the level of 7.94e-05: no
│  │  ├─ better by more than 0.5 %? U 9 of 32, p 0.936; nothing can reach the level of 7.94e-05: no
│  │  ├─ clear of a loss of 3 %? V 32 of 32, p 0.000204; 28 and more reach the level of 0.008: yes
│  │  ├─ clear of a gain of 3 % too? V 32 of 32, p 0.000204; 28 and more reach the level of 0.008: yes
│  │  └─ decided: unchanged
│  └─ change 0 % (at most +0.7 %)
└─ asks for a neutral gate
slow time: regressed (critical), 12 trials a side
├─ 2 tests; this one may err with 0.005 over all its looks, of at most 60 trials a side
├─ look 1 at 8 trials a side (2 blocks)
│  ├─ worse by more than 0.5 %? U 32 of 32, p 0.000204; nothing can reach the level of 7.94e-05: no
│  ├─ better by more than 0.5 %? U 0 of 32, p 1; nothing can reach the level of 7.94e-05: no
│  ├─ clear of a loss of 3 %? V 0 of 32, p 1; 28 and more reach the level of 0.008: no
│  └─ open: measured on
├─ look 2 at 12 trials a side (3 blocks)
│  ├─ worse by more than 0.5 %? U 48 of 48, p 2.92e-06; 45 and more reach the level of 0.000159: yes
│  ├─ better by more than 0.5 %? U 0 of 48, p 1; 45 and more reach the level of 0.000159: no
│  └─ decided: regressed
├─ change +31.2 %: the median of 48 pairs of a head and a base trial of one block (3 blocks)
│  ├─ interval at the levels spent: +29.8 % to +32.5 %
│  │  └─ of 48 sorted pairs, low end is number 4 at level 0.000159, high end is number 39 at level 0.008
│  └─ interval of 95 %, unadjusted: +30.6 % to +32 %
│     └─ of 48 sorted pairs, low end is number 12 at level 0.025, high end is number 37 at level 0.025
├─ smallest change that would have been seen: 1.66 %
│  ├─ noise of 0.66 % between trials of one side of one block
│  └─ 12 trials a side at level 0.005 see 1.66 % with 95 % power
├─ confirmation on fresh blocks: alarmed again
│  ├─ 2 tests; this one may err with 0.005 over all its looks, of at most 60 trials a side
│  ├─ look 1 at 8 trials a side (2 blocks)
│  │  ├─ worse by more than 0.5 %? U 32 of 32, p 0.000204; nothing can reach the level of 7.94e-05: no
│  │  ├─ better by more than 0.5 %? U 0 of 32, p 1; nothing can reach the level of 7.94e-05: no
│  │  ├─ clear of a loss of 3 %? V 0 of 32, p 1; 28 and more reach the level of 0.008: no
│  │  └─ open: measured on
│  ├─ look 2 at 12 trials a side (3 blocks)
│  │  ├─ worse by more than 0.5 %? U 48 of 48, p 2.92e-06; 45 and more reach the level of 0.000159: yes
│  │  ├─ better by more than 0.5 %? U 0 of 48, p 1; 45 and more reach the level of 0.000159: no
│  │  └─ decided: regressed
│  └─ change +31.2 % (+29.8 % to +32.5 %)
├─ level critical, which asks to block
│  ├─ the unadjusted intervals support a loss of 30.6 % and, on fresh blocks, of 30.6 %: the smaller counts
│  ├─ minor begins at 5 % (log): reached
│  ├─ major begins at 10 % (review): reached
│  └─ critical begins at 20 % (block): reached
└─ asks for a failing gate
gate: failure: 1 benchmark regressed at a level that blocks
)");

    const auto document = json::parse(run({.bundle_file = path, .json = "-", .explain = true}, 1)).value();
    const auto plain = json::parse(run({.bundle_file = path, .json = "-"}, 1)).value();
    EXPECT_FALSE(plain["verdicts"][0].contains("explain"));
    for (std::size_t i = 0; i < 2; ++i) {
        auto verdict = document["verdicts"][i];
        EXPECT_EQ(verdict["explain"]["looks"].back()["worse"]["p"], verdict["p"]);
        EXPECT_EQ(verdict["explain"]["looks"].back()["trials"], verdict["trials_used"]);
        verdict.erase("explain");
        EXPECT_EQ(verdict, plain["verdicts"][i]) << "to ask why changes no verdict";
    }
    EXPECT_EQ(document["verdicts"][0]["explain"]["confirmation"]["verdict"], "unchanged");
    EXPECT_EQ(document["verdicts"][1]["explain"]["confirmation"]["verdict"], "regressed");
    EXPECT_EQ(document["verdicts"][1]["explain"]["asks"], "failure");
}

}  // namespace
}  // namespace benchgate::cli
