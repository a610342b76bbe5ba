// hey: its summary (seconds with four decimals) and, with -o csv, every request. Status codes of 400 and above and the
// error distribution are failed requests; hey exits 0 with them. The address is in neither: the benchmark is "hey".

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace hey {
namespace {

constexpr std::string_view csv_header =
    "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code";
constexpr double second = 1e9;

bool recognise(std::string_view text) {
    if (text.starts_with(csv_header)) return true;
    return text.find("Requests/sec:\t") != std::string_view::npos && text.find("Slowest:\t") != std::string_view::npos;
}

std::optional<double> seconds_behind(std::string_view line, std::string_view label) {
    const auto rest = behind(line, label);
    if (!rest) return std::nullopt;
    return duration_in(*rest);
}

std::string in_one_blank(const std::vector<std::string_view>& fields) {
    std::string text;
    for (const auto field : fields) text += (text.empty() ? "" : " ") + std::string(field);
    return text;
}

void read_csv(std::string_view text, Collector& collector) {
    LoadResult result;
    result.name = "hey";
    double end = 0;
    bool first = true;
    each_line(text, [&](std::string_view line) {
        if (std::exchange(first, false) || line.empty()) return true;
        double numbers[8]{};
        std::size_t count = 0;
        for (auto rest = line; count < 8; ++count) {
            const auto comma = rest.find(',');
            const auto value = number_in<double>(rest.substr(0, comma));
            if (!value) break;
            numbers[count] = *value;
            if (comma == std::string_view::npos) {
                ++count;
                break;
            }
            rest.remove_prefix(comma + 1);
        }
        if (count < 7) {
            collector.fail("", "a line that cannot be read; was it cut off?");
            return true;
        }
        ++result.requests;
        if (numbers[6] >= 400) ++result.failed;
        result.latencies.push_back(numbers[0] * second);
        if (count > 7) end = std::max(end, numbers[7] + numbers[0]);
        return result.latencies.size() <= collector.limits().values;
    });
    if (result.failed > 0) result.failures = "a status code of 400 or above";
    if (end > 0) result.throughput = result.requests / end;
    add_load_result(result, collector);
}

void read(std::string_view text, Collector& collector) {
    if (text.starts_with(csv_header)) return read_csv(text, collector);
    if (!recognise(text)) return collector.refuse("this is neither hey's summary nor its CSV");
    LoadResult result;
    result.name = "hey";
    enum class Part { other, codes, errors } part = Part::other;
    each_line(text, [&](std::string_view whole) {
        const auto line = trimmed(whole);
        const auto fields = fields_of(line);
        if (line.starts_with("Status code distribution:")) part = Part::codes;
        if (line.starts_with("Error distribution:")) part = Part::errors;
        if (const auto average = seconds_behind(line, "Average:")) {
            result.latency = average;
        } else if (const auto slowest = seconds_behind(line, "Slowest:")) {
            result.percentiles.emplace_back("max", *slowest);
        } else if (const auto rate = behind(line, "Requests/sec:")) {
            result.throughput = number_in<double>(*rate);
        } else if (fields.size() == 4 && fields[0].ends_with('%') && fields[1] == "in" &&
                   result.percentiles.size() < 50) {
            const auto rank = fields[0].substr(0, fields[0].find('%'));  // newer ones print "99%%"
            if (rank == "0") return true;  // what it prints for a percentile that so few requests do not have
            const auto value = duration_in(line.substr(line.find(" in ") + 4));
            if (value) result.percentiles.emplace_back("p" + std::string(rank), *value);
        } else if (part != Part::other && line.starts_with('[') && fields.size() >= 2 && fields[0].ends_with(']')) {
            // "[503]  100 responses" or "[12]  Get ...: connection refused"
            const auto inside = number_in<double>(fields[0].substr(1, fields[0].size() - 2)).value_or(0);
            const double count = part == Part::codes ? number_in<double>(fields[1]).value_or(0) : inside;
            const bool failed = part == Part::errors || inside >= 400;
            result.requests += count;
            if (failed) result.failed += count;
            if (failed && result.failures.size() < 300)
                result.failures += (result.failures.empty() ? "" : "; ") + in_one_blank(fields);
        }
        return true;
    });
    add_load_result(result, collector);
}

}  // namespace
}  // namespace hey
const Format hey_format{"hey", nullptr, nullptr, hey::recognise, hey::read};
}  // namespace benchgate::formats
