#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

#include "core/formats/test_results.h"

namespace benchgate::formats {
namespace {

model::Measurements google(const std::string& rows) {
    const auto parsed = parse("google-benchmark", R"({"context": {}, "benchmarks": [)" + rows + "]}");
    if (!parsed) {
        ADD_FAILURE() << parsed.error().message;
        return {};
    }
    return *parsed;
}

std::string row(const std::string& name, const std::string& rest) {
    return fmt::format(R"({{"name": "{}", {}}})", name, rest);
}

TEST(GoogleBenchmark, RepetitionsAreSamplesAndAggregatesAreLeftOut) {
    std::string rows;
    for (const int time : {30, 10, 20})
        rows += row("sort/n:3/threads:2",
                    fmt::format(
                        R"("run_type": "iteration", "iterations": 5, "real_time": {}, "cpu_time": 1, "time_unit": "us",
            "items_per_second": 7, "hits": 3)",
                        time)) +
                ",";
    rows += row("sort/n:3/threads:2_cv",
                R"("run_name": "sort/n:3/threads:2", "run_type": "aggregate", "aggregate_name": "cv",
            "iterations": 3, "real_time": 0.01, "cpu_time": 0.1, "time_unit": "us")") +
            ",";
    rows += row("sort_BigO",
                R"("run_type": "aggregate", "aggregate_name": "BigO", "cpu_coefficient": 4.2,
            "real_coefficient": 6, "big_o": "N", "time_unit": "ns")") +
            ",";
    rows += row("sort_RMS", R"("run_type": "aggregate", "aggregate_name": "RMS", "rms": 0.004)");
    const auto parsed = google(rows);
    EXPECT_EQ(parsed.values.size(), 4u);
    EXPECT_TRUE(parsed.errors.empty());
    const auto time = find(parsed, "sort/n:3/threads:2", "time");
    EXPECT_EQ(time.samples, (std::vector{30e3, 10e3, 20e3}));
    EXPECT_TRUE(time.series.gating);
    EXPECT_EQ(time.params, (std::map<std::string, std::string>{{"n", "3"}, {"threads", "2"}}));
    EXPECT_FALSE(find(parsed, "sort/n:3/threads:2", "cpu_time").series.gating);
    const auto rate = find(parsed, "sort/n:3/threads:2", "items_per_second");
    EXPECT_EQ(rate.series.unit, "1/s");
    EXPECT_EQ(rate.series.better, model::Better::higher);
    EXPECT_FALSE(rate.series.gating);
    EXPECT_EQ(find(parsed, "sort/n:3/threads:2", "hits").series.better, model::Better::none);
}

TEST(GoogleBenchmark, AggregatesAloneGiveASummary) {
    const auto aggregate = [](const std::string& kind, double time) {
        return row(
            "s_" + kind,
            fmt::format(
                R"("run_name": "s", "run_type": "aggregate", "aggregate_name": "{}", "iterations": 5, "real_time": {},
            "cpu_time": 1, "time_unit": "ms")",
                kind, time));
    };
    const auto time = find(google(aggregate("mean", 4) + "," + aggregate("median", 3) + "," + aggregate("stddev", 0.5) +
                                  "," + aggregate("cv", 0.1)),
                           "s", "time");
    ASSERT_TRUE(time.summary);
    EXPECT_EQ(*time.summary, (model::Summary{3e6, 0.5e6, "sd", 5}));
}

TEST(GoogleBenchmark, OldFilesWithoutRunType) {
    const std::string rest = R"("iterations": 5, "real_time": 2, "cpu_time": 1, "time_unit": "ns")";
    const auto parsed = google(row("a", rest) + "," + row("a", rest) + "," + row("a_mean", rest) + "," +
                               row("a_stddev", rest) + "," + row("trim_mean", rest) + "," +
                               row("a_BigO", R"("cpu_coefficient": 1, "real_coefficient": 2, "big_o": "N")") + "," +
                               row("a_RMS", R"("rms": 0.1)"));
    EXPECT_EQ(find(parsed, "a", "time").samples.size(), 2u);
    EXPECT_EQ(find(parsed, "trim_mean", "time").samples.size(), 1u);  // a benchmark that is called so
    EXPECT_EQ(parsed.values.size(), 4u);
    EXPECT_TRUE(parsed.errors.empty());
}

