// The JSON of hyperfine (--export-json). `time` gates, its samples are `times`; cpu_time (user + system, a mean) and
// peak_memory are kept. A command with an exit code other than 0 (-i keeps its times) has failed.

#include "core/formats/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace benchgate::formats::hyperfine {
namespace {

using json::View;
constexpr double second = 1e9;

std::map<std::string, std::string> parameters_of(const View& result) {
    std::map<std::string, std::string> params;
    const auto& given = json::at(result, "parameters");
    for (const auto& [key, value] : given)
        if (value.is_string() && params.size() < 32) params.emplace(key, value.text());
    return params;
}

/// A message when a command failed: killed by a signal is null in the file.
std::optional<std::string> failure_of(const View& result) {
    const auto& codes = json::at(result, "exit_codes");
    if (!codes.is_array()) return std::nullopt;
    std::size_t failed = 0;
    std::string first;
    for (const auto& [_, code] : codes) {
        if (code.is_number() && code.number() == 0) continue;
        if (failed++ > 0) continue;
        first = code.is_number() ? fmt::format("exit code {}", code.number()) : "killed by a signal";
    }
    if (failed == 0) return std::nullopt;
    return fmt::format("{} in {} of {} runs", first, failed, codes.size());
}

void add_times(const View& result, const std::string& name, Collector& collector) {
    const Row row{name, "time", "ns", model::Better::lower, true};
    const auto& times = json::at(result, "times");
    if (times.is_array() && !times.empty()) {
        const auto values = json::numbers(times);
        if (!values) return collector.fail(name, "a time that is not a number");
        return collector.add_samples(row, *values, second);
    }
    const auto median = json::number(result, "median");
    const auto center = median ? median : json::number(result, "mean");
    if (!center || *center < 0) return collector.fail(name, "a result without times");
    model::Summary summary{*center * second, std::nullopt, "", 0};
    if (const auto deviation = json::number(result, "stddev")) {
        summary.spread = *deviation * second;
        summary.spread_kind = "sd";
    }
    collector.add_summary(row, summary);
}

void add_others(const View& result, const std::string& name, Collector& collector) {
    const auto user = json::number(result, "user");
    const auto system = json::number(result, "system");
    if (user && system)
        collector.add_summary({name, "cpu_time", "ns", model::Better::lower, false},
                              {(*user + *system) * second, std::nullopt, "", 0});
    if (const auto bytes = json::numbers(json::at(result, "memory_usage_byte")))
        collector.add_samples({name, "peak_memory", "bytes", model::Better::lower, false}, *bytes);
}

bool recognise(const View& document) {
    const auto& results = json::at(document, "results");
    return results.is_array() && !results.empty() && json::text(results.front(), "command").has_value();
}

void read(const View& document, Collector& collector) {
    const auto& results = json::at(document, "results");
    if (!results.is_array()) return collector.refuse("this JSON has no list of results");
    std::map<std::string, int> commands;
    for (const auto& [_, result] : results) ++commands[json::text(result, "command").value_or("")];
    Occurrences seen;
    for (const auto& [_, result] : results) {
        if (collector.full()) return;
        const auto command = json::text(result, "command").value_or("");
        const auto params = parameters_of(result);
        // A command name may hide what a parameter changed: then the parameters tell the results apart, else a number.
        const auto name = seen.name(commands[command] > 1 ? with_params(command, params) : command);
        collector.set_params(name, params);
        if (const auto failure = failure_of(result)) {
            collector.fail(name, *failure);
            continue;
        }
        add_times(result, name, collector);
        add_others(result, name, collector);
    }
}

}  // namespace
}  // namespace benchgate::formats::hyperfine

namespace benchgate::formats {
const Format hyperfine_format{"hyperfine", hyperfine::recognise, hyperfine::read};
}  // namespace benchgate::formats
