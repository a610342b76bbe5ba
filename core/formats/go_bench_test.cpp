
#include <gtest/gtest.h>

#include <regex>

#include "core/formats/test_results.h"

namespace benchgate::formats {
namespace {

TEST(GoBench, UnitsBecomeMetrics) {
    const auto parsed =
        parse("go",
              "pkg: example.com/gob\n"
              "BenchmarkAlloc-2      \t    6369\t       553.7 ns/op\t1849.42 MB/s\t    1024 B/op\t       1 allocs/op\n")
            .value();
    const std::string name = "example.com/gob.BenchmarkAlloc-2";
    const auto time = find(parsed, name, "time");
    EXPECT_EQ(time.samples, std::vector{553.7});
    EXPECT_EQ(time.series.unit, "ns");
    EXPECT_TRUE(time.series.gating);
    EXPECT_EQ(time.params.at("gomaxprocs"), "2");
    EXPECT_EQ(find(parsed, name, "allocated_bytes").samples, std::vector{1024.0});
    EXPECT_TRUE(find(parsed, name, "allocations").series.gating);
    const auto rate = find(parsed, name, "bytes_per_second");
    EXPECT_DOUBLE_EQ(rate.samples.at(0), 1849.42e6);
    EXPECT_EQ(rate.series.better, model::Better::higher);
    EXPECT_FALSE(rate.series.gating);
}

TEST(GoBench, CountGivesSamplesInOrderAndSuffixesStayApart) {
    const auto parsed =
        parse("go", "BenchmarkF/n=5 10 3 ns/op\nBenchmarkF/n=5 10 1 ns/op\nBenchmarkF/n=5-2 10 2 ns/op\n").value();
    EXPECT_EQ(find(parsed, "BenchmarkF/n=5", "time").samples, (std::vector{3.0, 1.0}));
    const auto two = find(parsed, "BenchmarkF/n=5-2", "time");
    EXPECT_EQ(two.samples, std::vector{2.0});
    EXPECT_EQ(two.params, (std::map<std::string, std::string>{{"n", "5"}, {"gomaxprocs", "2"}}));
}

TEST(GoBench, EqualNamesInTwoPackagesAreTwoBenchmarks) {
    const auto parsed =
        parse("go", "pkg: a\nBenchmarkX-4 1 55 ns/op\nPASS\nok  \ta\t2s\npkg: b\nBenchmarkX-4 1 0.37 ns/op\n").value();
    EXPECT_EQ(find(parsed, "a.BenchmarkX-4", "time").samples, std::vector{55.0});
    EXPECT_EQ(find(parsed, "b.BenchmarkX-4", "time").samples, std::vector{0.37});
}

TEST(GoBench, AFailureIsOneBenchmarksErrorAndNamesItsPackage) {
    const auto parsed = parse("go",
                              "--- FAIL: BenchmarkFails\n    fail_test.go:3: boom\ngoos: linux\npkg: example.com/gob\n"
                              "BenchmarkGood-2 5 32.8 ns/op\n--- BENCH: BenchmarkGood-2\n    x_test.go:1: hello\nFAIL\n"
                              "exit status 1\nFAIL\texample.com/gob\t0.121s\n")
                            .value();
    ASSERT_EQ(parsed.errors.size(), 1u);
    EXPECT_EQ(parsed.errors[0],
              (model::MeasurementError{"example.com/gob.BenchmarkFails-2", "failed: fail_test.go:3: boom"}));
    EXPECT_EQ(find(parsed, "example.com/gob.BenchmarkGood-2", "time").samples, std::vector{32.8});
}

TEST(GoBench, APackageThatDoesNotBuildIsAnError) {
    const auto parsed = parse("go", "pkg: a\nBenchmarkX 1 5 ns/op\nok  \ta\t1s\nFAIL\tb [build failed]\n").value();
    ASSERT_EQ(parsed.errors.size(), 1u);
    EXPECT_EQ(parsed.errors[0].message, "package b failed [build failed]");
    EXPECT_EQ(parsed.values.size(), 1u);
    const auto panicked = parse("go", "panic: runtime error\n\ngoroutine 1\nFAIL\tb\t0.1s\n").value();
    EXPECT_EQ(panicked.errors.size(), 1u);
    EXPECT_EQ(panicked.errors[0].message, "panic: runtime error");
}

TEST(GoBench, OutputInsideALineIsToldNotSwallowed) {
    const auto parsed = parse("go",
                              "BenchmarkLoud-8   hello world\n 100 12 ns/op\nBenchmarkX 1 5 "
                              "ns/op\nBenchmarkVerbose\nBenchmarks follow here\n")
                            .value();
    ASSERT_EQ(parsed.errors.size(), 1u);
    EXPECT_EQ(parsed.errors[0].benchmark, "BenchmarkLoud-8");
    EXPECT_EQ(parsed.values.size(), 1u);
}

TEST(GoBench, CustomUnitsFollowTheirRules) {
    const auto parsed = parse("go",
                              "Unit hits better=higher\nUnit text-bytes assume=exact\n"
                              "BenchmarkC 8 12 ns/op 838.9 kreq/s 42.5 widgets/op 7 hits 100 text-bytes\n"
                              "BenchmarkD 8 838.9 kreq/s 42.5 p99-ns/op\n")
                            .value();
    const auto hits = find(parsed, "BenchmarkC", "hits");
    EXPECT_EQ(hits.series.better, model::Better::higher);
    EXPECT_TRUE(hits.series.gating);
    EXPECT_FALSE(find(parsed, "BenchmarkC", "kreq/s").series.gating);
    EXPECT_EQ(find(parsed, "BenchmarkC", "widgets/op").series.better, model::Better::lower);
    EXPECT_EQ(find(parsed, "BenchmarkC", "text-bytes").series.unit, "bytes");
    EXPECT_EQ(find(parsed, "BenchmarkC", "text-bytes").series.better, model::Better::none);
    EXPECT_FALSE(has(parsed, "BenchmarkD", "time"));
    EXPECT_TRUE(find(parsed, "BenchmarkD", "kreq/s").series.gating);
    EXPECT_EQ(find(parsed, "BenchmarkD", "p99-ns/op").series.unit, "ns");
}

TEST(GoBench, BrokenLinesFailTheirBenchmarkOnly) {
    const auto parsed =
        parse("go",
              "BenchmarkA 1 5 ns/op 3\nBenchmarkB 1 x ns/op\nBenchmarkC 1 NaN ns/op\nBenchmarkD 1 1 ns/op 2 ns/op\n"
              "BenchmarkE 1 5 ns/op\r\nBenchmarkA 1 5 ns/op\n")
            .value();
    ASSERT_EQ(parsed.values.size(), 1u);
    EXPECT_EQ(parsed.values[0].series.key.benchmark, "BenchmarkE");
    EXPECT_EQ(parsed.errors.size(), 4u);
    EXPECT_EQ(parsed.errors.at(2), (model::MeasurementError{"BenchmarkC", "time is not a number"}));
}

/// go matches level by level, unanchored, against names without the GOMAXPROCS suffix.
bool go_would_run(const std::string& expression, const std::vector<std::string>& levels) {
    std::vector<std::string> parts;
    std::stringstream stream(expression);
    for (std::string part; std::getline(stream, part, '/');) parts.push_back(part);
    for (std::size_t i = 0; i < std::min(levels.size(), parts.size()); ++i)
        if (!std::regex_search(levels[i], std::regex(parts[i]))) return false;
    return true;
}

TEST(GoBench, TheFilterRunsAtLeastWhatWasAsked) {
    EXPECT_EQ(filter_expression("go", {}), ".");
    EXPECT_EQ(filter_expression("go", {"example.com/x.BenchmarkFib"}), "^(BenchmarkFib)$");
    const auto one = filter_expression("go", {"example.com/x.BenchmarkFib/n=5-8"});
    EXPECT_TRUE(go_would_run(one, {"BenchmarkFib", "n=5"}));
    EXPECT_FALSE(go_would_run(one, {"BenchmarkFib", "n=15"}));
    EXPECT_FALSE(go_would_run(one, {"BenchmarkFib2", "n=5"}));
    const auto mixed = filter_expression("go", {"BenchmarkA", "BenchmarkB/x.y(1)-4"});
    EXPECT_TRUE(go_would_run(mixed, {"BenchmarkB", "x.y(1)"}));
    EXPECT_TRUE(go_would_run(mixed, {"BenchmarkA"}));
    EXPECT_FALSE(go_would_run(mixed, {"BenchmarkAB"}));
}

}  // namespace
}  // namespace benchgate::formats
