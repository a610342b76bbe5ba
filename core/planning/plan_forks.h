#pragma once
// Whether the head of a fork may run: the base's policy, the approvals of this very commit, the author's association.
// Internal to planning.

#include <string>

#include "core/planning/plan_input.h"

namespace benchgate::planning {

enum class ForkAnswer { may_run, needs_approval, never };

/// A head that is a branch of the repository may always run.
ForkAnswer fork_answer(const PlanInput& input);

/// Whether somebody with write access has let the present head run.
bool is_approved(const PlanInput& input);

/// What to tell somebody about a head that may not run; Markdown.
std::string held_back_text(ForkAnswer answer, const PullRequest& pull);

}  // namespace benchgate::planning
