#pragma once
// The door of the room: bytes that a benchmark tool wrote -> measurements in canonical units. Owns the list of formats,
// the bounds that hold for all of them, and the filter expression each tool understands. One file pair a format.
// Does not run tools, read files or judge; a benchmark's name is only a name here, whatever it says.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/measurement.h"

namespace benchgate::json {
class Padded;
}

namespace benchgate::formats {

/// Bounds on one result. Beyond `bytes`, `values` or `benchmarks` the whole result is refused; a longer name is an
/// error of that benchmark alone.
struct Limits {
    std::size_t bytes = 64u << 20;
    std::size_t values = 5'000'000;
    std::size_t benchmarks = 10'000;
    std::size_t name_bytes = 1'000;
    std::size_t errors = 1'000;  ///< more are counted in a last error, not kept
};

/// The result as a whole cannot be used. One line, fit for a check's summary.
struct FormatError {
    std::string message;
    bool operator==(const FormatError&) const = default;
};

/// A result that was read, and the format it was read as: with "auto" the one that was recognised.
struct Reading {
    std::string format;
    model::Measurements measurements;
};

/// Reads a result. `format` is one of names(), "auto" or "regex:PATTERN". A benchmark that failed is in `errors` and
/// has no values; a result without any benchmark, measured or failed, is a FormatError.
tl::expected<Reading, FormatError> read(std::string_view format, std::string_view bytes, const Limits& limits = {});

/// The same of bytes with room behind them, which need not be copied: for what may be large.
tl::expected<Reading, FormatError> read(std::string_view format, const json::Padded& bytes, const Limits& limits = {});

/// The same without the format's name.
tl::expected<model::Measurements, FormatError> parse(std::string_view format, std::string_view bytes,
                                                     const Limits& limits = {});
tl::expected<model::Measurements, FormatError> parse(std::string_view format, const json::Padded& bytes,
                                                     const Limits& limits = {});

/// What `format:` may say, besides "auto" and "regex:PATTERN".
std::vector<std::string_view> names();

/// What is wrong with a format's name, or with the pattern of a "regex:"; nothing when it can be used.
std::optional<std::string> mistake_in_format(std::string_view format);

/// The formats that a result may be of, by its own marks: one when it is certain, none when it is unknown.
std::vector<std::string_view> recognise(std::string_view bytes, const Limits& limits = {});

/// What replaces `{filter}` in a run command so that at least these benchmarks run: an anchored, escaped regular
/// expression for google-benchmark and go; an empty list asks for all of them ("."). Empty text: the format's tool has
/// no filter. For go the expression may admit more than was asked (it matches level by level). The text is not quoted
/// for a shell: who replaces the placeholder quotes it.
std::string filter_expression(std::string_view format, const std::vector<std::string>& benchmarks);

}  // namespace benchgate::formats
