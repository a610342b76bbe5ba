// Every load tool that can be had here, run for real against the little server: throughput and latencies that can be,
// the share of requests that fail, the loop that its percentiles are of, and what becomes of a tool at its limit.

#include <sys/resource.h>
#include <cstdlib>

#include "core/model/load.h"
#include "runners/load/tools.h"
#include "runners/load/trial_for_tests.h"

namespace benchgate::load {
namespace {

class RealLoadTool : public LoadTrialTest, public testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        LoadTrialTest::SetUp();
        if (IsSkipped()) return;
        suite.load.tool = GetParam();
        if (suite.load.tool == "autocannon") return bring_autocannon();
        if (!has(GetParam())) GTEST_SKIP() << GetParam() << " is not installed: " << where_to_get(GetParam());
        if (suite.load.tool == "locust") bring_locustfile();
    }

    /// As a repository has it: below node_modules, named as load.program.
    void bring_autocannon() {
        const std::filesystem::path there = "tests/load_tools/node_modules";
        if (!std::filesystem::exists(there / ".bin/autocannon"))
            GTEST_SKIP() << "autocannon is not installed (npm ci --prefix tests/load_tools)";
        if (!std::filesystem::exists("/usr/bin/node")) GTEST_SKIP() << "no node that a sandbox sees";
        std::filesystem::copy(there, side() / "node_modules",
                              std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
        suite.load.program = "node_modules/.bin/autocannon";
    }

    void bring_locustfile() {
        std::ofstream(side() / "locustfile.py") << "import os\n"
                                                   "from locust import HttpUser, constant, task\n"
                                                   "class Visitor(HttpUser):\n"
                                                   "    wait_time = constant(0.02)\n"
                                                   "    @task\n"
                                                   "    def look(self): self.client.get(os.environ['LOOK_AT'])\n";
        suite.load.options = "--host http://127.0.0.1:{port}";
    }

    void ask(const std::string& path) {
        const bool is_script = suite.load.tool == "locust";
        trial.environment["LOOK_AT"] = path;
        suite.load.targets[0].address = is_script ? "locustfile.py" : "http://127.0.0.1:{port}" + path;
    }

    /// The one latency of the stage that this tool's percentiles are of.
    std::string marked(const std::string& metric) const {
        const bool is_closed = model::is_closed_loop(suite.load.tool, suite.load.level.rate.has_value());
        return "steady " + metric + (is_closed ? std::string(model::closed_loop_suffix) : "");
    }
};

TEST_P(RealLoadTool, TellsThroughputAndLatenciesOfAServerThatIsSlow) {
    ask("/slow");
    suite.load.length = seconds(3);
    auto seen = figures();
    EXPECT_GT(seen["steady throughput"], 5);
    EXPECT_LT(seen["steady throughput"], 85) << "four clients, 50 ms each";
    EXPECT_EQ(seen["steady error_rate"], 0);
    EXPECT_EQ(errors, "");
    for (const auto* metric : {"latency", "p50", "p99"}) {
        EXPECT_GE(seen[marked(metric)], 49e6) << metric;
        EXPECT_LT(seen[marked(metric)], 2e9) << metric;
    }
    EXPECT_GE(seen[marked("p99")], seen[marked("p50")]);
    EXPECT_FALSE(seen.contains("steady p99")) << "the percentiles of a closed loop have another name";
}

TEST_P(RealLoadTool, TellsTheShareOfRequestsThatFail) {
    ask("/half");
    auto seen = figures();
    EXPECT_GT(seen["steady throughput"], 10);
    EXPECT_GT(seen[marked("latency")], 0);
    EXPECT_NEAR(seen["steady error_rate"], 0.5, 0.1) << "every other request is answered with 503";
    EXPECT_NE(errors.find("fail"), std::string::npos) << errors;
}

TEST_P(RealLoadTool, OfAServerThatFailsAlwaysTellsThatNothingSucceeded) {
    ask("/fail");
    suite.load.length = seconds(1);
    auto seen = figures();
    EXPECT_EQ(seen["steady error_rate"], 1) << "on the head it is a result";
    may_fail_wholly = false;
    const auto words = failure();
    EXPECT_NE(words.find("stage steady: nothing succeeded"), std::string::npos) << words;
}

TEST_P(RealLoadTool, HoldsTheRateThatItIsAskedFor) {
    if (!model::holds_rate(suite.load.tool)) GTEST_SKIP() << suite.load.tool << " holds none";
    ask("/slow");
    suite.load.level.rate = 40;
    suite.load.length = seconds(4);
    auto seen = figures();
    EXPECT_GT(seen["steady throughput"], 30);
    EXPECT_LT(seen["steady throughput"], 52) << "some send a second's requests at its beginning, at the end once more";
    EXPECT_GE(seen[marked("p50")], 49e6) << "the rate does not make the server quicker than it is";
    EXPECT_LT(seen[marked("p50")], 1e9);
    EXPECT_NE(seen.contains("steady p99"), seen.contains("steady p99_closed_loop"));
}

INSTANTIATE_TEST_SUITE_P(Tools, RealLoadTool, testing::Values("wrk", "hey", "ab", "autocannon", "locust"),
                         [](const auto& tool) { return std::string(tool.param); });

/// Neighbours of this test must not take the CPU from the tool that is to be at its limit. Needs root; else it is tried
/// as it is.
class SaturatedTool : public LoadTrialTest {
  protected:
    SaturatedTool() { ::setpriority(PRIO_PROCESS, 0, -20); }
    ~SaturatedTool() override { ::setpriority(PRIO_PROCESS, 0, before); }
    int before = ::getpriority(PRIO_PROCESS, 0);
};

TEST_F(SaturatedTool, ARealOneAtTheLimitOfItsCpuFailsTheTrial) {
    // Each request costs wrk's one thread far more than it costs the server.
    std::ofstream(side() / "heavy.lua") << "request = function()\n"
                                           "  local x = 0\n"
                                           "  for i = 1, 20000000 do x = (x * 31 + i) % 1000003 end\n"
                                           "  return wrk.format('GET', '/?' .. x)\n"
                                           "end\n";
    suite.load.options = "-s heavy.lua";
    suite.load.targets[0].address = "http://127.0.0.1:{port}/";
    suite.load.level.clients = 2;
    suite.load.cpus = 1;
    std::string said;
    // Where neighbours still get at it, the tool has less than a CPU, and is not at its own limit.
    for (int attempt = 0; attempt < 4 && said.find("at its limit") == std::string::npos; ++attempt) said = failure();
    double busy[1]{};
    if (said == "none" && ::getloadavg(busy, 1) == 1 && busy[0] > 1.5) GTEST_SKIP() << "this host is busy: " << busy[0];
    EXPECT_NE(said.find("stage steady: the load tool itself was at its limit"), std::string::npos) << said;
    EXPECT_NE(said.find("not of the service. Ask for less, or give it more CPUs (load.cpus)"), std::string::npos)
        << said;
}

}  // namespace
}  // namespace benchgate::load
