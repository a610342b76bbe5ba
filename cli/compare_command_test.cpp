#include "cli/compare_command.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "core/json/json.h"
#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::cli {
namespace {

/// A repository in a folder with a blank in its name: two commits of a tool that counts to five, and a working tree.
class CompareCommand : public testing::Test {
  protected:
    CompareCommand() {
        shell(
            "git init -qb main 'my parser' && cd 'my parser' && echo 5 > count && git add . && git commit -qm one && "
            "echo words > README && git add . && git commit -qm two");
        options.repository = directory.path() / "my parser";
        options.range = "HEAD~1..HEAD";
        options.no_sandbox = true;
        options.seed = 1;
    }

    void shell(const std::string& line) const {
        platform::SpawnOptions setup;
        setup.argv = {"/bin/sh", "-ec", line};
        setup.directory = directory.path();
        setup.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",     "HOME=/nonexistent",
                                                     "GIT_AUTHOR_NAME=Ann",    "GIT_AUTHOR_EMAIL=ann@example.org",
                                                     "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org"};
        const auto prepared = platform::run(setup).value();
        ASSERT_TRUE(prepared.ok()) << prepared.err.text();
    }

    /// Suites and whatever follows them, as a configuration beside the repository.
    void configure(const std::string& suites) {
        options.config = (directory.path() / "config.yml").string();
        std::ofstream(options.config) << "suites:\n" << suites;
    }

    int compare() {
        out.str("");
        err.str("");
        return run_compare(options, out, err, {});
    }

    bool says(const std::string& text) const { return (out.str() + err.str()).find(text) != std::string::npos; }

    /// Runs the tool: a counter, which is compared exactly.
    static constexpr const char* counting =
        "  micro: {run: 'echo \"{\\\"measurements\\\": [{\\\"benchmark\\\": \\\"n\\\", \\\"unit\\\": \\\"count\\\", "
        "\\\"better\\\": \\\"lower\\\", \\\"value\\\": $(cat count)}]}\"', format: json}\n";

    platform::TempDir directory{"benchgate-compare-test-"};
    CompareOptions options;
    std::ostringstream out, err;
};

TEST_F(CompareCommand, ACommitThatChangesNothingThatRunsIsBuiltAndNotMeasured) {
    configure("  micro: { build: cp count built, run: exit 1, format: json, artifacts: [built] }\n");
    EXPECT_EQ(compare(), 0) << err.str();
    EXPECT_TRUE(says("micro: nothing measured: both commits build the same artifacts\n")) << out.str();
    EXPECT_FALSE(says("0 trials")) << out.str();
}

TEST_F(CompareCommand, AReportThatNobodyGotIsNoPass) {
    configure(counting);
    out.setstate(std::ios::badbit);
    EXPECT_EQ(compare(), 2) << err.str();
    EXPECT_NE(err.str().find("standard output: cannot be written"), std::string::npos) << err.str();
}

TEST_F(CompareCommand, TheStatusIsZeroForAPassAndOneForARegressionOfTheWorkingTree) {
    configure(counting);
    EXPECT_EQ(compare(), 0) << err.str();
    EXPECT_TRUE(says("No slowdown of 3 % or more in 1 benchmark. The check passes.\n")) << out.str();
    shell("echo 10 > 'my parser/count'");
    EXPECT_EQ(compare(), 0) << "two commits, whatever lies in the working tree";
    options.range = "HEAD..WORKTREE";
    EXPECT_EQ(compare(), 1) << out.str() << err.str();
    EXPECT_TRUE(says("regressed (critical)")) << out.str();
    options.range = "";
    EXPECT_EQ(compare(), 1) << "the working tree against the branch is what is meant by nothing";
    EXPECT_TRUE(says("comparing the working tree with"));
}

