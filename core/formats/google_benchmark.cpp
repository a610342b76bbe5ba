#include "core/formats/google_benchmark.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/model/metrics.h"

namespace benchgate::formats::google_benchmark {
namespace {

using json::View;

/// Everything of a row that is not a user's counter.
constexpr std::array<std::string_view, 24> own_keys{"name",
                                                    "family_index",
                                                    "per_family_instance_index",
                                                    "run_name",
                                                    "run_type",
                                                    "repetitions",
                                                    "repetition_index",
                                                    "threads",
                                                    "iterations",
                                                    "real_time",
                                                    "cpu_time",
                                                    "time_unit",
                                                    "aggregate_name",
                                                    "aggregate_unit",
                                                    "label",
                                                    "error_occurred",
                                                    "error_message",
                                                    "skipped",
                                                    "skip_message",
                                                    "big_o",
                                                    "cpu_coefficient",
                                                    "real_coefficient",
                                                    "rms",
                                                    "cpu_rms"};

constexpr std::array<std::string_view, 6> aggregate_suffixes{"_mean", "_median", "_stddev", "_cv", "_BigO", "_RMS"};

/// One row, with what it is. `aggregate` is empty for a single measurement.
struct Entry {
    View row;
    std::string benchmark;
    std::string aggregate;
};

bool has_part(std::string_view name, std::string_view part) {
    for (auto at = name.find(part); at != std::string_view::npos; at = name.find(part, at + 1)) {
        const auto end = at + part.size();
        if (end == name.size() || name[end] == '/') return true;
    }
    return false;
}

std::string_view suffix_of(std::string_view name) {
    for (const auto suffix : aggregate_suffixes)
        if (name.size() > suffix.size() && name.ends_with(suffix)) return suffix;
    return {};
}

/// Numbers of a row; null stands for a NaN (without_bare_nan).
std::optional<double> figure(const View& row, std::string_view key) {
    const auto found = row.at(key);
    if (found.is_absent()) return std::nullopt;
    return found.number();
}

/// Files from before 1.5 have no run_type: there a row is an aggregate when its name ends like one and either the plain
/// name or another aggregate of it is in the file too.
class OldNames {
  public:
    explicit OldNames(const View& rows) {
        for (const auto& [_, row] : rows) {
            const auto name = json::text(row, "name");
            if (!name) continue;
            names_.insert(*name);
            const auto suffix = suffix_of(*name);
            if (!suffix.empty()) stems_[name->substr(0, name->size() - suffix.size())].emplace(suffix);
        }
    }
    bool is_aggregate(const std::string& name, std::string_view suffix) const {
        const auto stem = name.substr(0, name.size() - suffix.size());
        if (names_.contains(stem)) return true;
        const auto found = stems_.find(stem);
        return found != stems_.end() && found->second.size() > 1;
    }

  private:
    std::set<std::string> names_;
    std::map<std::string, std::set<std::string, std::less<>>> stems_;
};

/// Two registrations may share a name and are still two benchmarks: the second becomes "name #2". Older files have no
/// family_index; there equal names are repetitions.
class Registrations {
  public:
    std::string name(const View& row, const std::string& name) {
        const auto family = json::integer(row, "family_index");
        if (!family) return name;
        auto& known = seen_[name];
        const std::pair id{*family, json::integer(row, "per_family_instance_index").value_or(0)};
        auto place = std::find(known.begin(), known.end(), id);
        if (place == known.end()) {
            if (known.size() >= max_equal_names) return name;
            place = known.insert(known.end(), id);
        }
        if (place == known.begin()) return name;
        return fmt::format("{} #{}", name, place - known.begin() + 1);
    }

