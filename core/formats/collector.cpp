#include "core/formats/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/model/utf8.h"

namespace benchgate::formats {
namespace {

bool is_control(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20 || byte == 0x7F) return true;
    return byte == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0;
}

}  // namespace

bool printable(std::string_view text) {
    while (!text.empty()) {
        const auto length = model::character_length(text);
        if (length == 0 || is_control(text)) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string excerpt(std::string_view text, std::size_t bytes) {
    std::string result;
    while (!text.empty()) {
        const auto length = model::character_length(text);
        if (result.size() + std::max<std::size_t>(length, 1) > bytes) return result + "...";
        if (length == 0 || is_control(text)) {
            result += '?';
        } else {
            result += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

std::map<std::string, std::string> params_of(std::string_view name, char separator) {
    std::map<std::string, std::string> params;
    std::size_t slash = name.find('/');
    while (slash != std::string_view::npos && params.size() < 32) {
        const auto next = name.find('/', slash + 1);
        const auto part = name.substr(slash + 1, next == std::string_view::npos ? next : next - slash - 1);
        const auto middle = part.find(separator);
        if (middle != std::string_view::npos && middle > 0 && middle + 1 < part.size())
            params.emplace(part.substr(0, middle), part.substr(middle + 1));
        slash = next;
    }
    return params;
}

std::string Occurrences::name(const std::string& given) {
    const auto number = ++seen_[given];
    return number == 1 ? given : fmt::format("{} #{}", given, number);
}

std::string with_params(std::string_view name, const std::map<std::string, std::string>& params) {
    std::string list;
    for (const auto& [key, value] : params) list += fmt::format("{}{}={}", list.empty() ? "" : ", ", key, value);
    return list.empty() ? std::string(name) : fmt::format("{} [{}]", name, list);
}

Collector::Known* Collector::admit(const std::string& benchmark) {
    if (refused_) return nullptr;
    if (last_ != nullptr && last_->first == benchmark) return &last_->second;
    if (benchmark.empty()) {
        fail("", "a result without a name");
        return nullptr;
    }
    if (benchmark.size() > limits_.name_bytes) {
        note(benchmark, excerpt(benchmark),
             fmt::format("a name of {} bytes; {} are allowed", benchmark.size(), limits_.name_bytes));
        return nullptr;
    }
    auto place = benchmarks_.find(benchmark);
    if (place == benchmarks_.end()) {
        if (!printable(benchmark)) {
            note(benchmark, excerpt(benchmark), "the name is not UTF-8, or has control characters");
            return nullptr;
        }
        if (benchmarks_.size() >= limits_.benchmarks) {
            refuse(fmt::format("more than {} benchmarks", limits_.benchmarks));
            return nullptr;
        }
        place = benchmarks_.try_emplace(benchmark).first;
    }
    last_ = &*place;
    return &place->second;
}

std::size_t* Collector::place_of(Known& known, std::string_view metric) {
    for (auto& place : known.first)
        if (gathered_.values[place].series.key.metric == metric) return &place;
    const auto found = known.more.find(metric);
    return found == known.more.end() ? nullptr : &found->second;
}

model::Measurement* Collector::series(const Row& row, std::size_t values) {
    auto* known = admit(row.benchmark);
    if (known == nullptr) return nullptr;
    values_ += values;
    if (values_ > limits_.values) {
        refuse(fmt::format("more than {} values", limits_.values));
        return nullptr;
    }
    if (const auto* place = place_of(*known, row.metric)) {
        auto& measured = gathered_.values[*place];
        const auto two = [&](std::string_view what, std::string_view first, std::string_view second) {
            fail(row.benchmark, fmt::format("two {} for {}: {} and {}", what, row.metric, first, second));
            return nullptr;
        };
        if (measured.series.unit != row.unit) return two("units", measured.series.unit, row.unit);
        if (measured.series.better != row.better)
            return two("directions", model::to_string(measured.series.better), model::to_string(row.better));
        return &measured;
    }
    if (row.metric.empty() || row.metric.size() > limits_.name_bytes || row.unit.empty() || row.unit.size() > 100 ||
        !printable(row.metric) || !printable(row.unit)) {
        fail(row.benchmark, "a metric's name or unit is empty, too long or has control characters");
        return nullptr;
    }
    constexpr std::size_t few = 16;
    if (known->first.size() < few) {
        known->first.push_back(gathered_.values.size());
    } else {
        known->more.emplace(row.metric, gathered_.values.size());
    }
    model::Measurement measurement;
    measurement.series = {{row.benchmark, row.metric}, std::string(row.unit), row.better, row.gating};
    gathered_.values.push_back(std::move(measurement));
    return &gathered_.values.back();
}

void Collector::refuse(std::string message) {
    if (!refused_) refused_ = FormatError{std::move(message)};
}

void Collector::add(const Row& row, double value) {
    if (!std::isfinite(value)) {
        if (row.gating) fail(row.benchmark, fmt::format("{} is not a number", excerpt(row.metric)));
        return;
    }
    auto* measurement = series(row, 1);
    if (measurement == nullptr) return;
    if (measurement->summary)
        return fail(row.benchmark, fmt::format("{} is given more than once", excerpt(row.metric)));
    measurement->samples.push_back(value);
}

void Collector::add_samples(const Row& row, const std::vector<double>& values, double factor) {
    const bool good = std::all_of(values.begin(), values.end(),
                                  [&](double value) { return std::isfinite(value * factor) && value >= 0; });
    if (!good) return fail(row.benchmark, fmt::format("{} has a value that is negative or none", excerpt(row.metric)));
    auto* measurement = values.empty() ? nullptr : series(row, values.size());
    if (measurement == nullptr) return;
    if (measurement->summary)
        return fail(row.benchmark, fmt::format("{} is given more than once", excerpt(row.metric)));
    if (measurement->samples.empty()) measurement->samples.reserve(values.size());
    for (const double value : values) measurement->samples.push_back(value * factor);
}

void Collector::add_summary(const Row& row, const model::Summary& summary) {
    if (!std::isfinite(summary.center) || !std::isfinite(summary.spread.value_or(0))) {
        if (row.gating) fail(row.benchmark, fmt::format("{} is not a number", excerpt(row.metric)));
        return;
    }
    auto* measurement = series(row, 1);
    if (measurement == nullptr) return;
    if (measurement->summary || !measurement->samples.empty())
        return fail(row.benchmark, fmt::format("{} is given more than once", excerpt(row.metric)));
    measurement->summary = summary;
}

void Collector::fail(std::string_view benchmark, const std::string& message) {
    note(benchmark, excerpt(benchmark, limits_.name_bytes), message);
}

/// `shown` is how people see a name that may be none.
void Collector::note(std::string_view benchmark, std::string shown, const std::string& message) {
    // A longer name has no values that could be dropped (admit).
    if (!benchmark.empty() && benchmark.size() <= limits_.name_bytes) {
        failed_.emplace(benchmark);
        if (failed_.size() > limits_.benchmarks)
            refuse(fmt::format("more than {} failed benchmarks", limits_.benchmarks));
    }
    auto& errors = gathered_.errors;
    model::MeasurementError error{std::move(shown), excerpt(message, 500)};
    // Repetitions fail one by one with the same words; once is enough.
    const auto recent = errors.size() > 50 ? errors.end() - 50 : errors.begin();
    if (std::find(recent, errors.end(), error) != errors.end()) return;
    if (errors.size() >= limits_.errors) {
        ++errors_left_out_;
        return;
    }
    errors.push_back(std::move(error));
}

void Collector::set_params(const std::string& benchmark, std::map<std::string, std::string> params) {
    if (params.empty() || params_.size() >= limits_.benchmarks) return;
    // The name says which benchmark it is; what a person cannot be shown is cut or left out.
    std::erase_if(params, [&](const auto& one) { return one.first.size() > 200 || !printable(one.first); });
    for (auto& [_, value] : params) value = excerpt(value);
    params_.insert_or_assign(benchmark, std::move(params));
}

void Collector::set_order_unknown(const std::string& benchmark, const std::string& metric) {
    const auto known = benchmarks_.find(benchmark);
    if (known == benchmarks_.end()) return;
    if (const auto* place = place_of(known->second, metric)) gathered_.values[*place].order_known = false;
}

tl::expected<model::Measurements, FormatError> Collector::finish(std::string_view nothing) {
    if (refused_) return tl::unexpected(*refused_);
    std::erase_if(gathered_.values, [&](const auto& value) {
        return failed_.contains(value.series.key.benchmark) || (value.samples.empty() && !value.summary);
    });
    if (gathered_.values.empty() && gathered_.errors.empty()) return tl::unexpected(FormatError{std::string(nothing)});
    // A name that cannot be shown as it is may look like one that is measured, whose error it is not.
    std::set<std::string_view> measured;
    for (const auto& value : gathered_.values) measured.insert(value.series.key.benchmark);
    for (auto& error : gathered_.errors)
        while (measured.contains(error.benchmark)) error.benchmark += " (unreadable)";
    for (auto& value : gathered_.values) {
        const auto params = params_.find(value.series.key.benchmark);
        if (params != params_.end()) value.params = params->second;
    }
    if (errors_left_out_ > 0) gathered_.errors.push_back({"", fmt::format("{} more errors", errors_left_out_)});
    return std::move(gathered_);
}

}  // namespace benchgate::formats
