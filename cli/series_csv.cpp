#include "cli/series_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "cli/csv.h"
#include "core/judging/series_noise.h"
#include "platform/clock.h"

namespace benchgate::cli {
namespace {

/// An empty message: all is well.
using Complaint = std::string;

constexpr std::size_t absent = std::numeric_limits<std::size_t>::max();

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// Seconds; of a day alone its beginning.
std::optional<double> moment(std::string_view text) {
    if (const auto seconds = csv_number<double>(text)) return seconds;
    constexpr std::size_t day_alone = 10;
    const auto parsed =
        platform::parse_utc(text.size() == day_alone ? std::string(text) + "T00:00:00Z" : std::string(text));
    if (!parsed) return std::nullopt;
    return std::chrono::duration<double>(parsed->time_since_epoch()).count();
}

}  // namespace

std::string_view SeriesTable::label(std::size_t build) const {
    const std::size_t begin = build == 0 ? 0 : label_ends_[build - 1];
    return std::string_view(labels_).substr(begin, label_ends_[build] - begin);
}

/// Rows as they come, then the table of them in order.
class SeriesReader {
  public:
    Complaint header(const CsvFields& fields) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            auto name = trimmed(fields[i]);
            if (i == 0 && name.starts_with("\xef\xbb\xbf")) name.remove_prefix(3);
            for (std::size_t column = 0; column < names.size(); ++column)
                if (name == names[column]) {
                    if (place_[column] != absent) return fmt::format("the column {} stands twice", name);
                    place_[column] = i;
                }
            for (std::size_t column = 0; column < same.size(); ++column)
                if (name == same[column]) {
                    if (same_place_[column] != absent) return fmt::format("the column {} stands twice", name);
                    same_place_[column] = i;
                }
        }
        width_ = fields.size();
        if (place_[value] == absent) return "the column value is missing";
        for (const auto column : {index, time, commit})
            if (place_[column] != absent) {
                axis_ = column;
                label_ = place_[commit] != absent ? commit : column;
                return {};
            }
        return "one of the columns index, time, commit is missing";
    }

    Complaint row(const CsvFields& fields, std::size_t line) {
        if (fields.size() != width_) return fmt::format("{} fields where the header has {}", fields.size(), width_);
        const auto field = [&](Column column) { return trimmed(fields[place_[column]]); };
        if (auto other = of_another_series(fields); !other.empty()) return other;
        Row row{static_cast<double>(rows_.size()), std::numeric_limits<double>::quiet_NaN(), 0};
        if (axis_ != commit) {
            const auto order = axis_ == index ? csv_number<double>(field(index)) : moment(field(time));
            if (!order || !std::isfinite(*order))
                return axis_ == index ? "index must be a number" : "time must be seconds or ISO 8601";
            row.order = *order;
        }
        const auto label = field(label_);
        if (label.empty()) return fmt::format("{} must not be empty", names[label_]);
        if (label.size() > max_series_label)
            return fmt::format("{} of more than {} bytes", names[label_], max_series_label);
        const auto text = field(value);
        const auto number = csv_number<double>(text);
        if (!number && !text.empty()) return "value must be a number";
        if (number && std::isfinite(*number))
            row.value = *number;
        else
            leave_out(line, text.empty() ? "no value" : "not a finite number");
        constexpr std::size_t most_label_bytes = std::numeric_limits<std::uint32_t>::max();
        if (labels_.size() + label.size() > most_label_bytes) return "too much text";
        labels_ += label;
        row.label_end = static_cast<std::uint32_t>(labels_.size());
        rows_.push_back(row);
        return {};
    }

    SeriesTable finish() {
        table_.axis = names[axis_];
        table_.rows = rows_.size();
        const auto order = in_order();
        if (axis_ == index) count_gaps(order);
        std::vector<double> values;
        for (std::size_t begin = 0; begin < order.size();) {
            values.clear();
            std::size_t end = begin;
            for (; end < order.size() && rows_[order[end]].order == rows_[order[begin]].order; ++end)
                if (std::isfinite(rows_[order[end]].value)) values.push_back(rows_[order[end]].value);
            table_.doubled += end - begin - 1;
            if (!values.empty()) {
                table_.values.push_back(values.size() == 1 ? values[0] : judging::middle_value(values));
                table_.rows_.push_back(place_of(begin, order[begin]));
                table_.labels_ += label_of(order[begin]);
                table_.label_ends_.push_back(static_cast<std::uint32_t>(table_.labels_.size()));
            }
            begin = end;
        }
        return std::move(table_);
    }

  private:
    struct Row {
        double order;
        double value;  ///< NaN: none
        std::uint32_t label_end;
    };

    enum Column { index, time, commit, value, columns };
    static constexpr std::array<std::string_view, columns> names{"index", "time", "commit", "value"};

    /// A history is one series: its values must not be of two units, two directions or two benchmarks.
    static constexpr std::array<std::string_view, 4> same{"benchmark", "metric", "unit", "better"};

    Complaint of_another_series(const CsvFields& fields) {
        constexpr std::size_t most_shown = 60;
        for (std::size_t column = 0; column < same.size(); ++column) {
            if (same_place_[column] == absent) continue;
            const std::string now(trimmed(fields[same_place_[column]]));
            if (rows_.empty()) first_[column] = now;
            if (now != first_[column])
                return fmt::format("{} is \"{}\" here and \"{}\" in the first row; a history is one series",
                                   same[column], now.substr(0, most_shown), first_[column].substr(0, most_shown));
        }
        return {};
    }

    void leave_out(std::size_t line, std::string_view reason) {
        ++table_.left_out_count;
        if (table_.left_out.size() < max_listed_rows) table_.left_out.push_back({line, std::string(reason)});
    }

    std::string_view label_of(std::size_t row) const {
        const std::size_t begin = row == 0 ? 0 : rows_[row - 1].label_end;
        return std::string_view(labels_).substr(begin, rows_[row].label_end - begin);
    }

    /// Commits have no order of their own: those seen before take the place of the first.
    std::vector<std::uint32_t> in_order() {
        std::vector<std::uint32_t> order(rows_.size());
        std::iota(order.begin(), order.end(), 0u);
        if (axis_ == commit) {
            std::unordered_map<std::string_view, double> seen;
            for (std::size_t i = 0; i < rows_.size(); ++i)
                rows_[i].order = seen.try_emplace(label_of(i), rows_[i].order).first->second;
        }
        double latest = -std::numeric_limits<double>::infinity();
        std::size_t behind = 0;
        for (const auto& row : rows_) {
            if (row.order < latest) ++behind;
            latest = std::max(latest, row.order);
        }
        if (axis_ != commit) table_.unsorted = behind;
        if (behind > 0)
            std::stable_sort(order.begin(), order.end(),
                             [&](auto a, auto b) { return rows_[a].order < rows_[b].order; });
        return order;
    }

    /// Of an index or a time the place in order; a commit's rows are counted where the file has them.
    std::uint32_t place_of(std::size_t sorted, std::uint32_t row) const {
        return axis_ == commit ? row : static_cast<std::uint32_t>(sorted);
    }

    void count_gaps(const std::vector<std::uint32_t>& order) {
        double gaps = 0;
        for (std::size_t i = 0; i + 1 < order.size(); ++i) {
            const double from = rows_[order[i]].order, to = rows_[order[i + 1]].order;
            if (from != std::floor(from) || to != std::floor(to)) return;
            if (to > from) gaps += to - from - 1;
        }
        constexpr double most = 1e15;
        table_.gaps = static_cast<std::size_t>(std::min(gaps, most));
    }

    std::array<std::size_t, columns> place_{absent, absent, absent, absent};
    std::array<std::size_t, same.size()> same_place_{absent, absent, absent, absent};
    std::array<std::string, same.size()> first_{};
    std::size_t width_ = 0;
    Column axis_ = index, label_ = index;
    std::vector<Row> rows_;
    std::string labels_;
    SeriesTable table_;
};

tl::expected<SeriesTable, std::string> read_series(std::istream& input, const std::string& name) {
    SeriesReader reader;
    std::string line;
    bool too_long = false, has_header = false;
    std::size_t at = 0;
    const auto error = [&](std::string_view message) {
        return tl::unexpected(fmt::format("{}:{}: {}", name, at, message));
    };
    while (input.good() && next_csv_line(input, line, max_series_line, too_long)) {
        ++at;
        if (too_long) return error(fmt::format("a line of more than {} bytes", max_series_line));
        if (at > max_series_rows + 1) return error(fmt::format("more than {} rows", max_series_rows));
        if (line.empty()) continue;
        const auto fields = csv_fields(line);
        if (!fields) return error("a quote that is not closed");
        const auto complaint = has_header ? reader.row(*fields, at) : reader.header(*fields);
        if (!complaint.empty()) return error(complaint);
        has_header = true;
    }
    if (!has_header) return tl::unexpected(fmt::format("{}:1: the file is empty", name));
    return reader.finish();
}

}  // namespace benchgate::cli
