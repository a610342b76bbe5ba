#pragma once
// Reading of quantities that people write with a unit ("5%", "20m", "60MB", "100k/s") into canonical units. Owns the
// table of units; knows nothing of keys, files or places: callers word the error. Printing for people belongs to
// core/reporting.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace benchgate::model {

/// A number in a canonical unit: ns, bytes, count, 1/s or ratio.
struct Quantity {
    double value = 0;
    std::string_view unit;  ///< points to static text
    bool operator==(const Quantity&) const = default;
};

/// One row of the table of units: a value in this unit times `factor` is a value in `canonical`.
struct UnitScale {
    double factor = 1;
    std::string_view canonical;
};

/// The scale of a unit's name, exactly as written: ns, us, µs, ms, s, m, h, d, w, y; B, bytes, kB, KB, MB, GB, TB, KiB,
/// MiB, GiB, TiB; /s, k/s, M/s, G/s, 1/s; %, ratio; count, k, M, G. `m` is minutes.
std::optional<UnitScale> unit_scale(std::string_view unit);

/// "50ms", "-3.5%", "100k/s", "12" (a count). No blanks inside, no exponent, no infinities.
std::optional<Quantity> parse_quantity(std::string_view text);

/// "5%" is 0.05. A number without its % is refused.
std::optional<double> parse_percent(std::string_view text);

/// "500ms", "20m", "1h30m", "7d", "1y" (365 days); from 1 ms to 100 years. A number without its unit is refused.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace benchgate::model
