#include "core/reporting/csv.h"

#include <fmt/format.h>

#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {
namespace {

std::string number(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? fmt::format("{}", *value) : std::string();
}

std::string row_of(const Row& row) {
    const auto& verdict = *row.verdict;
    const std::vector<std::string> fields{csv_field(row.suite->name),
                                          csv_field(verdict.series.key.benchmark),
                                          csv_field(verdict.series.key.metric),
                                          csv_field(verdict.series.unit),
                                          std::string(model::to_string(verdict.series.better)),
                                          verdict.series.gating ? "yes" : "no",
                                          std::string(model::to_string(verdict.kind)),
                                          csv_field(verdict.level.value_or("")),
                                          number(verdict.ratio),
                                          number(verdict.interval.low),
                                          number(verdict.interval.high),
                                          number(verdict.minimum_detectable),
                                          number(verdict.base_value),
                                          number(verdict.head_value),
                                          number(verdict.p),
                                          std::to_string(verdict.trials_used),
                                          verdict.confirmed ? "yes" : "no",
                                          csv_field(verdict.reason)};
    return fmt::format("{}\r\n", fmt::join(fields, ","));
}

}  // namespace

std::string render_csv(const Report& report) {
    std::string text =
        "suite,benchmark,metric,unit,better,gating,verdict,level,ratio,interval_low,interval_high,minimum_detectable,"
        "base,head,p,trials_used,confirmed,reason\r\n";
    for (const auto& row : rows_of(all_suites(report))) text += row_of(row);
    return text;
}

}  // namespace benchgate::reporting
