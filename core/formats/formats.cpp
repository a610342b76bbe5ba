#include "core/formats/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/formats/benchgate_json.h"
#include "core/formats/collector.h"
#include "core/formats/go_bench.h"
#include "core/formats/google_benchmark.h"
#include "core/formats/hyperfine.h"
#include "core/json/json.h"

namespace benchgate::formats {
namespace {

constexpr std::string_view google_name = "google-benchmark";
constexpr std::string_view hyperfine_name = "hyperfine";
constexpr std::string_view go_name = "go";
constexpr std::string_view json_name = "json";
constexpr std::array all_names{google_name, hyperfine_name, go_name, json_name};

constexpr std::string_view nothing_inside =
    "the result holds no benchmark; a filter that matches nothing, or an interrupted tool, leaves such a file";

bool blank(std::string_view bytes) {
    return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

tl::expected<json::Json, FormatError> document_in(std::string_view bytes, const Limits& limits) {
    const json::Limits bounds{.bytes = limits.bytes};
    auto document = json::parse(bytes, bounds);
    if (!document && document.error().byte > 0) {
        auto repaired =
            json::parse(google_benchmark::without_bare_nan(bytes), {.bytes = limits.bytes + limits.bytes / 4});
        if (repaired && google_benchmark::recognise(*repaired)) return std::move(*repaired);
    }
    if (!document) return tl::unexpected(FormatError{document.error().message});
    return std::move(*document);
}

std::optional<std::string_view> recognise_document(const json::Json& document) {
    if (google_benchmark::recognise(document)) return google_name;
    if (hyperfine::recognise(document)) return hyperfine_name;
    if (benchgate_json::recognise(document)) return json_name;
    return std::nullopt;
}

FormatError not_recognised() {
    return {fmt::format("the format was not recognised; name it: {}", fmt::join(all_names, ", "))};
}

/// What the tool must be told, where this is its output for people: the commonest first result of all.
std::string for_people(std::string_view bytes) {
    constexpr std::size_t far_enough = 65'536;  // warnings about the host may stand before the table
    const auto start = bytes.substr(0, far_enough);
    const auto table = start.find("\nBenchmark ");
    if (table != std::string_view::npos) {
        const auto line = start.substr(table + 1, start.find('\n', table + 1) - table - 1);
        if (line.find(" Time ") != std::string_view::npos && line.find(" Iterations") != std::string_view::npos)
            return "this is Google Benchmark's table for people; what can be read is written with "
                   "--benchmark_format=json";
    }
    if (start.find("Time (mean") != std::string_view::npos)
        return "this is hyperfine's text for people; what can be read is written with --export-json {output}";
    return "";
}

bool looks_like_json(std::string_view bytes) {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '{';
}

tl::expected<model::Measurements, FormatError> parse_document(std::string_view format, std::string_view bytes,
                                                              const Limits& limits) {
    const auto document = document_in(bytes, limits);
    if (!document) return tl::unexpected(document.error());
    const auto found = recognise_document(*document);
    if (format == "auto" && !found) return tl::unexpected(not_recognised());
    if (format == "auto") format = *found;
    Collector collector(limits);
    bool right_shape = true;
    if (format == google_name) {
        right_shape = json::at(*document, "benchmarks").is_array();
        google_benchmark::read(*document, collector);
    } else if (format == hyperfine_name) {
        right_shape = json::at(*document, "results").is_array();
        hyperfine::read(*document, collector);
    } else {
        right_shape = json::at(*document, "measurements").is_array();
        benchgate_json::read(*document, collector);
    }
    if (right_shape) return collector.finish(nothing_inside);
    auto message = fmt::format("this JSON is not a result of {}", format);
    if (found) message += fmt::format("; it looks like {}", *found);
    return tl::unexpected(FormatError{message});
}

}  // namespace

std::vector<std::string_view> names() {
    return {all_names.begin(), all_names.end()};
}

std::optional<std::string_view> recognise(std::string_view bytes, const Limits& limits) {
    if (bytes.size() > limits.bytes) return std::nullopt;
    if (!looks_like_json(bytes)) return go_bench::recognise(bytes) ? std::optional(go_name) : std::nullopt;
    const auto document = document_in(bytes, limits);
    if (!document) return std::nullopt;
    return recognise_document(*document);
}

tl::expected<model::Measurements, FormatError> parse(std::string_view format, std::string_view bytes,
                                                     const Limits& limits) {
    if (format != "auto" && std::find(all_names.begin(), all_names.end(), format) == all_names.end())
        return tl::unexpected(FormatError{
            fmt::format("unknown format '{}'; known: {}, auto", excerpt(format, 60), fmt::join(all_names, ", "))});
    if (bytes.size() > limits.bytes)
        return tl::unexpected(
            FormatError{fmt::format("{} bytes are more than the {} allowed", bytes.size(), limits.bytes)});
    if (blank(bytes))
        return tl::unexpected(
            FormatError{"the result is empty; the tool wrote nothing, as it does when a filter matches no benchmark"});
    if (format != go_name && !looks_like_json(bytes) && !(format == "auto" && go_bench::recognise(bytes)))
        if (auto hint = for_people(bytes); !hint.empty()) return tl::unexpected(FormatError{std::move(hint)});
    if (format == go_name || (format == "auto" && !looks_like_json(bytes))) {
        if (format == "auto" && !go_bench::recognise(bytes)) return tl::unexpected(not_recognised());
        Collector collector(limits);
        go_bench::read(bytes, collector);
        return collector.finish(nothing_inside);
    }
    return parse_document(format, bytes, limits);
}

std::string filter_expression(std::string_view format, const std::vector<std::string>& benchmarks) {
    if (format == google_name) return google_benchmark::filter_expression(benchmarks);
    if (format == go_name) return go_bench::filter_expression(benchmarks);
    return "";
}

}  // namespace benchgate::formats
