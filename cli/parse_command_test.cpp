#include "cli/parse_command.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/check_config_command.h"
#include "core/json/json.h"

namespace benchgate::cli {
namespace {

/// A folder of its own that goes away with the test.
class Commands : public testing::Test {
  protected:
    Commands() {
        std::string name = (std::filesystem::temp_directory_path() / "benchgate-cli-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~Commands() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name) << bytes;
        return (folder_ / name).string();
    }

    std::filesystem::path folder_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(Commands, ParsePrintsTheDocumentOfTheContract) {
    const auto path = file("go.txt", "BenchmarkA/n=5-2 1 5 ns/op\nBenchmarkA/n=5-2 1 6 ns/op\n--- FAIL: BenchmarkB\n");
    EXPECT_EQ(run_parse({.format = "auto", .file = path, .json = "-"}, out_, err_), 0);
    EXPECT_NE(err_.str().find("go.txt: recognised as go\n"), std::string::npos) << err_.str();
    const auto document = json::parse(out_.str()).value();
    EXPECT_EQ(document["schema_version"], 1);
    EXPECT_EQ(document["format"], "go");
    const auto& first = document["measurements"][0];
    EXPECT_EQ(first["benchmark"], "BenchmarkA/n=5-2");
    EXPECT_EQ(first["params"]["n"], "5");
    EXPECT_EQ(first["metric"], "time");
    EXPECT_EQ(first["unit"], "ns");
    EXPECT_EQ(first["better"], "lower");
    EXPECT_EQ(first["samples"], (json::Json{5, 6}));
    EXPECT_EQ(document["errors"][0]["benchmark"], "BenchmarkB-2");
    EXPECT_NE(err_.str().find("BenchmarkB-2: failed"), std::string::npos);
}

TEST_F(Commands, ParseWritesTheDocumentToAFileOrATable) {
    const auto path = file("go.txt", "BenchmarkA 1 5 ns/op\n");
    const auto target = (folder_ / "out.json").string();
    EXPECT_EQ(run_parse({.format = "go", .file = path, .json = target}, out_, err_), 0);
    EXPECT_TRUE(std::filesystem::exists(target));
    EXPECT_EQ(out_.str(), "");
    EXPECT_EQ(run_parse({.format = "json", .file = target, .json = {}}, out_, err_), 0);
    EXPECT_NE(out_.str().find("BenchmarkA"), std::string::npos);
    EXPECT_NE(out_.str().find("time"), std::string::npos);
    EXPECT_EQ(run_parse({.format = "go", .file = path, .json = (folder_ / "none/out.json").string()}, out_, err_), 2);
}

TEST_F(Commands, ParseShowsMillisecondsWithoutAnExponent) {
    const auto path = file("go.txt", "BenchmarkA-2 1 12100000 ns/op\nBenchmarkB-2 1 12.5 ns/op\n");
    EXPECT_EQ(run_parse({.format = "go", .file = path, .json = {}}, out_, err_), 0);
    EXPECT_NE(out_.str().find(" 12100000  ns"), std::string::npos) << out_.str();
    EXPECT_NE(out_.str().find(" 12.5  ns"), std::string::npos) << out_.str();
}

TEST_F(Commands, ParseDoesNotCountWhatTheToolDoesNotCount) {
    const auto path = file("hf.json",
                           "{\"results\":[{\"command\":\"a\",\"times\":[0.1],\"exit_codes\":[0],\"mean\":0.1,"
                           "\"user\":0.1,\"system\":0}]}");
    EXPECT_EQ(run_parse({.format = "auto", .file = path, .json = {}}, out_, err_), 0) << err_.str();
    EXPECT_NE(out_.str().find(" summary, not judged\n"), std::string::npos) << out_.str();
}

TEST_F(Commands, ParseTellsUsageFromAResultWithoutValues) {
    const auto empty = file("empty", "");
    const auto failed = file("failed", "--- FAIL: BenchmarkB\n");
    EXPECT_EQ(run_parse({.format = "gogle", .file = empty, .json = {}}, out_, err_), 2);
    EXPECT_EQ(run_parse({.format = "go", .file = (folder_ / "absent").string(), .json = {}}, out_, err_), 2);
    EXPECT_EQ(run_parse({.format = "go", .file = folder_.string(), .json = {}}, out_, err_), 2);
    EXPECT_EQ(run_parse({.format = "google-benchmark", .file = empty, .json = {}}, out_, err_), 3);
    EXPECT_NE(err_.str().find("filter matches no benchmark"), std::string::npos);
    EXPECT_EQ(run_parse({.format = "go", .file = failed, .json = "-"}, out_, err_), 3);
}

TEST_F(Commands, CheckConfigWarnsOfWhatIsNotDone) {
    const auto good = file("good.yml",
                           "suites:\n  a: {run: x}\nbudgets: [{benchmark: b, metric: time, max: 5ms}]\n"
                           "claims: [{benchmark: b, metric: time, from: v1, at_least: -5%}]\n"
                           "retention: {raw: 7d}\n");
    EXPECT_EQ(run_check_config(good, out_, err_), 0);
    EXPECT_EQ(err_.str(), good + ":5:1: warning: retention is not applied by this version\n");
    EXPECT_EQ(out_.str().substr(0, out_.str().find('\n')), good + ": 1 suite, 1 budget, 1 claim");
}

TEST_F(Commands, CheckConfigSaysWhenAScheduleIsDueNext) {
    const auto good = file("good.yml", "suites:\n  a: {run: x, on: {schedule: \"0 2 * * *\"}}\n");
    EXPECT_EQ(run_check_config(good, out_, err_), 0);
    EXPECT_EQ(err_.str(), "");
    EXPECT_NE(out_.str().find("; schedule 0 2 * * * (next 2"), std::string::npos) << out_.str();
    EXPECT_NE(out_.str().find("T02:00:00Z)"), std::string::npos) << out_.str();
}

TEST_F(Commands, CheckConfigPrintsPlacesOrASummary) {
    const auto bad = file("bad.yml", "suites:\n  a: {run: x, trails: {}}\npolicy: {detect: 5}\n");
    EXPECT_EQ(run_check_config(bad, out_, err_), 2);
    EXPECT_EQ(err_.str(), bad + ":2:15: unknown key 'trails' in suites.a; did you mean 'trials'?\n" + bad +
                              ":3:18: policy.detect: expected a percentage such as 5%, found '5'\n");
    EXPECT_EQ(out_.str(), "");
    const auto good = file(
        "good.yml", "suites:\n  a: {run: x}\n  b: {tier: load, service: {start: z}, load: {tool: wrk, target: y}}\n");
    EXPECT_EQ(run_check_config(good, out_, err_), 0);
    EXPECT_EQ(out_.str(), good +
                              ": 2 suites, 0 budgets, 0 claims\n"
                              "  a (micro): format auto, at most 60 trials a side; pull requests, pushes\n"
                              "  b (load): under load by wrk, at most 60 trials a side; on command only\n");
    EXPECT_EQ(run_check_config((folder_ / "absent").string(), out_, err_), 2);
    EXPECT_EQ(run_check_config(folder_.string(), out_, err_), 2);
    const auto large = file("large.yml", std::string(1'000'000, 'a'));
    EXPECT_EQ(run_check_config(large, out_, err_), 2);
    EXPECT_NE(err_.str().find(large + ":1:1: the file has more than 262144 bytes"), std::string::npos) << err_.str();
}

}  // namespace
}  // namespace benchgate::cli
