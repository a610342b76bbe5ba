#include "runners/measure/experiment.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "core/judging/judge.h"
#include "runners/measure/repeats.h"
#include "runners/measure/schedule.h"

namespace benchgate::measure {
namespace {

/// A tool with two benchmarks whose times we choose; the host disturbs the trials that `disturb` names.
struct FakeTool {
    double slow_factor = 1.0;  ///< of "slow" in head
    double noise = 0.002;
    bool records_memory = false;     ///< a metric that its format does not judge by itself
    double whole_noise = -1;         ///< of the whole command's processor time, where it is measured: 0 and more
    int repeats_seen = 0;            ///< samples a benchmark gives, once the command takes a number of them
    std::map<int, double> steal_at;  ///< trial call -> stolen seconds
    std::mt19937_64 random{1};
    std::vector<TrialRequest> calls;

    tl::expected<model::Trial, JobFailure> operator()(const TrialRequest& request) {
        calls.push_back(request);
        model::Trial trial;
        trial.resources.wall_ms = 100;
        trial.host.steal_seconds = steal_at[static_cast<int>(calls.size()) - 1];
        for (const std::string name : {"steady", "slow"}) {
            if (!request.benchmarks.empty() &&
                std::find(request.benchmarks.begin(), request.benchmarks.end(), name) == request.benchmarks.end())
                continue;
            model::Measurement m;
            m.series = {{name, "time"}, "ns", model::Better::lower, true};
            const double factor = name == "slow" && request.side == model::Side::head ? slow_factor : 1.0;
            m.samples = {1000 * factor * std::exp(noise * std::normal_distribution<double>()(random))};
            for (int i = 1; repeats_seen > 0 && i < request.repeats; ++i)
                m.samples.push_back(m.samples[0] * (1 + 0.1 * std::normal_distribution<double>()(random)));
            if (repeats_seen > 0) trial.resources.wall_ms = 100 + request.repeats;
            trial.values.push_back(m);
            if (!records_memory) continue;
            m.series = {{name, "peak_memory"}, "bytes", model::Better::lower, false};
            m.samples = {4096 * factor};
            trial.values.push_back(m);
        }
        if (whole_noise >= 0 && request.benchmarks.empty()) {
            model::Measurement m;
            m.series = {{"whole-command", "cpu_time"}, "ns", model::Better::lower, true};
            m.samples = {1e8 * std::exp(whole_noise * std::normal_distribution<double>()(random))};
            trial.values.push_back(m);
        }
        return trial;
    }
};

/// Remembers what was said about blocks that are measured again.
struct Watcher final : Observer {
    std::vector<Progress> disturbed;
    void on_progress(const Progress& progress) override {
        if (!progress.disturbed.empty()) disturbed.push_back(progress);
    }
};

struct Course {
    platform::FakeClock clock;
    Watcher watcher;
    Observer& observer = watcher;
    FakeTool tool;
    model::Bundle bundle;
    ExperimentOptions options;

