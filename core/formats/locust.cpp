// locust: PREFIX_stats.csv, PREFIX_failures.csv and the last table of the console (milliseconds). A benchmark is a
// request as locust lists it ("GET /slow"), and "Aggregated". The CSV is written before the last requests have ended
// and counts fewer than the console. One failed request is enough for exit status 1 (--exit-code-on-error 0 changes
// that).

#include <fmt/format.h>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace locust {
namespace {

constexpr double millisecond = 1e6;
constexpr std::string_view stats_header = "Type,Name,Request Count,Failure Count,Median Response Time";
constexpr std::string_view failures_header = "Method,Name,Error,Occurrences";
constexpr std::string_view history_header = "Timestamp,User Count,Type,Name";

bool is_console_header(std::string_view line) {
    return line.starts_with("Type ") && line.find("# reqs") != std::string_view::npos &&
           line.find("# fails") != std::string_view::npos;
}

bool recognise(std::string_view text) {
    for (const auto header : {stats_header, failures_header, history_header})
        if (text.starts_with(header)) return true;
    bool found = false;
    each_line(text, [&](std::string_view line) { return !(found = is_console_header(line)); });
    return found;
}

std::string name_of(std::string_view type, std::string_view name) {
    return type.empty() ? std::string(name) : fmt::format("{} {}", type, name);
}

void read_stats(std::string_view text, Collector& collector) {
    std::vector<std::string> header;
    each_line(text, [&](std::string_view line) {
        if (trimmed(line).empty()) return true;
        const auto fields = csv_fields(line);
        if (header.empty()) {
            header = fields;
            return true;
        }
        if (fields.size() < header.size()) {
            collector.fail(fields.size() > 1 ? name_of(fields[0], fields[1]) : "",
                           "a line with too few fields; was it cut off?");
            return !collector.full();
        }
        LoadResult result;
        result.name = name_of(fields[0], fields[1]);
        for (std::size_t i = 2; i < header.size(); ++i) {
            const auto value = number_in<double>(fields[i]);  // "N/A" where nothing was answered
            if (!value) continue;
            if (header[i] == "Request Count") result.requests = *value;
            if (header[i] == "Failure Count") result.failed = *value;
            if (header[i] == "Average Response Time") result.latency = *value * millisecond;
            if (header[i] == "Requests/s") result.throughput = *value;
            if (header[i].ends_with('%') &&
                number_in<double>(std::string_view(header[i]).substr(0, header[i].size() - 1)))
                result.percentiles.emplace_back(
                    header[i] == "100%" ? "max" : "p" + header[i].substr(0, header[i].size() - 1),
                    *value * millisecond);
        }
        add_load_result(result, collector);
        return !collector.full();
    });
}

void read_failures(std::string_view text, Collector& collector) {
    bool first = true, any = false;
    each_line(text, [&](std::string_view line) {
        if (std::exchange(first, false) || trimmed(line).empty()) return true;
        const auto fields = csv_fields(line);
        any = true;
        if (fields.size() < 4) {
            collector.fail("", "a line with too few fields; was it cut off?");
        } else {
            collector.fail(name_of(fields[0], fields[1]), fmt::format("{} times: {}", fields[3], fields[2]));
        }
        return !collector.full();
    });
    if (!any) collector.refuse("locust's list of failures, and it is empty; the figures are in PREFIX_stats.csv");
}

/// The rows of the console's last table. Each table begins with its header and replaces the one before.
class Console {
  public:
    void line(std::string_view text) {
        if (is_console_header(text)) {
            results_.clear();
            columns_.clear();
            in_table_ = true;
        } else if (text.starts_with("Type ") && text.find("50%") != std::string_view::npos) {
            in_table_ = false;
            columns_ = fields_of(text);
        } else if (in_table_ && text.find('|') != std::string_view::npos) {
            row(text);
        } else if (!columns_.empty()) {
            percentiles(text);
        }
    }
    void finish(Collector& collector) const {
        for (const auto& result : results_) add_load_result(result, collector);
    }

  private:
    static constexpr std::size_t max_rows = 10'000;

    /// "GET  /slow   472  0(0.00%) |  24  21  41  24 |  158.87  0.00"
    void row(std::string_view text) {
        const auto first = text.find('|'), second = text.find('|', first + 1);
        if (second == std::string_view::npos) return;
        const auto left = fields_of(text.substr(0, first));
        const auto times = fields_of(text.substr(first + 1, second - first - 1));
        const auto rates = fields_of(text.substr(second + 1));
        if (left.size() < 3 || times.size() < 4 || rates.empty() || results_.size() >= max_rows) return;
        const auto requests = number_in<double>(left[left.size() - 2]);
        const auto failed = number_in<double>(left.back().substr(0, left.back().find('(')));
        const auto average = number_in<double>(times[0]), most = number_in<double>(times[2]);
        if (!requests || !failed || !average || !most) return;
        LoadResult result;
        result.name = joined(left, left.size() - 2);
        result.requests = *requests;
        result.failed = *failed;
        result.latency = *average * millisecond;
        result.percentiles.emplace_back("max", *most * millisecond);
        result.throughput = number_in<double>(rates[0]);
        results_.push_back(std::move(result));
    }

    /// "GET  /slow   24  25 ...  41  472": as many figures as the header has columns behind Type and Name.
    void percentiles(std::string_view text) {
        const auto fields = fields_of(text);
        std::size_t figures = 0;
        for (const auto column : columns_) figures += column.ends_with('%') ? 1 : 0;
        if (fields.size() < figures + 2) return;
        const auto name = joined(fields, fields.size() - figures - 1);
        for (auto& result : results_) {
            if (result.name != name || result.percentiles.size() > 1) continue;
            for (std::size_t i = 0, column = 0; i < columns_.size(); ++i) {
                if (!columns_[i].ends_with('%')) continue;
                const auto value = number_in<double>(fields[fields.size() - figures - 1 + column++]);
                const auto rank = columns_[i].substr(0, columns_[i].size() - 1);
                if (value && number_in<double>(rank) && rank != "100")
                    result.percentiles.emplace_back("p" + std::string(rank), *value * millisecond);
            }
            return;
        }
    }

    static std::string joined(const std::vector<std::string_view>& fields, std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + std::string(fields[i]);
        return text;
    }

    std::vector<LoadResult> results_;
    std::vector<std::string_view> columns_;
    bool in_table_ = false;
};

void read(std::string_view text, Collector& collector) {
    if (text.starts_with(stats_header)) return read_stats(text, collector);
    if (text.starts_with(failures_header)) return read_failures(text, collector);
    if (text.starts_with(history_header))
        return collector.refuse("locust's history; the figures of the whole run are in PREFIX_stats.csv");
    Console console;
    each_line(text, [&](std::string_view line) { return console.line(line), true; });
    console.finish(collector);
}

}  // namespace
}  // namespace locust
const Format locust_format{"locust", nullptr, nullptr, locust::recognise, locust::read};
}  // namespace benchgate::formats
