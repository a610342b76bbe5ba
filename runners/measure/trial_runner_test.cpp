#include "runners/measure/trial_runner.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

class TrialRunnerTest : public testing::Test {
  protected:
    tl::expected<model::Trial, JobFailure> run(const std::vector<std::string>& benchmarks) {
        TrialRunner runner(sandbox, suite, {directory.path(), directory.path()}, sandbox::Limits{}, cpus);
        return runner.run({model::Side::head, benchmarks}, [](std::string_view) {}, {});
    }
    /// What the run command was given in place of {filter}.
    std::string filter() { return platform::read_below(directory.path(), "filter", 1 << 20).value_or("none"); }

    TrialRunnerTest() {
        suite.format = "google-benchmark";
        suite.run =
            "printf %s {filter} > filter; echo "
            "'{\"context\":{},\"benchmarks\":[{\"name\":\"a\",\"run_type\":\"iteration\","
            "\"iterations\":1,\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"}]}'";
    }
    platform::TempDir directory{"benchgate-trial"};
    sandbox::DirectSandbox sandbox;
    model::Suite suite;
    host::CpuPlan cpus;
};

TEST_F(TrialRunnerTest, OpenBenchmarksAloneRun) {
    const auto trial = run({"a", "b"});
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(trial->values.at(0).series.key.benchmark, "a");
    EXPECT_EQ(filter(), "^(a|b)$");
}

TEST_F(TrialRunnerTest, TrialsRunOnTheirCpusAndNowhereElse) {
    const auto plan = host::plan_cpus();
    if (!plan || plan->bench.empty()) GTEST_SKIP() << "this host tells no CPUs";
    cpus.bench = {plan->bench.back()};
    suite.run = "grep Cpus_allowed_list /proc/self/status > filter; " + suite.run.substr(suite.run.find("echo"));
    const auto trial = run({});
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(filter(), "Cpus_allowed_list:\t" + std::to_string(plan->bench.back()) + "\n");
    EXPECT_TRUE(trial->host.involuntary_switches) << "wait4 sees the whole tree here";
}

TEST_F(TrialRunnerTest, SoManyBenchmarksThatTheirNamesFitIntoNoCommandAllRun) {
    std::vector<std::string> names;
    for (int i = 0; i < 5'000; ++i) names.push_back("BM_with_a_rather_long_name/" + std::to_string(i));
    const auto trial = run(names);
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(filter(), ".");
    // Quotes take four bytes in the shell's line for one in the name.
    ASSERT_TRUE(run({std::string(40'000, '\'')}));
    EXPECT_EQ(filter(), ".");
}

}  // namespace
}  // namespace benchgate::measure