TEST_F(CompareCommand, TheStatusIsTwoForAMistakeAndSaysWhatToDo) {
    options.config = (directory.path() / "none.yml").string();
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("Write a .benchgate.yml")) << err.str();
    configure("  micro: {runn: x}\n");
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("config.yml:2:11: unknown key 'runn' in suites.micro; did you mean 'run'?\n")) << err.str();
    configure(counting);
    options.suites = {"macro"};
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("there is no suite 'macro'; there are: micro")) << err.str();
    options.suites = {};
    options.range = "HEAD";
    EXPECT_EQ(compare(), 2);
    options.range = "HEAD~1..HEAD";
    options.format = "json";
    EXPECT_EQ(compare(), 2) << "a format without a command would change nothing";
    EXPECT_TRUE(says("--format")) << err.str();
    options.command = {"true"};
    EXPECT_EQ(compare(), 2) << "with a command, a configuration is not read";
    EXPECT_TRUE(says("--config")) << err.str();
}

TEST_F(CompareCommand, TheStatusIsThreeWhereNothingCouldBeMeasured) {
    configure("  micro: {build: 'echo no such header >&2; exit 1', run: x, format: json}\n");
    EXPECT_EQ(compare(), 3);
    EXPECT_TRUE(says("could not be measured")) << out.str();
    EXPECT_TRUE(says("  | no such header\n")) << out.str();
    configure("  micro: {run: echo nonsense, format: json}\n");
    EXPECT_EQ(compare(), 3);
    EXPECT_TRUE(says("the output cannot be read as json")) << out.str();
}

TEST_F(CompareCommand, ResourcesOfTheWholeCommandAndTheBuildAreJudgedLikeAnyMetricAndSayTheirSource) {
    configure(std::string("  micro: {build: cp count program, artifacts: [program], ") +
              "measure: [time, cpu, peak_memory, instructions, build_time, artifact_size], " +
              std::string(counting).substr(std::string("  micro: {").size()));
    shell("printf '%-14s' 5 > 'my parser/count'");
    options.range = "HEAD..WORKTREE";
    options.json = "-";
    EXPECT_EQ(compare(), 1) << err.str();
    const auto document = json::parse(out.str());
    ASSERT_TRUE(document) << out.str();
    const auto& suite = document->at("suites")[0];
    std::map<std::string, json::Json> of;
    for (const auto& verdict : suite.at("verdicts"))
        of[verdict.at("benchmark").get<std::string>() + " " + verdict.at("metric").get<std::string>()] = verdict;
    ASSERT_TRUE(of.contains("whole-build artifact_size")) << out.str();
    EXPECT_EQ(of["whole-build artifact_size"]["verdict"], "regressed");
    EXPECT_EQ(of["whole-build artifact_size"]["ratio"], 7);
    EXPECT_TRUE(of.contains("whole-command cpu_time"));
    EXPECT_FALSE(of.contains("whole-build build_time")) << "one observation a side is no verdict";
    EXPECT_TRUE(suite.at("sources").at("cpu_time").contains("source"));
    EXPECT_TRUE(suite.at("sources").contains("instructions")) << "a counter, or why there is none";
    EXPECT_TRUE(says("built in ")) << err.str();
    EXPECT_TRUE(says("whole-command: cpu_time")) << err.str();
}

TEST_F(CompareCommand, ABrokenBudgetFailsAndOneThatMeetsNothingIsSaid) {
    std::string items = counting;
    items.replace(items.find("\\\"unit\\\""), 0, "\\\"metric\\\": \\\"items\\\", ");
    const auto with_budget = [&](const std::string& budget) {
        configure(items + "budgets: [" + budget + "]\n");
        options.json = "-";
        const int status = compare();
        const auto document = json::parse(out.str());
        EXPECT_TRUE(document) << "nothing but the document stands on standard output: " << out.str();
        return std::pair(status, document.value_or(json::Json::object()));
    };
    auto [status, document] = with_budget("{benchmark: n, metric: items, max: 4}");
    EXPECT_EQ(status, 1) << document;
    EXPECT_EQ(document["suites"][0]["budgets"][0]["state"], "over");
    EXPECT_EQ(document["suites"][0]["budgets"][0]["value"], 5);
    EXPECT_TRUE(says("budget over: n items: 5, allowed is at most 4")) << err.str();
    std::tie(status, document) = with_budget("{benchmark: n, metric: items, max: 5}");
    EXPECT_EQ(status, 0) << document;
    std::tie(status, document) = with_budget("{benchmark: n, metric: time, max: 1ms}");
    EXPECT_EQ(status, 0) << document;
    EXPECT_NE(document["notes"].back().get<std::string>().find("met no benchmark"), std::string::npos) << document;
}

