#include "runners/measure/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/judging/judge.h"
#include "core/model/resources.h"
#include "platform/files.h"
#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

/// The time of day goes back by an hour with every look; the steady clock does not.
struct JumpingClock final : platform::Clock {
    platform::SystemClock real;
    mutable int looks = 0;
    std::chrono::system_clock::time_point now() const override { return real.now() - std::chrono::hours(looks++); }
    std::chrono::steady_clock::time_point steady() const override { return real.steady(); }
};

class JobTest : public testing::Test {
  protected:
    JobTest() {
        for (const std::string side : {"base", "head"}) {
            fs::create_directories(directory.path() / side);
            std::ofstream(directory.path() / side / "source") << side;
        }
        input.sides = {directory.path() / "base", directory.path() / "head"};
        input.suite.name = "micro";
        input.suite.run =
            "echo '{\"measurements\":[{\"benchmark\":\"b\",\"unit\":\"count\",\"better\":\"lower\",\"value\":1}]}'";
        input.suite.format = "json";
        input.suite.max_trials = 8;
        input.experiment.suite = "micro";
        input.experiment.max_trials = 8;
        input.experiment.seed = 3;
    }

    tl::expected<model::Bundle, JobFailure> run() { return run_job(input, sandbox, observer, clock, {}); }

    static const model::HostFact* fact(const model::Bundle& bundle, const std::string& id) {
        const auto found =
            std::find_if(bundle.host.begin(), bundle.host.end(), [&](const auto& one) { return one.id == id; });
        return found == bundle.host.end() ? nullptr : &*found;
    }

    platform::TempDir directory{"benchgate-job"};
    sandbox::DirectSandbox sandbox;
    Observer observer;
    JumpingClock clock;
    JobInput input;
};

TEST_F(JobTest, WhatABuildCostsStandsInEveryTrialAndItsTimeIsJudgedByNobody) {
    input.suite.build = {"cp source program"};
    input.suite.artifacts = {"program"};
    input.suite.measure = {"time", "build_time", "artifact_size"};
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason;
    ASSERT_TRUE(fact(*bundle, "build.time"));
    EXPECT_NE(fact(*bundle, "build.time")->observed.find("(base, which is built first)"), std::string::npos);
    for (const auto& trial : bundle->trials) {
        int build = 0;
        for (const auto& value : trial.values)
            if (value.series.key.benchmark == model::whole_build) {
                ++build;
                const bool is_size = value.series.key.metric == "artifact_size";
                EXPECT_EQ(value.series.gating, is_size);
                EXPECT_EQ(value.samples.at(0) == 4, is_size);
            }
        EXPECT_EQ(build, 2);
    }
    for (const auto& verdict : judging::judge(*bundle).verdicts) {
        EXPECT_NE(verdict.series.key.metric, "build_time");
        EXPECT_EQ(verdict.kind, model::VerdictKind::unchanged) << verdict.series.key.metric << verdict.reason;
    }
}

TEST_F(JobTest, AClockThatJumpsMovesNoFigure) {
    input.suite.build = {"true"};
    input.suite.measure = {"time", "cpu", "build_time"};
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason;
    EXPECT_GE(bundle->finished_at, bundle->started_at) << "whatever the time of day did meanwhile";
    EXPECT_TRUE(fact(*bundle, "clock.set")) << "and that it went back is said";
    EXPECT_EQ(bundle->stopped_by, "plan");
    for (const auto& trial : bundle->trials) {
        EXPECT_GT(trial.resources.wall_ms, 0);
        EXPECT_LT(trial.resources.wall_ms, 60'000);
        for (const auto& value : trial.values) EXPECT_GE(value.samples.at(0), 0) << value.series.key.metric;
    }
}

TEST_F(JobTest, ACommandThatEndsTooEarlyHasNoGrowthOfMemoryAndThatIsSaid) {
    input.suite.measure = {"time", "memory_growth"};
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason;
    EXPECT_FALSE(bundle->memory);
    ASSERT_TRUE(fact(*bundle, "measure.memory_growth"));
    EXPECT_EQ(fact(*bundle, "measure.memory_growth")->status, model::FactStatus::unknown);
    EXPECT_NE(fact(*bundle, "measure.memory_growth")->observed.find("1.2 s or longer"), std::string::npos)
        << fact(*bundle, "measure.memory_growth")->observed;
    for (const auto& trial : bundle->trials) EXPECT_EQ(trial.values.size(), 1u) << "no trial is watched";
}

}  // namespace
}  // namespace benchgate::measure
