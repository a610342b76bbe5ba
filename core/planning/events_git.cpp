// Events of branch_prefix: push, and the heads of GitHub's merge queue.

#include <charconv>

#include "core/planning/event_fields.h"

namespace benchgate::planning {
namespace {

constexpr std::string_view no_commit = "0000000000000000000000000000000000000000";
constexpr std::string_view branch_prefix = "refs/heads/";
constexpr std::string_view queue = "gh-readonly-queue/";

/// "gh-readonly-queue/main/pr-12-SHA" -> 12; the name of the base may hold slashes.
std::optional<std::int64_t> pull_number_of(std::string_view head_ref) {
    constexpr std::string_view mark = "/pr-";
    const auto place = head_ref.rfind(mark);
    if (!head_ref.starts_with(queue) || place == std::string_view::npos) return std::nullopt;
    head_ref.remove_prefix(place + mark.size());
    std::int64_t number = 0;
    const auto* end = head_ref.data() + head_ref.size();
    const auto read = std::from_chars(head_ref.data(), end, number);
    if (read.ec != std::errc() || read.ptr == end || *read.ptr != '-' || number <= 0) return std::nullopt;
    return number;
}

}  // namespace

EventResult read_push(const json::Json& payload) {
    Fields fields(payload);
    const std::string ref = fields.ref("ref");
    const bool deleted = fields.flag("deleted");
    if (fields.error()) return tl::unexpected(*fields.error());
    if (!ref.starts_with(branch_prefix)) return Ignored{"a tag was pushed"};
    const std::string branch = ref.substr(branch_prefix.size());
    if (branch.starts_with(queue)) return Ignored{"a branch of the merge queue"};
    auto source = fields.source();
    const auto after = deleted ? std::string(no_commit) : fields.sha("after");
    if (after == no_commit) return fields.finished(BranchDeletedEvent{std::move(source), branch});
    PushEvent event;
    event.source = std::move(source);
    event.branch = branch;
    event.before = fields.sha("before");
    if (*event.before == no_commit) event.before.reset();
    event.after = after;
    event.forced = fields.flag("forced");
    return fields.finished(std::move(event));
}

EventResult read_merge_group(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    if (action != "checks_requested" && action != "destroyed") return Ignored{"an unknown action of the merge queue"};
    MergeGroupEvent event;
    event.action = action == "destroyed" ? MergeGroupAction::destroyed : MergeGroupAction::checks_requested;
    event.source = fields.source();
    event.head_sha = fields.sha("merge_group.head_sha");
    event.head_ref = fields.branch("merge_group.head_ref");
    event.base_sha = fields.sha("merge_group.base_sha");
    event.base_ref = fields.branch("merge_group.base_ref");
    event.reason = fields.maybe_text("reason", is_word, "not a word").value_or("");
    event.pull_number = pull_number_of(event.head_ref);
    return fields.finished(std::move(event));
}

}  // namespace benchgate::planning
