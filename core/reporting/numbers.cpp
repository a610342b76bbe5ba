#include "core/reporting/numbers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace benchgate::reporting {
namespace {

constexpr std::string_view dash = "–";

/// To three significant digits, so that a unit can be chosen after rounding (999.7 ns is 1 µs).
double rounded(double value) {
    if (value == 0 || !std::isfinite(value)) return value;
    const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::fabs(value))));
    const double result = std::round(value * scale) / scale;
    return std::isfinite(result) ? result : value;
}

/// Three significant digits without trailing zeros.
std::string digits(double value) {
    const double size = std::fabs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-4)) return fmt::format("{:.3g}", value);
    int decimals = 0;
    for (double limit = 100; decimals < 6 && size < limit && size > 0; limit /= 10) ++decimals;
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

template <std::size_t N>
std::string scaled(double value, const std::array<std::string_view, N>& units) {
    value = rounded(value);
    std::size_t unit = 0;
    while (unit + 1 < N && std::fabs(value) >= 1000) {
        value = rounded(value / 1000);
        ++unit;
    }
    return fmt::format("{} {}", digits(value), units[unit]);
}

/// The share in percent, at most two decimals, at most three digits; empty for what would print as zero.
std::string percent_digits(double share) {
    const double percent = std::fabs(share) * 100;
    if (percent < 0.005) return "";
    return digits(percent < 1 ? std::round(percent * 100) / 100 : rounded(percent));
}

constexpr double least_factor = 9;  ///< a change from which on percents are no help

std::string factor(double ratio) {
    return fmt::format("×{}", digits(rounded(ratio)));
}

std::string relative(const std::optional<double>& ratio) {
    return ratio ? format_change(*ratio - 1) : std::string(dash);
}

}  // namespace

std::string format_value(double value, std::string_view unit) {
    if (!std::isfinite(value)) return "n/a";
    if (unit == "ns") {
        if (value != 0 && std::fabs(value) < 0.1) return scaled(value * 1000, std::array<std::string_view, 1>{"ps"});
        return scaled(value, std::array<std::string_view, 4>{"ns", "µs", "ms", "s"});
    }
    if (unit == "bytes") return scaled(value, std::array<std::string_view, 5>{"B", "kB", "MB", "GB", "TB"});
    // As the judge's words about the growth of memory have it.
    if (unit == "bytes/s") {
        const bool mebi = std::fabs(rounded(value / 1024)) >= 1024;
        return fmt::format("{} {}", digits(rounded(value / (mebi ? 1024 * 1024 : 1024))), mebi ? "MiB/s" : "KiB/s");
    }
    if (unit == "1/s") return scaled(value, std::array<std::string_view, 4>{"/s", "k/s", "M/s", "G/s"});
    if (unit == "count" && value == std::floor(value) && std::fabs(value) < 1e15)
        return format_count(static_cast<long long>(value));
    const std::string number = digits(rounded(value));
    return unit.empty() || unit == "ratio" || unit == "count" ? number : fmt::format("{} {}", number, unit);
}

std::string format_percent(double share) {
    if (!std::isfinite(share)) return "n/a";
    const auto number = percent_digits(share);
    return number.empty() ? "0 %" : number + " %";
}

std::string format_change(double change) {
    if (!std::isfinite(change)) return "n/a";
    if (change >= least_factor) return factor(change + 1);
    const auto number = percent_digits(change);
    if (number.empty()) return "0 %";
    return fmt::format("{}{} %", change < 0 ? "−" : "+", number);
}

std::optional<double> change_of(const model::Verdict& verdict) {
    if (!verdict.ratio || !std::isfinite(*verdict.ratio)) return std::nullopt;
    return *verdict.ratio - 1;
}

std::string change_text(const model::Verdict& verdict) {
    if (const auto change = change_of(verdict)) return format_change(*change);
    const bool changed = verdict.kind == model::VerdictKind::regressed || verdict.kind == model::VerdictKind::improved;
    if (!changed || !verdict.base_value || !verdict.head_value) return std::string(dash);
    // Nothing to divide by: the difference is the change.
    const double difference = *verdict.head_value - *verdict.base_value;
    return (difference < 0 ? "−" : "+") + format_value(std::fabs(difference), verdict.series.unit);
}

std::string interval_text(const model::Interval& interval) {
    if (!interval.low && !interval.high) return std::string(dash);
    if (!interval.high) return fmt::format("at least {}", relative(interval.low));
    if (!interval.low) return fmt::format("at most {}", relative(interval.high));
    if (*interval.low == *interval.high) return relative(interval.low);  // compared exactly
    // "+451 % to ×51" would have to be worked out: where one end is a factor, the other is one too.
    if (std::isfinite(*interval.high) && *interval.low >= 1 && *interval.high - 1 >= least_factor)
        return fmt::format("{} to {}", factor(*interval.low), factor(*interval.high));
    return fmt::format("{} to {}", relative(interval.low), relative(interval.high));
}

std::string_view direction_word(const model::Verdict& verdict) {
    const auto change = change_of(verdict);
    if (!change || *change == 0 || verdict.series.better == model::Better::none) return "";
    const bool worse = (*change > 0) == (verdict.series.better == model::Better::lower);
    if (verdict.series.unit == "ns" || verdict.series.unit == "1/s") return worse ? "slower" : "faster";
    return worse ? "worse" : "better";
}

std::string format_duration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return "n/a";
    if (seconds < 60) return fmt::format("{} s", digits(rounded(seconds)));
    const auto whole = static_cast<long long>(std::min(std::round(seconds), 1e12));
    const auto two = [](long long big, std::string_view big_unit, long long small, std::string_view small_unit) {
        return small == 0 ? fmt::format("{} {}", big, big_unit)
                          : fmt::format("{} {} {} {}", big, big_unit, small, small_unit);
    };
    if (whole < 3600) return two(whole / 60, "min", whole % 60, "s");
    return two(whole / 3600, "h", whole % 3600 / 60, "min");
}

std::string format_count(long long count) {
    std::string text = std::to_string(count);
    const std::size_t first = count < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
    return text;
}

std::string counted(long long count, std::string_view noun) {
    return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

std::string short_sha(std::string_view sha) {
    const bool hex = sha.size() == 40 && sha.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    return std::string(hex ? sha.substr(0, 9) : sha);
}

}  // namespace benchgate::reporting
