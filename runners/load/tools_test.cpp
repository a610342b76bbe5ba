#include "runners/load/tools.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "platform/files.h"
#include "runners/load/objectives.h"

namespace benchgate::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

model::LoadGenerator generator(const char* tool) {
    model::LoadGenerator load;
    load.tool = tool;
    load.targets = {{"", "http://127.0.0.1:{port}/a b", 1}};
    return load;
}

std::string line_of(const char* tool, const model::LoadLevel& level, milliseconds length = seconds(3)) {
    return calls_of(generator(tool), {"s", level, length}, 2).at(0).line;
}

constexpr const char* wrk_output =
    "Running 2s test @ http://127.0.0.1:80/\n  1 threads and 4 connections\n"
    "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
    "    Latency     2.00ms    1.00ms   9.00ms   70.00%\n"
    "  Latency Distribution\n     50%    2.00ms\n     75%    3.00ms\n     90%    4.00ms\n     99%    8.00ms\n"
    "  1000 requests in 2.00s, 1.00MB read\n"
    "Requests/sec:    500.00\nTransfer/sec:      0.50MB\n";

TEST(LoadTools, ClientsRateAndTimeAreWhatEachToolIsTold) {
    EXPECT_EQ(line_of("wrk", {40, {}}), "'wrk' -t2 -c40 -d3s --latency 'http://127.0.0.1:{port}/a b'");
    EXPECT_EQ(line_of("wrk", {1, {}}, milliseconds(2'100)),
              "'wrk' -t1 -c1 -d3s --latency 'http://127.0.0.1:{port}/a b'")
        << "no more threads than clients, and whole seconds";
    EXPECT_EQ(line_of("hey", {10, 250.0}), "'hey' -z 3s -c 10 -q 25 'http://127.0.0.1:{port}/a b'");
    EXPECT_EQ(line_of("autocannon", {10, 250.0}),
              "'autocannon' -j --no-progress -d 3 -c 10 -C -R 250 'http://127.0.0.1:{port}/a b'");
    EXPECT_NE(line_of("pgbench", {4, 50.0}).find("-T 3 -c 4 -j 2 -R 50 'http://127.0.0.1:{port}/a b';"),
              std::string::npos);
}

TEST(LoadTools, ARateIsWrittenAsTheToolReadsIt) {
    EXPECT_EQ(line_of("hey", {3, 2'000'000.0}), "'hey' -z 3s -c 3 -q 666666.666667 'http://127.0.0.1:{port}/a b'")
        << "no exponent";
    EXPECT_NE(line_of("autocannon", {3, 0.4}).find(" -R 1 "), std::string::npos) << "none below one";
    EXPECT_NE(line_of("vegeta", {3, 2'000'000.0}).find("-rate=2000000 "), std::string::npos);
    EXPECT_NE(line_of("vegeta", {3, 12.5}).find("-rate=12500/1000s "), std::string::npos) << "whole numbers only";
    EXPECT_NE(line_of("vegeta", {3, {}}).find("-rate=0 -max-workers=3 "), std::string::npos) << "as fast as it can";
    EXPECT_NE(line_of("vegeta", {3, 100.0}).find("-rate=100 -workers=3 "), std::string::npos)
        << "workers that run out would make it a closed loop";
}

TEST(LoadTools, K6SaysItsFiguresEvenIfAThresholdWasCrossed) {
    auto load = generator("k6");
    load.targets = {{"", "load.js", 1}};
    const auto line = calls_of(load, {"s", {4, {}}, seconds(3)}, 2).at(0).line;
    EXPECT_EQ(line,
              "json=/tmp/benchgate-k6.$$; 'k6' run --quiet --no-usage-report --vus 4 --duration 3s "
              "--summary-trend-stats 'avg,min,med,max,p(90),p(95),p(99)' --summary-export=$json 'load.js' >&2; "
              "status=$?; cat $json; rm -f $json; exit $status");
    EXPECT_TRUE(exits_with_failures("k6"));
}

/// A sample of real output that lies beside this repository.
std::optional<std::string> sample(const char* name) {
    const auto text = platform::read_file(std::string("../shared/data/formats/") + name, 1 << 20);
    return text ? std::optional(*text) : std::nullopt;
}

TEST(LoadTools, WhatK6PrintsOfAllRequestsIsTheStage) {
    const auto text = sample("k6/legacy_summary_export_readme.json");
    if (!text) GTEST_SKIP() << "no samples of formats beside this repository";
    const auto load = generator("k6");
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const auto figures = read_output(load, call, {99, *text, ""});
    ASSERT_TRUE(figures) << figures.error();
    std::map<std::string, double> seen;
    for (const auto& value : figures->values)
        seen[value.series.key.benchmark + " " + value.series.key.metric] = model::trial_value(value);
    EXPECT_NEAR(seen["steady latency_closed_loop"], 398.788830e6, 1);
    EXPECT_NEAR(seen["steady throughput"], 16.05, 0.01);
    EXPECT_EQ(seen["steady error_rate"], 0);
    EXPECT_TRUE(seen.contains("steady/checks error_rate")) << "the script's own checks are told apart";
    model::Budget half_a_second;
    half_a_second.metric = "latency";
    half_a_second.max = 500e6;
    EXPECT_TRUE(broken_objectives({half_a_second}, *figures, {}).empty()) << "the script's own pauses are not answers";
    EXPECT_NEAR(answered_rate(*figures), 16.05, 0.01) << "its bytes and rounds are none";
    auto broken = *text;
    const std::string share = "\"value\": 0\n    },\n    \"iterations\"";
    const auto at = broken.find(share);
    ASSERT_NE(at, std::string::npos);
    broken.replace(at, 10, "\"value\": 1");
    const auto failed = read_output(load, call, {99, broken, ""});
    ASSERT_TRUE(failed) << failed.error();
    EXPECT_EQ(broken_objectives({}, *failed, {}), std::vector<std::string>{"nothing succeeded: all requests failed"});
}

TEST(LoadTools, WhatVegetaPrintsIsTheStageAndOfAnOpenLoop) {
    const auto text = sample("vegeta/vaultbench_userpass_test1.json");
    if (!text) GTEST_SKIP() << "no samples of formats beside this repository";
    const auto load = generator("vegeta");
    const auto call = calls_of(load, {"steady", {4, 107.0}, seconds(20)}, 1).at(0);
    const auto figures = read_output(load, call, {0, *text, ""});
    ASSERT_TRUE(figures) << figures.error();
    std::map<std::string, double> seen;
    for (const auto& value : figures->values) {
        EXPECT_EQ(value.series.key.benchmark, "steady");
        seen[value.series.key.metric] = model::trial_value(value);
    }
    EXPECT_EQ(seen["p99"], 118494024);
    EXPECT_NEAR(seen["throughput"], 106.86, 0.01);
    EXPECT_EQ(seen["error_rate"], 0);
    EXPECT_TRUE(broken_objectives({}, *figures, 107).empty()) << "nearly all of the rate was answered";
}

TEST(LoadTools, AMixedLoadIsOneCallATarget) {
    auto load = generator("wrk");
    load.targets = {{"read", "/r", 3}, {"write", "/w", 1}};
    load.options = "-s post.lua";
    const auto calls = calls_of(load, {"busy", {8, {}}, seconds(1)}, 1);
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0].benchmark, "busy/read");
    EXPECT_EQ(calls[0].line, "'wrk' -t1 -c6 -d1s --latency -s post.lua '/r'");
    EXPECT_EQ(calls[1].line, "'wrk' -t1 -c2 -d1s --latency -s post.lua '/w'");
}

