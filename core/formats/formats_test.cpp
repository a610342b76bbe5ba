#include "core/formats/formats.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/formats/test_results.h"

namespace benchgate::formats {
namespace {

namespace fs = std::filesystem;

TEST(Formats, AnEmptyFileSaysThatAFilterMayHaveMissed) {
    for (const auto format : {"google-benchmark", "go", "hyperfine", "json", "auto"}) {
        const auto parsed = parse(format, " \n");
        ASSERT_FALSE(parsed) << format;
        EXPECT_NE(parsed.error().message.find("filter matches no benchmark"), std::string::npos)
            << parsed.error().message;
    }
    EXPECT_NE(parse("google-benchmark", R"({"context": {}, "benchmarks": []})").error().message.find("filter"),
              std::string::npos);
    EXPECT_NE(parse("go", "PASS\nok  \tx\t0.1s\n").error().message.find("filter"), std::string::npos);
}

TEST(Formats, AWrongFormatIsNamed) {
    EXPECT_TRUE(parse("gogle", "{}").error().message.starts_with("unknown format 'gogle'; known: google-benchmark, "));
    EXPECT_EQ(parse("hyperfine", R"({"context": {}, "benchmarks": []})").error().message,
              "this is not a result of hyperfine; it looks like google-benchmark");
    EXPECT_EQ(parse("google-benchmark", "{]").error().message, "not valid JSON at byte 2");
    EXPECT_TRUE(parse("auto", "hello")
                    .error()
                    .message.starts_with("the format was not recognised; name it: google-benchmark, hyperfine, "));
    EXPECT_EQ(parse("auto", R"([{"name": "a", "unit": "ns", "value": 1}])").error().message,
              "this may be customSmallerIsBetter or customBiggerIsBetter; name the format");
    EXPECT_EQ(parse("jmh", "hello").error().message, "this is not JSON, and jmh is");
    EXPECT_EQ(parse("go", R"({"context": {}, "benchmarks": [{"name": "a"}]})").error().message,
              "this is not a result of go; it looks like google-benchmark");
    EXPECT_FALSE(parse("google-benchmark", "[1]"));
    const std::string table =
        "-----------------------------------------------------\n"
        "Benchmark           Time             CPU   Iterations\n"
        "-----------------------------------------------------\n"
        "Sort/100          575 ns          384 ns      1822331\n";
    for (const auto* format : {"auto", "google-benchmark"})
        EXPECT_NE(parse(format, table).error().message.find("--benchmark_format=json"), std::string::npos) << format;
    const std::string text = "Benchmark 1: ./tool\n  Time (mean ± σ):       7.1 ms ±   0.4 ms\n";
    for (const auto* format : {"auto", "hyperfine"})
        EXPECT_NE(parse(format, text).error().message.find("--export-json {output}"), std::string::npos) << format;
    EXPECT_FALSE(parse("json", "null"));
}

TEST(Formats, ADocumentThatBreaksOffIsCalledSo) {
    const std::string half = R"({"results": [{"command": "a", "times": [1, 2.5)";
    for (const auto* format :
         {"hyperfine", "google-benchmark", "auto", "asv", "nanobench", "vegeta", "criterion-estimates"})
        EXPECT_EQ(parse(format, half + "\n").error().message,
                  "the JSON ends after 47 bytes, before it is complete; was the tool interrupted?")
            << format;
}

TEST(Formats, AStatedFormatDoesNotMakeAnotherToolsWordsItsOwn) {
    const std::string redis =
        "====== GET ======\n  10000 requests completed in 0.04 seconds\n  keep alive: 1\n\nSummary:\n"
        "  throughput summary: 277777.78 requests per second\n";
    for (const auto* format : {"iai-callgrind", "ab", "wrk", "hey", "go", "libtest"})
        EXPECT_FALSE(parse(format, redis)) << format;
    const std::string wrk =
        "Running 2s test @ http://127.0.0.1:8080/\n  1 threads and 4 connections\n"
        "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency    69.66us   85.76us   3.00ms   97.07%\n"
        "    Req/Sec    62.51k     4.80k   68.53k    75.00%\n  1239 requests in 2.00s, 16.01MB read\n"
        "Requests/sec:    619.5\n";
    for (const auto* format : {"ab", "k6", "iai-callgrind"})
        EXPECT_EQ(parse(format, wrk).error().message,
                  fmt::format("this is not a result of {}; it looks like wrk", format));
}

TEST(Formats, WhatNoFormatIsLikeGetsTheWaysThatAreLeft) {
    const auto told = parse("auto", "fio-3.33\nread: IOPS=12\n").error().message;
    EXPECT_TRUE(
        told.ends_with("another tool's figures can be written as 'json', or found in its text with "
                       "'regex:PATTERN'"))
        << told;
}

TEST(Formats, CachegrindsFileWithoutItsLastLineIsNotAddedUp) {
    const std::string half =
        "desc: I1 cache: 32768 B\ncmd: ./burns\nevents: Ir I1mr\nfl=a.c\nfn=main\n128 200 1\n129 300 2\n";
    const auto cut = parse("callgrind", half).value();
    EXPECT_TRUE(cut.values.empty());
    ASSERT_EQ(cut.errors.size(), 1u);
    EXPECT_EQ(cut.errors[0].message, "there is no summary: at its end; was it cut off?");
    EXPECT_EQ(parse("callgrind", half + "summary: 500 3\n").value().values.at(0).samples.at(0), 500);
    const auto callgrind = parse("callgrind", "# callgrind format\n" + half).value();
    EXPECT_EQ(callgrind.values.at(0).samples.at(0), 500) << "callgrind writes its totals first, or not at all";
}

TEST(Formats, ANameThatCannotBeShownDoesNotPassForOneThatCan) {
    for (const std::string line : {"BenchmarkA\xff 1 5 ns/op\n", "BenchmarkA\xff 1 none\n"}) {
        const auto parsed = parse("go", line + "BenchmarkA? 1 7 ns/op\n");
        ASSERT_TRUE(parsed) << parsed.error().message;
        ASSERT_EQ(parsed->values.size(), 1) << line;
        EXPECT_EQ(parsed->values[0].series.key.benchmark, "BenchmarkA?");
        ASSERT_EQ(parsed->errors.size(), 1) << line;
        EXPECT_EQ(parsed->errors[0].benchmark, "BenchmarkA? (unreadable)");
    }
}

TEST(Formats, BoundsRefuseTheWholeResult) {
    EXPECT_EQ(parse("go", "BenchmarkA 1 1 ns/op", {.bytes = 5}).error().message,
              "20 bytes are more than the 5 allowed");
    std::string many;
    for (int i = 0; i < 30; ++i) many += fmt::format("BenchmarkA{} 1 1 ns/op\n", i);
    EXPECT_EQ(parse("go", many, {.benchmarks = 29}).error().message, "more than 29 benchmarks");
    EXPECT_EQ(parse("go", many, {.values = 29}).error().message, "more than 29 values");
    EXPECT_EQ(parse("go", many, {.values = 30, .benchmarks = 30}).value().values.size(), 30u);
}

TEST(Formats, FailuresAreBoundedAsWell) {
    std::string cells, names;
    for (int i = 0; i < 300; ++i) {
        cells += i == 0 ? "null" : ",null";
        names += fmt::format("{}\"{}\"", i == 0 ? "" : ",", i);
    }
    const auto matrix = [&](const std::string& name) {
        return fmt::format(
            R"({{"commit_hash": "x", "result_columns": ["result", "params"], "results": {{"{}": [[{}], [[{}]]]}}}})",
            name, cells, names);
    };
    EXPECT_EQ(parse("asv", matrix("time_a"), {.benchmarks = 300}).value().errors.size(), 300u);
    EXPECT_FALSE(parse("asv", matrix("time_a"), {.benchmarks = 29}));
    EXPECT_FALSE(parse("asv", matrix(std::string(1000, 'a')), {.name_bytes = 20}));
    names = "\"" + std::string(1000, 'p') + "\"";
    EXPECT_FALSE(parse("asv", matrix("time_a"), {.name_bytes = 500})) << "each cell would carry the parameter anew";
    std::string lines;
    for (int i = 0; i < 300; ++i) lines += fmt::format("BenchmarkA{} 1 x ns/op\n", i);
    EXPECT_EQ(parse("go", lines, {.benchmarks = 29}).error().message, "more than 29 failed benchmarks");
}

TEST(Formats, AParameterThatCannotBeShownTakesNoValueAway) {
    const auto parsed = parse("json", R"({"measurements": [{"benchmark": "a", "unit": "ns", "value": 1, "params":
        {"array": "[[0., 1.],\n [2., 3.]]", "long": ")" +
                                          std::string(2000, 'x') + R"(", "b\u0000": "1"}}]})")
                            .value();
    EXPECT_TRUE(parsed.errors.empty());
    const auto& params = parsed.values.at(0).params;
    ASSERT_EQ(params.size(), 2u);
    EXPECT_EQ(params.at("array"), "[[0., 1.],? [2., 3.]]");
    EXPECT_LT(params.at("long").size(), 210u);
}