TEST(GoogleBenchmark, AFailedBenchmarkHasNoTime) {
    const std::string good =
        R"("run_type": "iteration", "iterations": 5, "real_time": 2, "cpu_time": 1, "time_unit": "ns")";
    const std::string old_error =
        R"("run_type": "iteration", "error_occurred": true, "error_message": "no data", "iterations": 1,
            "real_time": 0, "cpu_time": 0, "time_unit": "ns")";
    const std::string skipped =
        R"("run_type": "iteration", "skipped": true, "skip_message": "not here", "iterations": 0,
            "real_time": 0, "cpu_time": 0, "time_unit": "ns")";
    const auto parsed =
        google(row("ok", good) + "," + row("bad", good) + "," + row("bad", old_error) + "," + row("bad", old_error) +
               "," + row("skip", skipped) + "," + row("timeless", R"("run_type": "iteration", "iterations": 1)") + "," +
               row("unit", R"("run_type": "iteration", "real_time": 1, "time_unit": "fortnight")") + "," +
               row("negative", R"("run_type": "iteration", "real_time": -1, "time_unit": "ns")"));
    EXPECT_EQ(parsed.values.size(), 2u);
    ASSERT_EQ(parsed.errors.size(), 5u);
    EXPECT_EQ(parsed.errors[0], (model::MeasurementError{"bad", "failed: no data"}));
    EXPECT_EQ(parsed.errors[1], (model::MeasurementError{"skip", "skipped: not here"}));
    EXPECT_EQ(parsed.errors[2].message, "a row without a time");
}

TEST(GoogleBenchmark, BareNanIsTheErrorOfItsBenchmark) {
    const auto parsed = google(
        row("a \\\"NaN", R"("run_type": "iteration", "real_time": 2, "cpu_time": 1, "time_unit": "ns", "rate": NaN)") +
        "," + row("b", R"("run_type": "iteration", "real_time": -Infinity, "cpu_time": 1, "time_unit": "ns")") + "," +
        row("c", R"("run_type": "iteration", "real_time": NaN, "cpu_time": 1, "time_unit": "ns")"));
    EXPECT_EQ(find(parsed, "a \"NaN", "time").samples, std::vector{2.0});
    EXPECT_FALSE(has(parsed, "a \"NaN", "rate"));
    ASSERT_EQ(parsed.errors.size(), 2u);
    EXPECT_EQ(parsed.errors[1], (model::MeasurementError{"c", "time is not a number"}));
}

TEST(GoogleBenchmark, TheNameDecidesTheClock) {
    const std::string rest = R"("run_type": "iteration", "real_time": 2, "cpu_time": 1, "time_unit": "ns")";
    const auto parsed =
        google(row("a", rest) + "," + row("b/process_time", rest) + "," + row("c/process_time/real_time", rest) + "," +
               row("d/manual_time", rest) + "," + row("e/process_timer", rest));
    EXPECT_EQ(find(parsed, "a", "time").samples, std::vector{2.0});
    EXPECT_EQ(find(parsed, "b/process_time", "time").samples, std::vector{1.0});
    EXPECT_FALSE(find(parsed, "b/process_time", "real_time").series.gating);
    EXPECT_EQ(find(parsed, "c/process_time/real_time", "time").samples, std::vector{2.0});
    EXPECT_EQ(find(parsed, "d/manual_time", "time").samples, std::vector{2.0});
    EXPECT_FALSE(has(parsed, "d/manual_time", "cpu_time"));
    EXPECT_EQ(find(parsed, "e/process_timer", "time").samples, std::vector{2.0});
}