TEST(LoadTools, LatenciesOfAClosedLoopAreMarkedByTheirName) {
    const auto load = generator("wrk");
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const auto figures = read_output(load, call, {0, wrk_output, ""});
    ASSERT_TRUE(figures) << figures.error();
    std::map<std::string, double> seen;
    for (const auto& value : figures->values) {
        EXPECT_EQ(value.series.key.benchmark, "steady");
        EXPECT_EQ(value.params.at("loop"), "closed");
        seen[value.series.key.metric] = model::trial_value(value);
    }
    EXPECT_EQ(seen.at("p99_closed_loop"), 8e6);
    EXPECT_EQ(seen.at("max_closed_loop"), 9e6);
    EXPECT_EQ(seen.at("throughput"), 500);
    EXPECT_EQ(seen.at("error_rate"), 0);
    EXPECT_FALSE(seen.contains("p99"));
    EXPECT_FALSE(calls_of(generator("pgbench"), {"s", {4, 10.0}, seconds(2)}, 1).at(0).closed_loop);
    EXPECT_TRUE(calls_of(generator("pgbench"), {"s", {4, {}}, seconds(2)}, 1).at(0).closed_loop);
    for (const auto* tool : {"hey", "autocannon"})
        EXPECT_TRUE(calls_of(generator(tool), {"s", {4, 10.0}, seconds(2)}, 1).at(0).closed_loop) << tool;
}

