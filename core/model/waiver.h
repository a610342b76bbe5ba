#pragma once
// A signed exception: a regression that somebody with write permission lets pass, up to a ceiling and an end. Owns
// which series it names and what its ceiling is held against; what the gate makes of it is core/judging/waivers.h, who
// may make one core/planning.

#include <optional>
#include <string>

#include "core/model/verdict.h"

namespace benchgate::model {

struct Waiver {
    std::string id;         ///< UUID; empty before it is stored
    std::string benchmark;  ///< name or glob
    std::string metric;     ///< empty: every metric
    double max = 0;         ///< largest change for the worse that it covers, by the estimate: 0.08 = 8 %
    std::string until;      ///< last day (UTC) on which it holds, YYYY-MM-DD
    std::string reason;
    std::string author;  ///< login
    bool operator==(const Waiver&) const = default;
};

/// Whether the waiver names this series; its ceiling and its end are not looked at.
bool speaks_of(const Waiver& waiver, const SeriesKey& series);

/// The change that reports show, |head / base - 1| of the estimate; absent without one.
std::optional<double> change_of(const Verdict& verdict);

/// Whether the change lies at or below the ceiling. Without an estimate there is none that could: false.
bool within_ceiling(const Waiver& waiver, const Verdict& verdict);

}  // namespace benchgate::model
