#pragma once
// Anyone's trials as a table: benchmark,metric,unit,better,block,position,side,value. Owns the file's form and its
// bounds; what the values mean is core/judging.

#include <cstddef>
#include <istream>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/judging/series_judge.h"

namespace benchgate::cli {

inline constexpr std::size_t max_trial_rows = 5'000'000;
inline constexpr std::size_t max_trial_line = 16 * 1024;  ///< bytes
inline constexpr std::size_t max_trial_series = 100'000;
inline constexpr int max_trial_block = 9'999;
inline constexpr int max_trial_position = 63;

struct TrialsTable {
    std::vector<judging::SeriesBlocks> series;  ///< in the order of their first rows; blocks by number
    std::size_t without_direction = 0;          ///< series with better = none: recorded, never judged, not in `series`
};

/// The columns may stand in any order, further ones are ignored; fields may be quoted ("" is one quote) but hold no
/// line break. nan and inf are values (of a failed trial). The error is "NAME:LINE: message".
tl::expected<TrialsTable, std::string> read_trials(std::istream& input, const std::string& name);

}  // namespace benchgate::cli
