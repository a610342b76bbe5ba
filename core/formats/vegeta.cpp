// vegeta report: -type=json (ns) and the text. `throughput` is that of successful requests, `success` their share. The
// targets are not in it: the benchmark is "vegeta".

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace vegeta {
namespace {

using json::View;

bool recognise(const View& document) {
    return document.at("latencies").is_object() && document.contains("success") && document.contains("requests");
}

void read(const View& document, Collector& collector) {
    if (!document.at("latencies").is_object()) return collector.refuse("this JSON has no latencies");
    LoadResult result;
    result.name = "vegeta";
    const auto latencies = document.at("latencies");
    result.latency = json::number(latencies, "mean");
    for (const auto& [key, metric] :
         {std::pair{"50th", "p50"}, {"90th", "p90"}, {"95th", "p95"}, {"99th", "p99"}, {"max", "max"}})
        if (const auto value = json::number(latencies, key)) result.percentiles.emplace_back(metric, *value);
    result.throughput = json::number(document, "throughput");
    result.requests = json::number(document, "requests").value_or(0);
    const auto success = json::number(document, "success");
    if (!success || *success < 0 || *success > 1) return collector.fail(result.name, "a success that is not a ratio");
    result.failed = result.requests * (1 - *success);
    for (const auto& [_, error] : document.at("errors"))
        if (result.failures.size() < 300) result.failures += (result.failures.empty() ? "" : "; ") + error.text();
    add_load_result(result, collector);
}

/// "Latencies     [min, mean, 50, 95, 99, max]  90.4ms, 113ms, ...": the names and what belongs to each.
std::vector<std::pair<std::string_view, std::string_view>> pairs_in(std::string_view line) {
    const auto open = line.find('['), close = line.find(']');
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return pairs;
    auto names = line.substr(open + 1, close - open - 1), values = line.substr(close + 1);
    while (!names.empty() && !values.empty() && pairs.size() < 20) {
        const auto name_end = names.find(','), value_end = values.find(',');
        pairs.emplace_back(trimmed(names.substr(0, name_end)), trimmed(values.substr(0, value_end)));
        names = name_end == std::string_view::npos ? "" : names.substr(name_end + 1);
        values = value_end == std::string_view::npos ? "" : values.substr(value_end + 1);
    }
    return pairs;
}

bool recognise_text(std::string_view text) {
    return text.find("Latencies     [") != std::string_view::npos &&
           text.find("Success       [ratio]") != std::string_view::npos;
}

void read_text(std::string_view text, Collector& collector) {
    if (!recognise_text(text)) return collector.refuse("this is neither vegeta's JSON nor its text");
    LoadResult result;
    result.name = "vegeta";
    bool errors = false;
    std::optional<double> success;
    each_line(text, [&](std::string_view line) {
        if (line.starts_with("Requests "))
            for (const auto& [name, value] : pairs_in(line)) {
                if (name == "total") result.requests = number_in<double>(value).value_or(0);
                if (name == "throughput") result.throughput = number_in<double>(value);
            }
        if (line.starts_with("Latencies "))
            for (const auto& [name, value] : pairs_in(line)) {
                const auto duration = duration_in(value);
                if (!duration) continue;
                if (name == "mean") result.latency = duration;
                if (name == "max") result.percentiles.emplace_back("max", *duration);
                if (number_in<double>(name)) result.percentiles.emplace_back("p" + std::string(name), *duration);
            }
        if (line.starts_with("Success "))
            if (const auto share = amount_in(line.substr(std::min(line.find(']'), line.size() - 1) + 1)))
                success = share->value / 100;
        if (errors && !line.empty() && result.failures.size() < 300)
            result.failures += (result.failures.empty() ? "" : "; ") + std::string(line);
        errors = errors || line.starts_with("Error Set:");
        return true;
    });
    if (!success || *success > 1) return collector.fail(result.name, "a success that is not a ratio");
    result.failed = result.requests * (1 - *success);
    add_load_result(result, collector);
}

}  // namespace
}  // namespace vegeta
const Format vegeta_format{"vegeta", vegeta::recognise, vegeta::read, vegeta::recognise_text, vegeta::read_text};
}  // namespace benchgate::formats
