// ApacheBench: its text (milliseconds; percentiles rounded to whole ones) and the percentiles of -e FILE.csv. Failed
// requests are Non-2xx responses and failed connections; ab's own "Failed requests" also counts answers of another
// length than the first, which pages that differ have, and is only told.

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace ab {
namespace {

constexpr double millisecond = 1e6;
constexpr std::string_view csv_header = "Percentage served,Time in ms";

bool recognise(std::string_view text) {
    return text.starts_with(csv_header) || text.starts_with("This is ApacheBench,") ||
           (text.find("\nComplete requests:") != std::string_view::npos &&
            text.find("\nTime per request:") != std::string_view::npos);
}

void read_csv(std::string_view text, Collector& collector) {
    bool first = true;
    each_line(text, [&](std::string_view line) {
        if (std::exchange(first, false) || line.empty()) return true;
        const auto fields = csv_fields(line);
        const auto rank = fields.size() == 2 ? number_in<int>(fields[0]) : std::nullopt;
        const auto value = fields.size() == 2 ? number_in<double>(fields[1]) : std::nullopt;
        if (!rank || !value || *rank < 0 || *rank > 100) {
            collector.fail("ab", "a line that cannot be read; was it cut off?");
            return true;
        }
        for (const int kept : {50, 75, 90, 95, 99, 100})
            if (*rank == kept)
                collector.add_summary({"ab", *rank == 100 ? "max" : fmt::format("p{}", *rank), "ns",
                                       model::Better::lower, *rank == 50 || *rank == 99},
                                      {*value * millisecond, {}, "", 0});
        return !collector.full();
    });
}

/// "(Connect: 0, Receive: 0, Length: 100, Exceptions: 0)" without the lengths.
double broken_connections(std::string_view line) {
    double sum = 0;
    for (const std::string_view label : {"Connect: ", "Receive: ", "Exceptions: "})
        if (const auto at = line.find(label); at != std::string_view::npos)
            if (const auto amount =
                    amount_in(line.substr(at + label.size(), line.find_first_of(",)", at) - at - label.size())))
                sum += amount->value;
    return sum;
}

void read(std::string_view text, Collector& collector) {
    if (text.starts_with(csv_header)) return read_csv(text, collector);
    if (text.find("ApacheBench") == std::string_view::npos && text.find("Complete requests:") == std::string_view::npos)
        return collector.refuse("this is neither ab's text nor the CSV of its -e");
    LoadResult result;
    result.name = "ab";
    bool percentiles = false;
    each_line(text, [&](std::string_view line) {
        const auto fields = fields_of(line);
        if (const auto path = behind(line, "Document Path:")) {
            if (!path->empty()) result.name = std::string(*path);
        } else if (const auto count = behind(line, "Complete requests:")) {
            result.requests = number_in<double>(*count).value_or(0);
        } else if (const auto rate = behind(line, "Requests per second:")) {
            result.throughput = number_in<double>(rate->substr(0, rate->find(' ')));
        } else if (line.starts_with("Time per request:") && line.ends_with("(mean)") && fields.size() > 3) {
            if (const auto mean = number_in<double>(fields[3])) result.latency = *mean * millisecond;
        } else if (const auto other = behind(line, "Non-2xx responses:")) {
            result.failed += number_in<double>(*other).value_or(0);
            result.failures = fmt::format("{} responses not 2xx", *other);
        } else if (trimmed(line).starts_with("(Connect:")) {
            result.failed += broken_connections(line);
        } else if (line.starts_with("Percentage of the requests")) {
            percentiles = true;
        } else if (percentiles && fields.size() >= 2 && fields[0].ends_with('%') && result.percentiles.size() < 20) {
            const auto value = number_in<double>(fields[1]);
            const auto rank = fields[0].substr(0, fields[0].size() - 1);
            if (value && number_in<int>(rank))
                result.percentiles.emplace_back(rank == "100" ? "max" : "p" + std::string(rank), *value * millisecond);
        } else if (line.starts_with("apr_") || line.starts_with("Test aborted")) {
            collector.fail("", std::string(line));
        }
        return true;
    });
    result.failed = std::min(result.failed, result.requests);
    add_load_result(result, collector);
}

}  // namespace
}  // namespace ab
const Format ab_format{"ab", nullptr, nullptr, ab::recognise, ab::read};
}  // namespace benchgate::formats
