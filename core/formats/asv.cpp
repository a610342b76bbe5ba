// asv: its result files (results/MACHINE/COMMIT-ENV.json, versions 1 and 2) and the lines of `asv run`. Units stand in
// neither and follow from the kind that begins a benchmark's name, as in asv: time_ and timeraw_ seconds, mem_ and
// peakmem_ bytes, track_ a number of no unit. A matrix of parameters is flattened; null and `failed` are failures.

#include <fmt/format.h>

#include <cmath>

#include "core/formats/registry.h"
#include "core/formats/text.h"
#include "core/model/units.h"

namespace benchgate::formats {
namespace asv {
namespace {

using json::View;
constexpr std::size_t max_parameters = 16;

struct Kind {
    Row row;
    double factor = 1;
};

Kind kind_of(const std::string& name) {
    const auto bracket = name.find('(');
    const auto dot = name.substr(0, bracket).rfind('.');
    const auto last = std::string_view(name).substr(dot == std::string::npos ? 0 : dot + 1);
    if (last.starts_with("time")) return {{name, "time", "ns", model::Better::lower, true}, 1e9};
    if (last.starts_with("mem")) return {{name, "memory", "bytes", model::Better::lower, true}, 1};
    if (last.starts_with("peakmem")) return {{name, "peak_memory", "bytes", model::Better::lower, true}, 1};
    return {{name, "value", "count", model::Better::none, false}, 1};
}

bool recognise(const View& document) {
    return document.contains("commit_hash") && document.at("results").is_object();
}

/// The values of each parameter, as they stand in names.
using Levels = std::vector<std::vector<std::string>>;

std::vector<View> entries_of(const View& list, std::size_t most) {
    std::vector<View> entries;
    for (const auto& [_, entry] : list) {
        if (entries.size() == most) break;
        entries.push_back(entry);
    }
    return entries;
}

/// None: a value is too long for a name, or one parameter alone has more of them than there may be benchmarks.
std::optional<Levels> levels_of(const View& params, const Limits& limits) {
    Levels levels;
    for (const auto& [_, level] : params) {
        if (levels.size() == max_parameters) break;
        auto& values = levels.emplace_back();
        for (const auto& [__, value] : level) {
            values.push_back(value.is_string() ? value.text() : json::dump(value));
            if (values.back().size() > limits.name_bytes || values.size() > limits.benchmarks) return std::nullopt;
        }
    }
    return levels;
}

/// "(a, b)" for one cell of the matrix; the last parameter varies fastest.
std::string cell_name(const Levels& levels, std::size_t index) {
    std::string list;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
        if (level->empty()) continue;
        list.insert(0, (*level)[index % level->size()] + (list.empty() ? "" : ", "));
        index /= level->size();
    }
    return list.empty() ? "" : "(" + list + ")";
}

/// Columns of a benchmark's list, by the file's `result_columns`; older files have objects or one number.
class Columns {
  public:
    Columns(const View& document, const View& entry) : entry_(entry), columns_(document.at("result_columns")) {}
    View at(std::string_view name) const {
        if (!entry_.is_array()) return entry_.at(name);
        auto cell = entry_.begin();
        for (const auto& [_, column] : columns_) {
            if (cell == entry_.end()) return {};
            if (column.is_string() && column.text() == name) return (*cell).value;
            ++cell;
        }
        return {};
    }

