#pragma once
// The JSON of Google Benchmark (--benchmark_out, --benchmark_format=json), from 1.0 on. `time` is real_time, or
// cpu_time where the name says /process_time, and gates; the other clock, counters and *_per_second are kept and do not
// gate. Rows of repetitions become samples in their order; aggregates are read only where single rows are absent.

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/collector.h"
#include "core/formats/registry.h"

namespace benchgate::formats::google_benchmark {

/// Whether it is worth the second look.
bool may_hold_bare_nan(std::string_view bytes);

/// The tool writes NaN and Infinity bare, which is not JSON: the same text with null in their place, so that only the
/// benchmark concerned is lost.
std::string without_bare_nan(std::string_view bytes);

std::string filter_expression(const std::vector<std::string>& benchmarks);

}  // namespace benchgate::formats::google_benchmark