TEST(LoadTools, WhatAToolDoesNotSayIsAnErrorThatTellsWhatItSaid) {
    const auto load = generator("wrk");
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const auto missing = read_output(load, call, {127, "", "/bin/sh: 1: wrk: not found\n"});
    EXPECT_EQ(missing.error(),
              "wrk is not installed here, or cannot be run (/bin/sh: 1: wrk: not found): apt-get install wrk");
    EXPECT_EQ(read_output(load, call, {1, "", "unable to connect to 127.0.0.1:1 Connection refused\n"}).error(),
              "wrk ended with exit status 1; it said: unable to connect to 127.0.0.1:1 Connection refused");
    const auto nonsense = read_output(load, call, {0, "Hello!\n", ""});
    ASSERT_FALSE(nonsense);
    EXPECT_NE(nonsense.error().find("it said: Hello!"), std::string::npos) << nonsense.error();
}

TEST(LoadTools, AStageInWhichNothingSucceededIsNoPass) {
    const auto load = generator("wrk");
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const auto figures =
        read_output(load, call, {0, std::string(wrk_output) + "  Non-2xx or 3xx responses: 1000\n", ""});
    ASSERT_TRUE(figures) << figures.error();
    ASSERT_EQ(figures->values.size(), 1U);
    EXPECT_EQ(figures->values[0].series.key.metric, "error_rate");
    EXPECT_EQ(model::trial_value(figures->values[0]), 1);
    EXPECT_EQ(figures->errors.at(0).benchmark, "steady");
    EXPECT_EQ(broken_objectives({}, *figures, {}).size(), 1U);
}

TEST(LoadTools, OneKindOfRequestThatAlwaysFailsIsAFigureAndNotTheEndOfTheStage) {
    auto load = generator("locust");
    load.targets = {{"", "locustfile.py", 1}};
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const std::string header =
        "Type     Name      # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s\n"
        "--------|---------|-------|-------------|-------|-------|-------|-------|--------|-----------\n";
    const std::string broken =
        "GET      /broken   41  41(100.00%) |     18      10      54     13 |   29.03       29.03\n";
    const auto read = [&](const std::string& rows) { return read_output(load, call, {1, header + rows, ""}).value(); };
    const auto figures =
        read("GET      /         141     0(0.00%) |     18       9     107     14 |   99.83        0.00\n" + broken +
             "         Aggregated  182   41(22.53%) |     18       9     107     14 |  128.86       29.03\n");
    std::map<std::string, double> seen;
    for (const auto& value : figures.values)
        seen[value.series.key.benchmark + " " + value.series.key.metric] = model::trial_value(value);
    EXPECT_EQ(answered_rate(figures), 128.86) << "a sum, and not its parts once more";
    EXPECT_EQ(seen["steady/GET /broken error_rate"], 1);
    EXPECT_EQ(seen["steady/GET / error_rate"], 0);
    EXPECT_NEAR(seen["steady error_rate"], 0.2253, 0.0001);
    EXPECT_TRUE(broken_objectives({}, figures, {}).empty());
    const auto nothing =
        read(broken + "         Aggregated   41  41(100.00%) |     18      10      54     13 |   29.03       29.03\n");
    EXPECT_EQ(broken_objectives({}, nothing, {}).size(), 1U) << "of the whole stage it is";
    EXPECT_EQ(nothing.values.size(), 2U) << "the stage and its one request";
}

