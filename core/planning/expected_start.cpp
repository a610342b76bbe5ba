#include "core/planning/expected_start.h"

#include <algorithm>

namespace benchgate::planning {
namespace {

bool may_have(const QueueRunner& runner, const QueueJob& job) {
    return runner.id != job.never_runner && std::ranges::all_of(job.labels, [&](const std::string& label) {
               return std::ranges::find(runner.labels, label) != runner.labels.end();
           });
}

/// Whose end is not known is free last.
bool is_free_before(const QueueRunner* one, const QueueRunner* other) {
    if (!one->free_in_s || !other->free_in_s) return one->free_in_s.has_value();
    return *one->free_in_s < *other->free_in_s;
}

}  // namespace

std::vector<ExpectedStart> expected_starts(std::vector<QueueRunner> runners, const std::vector<QueueJob>& jobs) {
    std::vector<ExpectedStart> starts;
    for (const auto& job : jobs) {
        QueueRunner* first = nullptr;
        for (auto& runner : runners)
            if (may_have(runner, job) && (first == nullptr || is_free_before(&runner, first))) first = &runner;
        starts.push_back({first != nullptr, first != nullptr ? first->free_in_s : std::nullopt});
        if (first == nullptr || !first->free_in_s) continue;
        first->free_in_s = job.takes_s ? std::optional(*first->free_in_s + *job.takes_s) : std::nullopt;
    }
    return starts;
}

}  // namespace benchgate::planning
