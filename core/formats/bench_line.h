#pragma once
// The line that libtest and Criterion's bencher output share: "test NAME ... bench:  1,234.5 ns/iter (+/- 12) = 190
// MB/s". What the figure behind +/- means differs between the two: libtest.cpp and criterion.cpp say.

#include <optional>
#include <string_view>

#include "core/formats/collector.h"

namespace benchgate::formats {

struct BenchLine {
    std::string_view name;
    double value = 0;              ///< in the row's unit
    std::optional<double> spread;  ///< in the row's unit
    std::string_view metric = "time";
    std::string_view unit = "ns";
    model::Better better = model::Better::lower;
    std::optional<double> bytes_per_second;
};

std::optional<BenchLine> bench_line_in(std::string_view line);
void add_bench_line(const BenchLine& line, const std::string& name, std::string_view spread_kind, Collector& collector);

/// "running 3 tests": only libtest prints it.
bool has_test_count(std::string_view text);
bool has_bench_line(std::string_view text);

}  // namespace benchgate::formats
