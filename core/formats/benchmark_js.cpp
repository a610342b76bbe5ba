// The lines of benchmark.js (String(bench)): "fib(10) x 1,431,759 ops/sec ±0.74% (93 runs sampled)". The rate gates,
// higher is better. "fib(10): TypeError: ..." is a benchmark that threw.

#include <algorithm>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace benchmark_js {
namespace {

struct Line {
    std::string_view name;
    double rate = 0;
    std::optional<double> margin;  ///< relative half-width of the 95 % interval
    std::int64_t runs = 0;
};

std::optional<Line> result_in(std::string_view text) {
    const auto unit = text.rfind(" ops/sec");
    if (unit == std::string_view::npos) return std::nullopt;
    const auto middle = text.substr(0, unit).rfind(" x ");
    if (middle == std::string_view::npos) return std::nullopt;
    const auto rate = grouped_number(text.substr(middle + 3, unit - middle - 3));
    if (!rate) return std::nullopt;
    Line line{trimmed(text.substr(0, middle)), *rate, std::nullopt, 0};
    auto rest = trimmed(text.substr(unit + 8));
    for (const std::string_view sign : {"\u00b1", "+-", "+/-"})
        if (const auto margin = behind(rest, sign)) {
            if (const auto percent = amount_in(*margin); percent && percent->unit.starts_with('%'))
                line.margin = percent->value / 100;
        }
    const auto bracket = rest.find('(');
    if (bracket != std::string_view::npos)
        if (const auto runs = amount_in(rest.substr(bracket + 1)))
            line.runs = static_cast<std::int64_t>(std::min(runs->value, 1e15));
    return line;
}

/// The name of a benchmark that threw, and what.
std::optional<std::pair<std::string_view, std::string_view>> error_in(std::string_view text) {
    const auto word = text.find("Error: ");
    if (word == std::string_view::npos) return std::nullopt;
    const auto colon = text.substr(0, word).rfind(": ");
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto kind = text.substr(colon + 2, word - colon - 2);
    if (kind.find(' ') != std::string_view::npos || text.front() == ' ') return std::nullopt;
    return std::pair{text.substr(0, colon), text.substr(colon + 2)};
}

bool recognise(std::string_view text) {
    bool found = false;
    each_line(text, [&](std::string_view line) { return !(found = result_in(line).has_value()); });
    return found;
}

void read(std::string_view text, Collector& collector) {
    Occurrences names;
    each_line(text, [&](std::string_view line) {
        if (const auto result = result_in(line)) {
            model::Summary summary{result->rate, std::nullopt, "", result->runs};
            if (result->margin) {
                summary.spread = *result->margin * result->rate;
                summary.spread_kind = "ci95";
            }
            collector.add_summary(
                {names.name(std::string(result->name)), "throughput", "1/s", model::Better::higher, true}, summary);
        } else if (const auto error = error_in(line)) {
            collector.fail(error->first, std::string(error->second));
        }
        return !collector.full();
    });
}

}  // namespace
}  // namespace benchmark_js
const Format benchmark_js_format{"benchmarkjs", nullptr, nullptr, benchmark_js::recognise, benchmark_js::read};
}  // namespace benchgate::formats
