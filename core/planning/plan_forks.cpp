#include "core/planning/plan_forks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace benchgate::planning {
namespace {

bool has_contributed(std::string_view association) {
    constexpr std::array<std::string_view, 4> known{"OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"};
    return std::find(known.begin(), known.end(), association) != known.end();
}

}  // namespace

bool is_approved(const PlanInput& input) {
    return std::any_of(input.approvals.begin(), input.approvals.end(), [&](const Approval& approval) {
        return approval.number == input.pull->number && approval.head_sha == input.pull->head_sha;
    });
}

ForkAnswer fork_answer(const PlanInput& input) {
    if (!input.pull || !input.pull->fork) return ForkAnswer::may_run;
    switch (input.config.forks) {
        case model::ForkPolicy::never:
            return ForkAnswer::never;
        case model::ForkPolicy::always:
            return ForkAnswer::may_run;
        case model::ForkPolicy::contributors:
            if (has_contributed(input.author_association)) return ForkAnswer::may_run;
            break;
        case model::ForkPolicy::approve:
            break;
    }
    return is_approved(input) ? ForkAnswer::may_run : ForkAnswer::needs_approval;
}

std::string held_back_text(ForkAnswer answer, const PullRequest& pull) {
    if (answer == ForkAnswer::never)
        return "This pull request comes from a fork, and this project measures no forks (`forks: never` in the base's "
               "`.benchgate.yml`). Somebody with write access can push the commits to a branch of this repository and "
               "open a pull request from there.";
    return fmt::format(
        "This pull request comes from a fork, and its code runs on this project's benchmark hosts only after a "
        "maintainer has looked at it. Somebody with write access can let this commit run by commenting:\n\n"
        "```\n/rebench approve {}\n```\n\nA push makes the approval void.",
        pull.head_sha);
}

}  // namespace benchgate::planning
