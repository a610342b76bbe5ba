#include "core/model/units.h"

#include <array>
#include <charconv>
#include <cmath>

namespace benchgate::model {
namespace {

struct Row {
    std::string_view name;
    UnitScale scale;
};

constexpr std::array<Row, 36> table{{{"ns", {1, "ns"}},
                                     {"us", {1e3, "ns"}},
                                     {"\u00b5s", {1e3, "ns"}},
                                     {"\u03bcs", {1e3, "ns"}},
                                     {"ms", {1e6, "ns"}},
                                     {"s", {1e9, "ns"}},
                                     {"m", {60e9, "ns"}},
                                     {"h", {3600e9, "ns"}},
                                     {"d", {86400e9, "ns"}},
                                     {"w", {604800e9, "ns"}},
                                     {"y", {31536000e9, "ns"}},
                                     {"B", {1, "bytes"}},
                                     {"bytes", {1, "bytes"}},
                                     {"kB", {1e3, "bytes"}},
                                     {"KB", {1e3, "bytes"}},
                                     {"MB", {1e6, "bytes"}},
                                     {"GB", {1e9, "bytes"}},
                                     {"TB", {1e12, "bytes"}},
                                     {"KiB", {1024, "bytes"}},
                                     {"MiB", {1048576, "bytes"}},
                                     {"GiB", {1073741824, "bytes"}},
                                     {"TiB", {1099511627776, "bytes"}},
                                     {"/s", {1, "1/s"}},
                                     {"1/s", {1, "1/s"}},
                                     {"k/s", {1e3, "1/s"}},
                                     {"K/s", {1e3, "1/s"}},
                                     {"M/s", {1e6, "1/s"}},
                                     {"G/s", {1e9, "1/s"}},
                                     {"%", {0.01, "ratio"}},
                                     {"ratio", {1, "ratio"}},
                                     {"count", {1, "count"}},
                                     {"", {1, "count"}},
                                     {"k", {1e3, "count"}},
                                     {"K", {1e3, "count"}},
                                     {"M", {1e6, "count"}},
                                     {"G", {1e9, "count"}}}};

/// The number at the front of `text`, which loses it. Only [-]digits[.digits]: what people write in a policy.
std::optional<double> take_number(std::string_view& text) {
    const std::size_t start = !text.empty() && text.front() == '-' ? 1 : 0;
    if (start >= text.size() || text[start] < '0' || text[start] > '9') return std::nullopt;
    double value = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (failure != std::errc() || !std::isfinite(value) || *(end - 1) == '.') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// Written factors are powers of ten, where dividing by the inverse is exact and multiplying is not (5 * 0.01 is, 7 *
/// 0.01 is not the double nearest to 0.07).
double scaled(double value, const UnitScale& scale) {
    return scale.factor < 1 ? value / std::round(1 / scale.factor) : value * scale.factor;
}

}  // namespace

std::optional<UnitScale> unit_scale(std::string_view unit) {
    if (unit.empty()) return std::nullopt;
    for (const auto& row : table)
        if (row.name == unit) return row.scale;
    return std::nullopt;
}

std::optional<Quantity> parse_quantity(std::string_view text) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    // "1/s" and "ratio" are names of units, not what one writes behind a number: 31/s must not read as 3 times 1/s.
    if (text == "1/s") return std::nullopt;
    for (const auto& row : table) {
        if (row.name != text) continue;
        const double value = scaled(*number, row.scale);
        return std::isfinite(value) ? std::optional(Quantity{value, row.scale.canonical}) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<double> parse_percent(std::string_view text) {
    if (text.empty() || text.back() != '%') return std::nullopt;
    const auto quantity = parse_quantity(text);
    if (!quantity) return std::nullopt;
    return quantity->value;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr double longest_ms = 100.0 * 365 * 86400 * 1000;
    double total_ms = 0;
    double last_factor = INFINITY;
    do {
        const auto number = take_number(text);
        if (!number || *number < 0) return std::nullopt;
        const auto end = text.find_first_of("0123456789.-");
        const auto scale = unit_scale(text.substr(0, end));
        if (!scale || scale->canonical != "ns" || scale->factor < 1e6 || scale->factor >= last_factor)
            return std::nullopt;
        last_factor = scale->factor;
        total_ms += *number * (scale->factor / 1e6);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    } while (!text.empty());
    if (!(total_ms >= 1 && total_ms <= longest_ms)) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(total_ms)));
}

}  // namespace benchgate::model
