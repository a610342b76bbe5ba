#pragma once
// What is measured: the identity of a series, its direction and its side. Owns the words `metric` and `side` of the
// contract; holds no values (measurement.h, trial.h) and no decision (judging).

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace benchgate::model {

/// Which direction of a metric is good. `none`: a quantity that is recorded but never judged.
enum class Better { lower, higher, none };

/// The two commits that a job compares.
enum class Side { base, head };

/// Identity of one series inside a suite. `benchmark` carries its parameters ("Sort/1024"), `metric` is the
/// quantity ("time", "peak_memory", "bytes_per_second").
struct SeriesKey {
    std::string benchmark;
    std::string metric;
    auto operator<=>(const SeriesKey&) const = default;
};

/// A series and what is known of it before any value is seen. `unit` is canonical: ns, bytes, count, 1/s, ratio, or
/// the tool's own word where none of these fits. `gating` series are judged and count in the pull request's number
/// of tests; the others are only kept.
struct Series {
    SeriesKey key;
    std::string unit;
    Better better = Better::lower;
    bool gating = true;
    bool operator==(const Series&) const = default;
};

std::string_view to_string(Better better);
std::string_view to_string(Side side);
std::optional<Better> better_from(std::string_view text);
std::optional<Side> side_from(std::string_view text);

}  // namespace benchgate::model
