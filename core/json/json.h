#pragma once
// The one door to nlohmann::json: every text from outside is parsed here with bounds on bytes and depth, and every
// document is written here so that invalid UTF-8 cannot throw. (nlohmann 3.11 parses 100,000 levels and then crashes
// in dump.)

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::json {

using Json = nlohmann::json;
/// Keeps the order of insertion; for documents that people read.
using OrderedJson = nlohmann::ordered_json;

struct Limits {
    std::size_t bytes = 26u << 20;
    int depth = 64;
};

struct ParseError {
    std::string message;   ///< one line, without any of the document's text
    std::size_t byte = 0;  ///< 1-based place of the error; 0: none
};

/// Parses one JSON document. Never throws; NaN and infinities are not JSON and are refused.
tl::expected<Json, ParseError> parse(std::string_view bytes, const Limits& limits = {});

/// Writes a document; bytes that are not UTF-8 become U+FFFD. indent < 0: one line.
std::string dump(const Json& document, int indent = -1);
std::string dump(const OrderedJson& document, int indent = -1);

/// Tolerant readers of hostile documents: absent, null or of the wrong type gives nullopt (or the empty object).
const Json& at(const Json& object, std::string_view key);
std::optional<std::string> text(const Json& object, std::string_view key);
std::optional<std::int64_t> integer(const Json& object, std::string_view key);
std::optional<double> number(const Json& object, std::string_view key);
std::optional<bool> boolean(const Json& object, std::string_view key);

}  // namespace benchgate::json
