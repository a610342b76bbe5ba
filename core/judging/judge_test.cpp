#include "core/judging/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/judging/gate.h"
#include "core/judging/sequential.h"

namespace benchgate::judging {
namespace {

using model::Action;
using model::Gate;
using model::Phase;
using model::Side;
using model::VerdictKind;

struct Value {
    std::string benchmark;
    double base = 0;
    double head = 0;
    std::string unit = "ns";
};

/// A job's trials, made block by block: values differ by up to 1.5 % within a side, the same on both.
class Job {
  public:
    Job& blocks(Phase phase, int count, const std::vector<Value>& values, bool kept = true) {
        for (int i = 0; i < count; ++i) {
            const int block = next_[phase];
            if (kept) ++next_[phase];
            for (int position = 0; position < 8; ++position) add(phase, block, position, kept, values);
        }
        return *this;
    }
    std::vector<model::Trial> trials;

  private:
    void add(Phase phase, int block, int position, bool kept, const std::vector<Value>& values) {
        model::Trial trial;
        trial.number = static_cast<std::int64_t>(trials.size());
        trial.phase = phase;
        trial.block = block;
        trial.attempt = kept ? 1 : 0;
        trial.position = position;
        trial.side = position % 2 == 0 ? Side::base : Side::head;
        trial.kept = kept;
        for (const auto& value : values) {
            const double at = trial.side == Side::base ? value.base : value.head;
            if (at == 0) continue;
            const double jitter =
                value.unit == "ns" ? 1 + 0.0013 * ((position * 5 + block * 3 + position / 2) % 11) : 1;
            model::Measurement measurement;
            measurement.series = {{value.benchmark, "time"}, value.unit, model::Better::lower, true};
            measurement.samples = {at * jitter};
            trial.values.push_back(measurement);
        }
        trials.push_back(trial);
    }
    std::map<Phase, int> next_;
};

model::Judgement judged(const Job& job, bool confirm = true, int tests = 3) {
    model::Bundle bundle;
    bundle.trials = job.trials;
    bundle.experiment.confirm = confirm;
    bundle.experiment.tests = tests;
    return judge(bundle);
}

const model::Verdict& of(const model::Judgement& judgement, const std::string& benchmark) {
    for (const auto& verdict : judgement.verdicts)
        if (verdict.series.key.benchmark == benchmark) return verdict;
    throw std::runtime_error("no verdict on " + benchmark);
}

TEST(Judge, RedNeedsFreshBlocksThatAlarmToo) {
    Job job;
    job.blocks(Phase::measure, 5, {{"slow", 100, 130}, {"fluke", 100, 130}, {"same", 100, 100}});
    const auto waiting = judged(job);
    EXPECT_EQ(of(waiting, "slow").kind, VerdictKind::inconclusive);
    EXPECT_EQ(of(waiting, "slow").reason, "alarmed, but there are no fresh blocks to confirm it");
    EXPECT_EQ(waiting.gate, Gate::neutral);

    const auto first_stands = judged(job, false);
    EXPECT_EQ(of(first_stands, "slow").kind, VerdictKind::regressed);
    EXPECT_FALSE(of(first_stands, "slow").confirmed);
    EXPECT_EQ(first_stands.gate, Gate::failure);

    job.blocks(Phase::confirm, 5, {{"slow", 100, 130}, {"fluke", 100, 100}});
    for (const bool required : {true, false}) {
        const auto judgement = judged(job, required);
        EXPECT_EQ(of(judgement, "slow").kind, VerdictKind::regressed);
        EXPECT_TRUE(of(judgement, "slow").confirmed);
        EXPECT_EQ(of(judgement, "slow").level, "critical");
        EXPECT_EQ(of(judgement, "slow").action, Action::block);
        EXPECT_EQ(of(judgement, "fluke").kind, VerdictKind::inconclusive);
        EXPECT_EQ(of(judgement, "fluke").reason, "alarmed, but not again on fresh blocks");
        EXPECT_FALSE(of(judgement, "fluke").level);
        EXPECT_EQ(of(judgement, "same").kind, VerdictKind::unchanged);
        EXPECT_EQ(judgement.gate, Gate::failure);
        EXPECT_EQ(judgement.gate_reason, "1 benchmark regressed at a level that blocks");
        EXPECT_EQ(judgement.blocks_kept, 10);
        EXPECT_EQ(judgement.tests, 3);
        EXPECT_EQ(judgement.judge_version, judge_version);
    }
}

TEST(Judge, TheLevelIsTheLowerOfTheTwoThatAlarmed) {
    Job job;
    job.blocks(Phase::measure, 5, {{"slow", 100, 130}}).blocks(Phase::confirm, 5, {{"slow", 100, 115}});
    const auto judgement = judged(job);
    EXPECT_EQ(of(judgement, "slow").level, "major");
    EXPECT_EQ(judgement.gate, Gate::neutral);
    EXPECT_EQ(judgement.gate_reason, "1 benchmark regressed at a level that asks for a review");
    Job small;
    small.blocks(Phase::measure, 15, {{"slow", 100, 104}}).blocks(Phase::confirm, 15, {{"slow", 100, 104}});
    EXPECT_EQ(of(judged(small), "slow").kind, VerdictKind::regressed);
    EXPECT_FALSE(of(judged(small), "slow").level) << "4 % is below the first level";
    EXPECT_EQ(judged(small).gate, Gate::success);
}

TEST(Judge, ExactCountersReachALevelAtItsVeryThreshold) {
    Job job;
    job.blocks(Phase::measure, 2,
               {{"ten", 1000, 1100, "count"}, {"twenty", 1000, 1200, "count"}, {"less", 1000, 1049, "count"}})
        .blocks(Phase::confirm, 2,
                {{"ten", 1000, 1100, "count"}, {"twenty", 1000, 1200, "count"}, {"less", 1000, 1049, "count"}});
    const auto judgement = judged(job);
    EXPECT_EQ(of(judgement, "ten").level, "major");
    EXPECT_EQ(of(judgement, "twenty").level, "critical");
    EXPECT_EQ(of(judgement, "less").kind, VerdictKind::regressed);
    EXPECT_FALSE(of(judgement, "less").level);
    EXPECT_TRUE(of(judgement, "ten").exact);
}

TEST(Judge, NothingIsSkippedInSilence) {
    Job job;
    job.blocks(Phase::warmup, 1, {{"gone", 100, 0}, {"fresh", 0, 100}, {"vanished", 100, 100}, {"same", 100, 100}})
        .blocks(Phase::measure, 1, {{"same", 900, 100}}, false)
        .blocks(Phase::measure, 5, {{"gone", 100, 0}, {"fresh", 0, 100}, {"same", 100, 100}});
    const auto judgement = judged(job);
    EXPECT_EQ(of(judgement, "gone").kind, VerdictKind::missing);
    EXPECT_EQ(of(judgement, "fresh").kind, VerdictKind::added);
    EXPECT_EQ(of(judgement, "vanished").kind, VerdictKind::failed);
    EXPECT_EQ(of(judgement, "vanished").reason, "no kept trial gave a value");
    EXPECT_EQ(of(judgement, "same").kind, VerdictKind::unchanged) << "a void block counts for nothing";
    EXPECT_EQ(judgement.blocks_void, 1);
    EXPECT_EQ(judgement.gate, Gate::neutral);
    EXPECT_EQ(judgement.gate_reason, "2 benchmarks could not be decided");
    Job only_warm;
    only_warm.blocks(Phase::warmup, 1, {{"same", 100, 100}});
    EXPECT_EQ(of(judged(only_warm), "same").kind, VerdictKind::inconclusive);
    EXPECT_EQ(of(judged(only_warm), "same").reason, "no block was kept");
}

TEST(Judge, UnitsAndDirectionsMustAgree) {
    Job job;
    job.blocks(Phase::measure, 3,
               {{"unit", 100, 100}, {"direction", 100, 100}, {"none", 100, 100}, {"record", 100, 100}});
    for (auto& trial : job.trials) {
        if (trial.side == Side::head) trial.values[0].series.unit = "bytes";
        if (trial.side == Side::head) trial.values[1].series.better = model::Better::higher;
        trial.values[2].series.better = model::Better::none;
        trial.values[3].series.gating = false;
    }
    const auto judgement = judged(job);
    ASSERT_EQ(judgement.verdicts.size(), 2u) << "series that do not gate are kept, not judged";
    EXPECT_EQ(of(judgement, "unit").kind, VerdictKind::failed);
    EXPECT_EQ(of(judgement, "unit").reason, "its unit is ns in one trial and bytes in another");
    EXPECT_EQ(of(judgement, "direction").kind, VerdictKind::failed);
}

TEST(Judge, IdenticalArtifactsPassWithoutAVerdict) {
    model::Bundle bundle;
    bundle.identical = true;
    EXPECT_EQ(judge(bundle).gate, Gate::success);
    EXPECT_TRUE(judge(bundle).verdicts.empty());
    bundle.identical = false;
    EXPECT_EQ(judge(bundle).gate, Gate::neutral) << "a check over nothing is no pass";
}

TEST(Gate, FollowsTheWorstVerdict) {
    const auto closed = [](VerdictKind kind, Action action, model::InconclusiveAction inconclusive) {
        model::Policy policy;
        policy.inconclusive = inconclusive;
        std::vector<model::Verdict> verdicts(2);
        verdicts[0].kind = VerdictKind::unchanged;
        verdicts[1].kind = kind;
        verdicts[1].action = action;
        return gate(verdicts, policy).gate;
    };
    constexpr auto neutral = model::InconclusiveAction::neutral, block = model::InconclusiveAction::block;
    EXPECT_EQ(closed(VerdictKind::regressed, Action::block, neutral), Gate::failure);
    EXPECT_EQ(closed(VerdictKind::regressed, Action::review, neutral), Gate::neutral);
    EXPECT_EQ(closed(VerdictKind::regressed, Action::log, neutral), Gate::success);
    for (const auto kind : {VerdictKind::inconclusive, VerdictKind::failed, VerdictKind::missing}) {
        EXPECT_EQ(closed(kind, Action::log, neutral), Gate::neutral);
        EXPECT_EQ(closed(kind, Action::log, block), Gate::action_required);
    }
    for (const auto kind : {VerdictKind::improved, VerdictKind::unchanged, VerdictKind::added})
        EXPECT_EQ(closed(kind, Action::log, block), Gate::success);
    EXPECT_EQ(gate({}, {}).gate, Gate::neutral);
}

TEST(Gate, CountsABenchmarkOnceHoweverManyOfItsMetricsSayTheSame) {
    std::vector<model::Verdict> verdicts(4);
    for (auto& verdict : verdicts) {
        verdict.kind = VerdictKind::regressed;
        verdict.action = Action::block;
    }
    verdicts[0].series.key = {"parse", "time"};
    verdicts[1].series.key = {"parse", "allocations"};
    verdicts[2].series.key = {"print", "time"};
    verdicts[3].series.key = {"parse", "allocated_bytes"};
    EXPECT_EQ(gate(verdicts, {}).reason, "2 benchmarks regressed at a level that blocks");
    verdicts[0].kind = verdicts[1].kind = VerdictKind::inconclusive;
    verdicts[2].kind = verdicts[3].kind = VerdictKind::unchanged;
    EXPECT_EQ(gate(verdicts, {}).reason, "1 benchmark could not be decided");
}

TEST(Sequential, ARunnerThatStopsEarlyGetsTheSameVerdicts) {
    const std::vector<Value> values{
        {"slow", 100, 130}, {"same", 100, 100}, {"counter", 512, 512, "count"}, {"faster", 100, 80}};
    JudgeOptions options;
    options.tests = 4;
    Job whole;
    whole.blocks(Phase::measure, 15, values);
    Job stopping;
    auto progress = measure_progress(stopping.trials, options);
    EXPECT_FALSE(progress.over);
    EXPECT_EQ(progress.next_blocks, 1);
    std::vector<int> asked_at;
    for (int done = 0; !progress.over;) {
        ASSERT_GT(progress.next_blocks, done);
        std::vector<Value> left;  // what is settled is filtered out of later trials
        for (const auto& value : values)
            if (done == 0 ||
                std::count(progress.open.begin(), progress.open.end(), model::SeriesKey{value.benchmark, "time"}))
                left.push_back(value);
        stopping.blocks(Phase::measure, progress.next_blocks - done, left);
        done = progress.next_blocks;
        asked_at.push_back(done);
        progress = measure_progress(stopping.trials, options);
    }
    EXPECT_EQ(asked_at, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(progress.alarmed, (std::vector<model::SeriesKey>{{"slow", "time"}}));
    EXPECT_EQ(judged(stopping, false, 4).verdicts, judged(whole, false, 4).verdicts);
}

TEST(Sequential, ConfirmationMeasuresOnlyWhatAlarmed) {
    JudgeOptions options;
    Job job;
    job.blocks(Phase::measure, 5, {{"same", 100, 100}});
    EXPECT_TRUE(confirm_progress(job.trials, options).over);
    Job alarmed;
    alarmed.blocks(Phase::measure, 5, {{"slow", 100, 130}, {"same", 100, 100}});
    auto progress = confirm_progress(alarmed.trials, options);
    EXPECT_FALSE(progress.over);
    EXPECT_EQ(progress.open, (std::vector<model::SeriesKey>{{"slow", "time"}}));
    EXPECT_EQ(progress.next_blocks, 1);
    alarmed.blocks(Phase::confirm, 3, {{"slow", 100, 130}});
    progress = confirm_progress(alarmed.trials, options);
    EXPECT_TRUE(progress.over);
    EXPECT_EQ(progress.alarmed.size(), 1u);
}

TEST(Sequential, ThePlanEndsEvenWithASeriesThatGivesNoValues) {
    JudgeOptions options;
    options.max_trials = 12;
    Job job;
    job.blocks(Phase::warmup, 1, {{"same", 100, 100}, {"dead", 100, 100}})
        .blocks(Phase::measure, 2, {{"same", 100, 100}});
    auto progress = measure_progress(job.trials, options);
    EXPECT_EQ(progress.open, (std::vector<model::SeriesKey>{{"dead", "time"}}));
    EXPECT_EQ(progress.next_blocks, 3);
    job.blocks(Phase::measure, 1, {});
    EXPECT_TRUE(measure_progress(job.trials, options).over);
}

}  // namespace
}  // namespace benchgate::judging
