#include "cli/parse_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/format_option.h"
#include "cli/output.h"
#include "core/formats/benchgate_json.h"
#include "core/formats/formats.h"
#include "core/json/document.h"
#include "core/reporting/escape.h"

namespace benchgate::cli {
namespace {

std::optional<std::string> bytes_of(const std::string& file) {
    const formats::Limits limits;
    std::ifstream opened;
    if (file != "-") opened.open(file, std::ios::binary);
    std::istream& stream = file == "-" ? std::cin : opened;
    std::string bytes;
    // Growing by doubling would take twice the room of what is large.
    std::error_code unknown;
    const auto size = file == "-" ? 0 : std::filesystem::file_size(file, unknown);
    if (!unknown && size <= limits.bytes) bytes.reserve(size + json::Padded::room);
    // One byte beyond the bound is enough for the parser to refuse the rest.
    for (char block[65536]; stream && bytes.size() <= limits.bytes;) {
        stream.read(block, sizeof block);
        bytes.append(block, static_cast<std::size_t>(stream.gcount()));
    }
    if (!stream.eof() && bytes.size() <= limits.bytes) return std::nullopt;
    return bytes;
}

/// Milliseconds are millions of ns, which nobody reads as 1.21e+07.
std::string table_number(double value) {
    const double size = std::fabs(value);
    return size >= 1e6 && size < 1e14 ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
}

void print_table(const model::Measurements& measurements, std::ostream& out) {
    std::size_t widest = 9;
    for (const auto& value : measurements.values) widest = std::max(widest, value.series.key.benchmark.size());
    widest = std::min<std::size_t>(widest, 60);
    fmt::print(out, "{:<{}}  {:<20} {:>14}  {:<8} {:<7} {}\n", "benchmark", widest, "metric", "value", "unit", "better",
               "values");
    for (const auto& value : measurements.values) {
        const auto& series = value.series;
        std::string count = std::to_string(value.samples.size());
        if (value.summary) count = value.summary->n > 0 ? fmt::format("summary of {}", value.summary->n) : "summary";
        fmt::print(out, "{:<{}}  {:<20} {:>14}  {:<8} {:<7} {}{}\n", reporting::one_line(series.key.benchmark), widest,
                   reporting::one_line(series.key.metric), table_number(model::trial_value(value)),
                   reporting::one_line(series.unit), model::to_string(series.better), count,
                   series.gating ? "" : ", not judged");
    }
}

}  // namespace

int run_parse(const ParseOptions& options, std::ostream& out, std::ostream& err) {
    if (const auto mistake = unknown_format(options.format)) {
        fmt::print(err, "{}\n", *mistake);
        return 2;
    }
    auto bytes = bytes_of(options.file);
    if (!bytes) {
        fmt::print(err, "{}: cannot be read\n", options.file);
        return 2;
    }
    const auto read = formats::read(options.format, json::Padded(std::move(*bytes)));
    if (!read) {
        fmt::print(err, "{}: {}\n", options.file, reporting::one_line(read.error().message));
        return 3;
    }
    const auto* parsed = &read->measurements;
    if (options.format == "auto") fmt::print(err, "{}: recognised as {}\n", options.file, read->format);
    for (const auto& error : parsed->errors)
        fmt::print(err, "{}: {}{}{}\n", options.file, reporting::one_line(error.benchmark),
                   error.benchmark.empty() ? "" : ": ", reporting::one_line(error.message));
    if (!options.json) {
        print_table(*parsed, out);
    } else {
        const auto document = json::dump(formats::benchgate_json::write(read->format, *parsed), 2) + "\n";
        if (const auto written = write_output(*options.json, document, out); !written) {
            fmt::print(err, "{}\n", written.error());
            return 2;
        }
    }
    return parsed->values.empty() ? 3 : 0;
}

}  // namespace benchgate::cli