  private:
    static constexpr std::size_t max_equal_names = 100;
    std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> seen_;
};

std::optional<Entry> classify(const View& row, const OldNames& old, Registrations& registrations) {
    const auto name = json::text(row, "name");
    if (!name) return std::nullopt;
    const auto type = json::text(row, "run_type");
    const auto suffix = suffix_of(*name);
    Entry entry{row, *name, ""};
    const bool by_name = !type && !suffix.empty() && old.is_aggregate(*name, suffix);
    if (type == "aggregate" || by_name) {
        entry.aggregate =
            json::text(row, "aggregate_name").value_or(suffix.empty() ? "mean" : std::string(suffix.substr(1)));
        if (!suffix.empty()) entry.benchmark = name->substr(0, name->size() - suffix.size());
        entry.benchmark = json::text(row, "run_name").value_or(entry.benchmark);
    } else if (row.contains("big_o") || row.contains("rms")) {
        entry.aggregate = "BigO";
    }
    entry.benchmark = registrations.name(row, entry.benchmark);
    return entry;
}

double nanoseconds_per(const View& row) {
    const auto unit = json::text(row, "time_unit").value_or("ns");
    if (unit == "ns") return 1;
    if (unit == "us") return 1e3;
    if (unit == "ms") return 1e6;
    return unit == "s" ? 1e9 : 0;
}

/// Which clock a benchmark's name asks to be judged by.
bool judged_by_cpu(std::string_view name) {
    return has_part(name, "/process_time") && !has_part(name, "/real_time") && !has_part(name, "/manual_time");
}

struct Value {
    Row row;
    double value = 0;
};

Row counter_row(const std::string& benchmark, const std::string& key) {
    if (key.ends_with("_per_second")) return {benchmark, key, "1/s", model::Better::higher, false};
    if (key == "max_bytes_used" || key == "total_allocated_bytes" || key == "net_heap_growth")
        return {benchmark, key, "bytes", model::Better::lower, false};
    if (key == "allocs_per_iter") return {benchmark, key, "count", model::Better::lower, false};
    if (const auto kind = model::metric_kind(key); kind && kind->unit == "count")
        return {benchmark, key, "count", kind->better, false};
    // A counter may be called like one of our own metrics.
    const bool taken = key == "time" || key == "real_time" || key == "cpu_time";
    return {benchmark, taken ? "counter_" + key : key, "count", model::Better::none, false};
}

/// All values of a row in canonical units; empty, with the benchmark failed, when the row cannot be used.
std::vector<Value> values_of(const Entry& entry, Collector& collector) {
    const auto& row = entry.row;
    const double scale = nanoseconds_per(row);
    const auto real = figure(row, "real_time");
    const auto cpu = figure(row, "cpu_time");
    const bool by_cpu = judged_by_cpu(entry.benchmark);
    const auto judged = by_cpu ? cpu : real;
    if (!judged || scale == 0) {
        collector.fail(entry.benchmark,
                       scale == 0 ? "a time unit that is not ns, us, ms or s" : "a row without a time");
        return {};
    }
    if (*judged < 0) {
        collector.fail(entry.benchmark, "a negative time");
        return {};
    }
    std::vector<Value> values{{{entry.benchmark, "time", "ns", model::Better::lower, true}, *judged * scale}};
    const auto other = by_cpu ? real : cpu;
    // Under manual_time the tool's CPU clock runs outside of what was timed and means nothing.
    if (other && !has_part(entry.benchmark, "/manual_time"))
        values.push_back(
            {{entry.benchmark, by_cpu ? "real_time" : "cpu_time", "ns", model::Better::lower, false}, *other * scale});
    for (const auto& [key, counter] : row)
        if (counter.is_number() && std::find(own_keys.begin(), own_keys.end(), key) == own_keys.end())
            values.push_back({counter_row(entry.benchmark, std::string(key)), counter.number()});
    return values;
}

std::optional<std::string> failure_of(const View& row) {
    if (json::boolean(row, "error_occurred").value_or(false))
        return fmt::format("failed: {}", json::text(row, "error_message").value_or("no reason given"));
    if (json::boolean(row, "skipped").value_or(false))
        return fmt::format("skipped: {}", json::text(row, "skip_message").value_or("no reason given"));
    const auto skipped = json::text(row, "skipped");  // 1.8.0 wrote "error_skipped" or "skipped_with_message"
    if (skipped && !skipped->empty())
        return fmt::format("skipped: {}", json::text(row, "skip_message").value_or(*skipped));
    return std::nullopt;
}

/// The aggregates of one benchmark without single rows: the median, else the mean, with the standard deviation.
struct Aggregates {
    const Entry* center = nullptr;
    const Entry* deviation = nullptr;
};

void add_aggregates(const Aggregates& aggregates, Collector& collector) {
    if (aggregates.center == nullptr) return;
    std::map<std::string, double> deviations;
    if (aggregates.deviation != nullptr)
        for (const auto& value : values_of(*aggregates.deviation, collector))
            deviations[value.row.metric] = value.value;
    const auto n = json::integer(aggregates.center->row, "iterations").value_or(0);  // of an aggregate: repetitions
    for (const auto& value : values_of(*aggregates.center, collector)) {
        model::Summary summary{value.value, std::nullopt, "", n};
        const auto deviation = deviations.find(value.row.metric);
        if (deviation != deviations.end()) {
            summary.spread = deviation->second;
            summary.spread_kind = "sd";
        }
        collector.add_summary(value.row, summary);
    }
}

bool recognise(const View& document) {
    const auto benchmarks = json::at(document, "benchmarks");
    if (!document.contains("context") || !benchmarks.is_array()) return false;
    return benchmarks.empty() ? !document.contains("layout") : json::text(benchmarks.front(), "name").has_value();
}

void read(const View& document, Collector& collector) {
    const auto& rows = json::at(document, "benchmarks");
    if (!rows.is_array()) return collector.refuse("this JSON has no list of benchmarks");
    const OldNames old(rows);
    Registrations registrations;
    std::set<std::string> with_rows;
    std::vector<Entry> aggregate_entries;
    for (const auto& [_, row] : rows) {
        if (collector.full()) return;
        auto entry = classify(row, old, registrations);
        if (!entry) {
            collector.fail("", "a row without a name");
        } else if (const auto failure = failure_of(row)) {
            collector.fail(entry->benchmark, *failure);
        } else if (!entry->aggregate.empty()) {
            aggregate_entries.push_back(std::move(*entry));
        } else {
            if (with_rows.insert(entry->benchmark).second)
                collector.set_params(entry->benchmark, params_of(entry->benchmark, ':'));
            for (const auto& value : values_of(*entry, collector)) collector.add(value.row, value.value);
        }
    }
    std::map<std::string, Aggregates> alone;
    for (const auto& entry : aggregate_entries) {
        if (with_rows.contains(entry.benchmark)) continue;
        auto& aggregates = alone[entry.benchmark];
        const bool median = entry.aggregate == "median";
        if (median || (entry.aggregate == "mean" && aggregates.center == nullptr)) aggregates.center = &entry;
        if (entry.aggregate == "stddev") aggregates.deviation = &entry;
    }
    for (const auto& [benchmark, aggregates] : alone) {
        if (aggregates.center != nullptr) collector.set_params(benchmark, params_of(benchmark, ':'));
        add_aggregates(aggregates, collector);
    }
}

}  // namespace

bool may_hold_bare_nan(std::string_view bytes) {
    for (const std::string_view word : {"NaN", "nan", "Infinity", "inf"})
        if (bytes.find(word) != std::string_view::npos) return true;
    return false;
}

std::string without_bare_nan(std::string_view bytes) {
    std::string result;
    result.reserve(bytes.size());
    bool in_text = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (in_text && c == '\\' && i + 1 < bytes.size()) {
            result += c;
            result += bytes[++i];
            continue;
        }
        if (c == '"') in_text = !in_text;
        std::size_t bare = 0;
        if (!in_text) {
            const auto rest = bytes.substr(i);
            for (const std::string_view word : {"-NaN", "NaN", "-nan", "nan", "-Infinity", "Infinity", "-inf", "inf"})
                if (bare == 0 && rest.starts_with(word)) bare = word.size();
        }
        if (bare == 0) {
            result += c;
        } else {
            result += "null";
            i += bare - 1;
        }
    }
    return result;
}

std::string filter_expression(const std::vector<std::string>& benchmarks) {
    std::string alternatives;
    for (std::string_view name : benchmarks) {
        // "name #2" is ours (Registrations): the tool knows both by the same name.
        const auto mark = name.rfind(" #");
        if (mark != std::string_view::npos && mark + 2 < name.size() &&
            name.find_first_not_of("0123456789", mark + 2) == std::string_view::npos)
            name = name.substr(0, mark);
        if (!alternatives.empty()) alternatives += '|';
        for (const char c : name) {
            // POSIX leaves an escaped ] or } undefined, and neither needs it.
            if (std::string_view("\\^$.|?*+()[{").find(c) != std::string_view::npos) alternatives += '\\';
            alternatives += c;
        }
    }
    return alternatives.empty() ? "." : "^(" + alternatives + ")$";
}

}  // namespace benchgate::formats::google_benchmark

namespace benchgate::formats {
const Format google_benchmark_format{"google-benchmark",
                                     google_benchmark::recognise,
                                     google_benchmark::read,
                                     nullptr,
                                     nullptr,
                                     google_benchmark::filter_expression};
}  // namespace benchgate::formats
