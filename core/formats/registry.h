#pragma once
// The frame that all formats share: what a format is, and the table of them. A format is one .cpp file that defines its
// row; how the tool is made to write it and what is read stands in docs/formats.md, and a test holds both together.
// Does not decide between formats (formats.cpp) and knows nothing of a result's bounds (collector.h).

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/collector.h"
#include "core/json/document.h"

namespace benchgate::formats {

/// A format reads one JSON document, or text, or has both shapes. `..._is` tells by the result's own marks whether it
/// is of this format, and may look at all of it; `read_...` must take any document or text without harm, and refuses
/// through the collector what has not its shape.
struct Format {
    std::string_view name;
    bool (*document_is)(const json::View& document) = nullptr;
    void (*read_document)(const json::View& document, Collector& collector) = nullptr;
    bool (*text_is)(std::string_view text) = nullptr;
    void (*read_text)(std::string_view text, Collector& collector) = nullptr;
    /// What replaces {filter} in the run command; absent: the tool has no filter that could be used.
    std::string (*filter)(const std::vector<std::string>& benchmarks) = nullptr;
};

extern const Format ab_format, asv_format, autocannon_format, benchgate_json_format, benchmark_dot_net_format,
    benchmark_js_format, bmf_format, callgrind_format, cargo_criterion_format, catch2_format, criterion_format,
    criterion_estimates_format, custom_bigger_format, custom_smaller_format, go_format, google_benchmark_format,
    hey_format, hyperfine_format, iai_callgrind_format, jmh_format, k6_format, libtest_format, locust_format,
    mitata_format, nanobench_format, pgbench_format, pyperf_format, pytest_benchmark_format, tinybench_format,
    vegeta_format, vitest_format, wrk_format;

/// In the order of the documentation's table. `regex:` is not among them: it has a pattern for a name (regex_format.h).
std::span<const Format* const> all_formats();

}  // namespace benchgate::formats
