#pragma once
// A series of main as the detector wants it: one value a commit, in main's order, in one unit and on the scale of one
// host. Owns the answer to everything that does not fit (late, double, missing, off main, another unit, a host that
// nothing ties to the others): it is set aside with a reason, never dropped. Does not look for changes (look.h).

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/series.h"

namespace benchgate::history {

inline constexpr double normal_quantile = 1.96;  ///< two-sided 95 %

/// A value as it was measured by one job of a push.
struct StoredPoint {
    std::optional<std::int64_t> place{};  ///< of `sha` on main; absent: it is not on main
    std::string sha{};
    std::string base_sha{};  ///< measured beside it, on the same host
    std::string host{};
    std::string unit{};
    model::Better better = model::Better::lower;
    std::optional<double> value{};
    std::optional<double> base_value{};
    int trials = 0;
    std::string note{};    ///< why there is no value
    std::string run_id{};  ///< of the push
    std::chrono::system_clock::time_point measured_at{};
};

struct LinePoint {
    std::int64_t place = 0;
    std::string sha;
    std::string host;  ///< of the newest of its measurements
    double measured = 0;
    double value = 0;  ///< as the reference host would have measured it; the median where it was measured repeatedly
    int trials = 0;
    int measurements = 1;
    std::string run_id;                                   ///< of the newest
    std::chrono::system_clock::time_point measured_at{};  ///< of the newest
};

struct AsidePoint {
    std::optional<std::int64_t> place;
    std::string sha;
    std::string reason;  ///< one clause: "it is missing on this commit"
};

/// How a host's values become the reference host's. Anchors are commits measured on both: a push measures the commit
/// before, too, so that the first push on a new host is one.
struct HostScale {
    std::string host;
    double factor = 1;  ///< 1 for the reference
    int anchors = 0;    ///< on the way to the reference; the fewest of a chain
};

struct Line {
    std::string unit;
    model::Better better = model::Better::lower;
    std::vector<LinePoint> points;  ///< by place, one a commit
    std::vector<AsidePoint> aside;  ///< in the order given
    std::vector<HostScale> hosts;   ///< the reference first
};

/// Any order is taken. Unit and direction are those of the newest commit on main that has a value. The reference host
/// is the one with most values, the newest of equals. Anchors bridge positive values only; their median counts.
Line arrange(std::span<const StoredPoint> points);

}  // namespace benchgate::history
