#include "core/protocol/fields.h"

#include <fmt/format.h>

namespace benchgate::protocol {
namespace {
const json::Json& empty_array() {
    static const json::Json empty = json::Json::array();
    return empty;
}
}  // namespace

Fields::Fields(const json::Json& object) : object_(object) {
    if (!object.is_object()) fail("expected an object");
}

void Fields::fail(const std::string& message) {
    if (error_.empty()) error_ = message;
}

std::string Fields::text(const char* key) {
    if (auto value = json::text(object_, key)) return *value;
    fail(fmt::format("{}: expected a text", key));
    return {};
}

std::string Fields::text_or(const char* key, std::string fallback) {
    return json::text(object_, key).value_or(std::move(fallback));
}

std::int64_t Fields::integer(const char* key) {
    if (auto value = json::integer(object_, key)) return *value;
    fail(fmt::format("{}: expected an integer", key));
    return 0;
}

int Fields::whole(const char* key, int low, int high) {
    const auto value = json::integer(object_, key);
    if (value && *value >= low && *value <= high) return static_cast<int>(*value);
    fail(fmt::format("{}: expected a whole number from {} to {}", key, low, high));
    return low;
}

int Fields::whole_or(const char* key, int fallback, int low, int high) {
    const bool absent = !object_.is_object() || !object_.contains(key) || object_[key].is_null();
    return absent ? fallback : whole(key, low, high);
}

std::chrono::milliseconds Fields::duration_ms(const char* key) {
    constexpr std::int64_t longest = std::int64_t{100} * 365 * 86'400'000;  // what a configuration may say
    const auto value = integer(key);
    if (value >= 0 && value <= longest) return std::chrono::milliseconds(value);
    fail(fmt::format("{}: expected 0 to {}", key, longest));
    return {};
}

double Fields::number(const char* key) {
    if (auto value = json::number(object_, key)) return *value;
    fail(fmt::format("{}: expected a number", key));
    return 0;
}

std::optional<double> Fields::optional_number(const char* key) {
    return json::number(object_, key);
}
std::optional<std::int64_t> Fields::optional_integer(const char* key) {
    return json::integer(object_, key);
}
std::optional<std::string> Fields::optional_text(const char* key) {
    return json::text(object_, key);
}
bool Fields::boolean_or(const char* key, bool fallback) {
    return json::boolean(object_, key).value_or(fallback);
}

std::vector<std::string> Fields::texts(const char* key, std::size_t most) {
    std::vector<std::string> values;
    for (const auto& item : array(key)) {
        if (!item.is_string() || values.size() == most) {
            fail(fmt::format("{}: expected a list of at most {} texts", key, most));
            return {};
        }
        values.push_back(item.get<std::string>());
    }
    return values;
}

const json::Json& Fields::object(const char* key) {
    return json::at(object_, key);
}

const json::Json& Fields::array(const char* key) {
    const auto& value = json::at(object_, key);
    if (value.is_array()) return value;
    if (object_.is_object() && object_.contains(key) && !value.is_null()) fail(fmt::format("{}: expected a list", key));
    return empty_array();
}

}  // namespace benchgate::protocol
