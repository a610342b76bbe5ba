// The text of wrk (and wrk2): the benchmark is the path of the address. Percentiles come with --latency. Failed
// requests stand in "Non-2xx or 3xx responses" and "Socket errors" only; wrk exits 0 whatever happens. Closed loop:
// latencies leave out the time that requests waited to be sent.

#include <fmt/format.h>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace wrk {
namespace {

bool recognise(std::string_view text) {
    bool running = false, rate = false;
    each_line(text, [&](std::string_view line) {
        running = running || (line.starts_with("Running ") && line.find(" test @ ") != std::string_view::npos);
        rate = rate || line.starts_with("Requests/sec:");
        return !(running && rate);
    });
    return running && rate;
}

/// "connect 0, read 3, write 0, timeout 1": their sum.
double socket_errors(std::string_view text) {
    double sum = 0;
    for (const auto word : fields_of(text))
        if (const auto count = number_in<double>(word.ends_with(',') ? word.substr(0, word.size() - 1) : word))
            sum += *count;
    return sum;
}

void percentile(std::string_view line, LoadResult& result) {
    const auto fields = fields_of(line);
    if (fields.size() != 2 || !fields[0].ends_with('%')) return;
    const auto rank = number_in<double>(fields[0].substr(0, fields[0].size() - 1));
    const auto value = duration_in(fields[1]);
    if (!rank || !value || *rank < 0 || *rank > 100 || result.percentiles.size() >= 50) return;
    result.percentiles.emplace_back(*rank == 100 ? "max" : fmt::format("p{:g}", *rank), *value);
}

void read(std::string_view text, Collector& collector) {
    LoadResult result;
    bool in_distribution = false;
    double unanswered = 0;
    const auto finish = [&] {
        if (result.name.empty()) return;
        if (!result.throughput) {
            collector.fail(result.name, "the run did not end: no Requests/sec");
        } else {
            result.failed = std::min(result.failed, result.requests);
            result.failed += unanswered;
            result.requests += unanswered;
            add_load_result(result, collector);
        }
        result = {};
        unanswered = 0;
    };
    each_line(text, [&](std::string_view whole) {
        const auto line = trimmed(whole);
        const auto address = line.find(" test @ ");
        if (line.starts_with("Running ") && address != std::string_view::npos) {
            finish();
            result.name = path_of(trimmed(line.substr(address + 8)));
            return !collector.full();
        }
        const auto fields = fields_of(line);
        if (line.starts_with("Latency Distribution")) {
            in_distribution = true;
        } else if (line.starts_with("Latency") && fields.size() >= 4) {
            result.latency = duration_in(fields[1]);
            result.latency_spread = duration_in(fields[2]);
            if (const auto most = duration_in(fields[3])) result.percentiles.emplace_back("max", *most);
        } else if (const auto rate = behind(line, "Requests/sec:")) {
            result.throughput = number_in<double>(*rate);
        } else if (fields.size() > 3 && fields[1] == "requests" && fields[2] == "in") {
            result.requests = number_in<double>(fields[0]).value_or(0);
            in_distribution = false;
        } else if (const auto count = behind(line, "Non-2xx or 3xx responses:")) {
            result.failed += number_in<double>(*count).value_or(0);
            result.failures = std::string(line);
        } else if (const auto sockets = behind(line, "Socket errors:")) {
            unanswered = socket_errors(*sockets);
            result.failures += (result.failures.empty() ? "" : "; ") + std::string(line);
        } else if (in_distribution) {
            percentile(line, result);
        }
        return !collector.full();
    });
    finish();
}

}  // namespace
}  // namespace wrk
const Format wrk_format{"wrk", nullptr, nullptr, wrk::recognise, wrk::read};
}  // namespace benchgate::formats
