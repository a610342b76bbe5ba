#include "core/planning/reconcile.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace benchgate::planning {
namespace {

using Actions = std::array<std::string_view, 7>;

/// An event without a list here is wanted whatever its action.
constexpr std::array<std::pair<std::string_view, Actions>, 9> wanted{
    {{"push", {}},
     {"pull_request",
      {"opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "edited", "closed"}},
     {"issue_comment", {"created", "edited"}},
     {"check_run", {"rerequested", "requested_action"}},
     {"check_suite", {"rerequested"}},
     {"merge_group", {"checks_requested", "destroyed"}},
     {"installation", {}},
     {"installation_repositories", {}},
     {"repository", {}}}};

/// Empty: it is as it was heard of.
std::string difference(const PullRequest& now, const KnownPull* known) {
    if (known == nullptr) return "it was never heard of";
    if (!known->open) return "it was opened again";
    if (known->head_sha != now.head_sha) return "its head moved";
    if (known->base_ref != now.base_ref) return "its base is another branch";
    if (known->draft && *known->draft != now.draft) return now.draft ? "it became a draft" : "it is no draft any more";
    return "";
}

}  // namespace

bool is_wanted(std::string_view event, std::string_view action) {
    const auto found =
        std::find_if(wanted.begin(), wanted.end(), [&](const auto& entry) { return entry.first == event; });
    if (found == wanted.end()) return false;
    const auto& actions = found->second;
    return actions.front().empty() ||
           (!action.empty() && std::find(actions.begin(), actions.end(), action) != actions.end());
}

PullRequestAction present_action(const PullRequest& pull) {
    if (!pull.open) return PullRequestAction::closed;
    return pull.draft ? PullRequestAction::converted_to_draft : PullRequestAction::synchronize;
}

std::vector<Unheard> unheard(const OpenNow& now, const std::vector<KnownPull>& known) {
    std::map<std::int64_t, const KnownPull*> missing;
    for (const auto& pull : known) missing[pull.number] = &pull;
    std::vector<Unheard> found;
    std::int64_t last = 0;
    for (const auto& [pull, updated_at] : now.pulls) {
        const auto before = missing.find(pull.number);
        const bool is_known = before != missing.end();
        auto reason = difference(pull, is_known ? before->second : nullptr);
        if (!reason.empty() && (is_known || updated_at >= now.since))
            found.push_back({pull.number, true, std::move(reason)});
        if (is_known) missing.erase(before);
        last = std::max(last, pull.number);
    }
    for (const auto& [number, pull] : missing) {
        if (!now.complete && number > last) continue;
        if (pull->open)
            found.push_back({number, false, "it was closed"});
        else if (pull->has_open_runs)
            found.push_back({number, false, "it is closed, and something of it is still to run"});
    }
    return found;
}

}  // namespace benchgate::planning