TEST(Formats, FiveMillionValuesAreRefusedByDefault) {
    std::string rows(5'000'001 * 2, '1');
    for (std::size_t i = 1; i < rows.size(); i += 2) rows[i] = ',';
    rows.back() = ']';
    const auto parsed =
        parse("json", R"({"measurements": [{"benchmark": "a", "unit": "ns", "samples": [)" + rows + "}]}");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message, "more than 5000000 values");
}

TEST(Formats, HostileNamesAreOnlyNames) {
    const std::string markup = "<!-- -->|@team/../../etc/passwd\\u2028$(reboot)";
    const auto parsed =
        parse("json", fmt::format(R"({{"measurements": [{{"benchmark": "{}", "unit": "ns", "value": 1}}]}})", markup));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->values.at(0).series.key.benchmark, "<!-- -->|@team/../../etc/passwd\u2028$(reboot)");
    const auto zero =
        parse("json", R"({"measurements": [{"benchmark": "a\u0000b", "unit": "ns", "value": 1}]})").value();
    EXPECT_TRUE(zero.values.empty());
    EXPECT_EQ(zero.errors.at(0), (model::MeasurementError{"a?b", "the name is not UTF-8, or has control characters"}));
    const auto broken = parse("go", "Benchmark\xff 1 1 ns/op\nBenchmarkGood 1 1 ns/op\n").value();
    EXPECT_EQ(broken.values.size(), 1u);
    EXPECT_EQ(broken.errors.at(0).benchmark, "Benchmark?");
    const auto longer = parse("go", "Benchmark" + std::string(2000, 'x') + " 1 1 ns/op\n").value();
    EXPECT_EQ(longer.errors.at(0).message, "a name of 2009 bytes; 1000 are allowed");
    EXPECT_LT(longer.errors.at(0).benchmark.size(), 300u);
}

