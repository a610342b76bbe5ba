// The text of wrk (and wrk2): the benchmark is the path of the address. Percentiles come with --latency. Failed
// requests stand in "Non-2xx or 3xx responses" and "Socket errors" only; wrk exits 0 whatever happens. Answers later
// than its timeout have failed. Closed loop: latencies leave out the time that requests waited to be sent.

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

/// Connections that broke, and answers later than wrk's timeout (2 s unless told): the latter are among its requests,
/// and their times are in none of its figures (stats_record in wrk.c). wrk2 times every answer, and counts a connection
/// that waits for its turn as late, over and over (check_timeouts): there it says nothing.
struct SocketErrors {
    double broken = 0;
    double late = 0;
};

/// "connect 0, read 3, write 0, timeout 1"
SocketErrors socket_errors(std::string_view text) {
    SocketErrors errors;
    bool is_late = false;
    for (const auto word : fields_of(text)) {
        const auto count = number_in<double>(word.ends_with(',') ? word.substr(0, word.size() - 1) : word);
        if (count) (is_late ? errors.late : errors.broken) += *count;
        is_late = word == "timeout";
    }
    return errors;
}

/// Takes away what late answers would have changed: the mean, the largest of all, and each percentile whose tail they
/// would have made longer by more than a tenth.
void forget_what_was_late(double share, LoadResult& result) {
    if (share <= 0) return;
    result.latency.reset();
    result.latency_spread.reset();
    std::erase_if(result.percentiles, [&](const auto& one) {
        const auto rank =
            one.first == "max" ? 100 : number_in<double>(std::string_view(one.first).substr(1)).value_or(100);
        return share * rank / 100 > (1 - rank / 100) / 10;
    });
}

void percentile(std::string_view line, LoadResult& result) {
    const auto fields = fields_of(line);
    if (fields.size() != 2 || !fields[0].ends_with('%')) return;
    const auto rank = number_in<double>(fields[0].substr(0, fields[0].size() - 1));
    const auto value = duration_in(fields[1]);
    if (!rank || !value || *rank < 0 || *rank > 100 || result.percentiles.size() >= 50) return;
    auto name = *rank == 100 ? std::string("max") : fmt::format("p{:g}", *rank);
    // wrk2 tells the largest twice, and its second distribution leaves out what waited to be sent: the first counts.
    for (const auto& [known, _] : result.percentiles)
        if (known == name) return;
    result.percentiles.emplace_back(std::move(name), *value);
}

void read(std::string_view text, Collector& collector) {
    LoadResult result;
    bool in_distribution = false, is_wrk2 = false;
    SocketErrors sockets;
    const auto finish = [&] {
        if (result.name.empty()) return;
        if (!result.throughput) {
            collector.fail(result.name, "the run did not end: no Requests/sec");
        } else {
            if (is_wrk2) sockets.late = 0;
            if (result.requests > 0) forget_what_was_late(sockets.late / result.requests, result);
            result.failed = std::min(result.failed + sockets.late, result.requests) + sockets.broken;
            result.requests += sockets.broken;
            add_load_result(result, collector);
        }
        result = {};
        sockets = {};
        is_wrk2 = false;
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
        if (line.starts_with("Thread calibration:")) {
            is_wrk2 = true;
        } else if (line.starts_with("Latency Distribution")) {
            in_distribution = true;
            is_wrk2 = is_wrk2 || line.find("HdrHistogram") != std::string_view::npos;
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
        } else if (const auto errors = behind(line, "Socket errors:")) {
            sockets = socket_errors(*errors);
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
