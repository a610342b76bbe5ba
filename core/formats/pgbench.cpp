// The summary of pgbench: `throughput` (tps), `latency` (average, with its deviation where printed) and `error_rate`
// (failed transactions), one benchmark for the whole, named by the transaction type, and one a script where there are
// several. Skipped transactions (-R) are told. An aborted run is an error of the result.

#include <fmt/format.h>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace pgbench {
namespace {

constexpr double millisecond = 1e6;

bool recognise(std::string_view text) {
    return text.find("transaction type: ") != std::string_view::npos && text.find("tps = ") != std::string_view::npos;
}

std::optional<double> milliseconds_in(std::string_view text) {
    const auto amount = amount_in(text);
    if (!amount || amount->unit != "ms") return std::nullopt;
    return amount->value * millisecond;
}

/// "/home/user/ms.sql" -> "ms.sql": where a script lies must not rename its benchmark.
std::string script_name(std::string_view name) {
    const auto slash = name.starts_with('<') ? std::string_view::npos : name.rfind('/');
    return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

void read_line(std::string_view line, LoadResult& result) {
    if (const auto done = behind(line, "number of transactions actually processed:")) {
        result.requests += amount_in(*done).value_or(Amount{}).value;
        // Of a script, newer ones: "421 (tps = 140.665350)".
        if (const auto rate = done->find("(tps = "); rate != std::string_view::npos)
            result.throughput = amount_in(done->substr(rate + 7)).value_or(Amount{}).value;
    } else if (const auto failed = behind(line, "number of failed transactions:")) {
        result.failed = amount_in(*failed).value_or(Amount{}).value;
        result.requests += result.failed;
    } else if (const auto average = behind(line, "latency average =")) {
        result.latency = milliseconds_in(*average);
    } else if (const auto deviation = behind(line, "latency stddev =")) {
        result.latency_spread = milliseconds_in(*deviation);
    } else if (const auto rate = behind(line, "tps =")) {
        // Before version 14 there were two lines, the first with the time of connecting.
        if (!result.throughput || rate->find("excluding") != std::string_view::npos)
            result.throughput = amount_in(*rate).value_or(Amount{}).value;
    }
}

void read(std::string_view text, Collector& collector) {
    LoadResult result;
    Occurrences names;
    const auto finish = [&] {
        if (result.name.empty()) return;
        if (!result.throughput) {
            collector.fail(result.name, "the run did not end: no tps");
        } else {
            result.name = names.name(result.name);
            add_load_result(result, collector);
        }
        result = {};
    };
    each_line(text, [&](std::string_view whole) {
        auto line = trimmed(whole);
        if (const auto type = behind(line, "transaction type:")) {
            finish();
            result.name = script_name(*type);
        } else if (line.starts_with("SQL script ") && line.find(": ") != std::string_view::npos) {
            finish();
            result.name = script_name(trimmed(line.substr(line.find(": ") + 2)));
        } else if (line.starts_with("pgbench: error:") || line.find("aborted") != std::string_view::npos) {
            collector.fail("", std::string(line));
        } else if (const auto skipped = behind(line, "number of transactions skipped:")) {
            if (amount_in(*skipped).value_or(Amount{}).value > 0)
                collector.fail("", fmt::format("{}: transactions skipped: {}", result.name, *skipped));
        } else {
            if (line.starts_with("- ")) line = trimmed(line.substr(2));
            // " - 421 transactions (74.8% of total, tps = 140.665350)"
            const auto count = line.find(" transactions (");
            const auto rate = line.find("tps = ");
            if (count != std::string_view::npos && rate != std::string_view::npos && rate > count) {
                result.requests += number_in<double>(line.substr(0, count)).value_or(0);
                result.throughput = amount_in(line.substr(rate + 6)).value_or(Amount{}).value;
            } else {
                read_line(line, result);
            }
        }
        return !collector.full();
    });
    finish();
}

}  // namespace
}  // namespace pgbench
const Format pgbench_format{"pgbench", nullptr, nullptr, pgbench::recognise, pgbench::read};
}  // namespace benchgate::formats
