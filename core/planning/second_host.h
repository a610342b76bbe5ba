#pragma once
// Whether a regression is measured again on a second host, and which hosts may do it. Owns who counts as another live
// host of the class and how long one is waited for; what the answer means is core/judging/second_host.h.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/model/run.h"

namespace benchgate::planning {

/// A runner asks for work at least every half minute, and says that it lives more often while it measures.
inline constexpr std::chrono::seconds host_lives_for{120};
/// From the first host's verdict on. A job that no second host has begun by then, or that it lost, is given up: what
/// one host confirmed stands. The job itself has the suite's own limit of time.
inline constexpr std::chrono::minutes second_host_waited_for{20};

/// A host that has registered: one runner.
struct KnownHost {
    std::string runner_id;
    std::string name;
    std::vector<std::string> labels;
    std::string state;     ///< as it says: ready, draining, quarantined
    bool resting = false;  ///< too many of its jobs failed for its own reasons
    int protocol = 0;
    std::chrono::system_clock::time_point last_seen_at;
};

struct HostWanted {
    std::string first;                ///< runner id of the host that has measured
    std::vector<std::string> labels;  ///< the class: all of them are needed
    int protocol = 0;                 ///< that the job needs
    std::chrono::system_clock::time_point now;
};

/// Names of the live hosts of the class other than the first, in the order given. One that measures something else at
/// the moment is among them: it is waited for.
std::vector<std::string> other_hosts(const std::vector<KnownHost>& hosts, const HostWanted& wanted);

/// Whether a run of this kind may turn red by a regression, and waits for a second host before: what gates a merge.
bool needs_second_host(model::RunKind kind);

/// "b", "b or c", "b, c or d"; of more than three "one of 7 other hosts".
std::string hosts_text(const std::vector<std::string>& names);

}  // namespace benchgate::planning
