#pragma once
// What to do about events that never came, or came late: which of GitHub's logged deliveries are worth fetching, what a
// pull request's present state asks for, and which pull requests are not as they were last heard of. Pure; the fetching
// and asking is the service's.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/planning/events.h"

namespace benchgate::planning {

/// Whether anything can follow from such a delivery. `action` is empty for events that have none. A busy App gets many
/// that nothing follows from, and each fetch costs a call.
bool is_wanted(std::string_view event, std::string_view action);

/// What an event would say that told nothing but the state of now: events that come late are not believed in their
/// order.
PullRequestAction present_action(const PullRequest& pull);

/// A pull request as it was last heard of.
struct KnownPull {
    std::int64_t number = 0;
    std::string head_sha;
    std::string base_ref;
    bool open = true;
    std::optional<bool> draft;   ///< absent: not kept then
    bool has_open_runs = false;  ///< queued or under way
};

/// A pull request as GitHub lists it.
struct ListedPull {
    PullRequest pull;
    std::chrono::system_clock::time_point updated_at{};
};

/// A pull request of which something was not heard.
struct Unheard {
    std::int64_t number = 0;
    bool listed = true;  ///< false: GitHub does not list it as open
    std::string reason;  ///< one clause for the log
    bool operator==(const Unheard&) const = default;
};

struct OpenNow {
    std::vector<ListedPull> pulls;  ///< the oldest first
    bool complete = true;           ///< false: there are more, so that nothing is concluded of what is missing there
    /// When the same was asked before, or the repository was heard of first. A pull request that was never heard of and
    /// did not move since is not touched: whoever installs the App does not ask for years of work.
    std::chrono::system_clock::time_point since{};
};

std::vector<Unheard> unheard(const OpenNow& now, const std::vector<KnownPull>& known);

}  // namespace benchgate::planning
