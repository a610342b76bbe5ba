#pragma once
// Numbers as people read them. The sign of a percent is that of the value (positive: bigger); words say whether that
// is better or worse.

#include <optional>
#include <string>
#include <string_view>

#include "core/model/verdict.h"

namespace benchgate::reporting {

/// A value in its canonical unit: 1234567 "ns" -> "1.23 ms"; "bytes" -> "4.6 MB" (powers of 1000); "1/s" -> "12.3 k/s";
/// "count" -> "1,234"; "ratio" -> "0.123"; any other unit keeps its word. Three significant digits. NaN: "n/a".
std::string format_value(double value, std::string_view unit);

/// A share, 0.05 -> "5 %", 0.0123 -> "1.23 %". No sign.
std::string format_percent(double share);
/// A relative change, 0.123 -> "+12.3 %", -0.05 -> "−5 %" with a true minus sign; beyond 10 times: "×12.3".
std::string format_change(double change);

/// Change of head against base, ratio - 1; absent where there is no ratio.
std::optional<double> change_of(const model::Verdict& verdict);
/// "+12.3 %", or a dash.
std::string change_text(const model::Verdict& verdict);
/// "+10.1 % to +14.6 %", "at least +3 %", "at most −2 %", or a dash.
std::string interval_text(const model::Interval& interval);
/// "slower", "faster" for times and rates, else "worse", "better"; empty without a direction or a change.
std::string_view direction_word(const model::Verdict& verdict);

/// 75 -> "1 min 15 s", 0.4 -> "0.4 s", 7300 -> "2 h 2 min".
std::string format_duration(double seconds);
/// "1,234"
std::string format_count(long long count);
/// "1 benchmark", "2 benchmarks"
std::string counted(long long count, std::string_view noun);

/// The first nine characters of a SHA; other words ("WORKTREE") stay.
std::string short_sha(std::string_view sha);

}  // namespace benchgate::reporting
