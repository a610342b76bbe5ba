#pragma once
// Anyone's history as a table: index, time or commit, and value. Owns the file's form, the order of its rows, what
// becomes of rows that are doubled or hold no value, and the bounds; what the values say is core/judging.

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace benchgate::cli {

inline constexpr std::size_t max_series_rows = 5'000'000;
inline constexpr std::size_t max_series_line = 16 * 1024;  ///< bytes
inline constexpr std::size_t max_series_label = 200;       ///< bytes of a commit or a time
inline constexpr std::size_t max_listed_rows = 100;        ///< of rows left out, that are named; all are counted

struct LeftOut {
    std::size_t line = 0;  ///< of the file, from 1
    std::string reason;
};

/// One value a build, in order.
class SeriesTable {
  public:
    std::string axis;            ///< the column that tells builds apart: index, time or commit
    std::vector<double> values;  ///< the median where a build has several
    std::vector<LeftOut> left_out;
    std::size_t left_out_count = 0;
    std::size_t rows = 0;
    std::size_t doubled = 0;   ///< rows that share their build with an earlier one
    std::size_t unsorted = 0;  ///< rows that stood behind a later index or time
    std::size_t gaps = 0;      ///< numbers that the index skips; the values beside them count as neighbours

    /// 0-based place of a build's first row among all rows, in order, those left out included.
    std::size_t row(std::size_t build) const { return rows_[build]; }
    /// The build's index, time or commit as the file has it.
    std::string_view label(std::size_t build) const;

  private:
    friend class SeriesReader;
    std::vector<std::uint32_t> rows_;
    std::vector<std::uint32_t> label_ends_;  ///< in labels_
    std::string labels_;
};

/// Columns in any order, further ones ignored. With index the rows are put into its order, else with time (seconds, or
/// ISO 8601), else they stand in the order of the file; commit is what names them if there is one. A value that is
/// empty, nan or infinite is left out; one that is no number at all is an error: "NAME:LINE: message".
tl::expected<SeriesTable, std::string> read_series(std::istream& input, const std::string& name);

}  // namespace benchgate::cli
