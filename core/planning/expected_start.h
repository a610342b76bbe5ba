#pragma once
// When the jobs of the queue are likely to begin: they are given out in their order, each to the runner that may have
// it and is free first. An estimate for people; nothing is decided by it.

#include <optional>
#include <string>
#include <vector>

namespace benchgate::planning {

/// A runner that takes jobs.
struct QueueRunner {
    std::string id;
    std::vector<std::string> labels;
    std::optional<double> free_in_s = 0;  ///< 0: it waits; absent: it is at work, nobody knows for how long
};

struct QueueJob {
    std::vector<std::string> labels;
    std::string never_runner{};       ///< id of the one that may not have it; empty: any may
    std::optional<double> takes_s{};  ///< absent: not known
};

struct ExpectedStart {
    bool has_runner = false;  ///< false: no runner that takes jobs may have it
    std::optional<double> in_s{};
    bool operator==(const ExpectedStart&) const = default;
};

/// One for each job. `jobs`: those that wait, in the order of leasing.
std::vector<ExpectedStart> expected_starts(std::vector<QueueRunner> runners, const std::vector<QueueJob>& jobs);

}  // namespace benchgate::planning
