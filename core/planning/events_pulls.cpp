// Events of pull requests and what people say below them.

#include <algorithm>
#include <array>

#include "core/planning/event_fields.h"

namespace benchgate::planning {
namespace {

constexpr std::array<std::pair<std::string_view, PullRequestAction>, 7> pull_actions{
    {{"opened", PullRequestAction::opened},
     {"synchronize", PullRequestAction::synchronize},
     {"reopened", PullRequestAction::reopened},
     {"ready_for_review", PullRequestAction::ready_for_review},
     {"converted_to_draft", PullRequestAction::converted_to_draft},
     {"edited", PullRequestAction::base_changed},
     {"closed", PullRequestAction::closed}}};

PullRequest read_pull(Fields& fields, const Repository& repository) {
    PullRequest pull;
    pull.number = fields.id("pull_request.number");
    pull.head_sha = fields.sha("pull_request.head.sha");
    pull.head_ref = fields.ref("pull_request.head.ref");
    pull.head_repository = fields.maybe_text("pull_request.head.repo.full_name", is_full_name, "not owner/name");
    pull.base_ref = fields.ref("pull_request.base.ref");
    pull.base_sha = fields.sha("pull_request.base.sha");
    // By number, not by name: a name can change hands between the event and now.
    pull.fork = fields.maybe_id("pull_request.head.repo.id") != std::optional(repository.id);
    pull.draft = fields.flag("pull_request.draft");
    pull.merged = fields.flag("pull_request.merged");
    // Of an open one it is GitHub's trial merge, which is on no branch.
    const auto* merge = pull.merged ? fields.find("pull_request.merge_commit_sha") : nullptr;
    if (merge && merge->is_string() && is_sha(merge->get_ref<const std::string&>()))
        pull.merge_sha = merge->get<std::string>();
    // A hint, and no reason to refuse the rest.
    const auto* moment = fields.find("pull_request.updated_at");
    if (moment && moment->is_string() && is_moment(moment->get_ref<const std::string&>()))
        pull.updated_at = moment->get<std::string>();
    pull.author = fields.maybe_login("pull_request.user.login");
    if (pull.author.empty()) pull.author = "ghost";  // GitHub's own name for an account that is gone
    return pull;
}

}  // namespace

EventResult read_pull_request(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    const auto known = std::find_if(pull_actions.begin(), pull_actions.end(),
                                    [&](const auto& entry) { return entry.first == action; });
    if (known == pull_actions.end()) return Ignored{"a pull request's action that changes no commit"};
    if (known->second == PullRequestAction::base_changed && fields.find("changes.base") == nullptr)
        return Ignored{"a pull request's title or text was edited"};
    PullRequestEvent event;
    event.action = known->second;
    event.source = fields.source();
    event.pull = read_pull(fields, event.source.repository);
    // Of a closed pull request nothing but these two moves; the others tell their state by the action.
    const auto state = fields.maybe_text("pull_request.state", is_word, "not a state");
    event.pull.open = event.action != PullRequestAction::closed && state != "closed";
    return fields.finished(std::move(event));
}

EventResult read_comment(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    const bool edited = action == "edited";
    if (!edited && action != "created") return Ignored{"a comment was deleted"};
    if (fields.is_bot("comment.user.type") || fields.is_bot("sender.type")) return Ignored{"a comment of a bot"};
    CommentEvent event;
    if (edited) {
        event.previous_body = fields.maybe_text("changes.body.from", is_body, "too long");
        if (!fields.error() && !event.previous_body) return Ignored{"an edit that left the text as it was"};
    }
    event.source = fields.source();
    event.number = fields.id("issue.number");
    event.on_pull_request = fields.find("issue.pull_request") != nullptr;
    event.open = fields.maybe_text("issue.state", is_word, "not a state") != "closed";
    event.comment_id = fields.id("comment.id");
    event.body = fields.maybe_text("comment.body", is_body, "too long").value_or("");
    event.author = fields.login("comment.user.login");
    event.association = fields.maybe_text("comment.author_association", is_word, "not a word").value_or("NONE");
    if (edited && !fields.error() && event.source.sender != event.author)
        return Ignored{"a comment was edited by somebody else"};
    return fields.finished(std::move(event));
}

}  // namespace benchgate::planning
