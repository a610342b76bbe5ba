#include "core/planning/events.h"

#include <gtest/gtest.h>

#include "core/planning/events_for_tests.h"

namespace benchgate::planning {
namespace {

using json::Json;

Json repository() {
    return {{"id", 7},
            {"name", "engine"},
            {"owner", {{"login", "acme"}}},
            {"default_branch", "main"},
            {"private", true},
            {"clone_url", "https://github.com/acme/engine.git"}};
}

Json push() {
    return {{"ref", "refs/heads/main"},
            {"before", sha_a},
            {"after", sha_b},
            {"deleted", false},
            {"forced", true},
            {"repository", repository()},
            {"installation", {{"id", 99}}},
            {"sender", {{"login", "ann"}}}};
}

Json pull_request() {
    return {{"action", "synchronize"},
            {"repository", repository()},
            {"installation", {{"id", 99}}},
            {"sender", {{"login", "ann"}}},
            {"pull_request",
             {{"number", 12},
              {"draft", false},
              {"user", {{"login", "dependabot[bot]"}}},
              {"head", {{"sha", sha_b}, {"ref", "topic/x"}, {"repo", {{"id", 8}, {"full_name", "bob/engine"}}}}},
              {"base", {{"sha", sha_a}, {"ref", "main"}}}}}};
}

Json comment() {
    return {{"action", "created"},
            {"repository", repository()},
            {"sender", {{"login", "ann"}, {"type", "User"}}},
            {"issue", {{"number", 12}, {"state", "open"}, {"pull_request", {{"url", "x"}}}}},
            {"comment",
             {{"id", 5},
              {"body", "/rebench"},
              {"user", {{"login", "ann"}, {"type", "User"}}},
              {"author_association", "MEMBER"}}}};
}

std::string ignored(std::string_view name, const Json& payload) {
    const auto event = read_event(name, payload);
    const auto* reason = event ? std::get_if<Ignored>(&*event) : nullptr;
    return reason != nullptr ? reason->reason : "";
}

TEST(Events, ReadAPush) {
    const auto event = std::get<PushEvent>(*read_event("push", push()));
    EXPECT_EQ(event.branch, "main");
    EXPECT_EQ(event.before, sha_a);
    EXPECT_EQ(event.after, sha_b);
    EXPECT_TRUE(event.forced);
    EXPECT_EQ(event.source.repository.full_name(), "acme/engine");
    EXPECT_EQ(event.source.repository.id, 7);
    EXPECT_TRUE(event.source.repository.is_private);
    EXPECT_EQ(event.source.installation_id, 99);

    auto payload = push();
    payload["before"] = std::string(40, '0');
    EXPECT_FALSE(std::get<PushEvent>(*read_event("push", payload)).before);
    payload["ref"] = "refs/tags/v1";
    EXPECT_EQ(ignored("push", payload), "a tag was pushed");
    payload["ref"] = "refs/heads/gh-readonly-queue/main/pr-1-abc";
    EXPECT_EQ(ignored("push", payload), "a branch of the merge queue");
    payload["ref"] = "refs/heads/x";
    payload["deleted"] = true;
    payload.erase("after");
    EXPECT_EQ(std::get<BranchDeletedEvent>(*read_event("push", payload)).branch, "x");
}

TEST(Events, ReadAPullRequest) {
    auto payload = pull_request();
    auto event = std::get<PullRequestEvent>(*read_event("pull_request", payload));
    EXPECT_EQ(event.action, PullRequestAction::synchronize);
    EXPECT_EQ(event.pull.number, 12);
    EXPECT_EQ(event.pull.head_sha, sha_b);
    EXPECT_EQ(event.pull.head_repository, "bob/engine");
    EXPECT_TRUE(event.pull.fork);
    EXPECT_EQ(event.pull.author, "dependabot[bot]");

    payload["pull_request"]["head"]["repo"] = nullptr;  // the fork was deleted
    event = std::get<PullRequestEvent>(*read_event("pull_request", payload));
    EXPECT_FALSE(event.pull.head_repository);
    EXPECT_TRUE(event.pull.fork);

    payload["pull_request"]["head"]["repo"] = {{"id", 7}, {"full_name", "acme/engine"}};
    EXPECT_FALSE(std::get<PullRequestEvent>(*read_event("pull_request", payload)).pull.fork);
    payload["action"] = "closed";
    payload["pull_request"]["merged"] = true;
    payload["pull_request"]["merge_commit_sha"] = sha_b;
    event = std::get<PullRequestEvent>(*read_event("pull_request", payload));
    EXPECT_FALSE(event.pull.open);
    EXPECT_TRUE(event.pull.merged);
    EXPECT_EQ(event.pull.merge_sha, sha_b);
    payload["action"] = "converted_to_draft";
    event = std::get<PullRequestEvent>(*read_event("pull_request", payload));
    EXPECT_EQ(event.action, PullRequestAction::converted_to_draft);
    payload["action"] = "labeled";
    EXPECT_NE(ignored("pull_request", payload), "");
}

TEST(Events, OfEditsOnlyANewBaseBranchMatters) {
    auto payload = pull_request();
    payload["action"] = "edited";
    payload["changes"] = {{"title", {{"from", "old"}}}};
    EXPECT_EQ(ignored("pull_request", payload), "a pull request's title or text was edited");
    payload["changes"] = {{"base", {{"ref", {{"from", "old"}}}, {"sha", {{"from", sha_a}}}}}};
    EXPECT_EQ(std::get<PullRequestEvent>(*read_event("pull_request", payload)).action, PullRequestAction::base_changed);
}

TEST(Events, ReadAComment) {
    auto payload = comment();
    const auto event = std::get<CommentEvent>(*read_event("issue_comment", payload));
    EXPECT_EQ(event.body, "/rebench");
    EXPECT_EQ(event.comment_id, 5);
    EXPECT_EQ(event.association, "MEMBER");
    EXPECT_FALSE(event.source.installation_id);

    payload["comment"]["user"]["type"] = "Bot";
    EXPECT_EQ(ignored("issue_comment", payload), "a comment of a bot");
    payload = comment();
    payload["issue"].erase("pull_request");
    EXPECT_FALSE(std::get<CommentEvent>(*read_event("issue_comment", payload)).on_pull_request);
    payload = comment();
    payload["issue"]["state"] = "closed";
    EXPECT_FALSE(std::get<CommentEvent>(*read_event("issue_comment", payload)).open);
    payload = comment();
    payload["action"] = "deleted";
    EXPECT_EQ(ignored("issue_comment", payload), "a comment was deleted");
    payload = comment();
    payload["comment"]["body"] = nullptr;
    EXPECT_EQ(std::get<CommentEvent>(*read_event("issue_comment", payload)).body, "");
}

TEST(Events, AnEditedCommentTellsWhatItSaidBeforeAndOnlyItsAuthorMayEdit) {
    auto payload = comment();
    payload["action"] = "edited";
    EXPECT_EQ(ignored("issue_comment", payload), "an edit that left the text as it was");
    payload["changes"] = {{"body", {{"from", "thanks"}}}};
    EXPECT_EQ(std::get<CommentEvent>(*read_event("issue_comment", payload)).previous_body, "thanks");
    payload["sender"]["login"] = "mallory";  // may edit comments, but not speak for ann
    EXPECT_EQ(ignored("issue_comment", payload), "a comment was edited by somebody else");
}

TEST(Events, NameTheFieldThatIsWrong) {
    EXPECT_EQ(complaint("push", Json::array()), "the payload is not an object");
    auto payload = push();
    payload["after"] = sha_b + "; rm -rf /";
    EXPECT_EQ(complaint("push", payload), "after: not 40 hexadecimal digits");
    payload = push();
    payload["ref"] = "refs/heads/a..b";
    EXPECT_EQ(complaint("push", payload), "ref: not a ref's name");
    payload = push();
    payload["repository"]["owner"]["login"] = "../etc";
    EXPECT_EQ(complaint("push", payload), "repository.owner.login: not an owner's name");
    payload = push();
    payload["repository"]["clone_url"] = "file:///etc/passwd";
    EXPECT_EQ(complaint("push", payload), "repository.clone_url: not an http address");
    payload = push();
    payload["repository"]["id"] = "7";
    EXPECT_EQ(complaint("push", payload), "repository.id: not a positive number");
    payload = pull_request();
    payload["pull_request"].erase("number");
    EXPECT_EQ(complaint("pull_request", payload), "pull_request.number: missing");
    payload = comment();
    payload["comment"]["body"] = std::string(300000, 'x');
    EXPECT_EQ(complaint("issue_comment", payload), "comment.body: too long");
}

TEST(Events, KnowNamesOfGit) {
    for (const auto* good : {"main", "refs/heads/main", "feature/a-b_c.d", "v1.0", "\xC3\xBC"})
        EXPECT_TRUE(is_ref_name(good));
    for (const auto* bad :
         {"", "-x", "/a", "a/", "a..b", "a b", "a\nb", "a~1", "a:b", "a@{0}", "x.lock", ".a", "a/.b", "@", "a."})
        EXPECT_FALSE(is_ref_name(bad)) << bad;
    EXPECT_FALSE(is_ref_name(std::string(256, 'a')));
    EXPECT_FALSE(is_sha(std::string(39, 'a')));
    EXPECT_FALSE(is_sha(std::string(40, 'g')));
    EXPECT_FALSE(is_repository_word(".."));
    EXPECT_FALSE(is_repository_word("a/b"));
}

}  // namespace
}  // namespace benchgate::planning
