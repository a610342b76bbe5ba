#include "runners/load/objectives.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "runners/load/tools.h"

namespace benchgate::load {
namespace {

using std::chrono::seconds;

/// Figures as they come from a tool.
model::Measurements said_by(const char* tool, const std::string& benchmark, const std::string& output) {
    model::LoadGenerator load;
    load.tool = tool;
    load.targets = {{"", "/", 1}};
    auto call = calls_of(load, {"search", {4, {}}, seconds(2)}, 1).at(0);
    call.benchmark = benchmark;
    return read_output(load, call, {0, output, ""}).value();
}

/// wrk's, with requests that got no answer in time.
model::Measurements wrk(const std::string& benchmark, int late = 0) {
    return said_by("wrk", benchmark,
                   "Running 2s test @ http://127.0.0.1:80/\n  1 threads and 4 connections\n"
                   "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
                   "    Latency     2.00ms    1.00ms   9.00ms   70.00%\n"
                   "  Latency Distribution\n     50%    2.00ms\n     75%    3.00ms\n     90%    4.00ms\n"
                   "     99%    8.00ms\n  1000 requests in 2.00s, 1.00MB read\n" +
                       (late > 0 ? fmt::format("  Socket errors: connect 0, read 0, write 0, timeout {}\n", late)
                                 : std::string()) +
                       "Requests/sec:    500.00\nTransfer/sec:      0.50MB\n");
}

/// hey's of so few requests that it prints no p99.
model::Measurements hey(int requests, const char* slowest) {
    return said_by("hey", "search",
                   fmt::format("\nSummary:\n  Total:\t5.0 secs\n  Slowest:\t{} secs\n  Fastest:\t0.0010 secs\n"
                               "  Average:\t0.0020 secs\n  Requests/sec:\t10.0\n\nLatency distribution:\n"
                               "  50% in 0.0020 secs\n  95% in 0.0040 secs\n  0% in 0.0000 secs\n\n"
                               "Status code distribution:\n  [200]\t{} responses\n",
                               slowest, requests));
}

model::Measurements together(model::Measurements one, const model::Measurements& other) {
    one.values.insert(one.values.end(), other.values.begin(), other.values.end());
    return one;
}

model::Budget at_most(const char* metric, double most) {
    model::Budget objective;
    objective.metric = metric;
    objective.max = most;
    return objective;
}

TEST(Objectives, OneThatTheToolNeverTellsIsNotHeld) {
    const auto figures = wrk("steady");
    model::Budget objective;
    for (const auto* told : {"p99", "p99_closed_loop", "throughput", "error_rate", "breaking_point"}) {
        objective.metric = told;
        EXPECT_FALSE(untold_objective({objective}, figures)) << told;
    }
    std::vector<model::Budget> objectives{objective, objective};
    objectives[1].metric = "p99.9";
    const auto untold = untold_objective(objectives, figures);
    ASSERT_TRUE(untold);
    EXPECT_EQ(untold->objective, &objectives[1]);
    EXPECT_FALSE(untold->has_failures);
}

TEST(Objectives, OfAMixEachTargetHasToTellIt) {
    const std::vector objectives{at_most("p99", 500e6)};
    EXPECT_FALSE(untold_objective(objectives, together(wrk("search/fast"), wrk("search/slow"))));
    const auto figures = together(wrk("search/fast"), wrk("search/slow", 300));
    EXPECT_TRUE(broken_objectives(objectives, figures, {}).empty());
    const auto untold = untold_objective(objectives, figures);
    ASSERT_TRUE(untold) << "what the one tells says nothing of the other";
    EXPECT_EQ(untold->benchmark, "search/slow");
    EXPECT_TRUE(untold->has_failures);
}

TEST(Objectives, WhatIsPartOfATargetNeedsToTellNothing) {
    auto figures = wrk("search");
    for (const auto* metric : {"throughput", "error_rate"}) {
        model::Measurement part;
        part.series.key = {"search/checkout", metric};
        part.samples = {0.5};
        figures.values.push_back(part);
    }
    EXPECT_FALSE(untold_objective({at_most("p99", 500e6)}, figures)) << "the target's figures are of all its parts";
}

TEST(Objectives, ALargerPercentileWithinTheLimitHoldsThoseBelow) {
    EXPECT_FALSE(untold_objective({at_most("p95", 8e6)}, wrk("search"))) << "its p99";
    EXPECT_TRUE(untold_objective({at_most("p95", 7e6)}, wrk("search")));
    EXPECT_FALSE(untold_objective({at_most("p99.9", 9e6)}, wrk("search"))) << "its maximum";
    EXPECT_TRUE(untold_objective({at_most("p99.9", 8.5e6)}, wrk("search")));
}

TEST(Objectives, OfFewRequestsTheMaximumIsTheP99) {
    const std::vector objectives{at_most("p99", 100e6)};
    EXPECT_FALSE(untold_objective(objectives, hey(50, "0.0400")));
    EXPECT_TRUE(broken_objectives(objectives, hey(50, "0.0400"), {}).empty());
    EXPECT_EQ(broken_objectives(objectives, hey(50, "0.4000"), {}),
              std::vector<std::string>{"max_closed_loop 4e+08 is above 1e+08 ns"});
    EXPECT_TRUE(broken_objectives(objectives, hey(150, "0.4000"), {}).empty());
    EXPECT_TRUE(untold_objective(objectives, hey(150, "0.4000"))) << "one of a hundred may be slower than the p99";
}

TEST(Objectives, ALevelOfThousandsOfNamesIsJudgedInNoTime) {
    model::Measurements figures;
    for (int i = 0; i < 20'000; ++i) {
        model::Measurement row;
        row.series.key = {fmt::format("search/GET /item/{}", i), "throughput"};
        row.samples = {1};
        figures.values.push_back(row);
    }
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(answered_rate(figures), 20'000);
    EXPECT_EQ(broken_objectives({at_most("p99", 1)}, figures, 20'000).size(), 0u);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(2));
    model::Measurement sum;
    sum.series.key = {"search", "throughput"};
    sum.samples = {20'000};
    figures.values.push_back(sum);
    EXPECT_EQ(answered_rate(figures), 20'000) << "a sum, and not its parts once more";
}

}  // namespace
}  // namespace benchgate::load