TEST(Formats, EndlessErrorsAreCounted) {
    std::string rows = "BenchmarkGood 1 1 ns/op\n";
    for (int i = 0; i < 2000; ++i) rows += fmt::format("BenchmarkA{} 1 x ns/op\n", i);
    const auto parsed = parse("go", rows).value();
    EXPECT_EQ(parsed.errors.size(), 1001u);
    EXPECT_EQ(parsed.errors.back().message, "1000 more errors");
    EXPECT_EQ(parsed.values.size(), 1u);
}

TEST(Formats, ReadsADayOfGosOwnBenchmarks) {
    const fs::path root = "../shared/data/go_bent/even";
    if (!fs::exists(root)) GTEST_SKIP() << "no collection at " << root;
    int files = 0;
    for (const auto& entry : fs::directory_iterator(root)) {
        if (++files > 4) break;
        const auto parsed = parse("auto", contents_of(entry.path()));
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_GT(parsed->values.size(), 300u);
        EXPECT_TRUE(parsed->errors.empty()) << parsed->errors.front().benchmark << parsed->errors.front().message;
        const auto gating = std::count_if(parsed->values.begin(), parsed->values.end(),
                                          [](const auto& value) { return value.series.key.metric == "time"; });
        EXPECT_GT(gating, 50);
    }
}

}  // namespace
}  // namespace benchgate::formats
