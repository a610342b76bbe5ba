#include "cli/trials_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cli/csv.h"

namespace benchgate::cli {
namespace {

enum Column { benchmark, metric, unit, better, block, position, side, value, columns };
constexpr std::array<std::string_view, columns> names{"benchmark", "metric",   "unit", "better",
                                                      "block",     "position", "side", "value"};

using Fields = CsvFields;
/// An empty message: all is well.
using Complaint = std::string;

struct Collected {
    model::Series series;
    std::map<int, judging::Block> blocks;
    std::set<std::pair<int, int>> places;  ///< (block, position) already taken
};

class Reader {
  public:
    Complaint header(Fields fields) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (!fields.empty() && fields[0].starts_with(byte_order_mark)) fields[0].erase(0, byte_order_mark.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto found = std::find(fields.begin(), fields.end(), names[i]);
            if (found == fields.end()) return fmt::format("the column {} is missing", names[i]);
            if (std::find(found + 1, fields.end(), names[i]) != fields.end())
                return fmt::format("the column {} stands twice", names[i]);
            place_[i] = static_cast<std::size_t>(found - fields.begin());
        }
        width_ = fields.size();
        return {};
    }

    Complaint row(const Fields& fields) {
        if (fields.size() != width_) return fmt::format("{} fields where the header has {}", fields.size(), width_);
        const auto field = [&](Column column) -> const std::string& { return fields[place_[column]]; };
        if (field(benchmark).empty() || field(metric).empty()) return "benchmark and metric must not be empty";
        const auto direction = model::better_from(field(better));
        if (!direction) return "better must be lower, higher or none";
        const auto of = model::side_from(field(side));
        if (!of) return "side must be base or head";
        const auto number_of_block = csv_number<int>(field(block));
        if (!number_of_block || *number_of_block < 0 || *number_of_block > max_trial_block)
            return fmt::format("block must be a whole number from 0 to {}", max_trial_block);
        const auto at = csv_number<int>(field(position));
        if (!at || *at < 0 || *at > max_trial_position)
            return fmt::format("position must be a whole number from 0 to {}", max_trial_position);
        const auto measured = csv_number<double>(field(value));
        if (!measured) return "value must be a number";
        const model::Series series{{field(benchmark), field(metric)}, field(unit), *direction, true};
        return add(series, {*number_of_block, *at}, *of, *measured);
    }

    TrialsTable finish() {
        TrialsTable table;
        for (const auto& key : order_) {
            auto& collected = series_.at(key);
            if (collected.series.better == model::Better::none) {
                ++table.without_direction;
                continue;
            }
            judging::SeriesBlocks blocks{std::move(collected.series), {}, {}};
            for (auto& [number_of_block, values] : collected.blocks) blocks.blocks.push_back(std::move(values));
            table.series.push_back(std::move(blocks));
        }
        return table;
    }

  private:
    Complaint add(const model::Series& series, std::pair<int, int> at, model::Side of, double measured) {
        const auto [found, is_new] = series_.try_emplace(series.key, Collected{series, {}, {}});
        if (is_new) order_.push_back(series.key);
        if (order_.size() > max_trial_series) return fmt::format("more than {} series", max_trial_series);
        auto& collected = found->second;
        if (collected.series != series)
            return "unit and better differ from an earlier row of this benchmark and metric";
        if (!collected.places.insert(at).second)
            return fmt::format("block {} has position {} twice", at.first, at.second);
        auto& values = collected.blocks[at.first];
        auto& part = of == model::Side::base ? values.base : values.head;
        if (part.size() >= judging::max_block_side)
            return fmt::format("block {} has more than {} trials a side", at.first, judging::max_block_side);
        part.push_back(measured);
        return {};
    }

    std::array<std::size_t, columns> place_{};
    std::size_t width_ = 0;
    std::map<model::SeriesKey, Collected> series_;
    std::vector<model::SeriesKey> order_;
};

}  // namespace

tl::expected<TrialsTable, std::string> read_trials(std::istream& input, const std::string& name) {
    Reader reader;
    std::string line;
    bool too_long = false;
    std::size_t at = 0;
    const auto error = [&](std::string_view message) {
        return tl::unexpected(fmt::format("{}:{}: {}", name, at, message));
    };
    while (input.good() && next_csv_line(input, line, max_trial_line, too_long)) {
        ++at;
        if (too_long) return error(fmt::format("a line of more than {} bytes", max_trial_line));
        if (at > max_trial_rows) return error(fmt::format("more than {} lines", max_trial_rows));
        if (line.empty()) continue;
        const auto fields = csv_fields(line);
        if (!fields) return error("a quote that is not closed");
        const auto complaint = at == 1 ? reader.header(*fields) : reader.row(*fields);
        if (!complaint.empty()) return error(complaint);
    }
    if (at == 0) return tl::unexpected(fmt::format("{}:1: the file is empty", name));
    return reader.finish();
}

}  // namespace benchgate::cli