TEST(GoogleBenchmark, TwoRegistrationsOfOneNameStayApart) {
    const auto with = [](int family, int time) {
        return row("a", fmt::format(
                            R"("family_index": {}, "per_family_instance_index": 0, "run_type": "iteration",
            "real_time": {}, "time_unit": "ns")",
                            family, time));
    };
    const auto parsed = google(with(0, 1) + "," + with(3, 2) + "," + with(0, 3));
    EXPECT_EQ(find(parsed, "a", "time").samples, (std::vector{1.0, 3.0}));
    EXPECT_EQ(find(parsed, "a #2", "time").samples, std::vector{2.0});
}

TEST(GoogleBenchmark, TheFilterMatchesTheseNamesAndNoOther) {
    EXPECT_EQ(filter_expression("google-benchmark", {}), ".");
    EXPECT_EQ(filter_expression("google-benchmark", {"a", "b"}), "^(a|b)$");
    const std::vector<std::string> names{"BM_tmpl<unsigned long>/n:3", "a.b", "x[1]{2}|(y)*+?^$\\", "twice #2"};
    const auto expression = filter_expression("google-benchmark", names);
    for (const auto flavour : {std::regex::ECMAScript, std::regex::extended}) {
        const std::regex compiled(expression, flavour);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::regex_search(names[i], compiled)) << names[i];
        EXPECT_TRUE(std::regex_search("twice", compiled));
        EXPECT_FALSE(std::regex_search("aXb", compiled));
        EXPECT_FALSE(std::regex_search("a.bc", compiled));
    }
}

TEST(Hyperfine, TimesAreSamplesAndExitCodesCount) {
    const auto parsed = parse("hyperfine", R"({"results": [
        {"command": "a", "mean": 2, "user": 0.5, "system": 0.25, "times": [0.2, 0.1], "exit_codes": [0, 0],
            "memory_usage_byte": [4096, 8192]},
        {"command": "b", "times": [0.2, 0.1], "exit_codes": [0, 3]},
        {"command": "c", "times": [0.2], "exit_codes": [null]},
        {"command": "d", "mean": 0.5, "stddev": 0.1},
        {"command": "e", "times": ["NaN"]}, {"command": "f"}, {"times": [1]}]})")
                            .value();
    const auto time = find(parsed, "a", "time");
    EXPECT_EQ(time.samples, (std::vector{0.2e9, 0.1e9}));
    EXPECT_TRUE(time.series.gating);
    EXPECT_EQ(find(parsed, "a", "cpu_time").summary->center, 0.75e9);
    EXPECT_EQ(find(parsed, "a", "peak_memory").samples.size(), 2u);
    EXPECT_EQ(find(parsed, "d", "time").summary->spread_kind, "sd");
    ASSERT_EQ(parsed.errors.size(), 5u);
    EXPECT_EQ(parsed.errors[0], (model::MeasurementError{"b", "exit code 3 in 1 of 2 runs"}));
    EXPECT_EQ(parsed.errors[1], (model::MeasurementError{"c", "killed by a signal in 1 of 1 runs"}));
    EXPECT_EQ(filter_expression("hyperfine", {"a"}), "");
}

TEST(Hyperfine, EqualCommandsStayApart) {
    const auto parsed = parse("hyperfine", R"({"results": [
        {"command": "a", "times": [1], "parameters": {"n": "1"}}, {"command": "a", "times": [2],
            "parameters": {"n": "2"}},
        {"command": "b", "times": [3]}, {"command": "b", "times": [4]}]})")
                            .value();
    EXPECT_EQ(find(parsed, "a [n=2]", "time").samples, std::vector{2e9});
    EXPECT_EQ(find(parsed, "a [n=2]", "time").params.at("n"), "2");
    EXPECT_EQ(find(parsed, "b", "time").samples, std::vector{3e9});
    EXPECT_EQ(find(parsed, "b #2", "time").samples, std::vector{4e9});
}

