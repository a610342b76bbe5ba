#pragma once
// `.benchgate.yml` as plain structs with every default filled in. Parsing, with line and column in every error, is
// core/config. Durations carry their unit in the name.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/load.h"
#include "core/model/policy.h"

namespace benchgate::model {

enum class Tier { micro, integration, e2e, load, stress, chaos };

/// When a suite runs. Empty path lists: every change. Globs know *, ?, ** and a leading !.
struct Triggers {
    bool pull_request = true;
    std::vector<std::string> pull_request_paths;
    bool push = true;
    std::vector<std::string> push_branches;  ///< empty: the default branch
    std::vector<std::string> push_paths;
    std::optional<std::string> schedule;     ///< cron, UTC
    std::optional<std::string> merge_group;  ///< "quick", "full", "reuse"
    bool operator==(const Triggers&) const = default;
};

struct Timeouts {
    std::chrono::milliseconds build{std::chrono::minutes(20)};
    std::chrono::milliseconds trial{std::chrono::minutes(2)};
    std::chrono::milliseconds job{std::chrono::hours(1)};
    bool operator==(const Timeouts&) const = default;
};

/// How many orders a side may be linked in: 1, 2, 4 or 8, so that the four trials of a block, or the eight of two,
/// spread over them evenly.
inline constexpr int most_link_orders = 8;
constexpr bool is_link_orders(int count) {
    return count == 1 || count == 2 || count == 4 || count == most_link_orders;
}

/// benchmark glob -> component; a plain component name is one entry "*".
using Components = std::vector<std::pair<std::string, std::string>>;

struct Suite {
    std::string name;
    Tier tier = Tier::micro;
    Components components;
    Triggers on;
    std::vector<std::string> fetch;  ///< shell lines, run in /src before the build; these alone have a network
    std::vector<std::string> build;  ///< shell lines, run in /src, in order
    std::string run;                 ///< shell line; {filter} and {output} are replaced; empty: a load suite
    std::string format = "auto";
    std::vector<std::string> artifacts;  ///< globs below /src; equal hashes on both sides: nothing is measured
    int link_orders = 1;                 ///< that each side is linked in; 1: the order that the build has
    int max_trials = 60;                 ///< a side
    Timeouts timeout;
    std::vector<std::string> measure{"time"};
    std::map<std::string, std::string> environment;
    bool profile_regressions = true;  ///< of a pull request, unasked; it takes the host's time
    std::optional<LoadSuite> load{};  ///< then it is measured under load, and `run` is empty
    int line = 0;                     ///< where the suite stands in the file
    bool operator==(const Suite&) const = default;
};

/// What the file asks for and this version does not do. It must be said aloud: a limit that nobody holds looks like one
/// that is kept.
struct Unmet {
    int line = 1;  ///< 1-based, of the key
    int column = 1;
    std::string message;         ///< one clause: "claims are not judged by this version"
    bool concerns_gate = false;  ///< somebody may think that a green check answers for it
    bool only_service = false;   ///< `benchgate compare` does it, only the service does not
    bool operator==(const Unmet&) const = default;
};

/// Whose forks' heads run. never: nobody's. approve: those commits that a maintainer let run. contributors: those of
/// people who have contributed before, the others by approval. always: everybody's.
enum class ForkPolicy { never, approve, contributors, always };

/// What a commit gets of the gate: a check run, or a commit status. Never both: GitHub would ask for both.
enum class ReportAs { check, status };

struct Config {
    int version = 1;
    ForkPolicy forks = ForkPolicy::approve;
    ReportAs report = ReportAs::check;
    std::chrono::milliseconds merge_group_timeout{std::chrono::minutes(10)};  ///< of a job for the merge queue
    std::vector<std::string> host_class;  ///< labels a runner must have; empty: any runner
    std::vector<Suite> suites;
    Policy policy;
    std::vector<Budget> budgets;
    std::vector<Claim> claims;
    std::vector<Growth> growth;
    std::vector<Unmet> unmet;  ///< in the order of the file
    bool operator==(const Config&) const = default;
};

/// Why this version does not measure the suite, a clause without its name; empty: it does.
std::string_view unmeasured_because(const Suite& suite);

std::string_view to_string(ForkPolicy policy);
std::optional<ForkPolicy> fork_policy_from(std::string_view text);
std::string_view to_string(Tier tier);
std::optional<Tier> tier_from(std::string_view text);

}  // namespace benchgate::model
