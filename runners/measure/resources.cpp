#include "runners/measure/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/model/metrics.h"

namespace benchgate::measure {
namespace {

using sandbox::Figure;

struct FigureOfField {
    std::optional<model::Sourced> model::TrialResources::*value;
    Figure figure;
};

using R = model::TrialResources;
constexpr std::array<FigureOfField, 11> figures{{{&R::average_memory_bytes, Figure::average_memory},
                                                 {&R::read_bytes, Figure::read_bytes},
                                                 {&R::written_bytes, Figure::written_bytes},
                                                 {&R::read_operations, Figure::read_operations},
                                                 {&R::write_operations, Figure::write_operations},
                                                 {&R::context_switches, Figure::context_switches},
                                                 {&R::page_faults, Figure::page_faults},
                                                 {&R::instructions, Figure::instructions},
                                                 {&R::cycles, Figure::cycles},
                                                 {&R::cache_misses, Figure::cache_misses},
                                                 {&R::branch_misses, Figure::branch_misses}}};

const FigureOfField* figure_of(const model::ResourceMetric& metric) {
    const auto found = std::find_if(figures.begin(), figures.end(),
                                    [&](const FigureOfField& one) { return one.value == metric.value; });
    return found == figures.end() ? nullptr : &*found;
}

model::Sourced sourced(const sandbox::Sourced& figure, double factor = 1) {
    return {figure.value * factor, std::string(figure.source)};
}

std::string why_missing(const model::ResourceMetric& metric, const sandbox::Result& result) {
    if (const auto* figure = figure_of(metric)) {
        const auto found = result.missing.find(figure->figure);
        return found == result.missing.end() ? "this host does not tell" : found->second;
    }
    if (metric.value == &R::peak_memory_bytes && !result.no_peak_memory.empty()) return result.no_peak_memory;
    return "this host does not tell";
}

}  // namespace

bool is_measured(const model::Suite& suite, std::string_view word) {
    return std::find(suite.measure.begin(), suite.measure.end(), word) != suite.measure.end();
}

std::set<Figure> figures_of(const model::Suite& suite) {
    std::set<Figure> wanted;
    for (const auto& metric : model::resource_metrics())
        if (const auto* figure = figure_of(metric); figure != nullptr && is_measured(suite, metric.word))
            wanted.insert(figure->figure);
    return wanted;
}

model::TrialResources resources_of(const sandbox::Result& result) {
    model::TrialResources resources;
    resources.wall_ms = std::chrono::duration<double, std::milli>(result.wall).count();
    if (result.cpu_seconds) resources.cpu_ms = sourced(*result.cpu_seconds, 1000);
    if (result.peak_memory_bytes) resources.peak_memory_bytes = sourced(*result.peak_memory_bytes);
    for (const auto& one : figures)
        if (const auto found = result.figures.find(one.figure); found != result.figures.end())
            resources.*one.value = sourced(found->second);
    return resources;
}

model::Measurement whole_value(std::string_view benchmark, std::string_view metric, std::string_view unit,
                               model::Better better, double value) {
    model::Measurement measurement;
    measurement.series.key = {std::string(benchmark), std::string(metric)};
    measurement.series.unit = unit;
    measurement.series.better = better;
    measurement.series.gating = better != model::Better::none;
    measurement.samples = {value};
    return measurement;
}

std::vector<model::Measurement> values_of(const model::TrialResources& resources, const model::Suite& suite) {
    std::vector<model::Measurement> values;
    for (const auto& metric : model::resource_metrics())
        if (const auto& value = resources.*metric.value; value && is_measured(suite, metric.word))
            values.push_back(whole_value(model::whole_command, metric.metric, metric.unit, model::Better::lower,
                                         value->value * metric.scale));
    return values;
}

SourceBook::SourceBook(const model::Suite& suite) {
    for (const auto& metric : model::resource_metrics())
        if (is_measured(suite, metric.word)) metrics_.emplace_back(&metric, Seen{});
}

void SourceBook::note(const model::TrialResources& resources, const sandbox::Result& result) {
    for (auto& [metric, seen] : metrics_) {
        if (const auto& value = resources.*metric->value)
            ++seen.sources[value->source];
        else
            ++seen.reasons[why_missing(*metric, result)];
    }
}

std::vector<model::HostFact> SourceBook::facts() const {
    std::vector<model::HostFact> facts;
    for (const auto& [metric, seen] : metrics_) {
        std::string sources, reasons;
        int missing = 0, all = 0;
        for (const auto& [source, trials] : seen.sources) {
            sources += (sources.empty() ? "" : " and ") + source;
            all += trials;
        }
        for (const auto& [reason, trials] : seen.reasons) {
            reasons += (reasons.empty() ? "" : "; ") + reason;
            missing += trials;
        }
        if (all + missing == 0) continue;
        model::HostFact fact{fmt::format("measure.{}", metric->metric), model::FactStatus::ok, sources, "", ""};
        if (sources.empty()) {
            fact.status = model::FactStatus::unknown;
            fact.observed = "not measured: " + reasons;
        } else if (missing > 0) {
            fact.status = model::FactStatus::warn;
            fact.observed = fmt::format("{}, but not in {} of {} trials: {}", sources, missing, all + missing, reasons);
        }
        facts.push_back(std::move(fact));
    }
    return facts;
}

}  // namespace benchgate::measure