    Course() {
        bundle.experiment.seed = 11;
        options.deadline = clock.steady() + std::chrono::hours(1);
        options.can_filter = true;
    }
    /// As every report can show it.
    std::string void_blocks() const {
        for (const auto& fact : bundle.host)
            if (fact.id == model::void_blocks_fact) return fact.observed;
        return "no such fact";
    }
    tl::expected<void, JobFailure> run() {
        return run_experiment(bundle, options, [this](const TrialRequest& r) { return tool(r); }, observer, clock, {});
    }
};

TEST(Experiment, TwoEqualBuildsStopEarlyAndNothingIsConfirmed) {
    Course course;
    ASSERT_TRUE(course.run());
    const auto judgement = judging::judge(course.bundle);
    for (const auto& verdict : judgement.verdicts)
        EXPECT_EQ(verdict.kind, model::VerdictKind::unchanged) << verdict.reason;
    EXPECT_EQ(course.bundle.experiment.tests, 2);
    EXPECT_LE(course.tool.calls.size(), 2u + 5 * block_size);
    EXPECT_EQ(course.void_blocks(), "none");
    for (const auto& trial : course.bundle.trials) EXPECT_NE(trial.phase, model::Phase::confirm);
}

TEST(Experiment, ASlowdownIsMeasuredAgainOnFreshBlocksAndOnlyThatBenchmark) {
    Course course;
    course.tool.slow_factor = 1.3;
    ASSERT_TRUE(course.run());
    const auto judgement = judging::judge(course.bundle);
    std::map<std::string, model::Verdict> of;
    for (const auto& verdict : judgement.verdicts) of[verdict.series.key.benchmark] = verdict;
    EXPECT_EQ(of["slow"].kind, model::VerdictKind::regressed);
    EXPECT_TRUE(of["slow"].confirmed);
    EXPECT_EQ(of["steady"].kind, model::VerdictKind::unchanged);
    EXPECT_EQ(judgement.gate, model::Gate::failure);
    int confirming = 0;
    for (const auto& trial : course.bundle.trials)
        if (trial.phase == model::Phase::confirm) {
            ++confirming;
            ASSERT_EQ(trial.values.size(), 1u);
            EXPECT_EQ(trial.values[0].series.key.benchmark, "slow");
        }
    EXPECT_GE(confirming, 2 * block_size);
}

/// Four trees a side; what was linked, and when.
struct Linked : Course {
    int times = 0;
    bool in_time = true;
    Linked() {
        options.link_orders = 4;
        options.link_anew = [this]() -> tl::expected<bool, JobFailure> { return ++times, in_time; };
    }
};

TEST(Experiment, TheTrialsOfABlockSpreadOverTheOrdersAndAnAlarmIsConfirmedInFreshOnes) {
    Linked course;
    course.tool.slow_factor = 1.3;
    ASSERT_TRUE(course.run());
    EXPECT_EQ(course.times, 1);
    std::map<std::tuple<model::Phase, int, model::Side>, std::set<int>> orders;
    std::size_t warmups = 0;
    for (const auto& trial : course.bundle.trials) {
        if (trial.phase == model::Phase::warmup) {
            ++warmups;
            continue;
        }
        orders[{trial.phase, trial.block, trial.side}].insert(trial.link_order);
    }
    EXPECT_EQ(warmups, 16u) << "one of each side and order, fresh ones too";
    for (const auto& [where, seen] : orders)
        EXPECT_EQ(seen, std::get<0>(where) == model::Phase::confirm ? (std::set{4, 5, 6, 7}) : (std::set{0, 1, 2, 3}));
    for (std::size_t i = 0; i < course.tool.calls.size(); ++i)
        EXPECT_EQ(course.tool.calls[i].link_order, course.bundle.trials[i].link_order);
    bool is_confirmed = false;
    for (const auto& verdict : judging::judge(course.bundle).verdicts) is_confirmed |= verdict.confirmed;
    EXPECT_TRUE(is_confirmed);
}

TEST(Experiment, WhereNothingAlarmsOrNoTimeIsLeftNothingIsLinkedAnew) {
    Linked calm;
    ASSERT_TRUE(calm.run());
    EXPECT_EQ(calm.times, 0);
    Linked late;
    late.tool.slow_factor = 1.3;
    late.in_time = false;
    ASSERT_TRUE(late.run());
    EXPECT_EQ(late.times, 1);
    EXPECT_EQ(late.bundle.stopped_by, "time");
    for (const auto& trial : late.bundle.trials) EXPECT_NE(trial.phase, model::Phase::confirm);
}

/// Unchanged comparisons of a benchmark whose speed hangs on its layout, with so much scatter between layouts, that end
/// red. `fresh`: an alarm is confirmed in orders of its own.
int red_by_layout(int orders, double scatter, int jobs, bool fresh = true) {
    int red = 0;
    for (int job = 1; job <= jobs; ++job) {
        Linked course;
        course.options.link_orders = orders;
        course.bundle.experiment.seed = static_cast<std::uint64_t>(job);
        course.tool.random.seed(static_cast<std::uint64_t>(job));
        const auto trial = [&](const TrialRequest& request) -> tl::expected<model::Trial, JobFailure> {
            const int order = fresh ? request.link_order : request.link_order % orders;
            std::mt19937_64 layout(link_seed(course.bundle.experiment.seed, request.side, order));
            auto made = course.tool(request);
            for (auto& value : made->values)
                if (value.series.key.benchmark == "slow")
                    value.samples[0] *= std::exp(scatter * std::normal_distribution<double>()(layout));
            return made;
        };
        EXPECT_TRUE(run_experiment(course.bundle, course.options, trial, course.observer, course.clock, {}));
        red += std::ranges::any_of(judging::judge(course.bundle).verdicts,
                                   [](const auto& one) { return one.kind == model::VerdictKind::regressed; });
    }
    return red;
}

/// BENCHGATE_LAYOUT_JOBS=N prints what docs/figures.md has, of N jobs each.
TEST(Experiment, TheLuckOfALayoutAlarmsFarLessInSeveralOrders) {
    constexpr int jobs = 60;
    EXPECT_GT(red_by_layout(1, 0.05, jobs), jobs / 8);
    EXPECT_LE(red_by_layout(4, 0.05, jobs), jobs / 20);
    const char* wanted = std::getenv("BENCHGATE_LAYOUT_JOBS");
    const int many = wanted != nullptr ? std::atoi(wanted) : 0;
    if (many <= 0) return;
    for (const double scatter : {0.02, 0.05, 0.1})
        for (const int orders : {1, 2, 4, 8})
            std::cout << fmt::format("scatter {:.0f} %, {} orders: {} of {} red, {} if confirmed in the same\n",
                                     100 * scatter, orders, red_by_layout(orders, scatter, many), many,
                                     red_by_layout(orders, scatter, many, false));
}

TEST(Experiment, SettledBenchmarksDropOutOfLaterTrials) {
    Course course;
    course.tool.slow_factor = 1.03;
    course.tool.noise = 0.003;
    ASSERT_TRUE(course.run());
    const auto& calls = course.tool.calls;
    constexpr std::size_t first_look = 2 + 2 * block_size;  // with the warm-up
    ASSERT_GT(calls.size(), first_look);
    EXPECT_TRUE(calls.front().benchmarks.empty());
    EXPECT_EQ(calls[first_look - 1].benchmarks, (std::vector<std::string>{"slow", "steady"}));
    EXPECT_EQ(calls[first_look].benchmarks, std::vector<std::string>{"slow"});
}

TEST(Experiment, WhileTheWholeCommandIsOpenAllOfItRunsAndThenBenchmarksDropOut) {
    Course noisy;
    noisy.tool.whole_noise = 0.2;
    ASSERT_TRUE(noisy.run());
    EXPECT_EQ(noisy.bundle.experiment.tests, 3);
    for (const auto& call : noisy.tool.calls) EXPECT_TRUE(call.benchmarks.empty()) << "another command otherwise";
    Course settled;
    settled.tool.whole_noise = 0.001;
    settled.tool.slow_factor = 1.03;
    settled.tool.noise = 0.003;
    ASSERT_TRUE(settled.run());
    EXPECT_TRUE(settled.tool.calls[1 + 2 * block_size].benchmarks.empty());
    EXPECT_EQ(settled.tool.calls.at(2 + 2 * block_size).benchmarks, std::vector<std::string>{"slow"});
    for (const auto& verdict : judging::judge(settled.bundle).verdicts)
        if (verdict.series.key.benchmark == "whole-command") {
            EXPECT_EQ(verdict.kind, model::VerdictKind::unchanged) << verdict.reason;
        }
}

TEST(Experiment, RepeatsAreChosenAfterTheFirstBlockAndAlikeWithinEachBlock) {
    Course course;
    course.options.can_repeat = true;
    course.tool.repeats_seen = 1;
    course.tool.noise = 0.01;
    ASSERT_TRUE(course.run());
    const auto& calls = course.tool.calls;
    EXPECT_EQ(calls[0].repeats, 1) << "the warm-up tells what one repeat costs";
    EXPECT_EQ(calls[2].repeats, first_repeats);
    ASSERT_GT(calls.size(), 10u);
    EXPECT_GT(calls[10].repeats, first_repeats) << "repeats are cheap here and scatter more than processes";
    for (std::size_t i = 11; i < calls.size(); ++i) EXPECT_EQ(calls[i].repeats, calls[10].repeats);
    EXPECT_TRUE(std::ranges::any_of(course.bundle.host, [](const auto& fact) { return fact.id == "run.repeats"; }));
    std::set<std::uint64_t> seeds;
    for (const auto& call : calls) seeds.insert(call.seed);
    EXPECT_EQ(seeds.size(), calls.size()) << "an order of its own in each trial";
}

TEST(Experiment, WhatAnotherHostAlarmedOnIsAllThatIsMeasuredAndCounted) {
    Course course;
    course.tool.slow_factor = 1.3;
    course.tool.records_memory = true;
    course.options.confirm = {{"slow", "time"}};
    course.bundle.experiment.confirm = false;
    ASSERT_TRUE(course.run());
    EXPECT_EQ(course.bundle.experiment.tests, 1) << "the number of benchmarks that are confirmed";
    const auto judgement = judging::judge(course.bundle);
    ASSERT_EQ(judgement.verdicts.size(), 1u);
    EXPECT_EQ(judgement.verdicts[0].kind, model::VerdictKind::regressed);
    EXPECT_EQ(judgement.gate, model::Gate::failure) << "one plan, and no third one";
    for (const auto& trial : course.bundle.trials) {
        EXPECT_NE(trial.phase, model::Phase::confirm);
        ASSERT_EQ(trial.values.size(), 1u);
        EXPECT_EQ(trial.values[0].series.key.benchmark, "slow");
    }
    Course gone;
    gone.options.confirm = {{"removed", "time"}};
    const auto failed = gone.run();
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().reason.find("to be confirmed"), std::string::npos) << failed.error().reason;
}

TEST(Experiment, AMetricThatThePolicyNamesIsJudged) {
    Course recorded;
    recorded.tool.records_memory = true;
    recorded.tool.slow_factor = 1.3;
    ASSERT_TRUE(recorded.run());
    EXPECT_EQ(recorded.bundle.experiment.tests, 2) << "memory is recorded only";
    Course judged;
    judged.tool.records_memory = true;
    judged.tool.slow_factor = 1.3;
    judged.bundle.experiment.policy.metrics["peak_memory"].detect = 0.05;
    ASSERT_TRUE(judged.run());
    EXPECT_EQ(judged.bundle.experiment.tests, 4);
    int memory = 0;
    for (const auto& verdict : judging::judge(judged.bundle).verdicts)
        if (verdict.series.key == model::SeriesKey{"slow", "peak_memory"}) {
            ++memory;
            EXPECT_EQ(verdict.kind, model::VerdictKind::regressed) << verdict.reason;
        }
    EXPECT_EQ(memory, 1);
}

TEST(Experiment, ADisturbedBlockIsMeasuredAgainAndKeptInTheBundleAsVoid) {
    Course course;
    course.tool.steal_at[4] = 5.0;  // the third trial of the first block, after two of warm-up
    ASSERT_TRUE(course.run());
    int thrown_away = 0;
    for (const auto& trial : course.bundle.trials) thrown_away += !trial.kept;
    EXPECT_EQ(thrown_away, block_size);
    EXPECT_FALSE(course.bundle.trials[2].void_reason.empty());
    EXPECT_EQ(course.bundle.trials[2].block, course.bundle.trials[2 + block_size].block);
    EXPECT_EQ(course.bundle.trials[2 + block_size].attempt, 1);
    EXPECT_TRUE(course.bundle.trials[2 + block_size].kept);
    const auto& told = course.watcher.disturbed;
    ASSERT_EQ(told.size(), 1u);  // whoever waits learns once why the first block takes twice as long
    EXPECT_EQ(told[0].block, 0);
    EXPECT_EQ(told[0].disturbed, course.bundle.trials[2].void_reason);
    EXPECT_EQ(course.void_blocks(), "1 thrown away (1 stolen CPU time)");
}

TEST(Experiment, AHostThatIsNeverQuietEndsAllTheSameAndSoonStopsTryingAgain) {
    Course course;
    course.tool.noise = 0.05;
    for (int i = 0; i < 2000; ++i) course.tool.steal_at[i] = 5.0;
    ASSERT_TRUE(course.run());
    int last_block = 0;
    for (const auto& trial : course.bundle.trials)
        if (trial.phase == model::Phase::measure) {
            const int most = trial.block < never_quiet_after ? block_attempts : 1;
            EXPECT_EQ(trial.kept, trial.attempt == most - 1) << trial.block;
            EXPECT_LT(trial.attempt, most);
            last_block = std::max(last_block, trial.block);
        }
    EXPECT_GE(last_block, never_quiet_after);
    EXPECT_EQ(course.void_blocks(),
              fmt::format("4 thrown away (4 stolen CPU time), {0} kept though disturbed ({0} stolen "
                          "CPU time)",
                          last_block + 1));
}

TEST(Experiment, AQuietBlockGivesTheNextOnesTheirAttemptsBack) {
    Course course;
    course.tool.noise = 0.05;
    constexpr int warm_up = 2;
    const int given_up = warm_up + never_quiet_after * block_attempts * block_size;
    for (int i = 0; i < given_up; ++i) course.tool.steal_at[i] = 5.0;
    course.tool.steal_at[given_up + block_size] = 5.0;  // block 2 is quiet, block 3 is disturbed once
    ASSERT_TRUE(course.run());
    int again = 0;
    for (const auto& trial : course.bundle.trials)
        if (trial.phase == model::Phase::measure && trial.block == never_quiet_after + 1)
            again += trial.attempt == 1 && trial.kept;
    EXPECT_EQ(again, block_size);
}

TEST(Experiment, WhenTimeRunsOutTheRestIsInconclusiveAndNothingIsRed) {
    Course course;
    course.tool.slow_factor = 1.02;
    course.tool.noise = 0.05;
    course.options.deadline = course.clock.steady() + std::chrono::seconds(100);
    const auto timed = [&](const TrialRequest& request) {
        course.clock.advance(std::chrono::seconds(4));
        return course.tool(request);
    };
    ASSERT_TRUE(run_experiment(course.bundle, course.options, timed, course.observer, course.clock, {}));
    EXPECT_EQ(course.bundle.stopped_by, "time");
    const auto judgement = judging::judge(course.bundle);
    for (const auto& verdict : judgement.verdicts) EXPECT_NE(verdict.kind, model::VerdictKind::regressed);
    EXPECT_NE(judgement.gate, model::Gate::failure);
}

TEST(Experiment, OnANoisyHostTheTimeIsUsedForTheBlocksThatStillFit) {
    Course course;
    course.tool.noise = 0.05;
    for (int i = 0; i < 2000; ++i) course.tool.steal_at[i] = 5.0;
    constexpr int given_up = never_quiet_after * block_attempts * block_size;
    // Room for the warm-up, the blocks that are tried three times and two more with one attempt each.
    course.options.deadline = course.clock.steady() + std::chrono::seconds(2 + given_up + 2 * block_size);
    const auto timed = [&](const TrialRequest& request) {
        course.clock.advance(std::chrono::seconds(1));
        return course.tool(request);
    };
    ASSERT_TRUE(run_experiment(course.bundle, course.options, timed, course.observer, course.clock, {}));
    EXPECT_EQ(course.bundle.stopped_by, "time");
    EXPECT_EQ(course.bundle.trials.back().block, never_quiet_after + 1);
}

TEST(Experiment, ABlockThatIsDisturbedNearTheEndIsNotMeasuredAgain) {
    Course course;
    course.tool.noise = 0.05;
    constexpr int quiet = 2 + block_size;  // the warm-up and one block
    for (int i = quiet; i < 2000; ++i) course.tool.steal_at[i] = 5.0;
    course.options.deadline = course.clock.steady() + std::chrono::seconds(quiet + block_size + block_size / 2);
    const auto timed = [&](const TrialRequest& request) {
        course.clock.advance(std::chrono::seconds(1));
        return course.tool(request);
    };
    ASSERT_TRUE(run_experiment(course.bundle, course.options, timed, course.observer, course.clock, {}));
    const auto& last = course.bundle.trials.back();
    EXPECT_EQ(last.block, 1);
    EXPECT_EQ(last.attempt, 0);
    EXPECT_TRUE(last.kept);
    EXPECT_LE(course.clock.steady(), course.options.deadline) << "the job would be ended with all that it has";
}

TEST(Experiment, AFilterThatMatchesNothingIsAnErrorAndNotAPass) {
    Course course;
    course.options.only = "nothing*";
    const auto result = course.run();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason,
              "no benchmark matches 'nothing*'; there are: slow, steady (* stops at a /, ** does not)");
}

TEST(Experiment, NumbersCountUpAndTheSameSeedGivesTheSameOrder) {
    Course one, two;
    ASSERT_TRUE(one.run());
    ASSERT_TRUE(two.run());
    ASSERT_EQ(one.bundle.trials.size(), two.bundle.trials.size());
    for (std::size_t i = 0; i < one.bundle.trials.size(); ++i) {
        EXPECT_EQ(one.bundle.trials[i].number, static_cast<std::int64_t>(i));
        EXPECT_EQ(one.bundle.trials[i].side, two.bundle.trials[i].side);
    }
}

}  // namespace
}  // namespace benchgate::measure
