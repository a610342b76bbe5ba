#include "runners/measure/room.h"

#include <fmt/format.h>

#include "core/protocol/messages.h"

namespace benchgate::measure {
namespace {

constexpr std::uint64_t bytes_of_a_series = 400;
constexpr std::uint64_t bytes_of_a_value = 25;  // the longest double in JSON

std::string words(const model::Trial& trial) {
    std::size_t values = 0;
    for (const auto& value : trial.values) values += value.summary ? 1 : value.samples.size();
    return fmt::format("one run of the command gives {} values of {} series, about {} MiB", values, trial.values.size(),
                       (size_of(trial) >> 20) + 1);
}

}  // namespace

std::uint64_t size_of(const model::Trial& trial) {
    std::uint64_t bytes = 0;
    for (const auto& value : trial.values) {
        bytes += bytes_of_a_series + 2 * (value.series.key.benchmark.size() + value.series.key.metric.size());
        for (const auto& [key, text] : value.params) bytes += 2 * (key.size() + text.size()) + bytes_of_a_series / 4;
        bytes += bytes_of_a_value * value.samples.size();
    }
    for (const auto& error : trial.errors) bytes += 2 * (error.benchmark.size() + error.message.size()) + 100;
    return bytes;
}

std::optional<std::string> too_large(const model::Trial& trial) {
    if (size_of(trial) <= protocol::trial_bytes) return std::nullopt;
    return fmt::format("{}; at most {} MiB are kept. Let it print fewer", words(trial), protocol::trial_bytes >> 20);
}

std::optional<std::string> too_large(const model::Trial& trial, const model::Experiment& plan) {
    const int trials = 2 + 2 * plan.max_trials * (plan.confirm ? 2 : 1);
    if (size_of(trial) * static_cast<std::uint64_t>(trials) <= most_job_bytes) return std::nullopt;
    return fmt::format(
        "{}, and the plan may need {} such runs; a job keeps at most {} MiB. Let it print fewer, or "
        "lower trials.max",
        words(trial), trials, most_job_bytes >> 20);
}

}  // namespace benchgate::measure