TEST_F(CompareCommand, AClaimIsMeasuredSinceItsRefAndDecidesWithTheRest) {
    std::string items = counting;
    items.replace(items.find("\\\"unit\\\""), 0, "\\\"metric\\\": \\\"items\\\", ");
    shell(
        "cd 'my parser' && git tag v1 && echo 2 > count && git commit -qam three && echo more > README && git commit "
        "-qam four");
    const auto with_claim = [&](const std::string& claim) {
        configure(items + "claims: [" + claim + "]\n");
        options.json = "-";
        const int status = compare();
        return std::pair(status, json::parse(out.str()).value_or(json::Json::object()));
    };
    auto [status, document] = with_claim("{benchmark: n, metric: items, from: v1, at_least: -60%}");
    EXPECT_EQ(status, 0) << document << err.str();
    const auto& held = document["suites"][0]["claims"][0];
    EXPECT_EQ(held["state"], "holds") << document;
    EXPECT_EQ(held["before"], 5);
    EXPECT_EQ(held["after"], 2) << "HEAD~1..HEAD changes nothing, since v1 there is much";
    EXPECT_TRUE(says("−60 % since v1")) << err.str();
    EXPECT_EQ(document["notes"].size(), 1u) << "only that there is no sandbox: " << document["notes"];
    std::tie(status, document) = with_claim("{benchmark: n, metric: items, from: v1, at_least: -61%}");
    EXPECT_EQ(status, 1) << document;
    EXPECT_EQ(document["suites"][0]["claims"][0]["state"], "does not hold");
    EXPECT_EQ(document["suites"][0]["gate_reason"], "1 claim does not hold");
    std::tie(status, document) = with_claim("{benchmark: n, metric: items, from: v1, at_least: -61%, action: log}");
    EXPECT_EQ(status, 0) << document;
    std::tie(status, document) = with_claim("{benchmark: n, metric: items, from: v9, at_least: -61%}");
    EXPECT_EQ(status, 0) << "neutral: nobody knows";
    EXPECT_EQ(document["gate"], "neutral") << document;
    EXPECT_EQ(document["suites"][0]["claims"][0]["reason"], "'v9' is no commit of this repository");
    std::tie(status, document) = with_claim("{benchmark: other, metric: items, from: v1, at_least: -61%}");
    EXPECT_NE(document["notes"].back().get<std::string>().find("the claim in line 3 was not measured"),
              std::string::npos)
        << document;
    EXPECT_FALSE(says("micro since v1")) << "nothing is built for a benchmark that is not there: " << err.str();
}

TEST_F(CompareCommand, TwoBenchmarksOfTheHeadAreComparedAndGrowthIsFitted) {
    // The cost of `new` is that of `old` on the base, and grows with the square on the head.
    shell(
        "cd 'my parser' && cat > tool <<'END'\n"
        "for n in 4 8 16 32; do\n"
        "  echo \"{\\\"benchmark\\\": \\\"old/$n\\\", \\\"metric\\\": \\\"steps\\\", \\\"unit\\\": \\\"count\\\", "
        "\\\"better\\\": \\\"lower\\\", \\\"value\\\": $((n * n))},\"\n"
        "  echo \"{\\\"benchmark\\\": \\\"new/$n\\\", \\\"metric\\\": \\\"steps\\\", \\\"unit\\\": \\\"count\\\", "
        "\\\"better\\\": \\\"lower\\\", \\\"value\\\": $((n * $(cat factor || echo $n)))},\"\n"
        "done\nEND\n"
        "echo 2 > factor && git add . && git commit -qm tool && git rm -q factor && git commit -qm square");
    configure(
        "  micro: {run: '(echo \"{\\\"measurements\\\": [\"; sh tool 2>/dev/null | sed \"$ s/,$//\"; echo \"]}\")', "
        "format: json}\n"
        "claims: [{benchmark: 'new/*', metric: steps, against: 'old/*', at_least: -10%, action: review}]\n"
        "growth: [{benchmark: 'new/{n}', metric: steps, action: block}, {benchmark: 'old/{n}', metric: steps}]\n"
        "policy: {levels: [{name: any, at: 1%, action: log}]}\n");
    options.json = "-";
    EXPECT_EQ(compare(), 1) << err.str();
    const auto document = json::parse(out.str()).value_or(json::Json::object());
    const auto& suite = document["suites"][0];
    ASSERT_EQ(suite["claims"].size(), 4u) << document << err.str();
    for (const auto& claim : suite["claims"]) EXPECT_EQ(claim["state"], "does not hold") << claim;
    EXPECT_EQ(suite["claims"][0]["against"], "old/16");
    ASSERT_EQ(suite["growth"].size(), 2u);
    EXPECT_EQ(suite["growth"][0]["state"], "steeper") << suite["growth"][0];
    EXPECT_EQ(suite["growth"][0]["base_exponent"], 1);
    EXPECT_EQ(suite["growth"][0]["head_exponent"], 2);
    EXPECT_EQ(suite["growth"][1]["state"], "no steeper") << suite["growth"][1];
    EXPECT_TRUE(says("Growth with the size")) << err.str();
    EXPECT_TRUE(says("grows faster with the size")) << err.str();
}

