#include "core/json/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/json/document.h"

namespace benchgate::json {
namespace {

/// A first reading that builds nothing: it counts levels and stops at the first one too many, which the callback of
/// nlohmann's own parse cannot do.
class DepthGuard : public nlohmann::json_sax<Json> {
  public:
    DepthGuard(int limit, std::string& error, std::size_t& byte) : limit_(limit), error_(error), byte_(byte) {}
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return deeper(); }
    bool key(string_t&) override { return true; }
    bool end_object() override { return --depth_, true; }
    bool start_array(std::size_t) override { return deeper(); }
    bool end_array() override { return --depth_, true; }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& failure) override {
        error_ = failure.id == 406 ? "a number is out of range" : "not valid JSON";
        byte_ = position;
        return false;
    }

  private:
    bool deeper() {
        if (++depth_ <= limit_) return true;
        error_ = fmt::format("more than {} levels of nesting", limit_);
        return false;
    }
    int limit_;
    int depth_ = 0;
    std::string& error_;
    std::size_t& byte_;
};

const Json& empty_object() {
    static const Json empty = Json::object();
    return empty;
}

}  // namespace

std::optional<ParseError> place_of_error(std::string_view bytes, const Limits& limits) {
    if (bytes.size() > limits.bytes)
        return ParseError{fmt::format("{} bytes are more than the {} allowed", bytes.size(), limits.bytes), 0};
    ParseError error;
    DepthGuard guard(limits.depth, error.message, error.byte);
    if (Json::sax_parse(bytes, &guard)) return std::nullopt;
    if (error.byte > 0) error.message += fmt::format(" at byte {}", error.byte);
    return error;
}

tl::expected<Json, ParseError> parse(std::string_view bytes, const Limits& limits) {
    if (const auto error = place_of_error(bytes, limits)) return tl::unexpected(*error);
    return Json::parse(bytes, nullptr, false);
}

std::string dump(const Json& document, int indent) {
    return document.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string dump(const OrderedJson& document, int indent) {
    return document.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

const Json& at(const Json& object, std::string_view key) {
    if (!object.is_object()) return empty_object();
    const auto found = object.find(key);
    return found == object.end() ? empty_object() : *found;
}

std::optional<std::string> text(const Json& object, std::string_view key) {
    const auto& value = at(object, key);
    if (!value.is_string()) return std::nullopt;
    return value.get<std::string>();
}

std::optional<std::int64_t> integer(const Json& object, std::string_view key) {
    const auto& value = at(object, key);
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    if (!value.is_number_integer()) return std::nullopt;
    return value.get<std::int64_t>();
}

std::optional<double> number(const Json& object, std::string_view key) {
    const auto& value = at(object, key);
    if (!value.is_number()) return std::nullopt;
    return value.get<double>();
}

std::optional<bool> boolean(const Json& object, std::string_view key) {
    const auto& value = at(object, key);
    if (!value.is_boolean()) return std::nullopt;
    return value.get<bool>();
}

}  // namespace benchgate::json
