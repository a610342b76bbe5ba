#include "core/formats/hyperfine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace benchgate::formats::hyperfine {
namespace {

using json::Json;
constexpr double second = 1e9;

std::map<std::string, std::string> parameters_of(const Json& result) {
    std::map<std::string, std::string> params;
    const auto& given = json::at(result, "parameters");
    for (const auto& [key, value] : given.items())
        if (value.is_string() && params.size() < 32) params.emplace(key, value.get<std::string>());
    return params;
}

/// A message when a command failed: killed by a signal is null in the file.
std::optional<std::string> failure_of(const Json& result) {
    const auto& codes = json::at(result, "exit_codes");
    if (!codes.is_array()) return std::nullopt;
    std::size_t failed = 0;
    std::string first;
    for (const auto& code : codes) {
        if (code.is_number_integer() && code.get<std::int64_t>() == 0) continue;
        if (failed++ > 0) continue;
        first = code.is_number_integer() ? fmt::format("exit code {}", code.get<std::int64_t>()) : "killed by a signal";
    }
    if (failed == 0) return std::nullopt;
    return fmt::format("{} in {} of {} runs", first, failed, codes.size());
}

void add_times(const Json& result, const std::string& name, Collector& collector) {
    const Row row{name, "time", "ns", model::Better::lower, true};
    const auto& times = json::at(result, "times");
    if (times.is_array() && !times.empty()) {
        for (const auto& time : times) {
            if (!time.is_number() || time.get<double>() < 0) return collector.fail(name, "a time that is not a number");
            collector.add(row, time.get<double>() * second);
        }
        return;
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

void add_others(const Json& result, const std::string& name, Collector& collector) {
    const auto user = json::number(result, "user");
    const auto system = json::number(result, "system");
    if (user && system)
        collector.add_summary({name, "cpu_time", "ns", model::Better::lower, false},
                              {(*user + *system) * second, std::nullopt, "", 0});
    for (const auto& bytes : json::at(result, "memory_usage_byte"))
        if (bytes.is_number())
            collector.add({name, "peak_memory", "bytes", model::Better::lower, false}, bytes.get<double>());
}

}  // namespace

bool recognise(const Json& document) {
    const auto& results = json::at(document, "results");
    return results.is_array() && !results.empty() && json::text(results.front(), "command");
}

void read(const Json& document, Collector& collector) {
    const auto& results = json::at(document, "results");
    if (!results.is_array()) return;
    std::map<std::string, int> commands;
    for (const auto& result : results) ++commands[json::text(result, "command").value_or("")];
    std::map<std::string, int> seen;
    for (const auto& result : results) {
        if (collector.full()) return;
        const auto command = json::text(result, "command").value_or("");
        const auto params = parameters_of(result);
        std::string name = command;
        // A command name may hide what a parameter changed: then the parameters tell the results apart, else a number.
        if (commands[command] > 1 && !params.empty()) {
            std::string list;
            for (const auto& [key, value] : params)
                list += fmt::format("{}{}={}", list.empty() ? "" : ", ", key, value);
            name += " [" + list + "]";
        }
        if (const int number = ++seen[name]; number > 1) name += fmt::format(" #{}", number);
        collector.set_params(name, params);
        if (const auto failure = failure_of(result)) {
            collector.fail(name, *failure);
            continue;
        }
        add_times(result, name, collector);
        add_others(result, name, collector);
    }
}

}  // namespace benchgate::formats::hyperfine