TEST_F(CompareCommand, ExplainsEveryVerdictBelowTheTableAndInTheDocument) {
    configure(counting);
    options.explain = true;
    options.json = "-";
    EXPECT_EQ(compare(), 0) << err.str();
    const auto document = json::parse(out.str()).value();
    const auto& verdict = document["suites"][0]["verdicts"][0];
    EXPECT_EQ(verdict["explain"]["asks"], "success") << verdict;
    EXPECT_EQ(verdict["explain"]["by_values"], true) << "a counter needs no test";
    EXPECT_TRUE(says("settled by the values alone, without a test\n")) << err.str();
    EXPECT_TRUE(says("\ngate: success: ")) << err.str();
}

TEST_F(CompareCommand, ASuiteNamedTwiceIsMeasuredOnce) {
    configure(counting);
    options.suites = {"micro", "micro"};
    options.json = "-";
    EXPECT_EQ(compare(), 0) << err.str();
    const auto document = json::parse(out.str()).value();
    EXPECT_EQ(document["suites"].size(), 1u);
    EXPECT_EQ(document["suites"][0]["false_alarms"], 0.01);
}

TEST_F(CompareCommand, WhatCannotBeWrittenIsSaidBeforeAnythingIsMeasured) {
    configure(counting);
    options.json = options.markdown = "-";
    EXPECT_EQ(compare(), 2) << "two documents in one stream are none";
    options.json = (directory.path() / "no/such/folder.json").string();
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("no/such/folder.json")) << err.str();
    EXPECT_FALSE(says("building")) << err.str();
}

TEST_F(CompareCommand, ElsewhereThanOnATerminalThereArePlainLinesOnly) {
    configure(counting);
    EXPECT_EQ(compare(), 0);
    EXPECT_FALSE(says("\x1b")) << out.str() << err.str();
    EXPECT_TRUE(says("micro: measuring: block ")) << err.str();
    options.terminal = options.colour = true;
    EXPECT_EQ(compare(), 0);
    EXPECT_NE(err.str().find("\r\x1b[K\x1b[?7lmicro: "), std::string::npos);
    EXPECT_NE(out.str().find("\x1b[1mmicro\x1b[0m"), std::string::npos);
}

TEST_F(CompareCommand, WhatCannotWorkIsRefusedBeforeAnythingIsMeasured) {
    options.format = "goo";
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("--format goes with a command after --")) << err.str();
    options.command = {"./bench"};
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("unknown format 'goo'; known: google-benchmark, hyperfine, go, json, ")) << err.str();
    options.format.clear();
    options.repository = "/nonexistent";
    EXPECT_EQ(compare(), 2);
    EXPECT_TRUE(says("--repo PATH")) << err.str();
}

TEST_F(CompareCommand, ADocumentOnStandardOutputLeavesTheWordsToStandardError) {
    options.command = {"no-such-program"};
    options.csv = "-";
    EXPECT_EQ(compare(), 3);
    EXPECT_EQ(out.str().rfind("suite,benchmark,", 0), 0u);
    EXPECT_NE(err.str().find("no-such-program: not found"), std::string::npos) << err.str();
    EXPECT_NE(err.str().find("Could not be measured."), std::string::npos) << err.str();
}

}  // namespace
}  // namespace benchgate::cli