  private:
    View entry_, columns_;
};

void add_cell(const std::string& name, const View& value, const View& samples, Collector& collector) {
    const auto kind = kind_of(name);
    const auto values = json::numbers(samples);
    if (values && !values->empty()) return collector.add_samples(kind.row, *values, kind.factor);
    if (value.is_null()) return collector.fail(name, "failed");
    if (!value.is_number()) return collector.fail(name, "a result that is not a number");
    collector.add_summary(kind.row, {value.number() * kind.factor, {}, "", 0});
}

void read(const View& document, Collector& collector) {
    const auto results = document.at("results");
    if (!results.is_object()) return collector.refuse("this JSON has no results");
    for (const auto& [key, entry] : results) {
        if (collector.full()) return;
        const std::string name(key);
        if (!entry.is_array() && !entry.is_object()) {
            add_cell(name, entry, {}, collector);
            continue;
        }
        const Columns columns(document, entry);
        const auto result = columns.at("result");
        if (!result.is_array()) {
            add_cell(name, result, {}, collector);
            continue;
        }
        const auto& limits = collector.limits();
        const auto levels = levels_of(columns.at("params"), limits);
        if (!levels || name.size() > limits.name_bytes || result.size() > limits.benchmarks)
            return collector.refuse(fmt::format(
                "{}: its name or a value of a parameter is too long, or it has too many parameters", excerpt(name)));
        const auto samples = entries_of(columns.at("samples"), result.size());
        std::size_t index = 0;
        for (const auto& [_, value] : result) {
            if (collector.full()) return;
            add_cell(name + cell_name(*levels, index), value, index < samples.size() ? samples[index] : View(),
                     collector);
            ++index;
        }
    }
}

/// "[ 35.00%] ··· benchmarks.TimeSuite.time_keys     11.2±0.01μs": the name and what stands behind it.
std::optional<std::pair<std::string, std::string_view>> result_in(std::string_view line) {
    const auto mark = line.find("] \u00b7\u00b7\u00b7 ");
    if (!line.starts_with('[') || mark == std::string_view::npos) return std::nullopt;
    const auto rest = trimmed(line.substr(mark + 9));
    const auto gap = rest.find(' ');
    if (gap == std::string_view::npos || rest.starts_with("Running")) return std::nullopt;
    const auto name = rest.substr(0, gap);
    if (name.find('.') == std::string_view::npos) return std::nullopt;
    return std::pair{std::string(name), trimmed(rest.substr(gap))};
}

bool recognise_text(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) { return !(found = result_in(line).has_value()); });
    return found;
}

void add_line(const std::string& name, const std::string& plain, std::string_view text, Collector& collector) {
    auto kind = kind_of(plain);
    kind.row.benchmark = name;
    const auto sign = text.find("\u00b1");
    const bool time = kind.row.metric == "time";
    if (text == "ok") return collector.fail(name, "a table of parameters; only asv's result files give it exactly");
    if (text == "failed" || text == "n/a" || text == "skipped") return collector.fail(name, std::string(text));
    const auto center = amount_in(text.substr(0, sign));
    if (!center) return collector.fail(name, "a result that cannot be read");
    const auto spread = sign == std::string_view::npos ? std::nullopt : amount_in(text.substr(sign + 2));
    const auto unit = center->unit.empty() && spread ? spread->unit : center->unit;
    double factor = 1;
    if (time) {
        const auto nanoseconds = nanoseconds_in(unit);
        if (!nanoseconds) return collector.fail(name, "a time without its unit");
        factor = *nanoseconds;
    } else if (!unit.empty()) {
        const auto scale = model::unit_scale(unit);
        factor = unit == "K" ? 1e3 : scale ? scale->factor : 0;
        if (unit == "k" || unit == "M" || unit == "G") factor = unit == "k" ? 1e3 : unit == "M" ? 1e6 : 1e9;
        if (factor == 0) return collector.fail(name, "a result in an unknown unit");
    }
    model::Summary summary{center->value * factor, {}, "", 0};
    if (spread) {
        summary.spread = spread->value * factor;
        summary.spread_kind = "iqr/2";
    }
    collector.add_summary(kind.row, summary);
}

void read_text(std::string_view text, Collector& collector) {
    Occurrences names;  // an environment after the other
    each_line(text, [&](std::string_view line) {
        if (const auto result = result_in(line))
            add_line(names.name(result->first), result->first, result->second, collector);
        return !collector.full();
    });
}

}  // namespace
}  // namespace asv
const Format asv_format{"asv", asv::recognise, asv::read, asv::recognise_text, asv::read_text};
}  // namespace benchgate::formats
