#include "core/formats/bench_line.h"

#include "core/formats/text.h"

namespace benchgate::formats {
namespace {

/// "ns/iter", "cycles/iter", "MS/s": sets the line's metric; the factor to its unit.
std::optional<double> scale_of_bench_unit(std::string_view unit, BenchLine& line) {
    if (unit.ends_with("/iter")) {
        unit.remove_suffix(5);
        if (const auto nanoseconds = nanoseconds_in(unit)) return nanoseconds;
        line.metric = line.unit = "count";
        if (unit == "cycles") line.metric = "cycles";
        return 1;
    }
    if (!unit.ends_with("/s")) return std::nullopt;
    line.metric = "throughput";
    line.unit = "1/s";
    line.better = model::Better::higher;
    if (unit.starts_with('k') || unit.starts_with('K')) return 1e3;
    if (unit.starts_with('M')) return 1e6;
    return unit.starts_with('G') ? 1e9 : 1;
}

}  // namespace

std::optional<BenchLine> bench_line_in(std::string_view text) {
    text = trimmed(text);
    if (!text.starts_with("test ")) return std::nullopt;
    const auto mark = text.rfind("... bench:");
    if (mark == std::string_view::npos || mark < 5) return std::nullopt;
    BenchLine line;
    line.name = trimmed(text.substr(5, mark - 5));
    const auto fields = fields_of(text.substr(mark + 10));
    if (fields.size() < 2) return std::nullopt;
    const auto value = grouped_number(fields[0]);
    const auto factor = scale_of_bench_unit(fields[1], line);
    if (!value || !factor) return std::nullopt;
    line.value = *value * *factor;
    if (fields.size() >= 4 && fields[2] == "(+/-" && fields[3].ends_with(')'))
        if (const auto spread = grouped_number(fields[3].substr(0, fields[3].size() - 1)))
            line.spread = *spread * *factor;
    if (fields.size() >= 7 && fields[4] == "=" && fields[6] == "MB/s")
        if (const auto rate = grouped_number(fields[5])) line.bytes_per_second = *rate * 1e6;
    return line;
}

void add_bench_line(const BenchLine& line, const std::string& name, std::string_view spread_kind,
                    Collector& collector) {
    model::Summary summary{line.value, line.spread, line.spread ? std::string(spread_kind) : "", 0};
    collector.add_summary({name, std::string(line.metric), line.unit, line.better, true}, summary);
    if (line.bytes_per_second)
        collector.add_summary({name, "bytes_per_second", "1/s", model::Better::higher, false},
                              {*line.bytes_per_second, {}, "", 0});
}

bool has_test_count(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) {
        const auto fields = fields_of(line);
        found = fields.size() == 3 && fields[0] == "running" && fields[2].starts_with("test") &&
                number_in<std::int64_t>(fields[1]);
        return !found;
    });
    return found;
}

bool has_bench_line(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) { return !(found = bench_line_in(line).has_value()); });
    return found;
}

}  // namespace benchgate::formats
