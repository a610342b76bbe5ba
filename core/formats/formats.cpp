#include "core/formats/formats.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/formats/collector.h"
#include "core/formats/google_benchmark.h"
#include "core/formats/regex_format.h"
#include "core/formats/registry.h"
#include "core/json/document.h"

namespace benchgate::formats {
namespace {

constexpr std::string_view nothing_inside =
    "the result holds no benchmark; a filter that matches nothing, or an interrupted tool, leaves such a file";

const Format* format_named(std::string_view name) {
    for (const auto* format : all_formats())
        if (format->name == name) return format;
    return nullptr;
}

bool is_blank(std::string_view bytes) {
    return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool looks_like_json(std::string_view bytes) {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

/// What is to be read. `padded`, where it was given so, is the same text.
struct Source {
    std::string_view text;
    const json::Padded* padded = nullptr;
};

/// The bytes end before the document does.
bool is_cut_off(std::string_view bytes, std::size_t byte_of_error) {
    return byte_of_error > bytes.find_last_not_of(" \t\r\n") + 1;
}

/// Tools of C++ and Python write NaN and Infinity bare, which is not JSON: then the benchmark concerned is lost, and
/// not the whole result.
tl::expected<json::Document, json::ParseError> document_in(const Source& source, const Limits& limits) {
    const json::Limits bounds{.bytes = limits.bytes};
    auto document = source.padded != nullptr ? json::Document::parse(*source.padded, bounds)
                                             : json::Document::parse(source.text, bounds);
    if (!document && document.error().byte > 0 && google_benchmark::may_hold_bare_nan(source.text)) {
        auto repaired = json::Document::parse(json::Padded(google_benchmark::without_bare_nan(source.text)),
                                              {.bytes = limits.bytes + limits.bytes / 4});
        if (repaired) return std::move(*repaired);
    }
    return document;
}

/// The bytes as far as they have been understood without a format.
struct Input {
    std::string_view text;
    tl::expected<json::Document, FormatError> document = tl::unexpected(FormatError{"not valid JSON"});
    bool cut_off = false;  ///< it would be a document if more of it had come
};

Input input_of(const Source& source, const Limits& limits, bool wanted) {
    const auto bytes = source.text;
    Input input{bytes};
    if (!wanted || !looks_like_json(bytes)) return input;
    auto document = document_in(source, limits);
    if (document) {
        input.document = std::move(*document);
    } else if (is_cut_off(bytes, document.error().byte)) {
        input.cut_off = true;
        input.document = tl::unexpected(FormatError{fmt::format(
            "the JSON ends after {} bytes, before it is complete; was the tool interrupted?", bytes.size())});
    } else {
        input.document = tl::unexpected(FormatError{document.error().message});
    }
    return input;
}

std::vector<const Format*> candidates(const Input& input) {
    // A mark that has not come by then is none: without a bound every format would read all of a large text.
    constexpr std::size_t far_enough = 4u << 20;
    const auto beginning = input.text.substr(0, far_enough);
    std::vector<const Format*> found;
    for (const auto* format : all_formats()) {
        const bool is = input.document ? format->document_is != nullptr && format->document_is(input.document->root())
                                       : format->text_is != nullptr && format->text_is(beginning);
        if (is) found.push_back(format);
    }
    return found;
}

std::vector<std::string_view> names_of(const std::vector<const Format*>& formats) {
    std::vector<std::string_view> result;
    for (const auto* format : formats) result.push_back(format->name);
    return result;
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
    const auto holds = [&](std::string_view mark) { return start.find(mark) != std::string_view::npos; };
    if (holds("Time (mean"))
        return "this is hyperfine's text for people; what can be read is written with --export-json {output}";
    if (holds("Catch") && holds("benchmark name"))
        return "this is Catch2's table for people; what can be read is written with --reporter xml";
    if (holds("BENCH  Summary"))
        return "this is vitest's text for people; what can be read is written with --outputJson {output}";
    return "";
}

tl::expected<const Format*, FormatError> choose(const Input& input) {
    const auto found = candidates(input);
    if (found.size() == 1) return found.front();
    if (found.size() > 1)
        return tl::unexpected(
            FormatError{fmt::format("this may be {}; name the format", fmt::join(names_of(found), " or "))});
    if (auto hint = for_people(input.text); !hint.empty()) return tl::unexpected(FormatError{std::move(hint)});
    if (looks_like_json(input.text) && !input.document) return tl::unexpected(input.document.error());
    return tl::unexpected(
        FormatError{fmt::format("the format was not recognised; name it: {}; another tool's figures can be written as "
                                "'json', or found in its text with 'regex:PATTERN'",
                                fmt::join(names(), ", "))});
}

tl::expected<model::Measurements, FormatError> read_as(const Format& format, const Input& input, const Limits& limits) {
    Collector collector(limits);
    if (input.document && format.read_document != nullptr) {
        format.read_document(input.document->root(), collector);
    } else if (format.read_text != nullptr) {
        format.read_text(input.text, collector);
    } else if (auto hint = for_people(input.text); !hint.empty() && !looks_like_json(input.text)) {
        return tl::unexpected(FormatError{std::move(hint)});
    } else if (looks_like_json(input.text)) {
        return tl::unexpected(input.document.error());
    } else {
        return tl::unexpected(FormatError{fmt::format("this is not JSON, and {} is", format.name)});
    }
    auto read = collector.finish(nothing_inside);
    // Half a document was read as text: what is missing as a text is not what is wrong.
    if (!read && input.cut_off && format.read_document != nullptr) return tl::unexpected(input.document.error());
    return read;
}

/// A result that could not be read as what it was said to be, and by its marks is something else.
FormatError with_suspicion(FormatError error, const Format& stated, const Source& source, const Limits& limits) {
    const auto found = candidates(input_of(source, limits, true));
    if (found.empty())
        if (auto hint = for_people(source.text); !hint.empty()) return {std::move(hint)};
    if (found.empty() || std::find(found.begin(), found.end(), &stated) != found.end()) return error;
    return {
        fmt::format("this is not a result of {}; it looks like {}", stated.name, fmt::join(names_of(found), " or "))};
}

tl::expected<Reading, FormatError> read_source(std::string_view format, const Source& source, const Limits& limits) {
    const auto bytes = source.text;
    if (auto mistake = mistake_in_format(format)) return tl::unexpected(FormatError{std::move(*mistake)});
    if (bytes.size() > limits.bytes)
        return tl::unexpected(
            FormatError{fmt::format("{} bytes are more than the {} allowed", bytes.size(), limits.bytes)});
    if (is_blank(bytes))
        return tl::unexpected(
            FormatError{"the result is empty; the tool wrote nothing, as it does when a filter matches no benchmark"});
    if (format.starts_with(regex::prefix)) {
        Collector collector(limits);
        regex::read(format, bytes, collector);
        auto read = collector.finish("the pattern matches nowhere in the result");
        if (!read) return tl::unexpected(read.error());
        return Reading{std::string(format), std::move(*read)};
    }
    const auto* stated = format_named(format);
    const auto input = input_of(source, limits, stated == nullptr || stated->read_document != nullptr);
    if (stated == nullptr) {
        const auto chosen = choose(input);
        if (!chosen) return tl::unexpected(chosen.error());
        auto result = read_as(**chosen, input, limits);
        if (!result)
            return tl::unexpected(FormatError{fmt::format("read as {}: {}", (*chosen)->name, result.error().message)});
        return Reading{std::string((*chosen)->name), std::move(*result)};
    }
    auto result = read_as(*stated, input, limits);
    if (!result) return tl::unexpected(with_suspicion(std::move(result.error()), *stated, source, limits));
    // Errors alone may be those of a reader that had another tool's words before it.
    if (result->values.empty())
        if (auto other = with_suspicion({}, *stated, source, limits); !other.message.empty())
            return tl::unexpected(std::move(other));
    return Reading{std::string(format), std::move(*result)};
}

}  // namespace

std::vector<std::string_view> names() {
    std::vector<std::string_view> result;
    for (const auto* format : all_formats()) result.push_back(format->name);
    return result;
}

std::optional<std::string> mistake_in_format(std::string_view format) {
    if (format == "auto" || format_named(format) != nullptr) return std::nullopt;
    if (format.starts_with(regex::prefix)) return regex::mistake_in(format);
    return fmt::format("unknown format '{}'; known: {}, auto, regex:PATTERN", excerpt(format, 60),
                       fmt::join(names(), ", "));
}

std::vector<std::string_view> recognise(std::string_view bytes, const Limits& limits) {
    if (bytes.size() > limits.bytes || is_blank(bytes)) return {};
    return names_of(candidates(input_of({bytes}, limits, true)));
}

tl::expected<Reading, FormatError> read(std::string_view format, std::string_view bytes, const Limits& limits) {
    return read_source(format, {bytes}, limits);
}

tl::expected<Reading, FormatError> read(std::string_view format, const json::Padded& bytes, const Limits& limits) {
    return read_source(format, {bytes.text(), &bytes}, limits);
}

tl::expected<model::Measurements, FormatError> parse(std::string_view format, std::string_view bytes,
                                                     const Limits& limits) {
    return read(format, bytes, limits).map([](Reading reading) { return std::move(reading.measurements); });
}

tl::expected<model::Measurements, FormatError> parse(std::string_view format, const json::Padded& bytes,
                                                     const Limits& limits) {
    return read(format, bytes, limits).map([](Reading reading) { return std::move(reading.measurements); });
}

std::string filter_expression(std::string_view format, const std::vector<std::string>& benchmarks) {
    const auto* known = format_named(format);
    return known == nullptr || known->filter == nullptr ? "" : known->filter(benchmarks);
}

}  // namespace benchgate::formats
