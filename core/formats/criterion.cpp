// What a Criterion benchmark prints: with `--output-format bencher` the "test NAME ... bench:" lines (median and
// standard deviation, whole ns), else "NAME  time: [low estimate high]" (a 95 % interval), the name on the line before
// where it is long. A panic is an error of the result.

#include "core/formats/bench_line.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace criterion {
namespace {

struct Interval {
    std::string_view name;  ///< empty: it stands on the line before
    double low = 0, center = 0, high = 0;
};

/// "fib 20    time:   [3.46 µs 3.47 µs 3.48 µs]"
std::optional<Interval> interval_in(std::string_view line) {
    const auto mark = line.find("time:");
    const auto open = line.find('[', mark == std::string_view::npos ? line.size() : mark);
    const auto close = line.find(']', open == std::string_view::npos ? line.size() : open);
    if (close == std::string_view::npos) return std::nullopt;
    if (!trimmed(line.substr(mark + 5, open - mark - 5)).empty()) return std::nullopt;
    const auto fields = fields_of(line.substr(open + 1, close - open - 1));
    if (fields.size() != 6) return std::nullopt;
    std::optional<double> values[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const auto value = grouped_number(fields[2 * i]);
        const auto factor = nanoseconds_in(fields[2 * i + 1]);
        if (!value || !factor) return std::nullopt;
        values[i] = *value * *factor;
    }
    return Interval{trimmed(line.substr(0, mark)), *values[0], *values[1], *values[2]};
}

/// Progress is overwritten with carriage returns: what is left standing.
std::string_view visible(std::string_view line) {
    const auto back = line.rfind('\r');
    return back == std::string_view::npos ? line : line.substr(back + 1);
}

bool recognise(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) { return !(found = interval_in(visible(line)).has_value()); });
    return found || (has_bench_line(text) && !has_test_count(text));
}

void read(std::string_view given, Collector& collector) {
    const auto plain = given.find('\x1b') == std::string_view::npos ? std::string() : without_colours(given);
    Occurrences names;
    std::string_view before;
    each_line(plain.empty() ? given : std::string_view(plain), [&](std::string_view whole) {
        const auto line = trimmed(visible(whole));
        if (const auto bench = bench_line_in(line)) {
            add_bench_line(*bench, names.name(std::string(bench->name)), "sd", collector);
        } else if (const auto interval = interval_in(line)) {
            const std::string name(interval->name.empty() ? before : interval->name);
            collector.add_summary({names.name(name), "time", "ns", model::Better::lower, true},
                                  {interval->center, (interval->high - interval->low) / 2, "ci95", 0});
        } else if (line.starts_with("thread '") && line.find("panicked at") != std::string_view::npos) {
            collector.fail("", std::string(line));
        }
        if (!line.empty()) before = line;
        return !collector.full();
    });
}

}  // namespace
}  // namespace criterion
const Format criterion_format{"criterion", nullptr, nullptr, criterion::recognise, criterion::read};
}  // namespace benchgate::formats