TEST(LoadTools, AnObjectiveOnAPercentileHoldsForTheClosedLoopToo) {
    const auto load = generator("wrk");
    const auto call = calls_of(load, {"steady", {4, {}}, seconds(2)}, 1).at(0);
    const auto figures = read_output(load, call, {0, wrk_output, ""}).value();
    model::Budget p99;
    p99.metric = "p99";
    p99.max = 7e6;
    EXPECT_EQ(broken_objectives({p99}, figures, {}),
              std::vector<std::string>{"p99_closed_loop 8e+06 is above 7e+06 ns"});
    p99.max = 9e6;
    EXPECT_TRUE(broken_objectives({p99}, figures, {}).empty());
    EXPECT_EQ(broken_objectives({p99}, figures, 600), std::vector<std::string>{"500/s answered of 600/s offered"});
}

TEST(LoadTools, WhatPgbenchSaysOfAllItsScriptsIsTheStage) {
    const auto load = generator("pgbench");
    const auto call = calls_of(load, {"s", {2, 1000.0}, seconds(1)}, 1).at(0);
    const std::string text =
        "transaction type: multiple scripts\nnumber of transactions actually processed: 500\n"
        "number of failed transactions: 0 (0.000%)\nlatency average = 1.000 ms\n"
        "tps = 500.0 (without initial connection time)\nSQL script 1: a.sql\n - weight: 3 (targets 75.0% of total)\n"
        " - 375 transactions (75.0% of total, tps = 375.0)\nSQL script 2: b.sql\n"
        " - 125 transactions (25.0% of total, tps = 125.0)\n";
    const auto figures = read_output(load, call, {0, text, ""});
    ASSERT_TRUE(figures) << figures.error();
    EXPECT_EQ(broken_objectives({}, *figures, 1000), std::vector<std::string>{"500/s answered of 1000/s offered"});
    EXPECT_TRUE(broken_objectives({}, *figures, 500).empty());
    const auto gave_up = read_output(
        load, call, {2, text, "pgbench: error: client 3 script 0 aborted in command 0 query 0: ERROR:  no\nmore\n"});
    ASSERT_FALSE(gave_up);
    EXPECT_EQ(gave_up.error(),
              "pgbench: clients gave up, and its figures are those of the others; it said: pgbench: error: client 3 "
              "script 0 aborted in command 0 query 0: ERROR:  no");
}

TEST(LoadTools, PgbenchTellsPercentilesByItsLog) {
    const auto load = generator("pgbench");
    const auto call = calls_of(load, {"s", {2, {}}, seconds(1)}, 1).at(0);
    const auto figures = read_output(load, call,
                                     {0,
                                      "transaction type: <builtin: select only>\n"
                                      "number of transactions actually processed: 100\n"
                                      "number of failed transactions: 0 (0.000%)\nlatency average = 1.000 ms\n"
                                      "tps = 100.0 (without initial connection time)\n"
                                      "benchgate-percentile 50 900\nbenchgate-percentile 100 4000\n",
                                      ""});
    ASSERT_TRUE(figures) << figures.error();
    std::map<std::string, double> seen;
    for (const auto& value : figures->values) seen[value.series.key.metric] = model::trial_value(value);
    EXPECT_EQ(seen.at("p50_closed_loop"), 900e3);
    EXPECT_EQ(seen.at("max_closed_loop"), 4e6);
    EXPECT_EQ(seen.at("throughput"), 100);
}

TEST(LoadTools, AGeneratorIsAtItsLimitFromNineTenthsOfItsCpusOn) {
    EXPECT_TRUE(is_saturated({1.9, 2, 1}));
    EXPECT_FALSE(is_saturated({1.9, 2, 2}));
    EXPECT_FALSE(is_saturated({1.7, 2, 1}));
    EXPECT_FALSE(is_saturated({0, 0, 1}));
}

}  // namespace
}  // namespace benchgate::load