TEST(BenchgateJson, UnitsAreScaledAndDirectionsRespected) {
    const auto parsed = parse("json", R"({"schema_version": 1, "measurements": [
        {"benchmark": "start", "unit": "ms", "samples": [2, 1.5], "params": {"n": 5}},
        {"benchmark": "start", "metric": "size", "unit": "MiB", "value": 2},
        {"benchmark": "start", "metric": "rate", "unit": "k/s", "value": 2, "gating": false},
        {"benchmark": "start", "metric": "hits", "unit": "%", "better": "higher", "value": 50},
        {"benchmark": "start", "metric": "widgets", "unit": "widgets", "value": 3},
        {"benchmark": "center", "unit": "us", "summary": {"center": 3, "spread": 1, "spread_kind": "mad", "n": 9}}],
        "errors": [{"benchmark": "broken", "message": "no disk"}]})")
                            .value();
    EXPECT_EQ(find(parsed, "start", "time").samples, (std::vector{2e6, 1.5e6}));
    EXPECT_EQ(find(parsed, "start", "time").params.at("n"), "5");
    EXPECT_EQ(find(parsed, "start", "size").samples, std::vector{2097152.0});
    EXPECT_EQ(find(parsed, "start", "rate").series.better, model::Better::higher);
    EXPECT_FALSE(find(parsed, "start", "rate").series.gating);
    EXPECT_DOUBLE_EQ(find(parsed, "start", "hits").samples.at(0), 0.5);
    EXPECT_TRUE(find(parsed, "start", "hits").series.gating);
    EXPECT_FALSE(find(parsed, "start", "widgets").series.gating);
    EXPECT_EQ(find(parsed, "start", "widgets").series.unit, "widgets");
    EXPECT_EQ(*find(parsed, "center", "time").summary, (model::Summary{3e3, 1e3, "mad", 9}));
    EXPECT_EQ(parsed.errors.at(0), (model::MeasurementError{"broken", "no disk"}));
}

TEST(BenchgateJson, MistakesFailTheirBenchmark) {
    const auto parsed = parse("json", R"({"measurements": [
        {"benchmark": "a", "value": 1}, {"unit": "ns", "value": 1}, {"benchmark": "b", "unit": "ns"},
        {"benchmark": "c", "unit": "ns", "samples": []}, {"benchmark": "d", "unit": "ns", "samples": ["1"]},
        {"benchmark": "e", "unit": "ns", "value": 1, "better": "faster"}, {"benchmark": "f", "unit": "ns",
            "value": 1, "gating": "yes"},
        {"benchmark": "g", "unit": "ns", "value": 1}, {"benchmark": "g", "unit": "B", "value": 1}, 7]})")
                            .value();
    EXPECT_TRUE(parsed.values.empty());
    EXPECT_EQ(parsed.errors.size(), 8u);  // two rows without a benchmark say the same
    EXPECT_EQ(parsed.errors.at(0), (model::MeasurementError{"a", "a measurement without its unit"}));
    EXPECT_EQ(parsed.errors.at(7), (model::MeasurementError{"g", "two units for time: ns and bytes"}));
    const auto directions = parse("json", R"({"measurements": [
        {"benchmark": "a", "unit": "ns", "value": 1}, {"benchmark": "a", "unit": "ns", "value": 1, "better": "higher"}]})")
                                .value();
    EXPECT_TRUE(directions.values.empty());
    EXPECT_EQ(directions.errors.at(0), (model::MeasurementError{"a", "two directions for time: lower and higher"}));
    EXPECT_EQ(parse("json", R"({"schema_version": 2, "measurements": []})").value().errors.at(0).message,
              "schema_version is not 1");
}

}  // namespace
}  // namespace benchgate::formats
