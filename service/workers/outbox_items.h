#pragma once
// The bodies of outbox items: what a stage writes and the sender reads, in one place, so that the two cannot differ.
// A body is JSON without a version: it lives for a day at most, and what is absent in it has its default.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/verdict.h"
#include "service/github/bodies.h"
#include "service/store/outbox.h"

namespace benchgate::workers {

/// "pull/7" -> 7; 0: not such a target.
std::int64_t number_in(const std::string& target);

/// The remote object that the item's key became before.
std::optional<std::int64_t> id_of_object(const store::OutboxItem& item);

/// Kind "check:NAME", target store::check_target: a check run. Texts are as GitHub's API writes them.
struct CheckItem {
    std::string name;
    std::string head_sha;
    std::string status;      ///< queued, in_progress, completed
    std::string conclusion;  ///< of a completed one; empty or unknown: neutral
    std::string title;
    std::string summary;
    std::string text;
    std::string details_url;
    std::string external_id;
    std::vector<github::Annotation> annotations = {};  ///< the first 250 are sent
    std::vector<github::CheckAction> actions = {};     ///< at most three
};
std::string to_body(const CheckItem& item);
CheckItem check_item_from(const std::string& body_json);

/// Kind "status:NAME", target store::check_target: a commit status of that name, instead of a check, never beside one.
struct StatusItem {
    std::string name;
    std::string head_sha;
    std::string state;  ///< pending, success, failure, error
    std::string description;
    std::string target_url;
};
std::string to_body(const StatusItem& item);
StatusItem status_item_from(const std::string& body_json);
/// What a check says, as a status. It passes where the check does: success, neutral and skipped are success; failure
/// and action_required are failure; what ended without an answer is an error.
StatusItem status_item_of(const CheckItem& item);

/// Kind "comment", target store::pull_target: what the one live comment of a pull request is to say.
struct CommentItem {
    std::string marker;  ///< stands in the Markdown
    std::string markdown;
    std::optional<model::Gate> gate;  ///< that it tells
    std::string title;                ///< of the fold it may come to lie under
};
std::string to_body(const CommentItem& item);
CommentItem comment_item_from(const std::string& body_json);

/// Kind "fold:COMMENT_ID": a former comment is folded away.
struct FoldItem {
    std::int64_t comment_id = 0;
    std::string markdown;
};
std::string to_body(const FoldItem& item);
FoldItem fold_item_from(const std::string& body_json);

/// As GitHub's API wants it; a completed check without a known conclusion is neutral.
github::CheckRun check_run_of(const CheckItem& item);
/// nullopt: no such state.
std::optional<github::CommitStatus> commit_status_of(const StatusItem& item);

}  // namespace benchgate::workers
