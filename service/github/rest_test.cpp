#include "service/github/rest.h"

#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;
using testing::Test;

class RestTest : public ScriptedGithub {
  protected:
    RestTest() { hand_out_tokens(); }

    static CheckRun check() {
        CheckRun run;
        run.name = "benchgate";
        run.head_sha = std::string(40, 'a');
        return run;
    }
    ApiError refusal() {
        auto result = rest_->get_repository(repository_, {});
        EXPECT_FALSE(result.has_value());
        return result ? ApiError{} : result.error();
    }
};

std::string comment(int id, const std::string& body, const std::string& type = "Bot", int app = 4711) {
    return json::dump(json::Json{{"id", id},
                                 {"html_url", "https://h/c"},
                                 {"body", body},
                                 {"user", {{"login", "someone"}, {"type", type}}},
                                 {"performed_via_github_app", app == 0 ? json::Json() : json::Json{{"id", app}}}});
}

const std::string found_repository = R"({"id": 77, "name": "engine", "owner": {"login": "octo"}, "private": false,
    "default_branch": "main", "clone_url": "https://h/octo/engine.git", "archived": true})";

TEST_F(RestTest, EveryRequestNamesItsVersionAndItsSender) {
    on("POST", repo_ + "/check-runs", {201, R"({"id": 9000000000, "html_url": "https://h/r"})"});
    const auto made = rest_->create_check_run(repository_, check(), {});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->id, 9'000'000'000);
    const auto request = asked("POST", "check-runs").at(0);
    EXPECT_EQ(request.authorization, "Bearer ghs_1");
    const auto header = [&](const char* name) {
        const auto found = request.headers.find(name);
        return found == request.headers.end() ? std::string() : found->second;
    };
    EXPECT_EQ(header("X-GitHub-Api-Version"), "2022-11-28");
    EXPECT_EQ(header("User-Agent"), "benchgate");
    EXPECT_EQ(header("Accept"), "application/vnd.github+json");
    EXPECT_EQ(header("Content-Type"), "application/json");
    EXPECT_EQ(header("Content-Length"), std::to_string(request.body.size()));
    EXPECT_EQ(request.body, create_check_body(check()));
}

TEST_F(RestTest, ATokenThatIsNotKnownEverywhereYetIsTriedAgain) {
    on("GET", repo_, {401, R"({"message": "Bad credentials"})"});
    on("GET", repo_, {401, R"({"message": "Bad credentials"})"});
    on("GET", repo_, {200, found_repository});
    const auto found = rest_->get_repository(repository_, {});
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(waits(), (std::vector<std::chrono::milliseconds>{1s, 2s}));
    EXPECT_EQ(asked("POST", "access_tokens").size(), 1u) << "the same token";
    EXPECT_EQ(found->default_branch, "main");
    EXPECT_TRUE(found->archived);
    EXPECT_FALSE(found->is_private);
}

TEST_F(RestTest, ARefusedTokenIsReplacedOnceAndThenItIsGivenUp) {
    on("GET", repo_, {200, found_repository});
    ASSERT_TRUE(rest_->get_repository(repository_, {}));
    advance(10min);
    on("GET", repo_, {401, R"({"message": "Bad credentials"})"});
    const auto error = refusal();
    EXPECT_EQ(error.kind, ErrorKind::auth);
    EXPECT_EQ(error.status, 401);
    EXPECT_EQ(error.retry_at, std::nullopt);
    EXPECT_EQ(error.message, "Bad credentials");
    EXPECT_EQ(asked("POST", "access_tokens").size(), 2u);
    EXPECT_EQ(waits(), (std::vector<std::chrono::milliseconds>{1s, 2s, 4s})) << "for the new token";
}

TEST_F(RestTest, LimitsAreReportedWithTheirEndAndNotWaitedFor) {
    on("GET", repo_, {403, R"({"message": "You have exceeded a secondary rate limit"})", {{"Retry-After", "30"}}});
    on("GET", repo_, {403, R"({"message": "You have exceeded a secondary rate limit"})"});
    on("GET", repo_, {403, R"({"message": "You have exceeded a secondary rate limit"})"});
    on("GET", repo_, {429, "", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1800000400"}}});
    for (const auto seconds : {30s, 120s, 240s, 11s}) {
        const auto error = refusal();
        EXPECT_EQ(error.kind, ErrorKind::rate_limited);
        EXPECT_EQ(error.retry_at, timing().now() + seconds) << "without a header longer from time to time";
        advance(seconds);
    }
    on("GET", repo_, {403, R"({"message": "Resource not accessible by integration"})"});
    EXPECT_EQ(refusal().kind, ErrorKind::forbidden);
    EXPECT_TRUE(waits().empty());
}

TEST_F(RestTest, OtherRefusalsAreToldApart) {
    const std::pair<int, ErrorKind> expected[] = {{404, ErrorKind::not_found},     {410, ErrorKind::gone},
                                                  {422, ErrorKind::unprocessable}, {500, ErrorKind::server},
                                                  {502, ErrorKind::server},        {304, ErrorKind::unprocessable}};
    for (const auto& [status, kind] : expected)
        on("GET", repo_,
           {status, R"({"message": "Validation\nFailed", "errors": [{"field": "name", "code": "missing"}, "odd"]})"});
    for (const auto& [status, kind] : expected) {
        const auto error = refusal();
        EXPECT_EQ(error.status, status);
        EXPECT_EQ(error.kind, kind) << status;
        const bool has_text = status != 304;
        EXPECT_EQ(error.message, has_text ? "Validation Failed; name; missing; odd" : "");
        EXPECT_EQ(error.retry_at.has_value(), kind == ErrorKind::server) << status;
    }
    EXPECT_TRUE(waits().empty());
}

TEST_F(RestTest, AnAnswerThatIsNotWhatWasAskedForIsTheServersFault) {
    for (const char* body : {"", "<html>", "[]", "{\"id\": \"7\"}"}) on("GET", repo_, {200, body});
    for (int k = 0; k < 4; ++k) EXPECT_EQ(refusal().kind, ErrorKind::server);
}

TEST_F(RestTest, NoAnswerIsToldFromARefusal) {
    Api nowhere({.base_url = "http://127.0.0.1:1"}, *client_, timing());
    Tokens tokens(nowhere);
    tokens.set_app(test_app());
    const auto result = Rest(nowhere, tokens).get_repository(repository_, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::network);
    EXPECT_EQ(result.error().status, 0);
    EXPECT_EQ(result.error().retry_at, timing().now() + 1s);
}

TEST_F(RestTest, NoErrorEverShowsAToken) {
    on("GET", repo_, {422, R"({"message": "you sent ghs_1 and again ghs_1", "errors": ["ghs_1"]})"});
    EXPECT_EQ(refusal().message, "you sent [redacted] and again [redacted]; [redacted]");
    on("GET", repo_, {422, R"({"message": ")" + std::string(10'000, 'x') + R"("})"});
    EXPECT_EQ(refusal().message.size(), 500u);
    on("POST", "/app/installations/200/access_tokens", {403, R"({"message": "no"})"});
    const auto minted = tokens_->get({200, 1, {}}, {});
    const auto jwt = asked("POST", "/200/").at(0).authorization.substr(7);
    EXPECT_EQ(minted.error().message.find(jwt), std::string::npos);
}

TEST_F(RestTest, ACheckForACommitThatGitHubHasNotSeenYetIsTriedAgain) {
    on("POST", repo_ + "/check-runs", {422, R"({"message": "No commit found for SHA: aaaa"})"});
    on("POST", repo_ + "/check-runs", {404, R"({"message": "Not Found"})"});
    on("POST", repo_ + "/check-runs", {201, R"({"id": 5})"});
    EXPECT_EQ(rest_->create_check_run(repository_, check(), {}).value().id, 5);
    EXPECT_EQ(waits(), (std::vector<std::chrono::milliseconds>{1s, 2s}));
    on("PATCH", repo_ + "/check-runs/5", {404, R"({"message": "Not Found"})"});
    EXPECT_EQ(rest_->update_check_run(repository_, 5, check(), {}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(waits().size(), 2u) << "an old check that is not there is not there";
    EXPECT_EQ(asked("PATCH").at(0).body, update_check_body(check()));
}

TEST_F(RestTest, AWaitEndsWithTheService) {
    on("POST", repo_ + "/check-runs", {404, "{}"});
    std::stop_source stop;
    Timing timing = this->timing();
    timing.wait = [&](std::chrono::milliseconds, std::stop_token token) {
        stop.request_stop();
        return !token.stop_requested();
    };
    const Api api(api_->options(), *client_, timing);
    Tokens tokens(api);
    tokens.set_app(test_app());
    const auto result = Rest(api, tokens).create_check_run(repository_, check(), stop.get_token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::stopped);
}

TEST_F(RestTest, ALostCheckIsFoundByItsOwnName) {
    on("GET", repo_ + "/commits/abc/check-runs", {200, R"({"total_count": 4, "check_runs": [
            {"id": 1, "name": "benchgate", "external_id": "run-1"},
            {"id": 3, "name": "benchgate", "external_id": "run-1", "html_url": "https://h/3"},
            {"id": 4, "name": "benchgate", "external_id": "run-2"},
            {"id": 5, "name": "other", "external_id": "run-1"}]})"});
    const auto found = rest_->find_check_run(repository_, "abc", "benchgate", "run-1", {});
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->id, 3);
    EXPECT_FALSE(rest_->find_check_run(repository_, "abc", "benchgate", "run-9", {}).value());
    EXPECT_EQ(rest_->find_check_run(repository_, "abc", "benchgate", "", {}).value()->id, 4);
    EXPECT_TRUE(asked("GET", "check_name=benchgate&app_id=4711").size() == 3);
}

TEST_F(RestTest, TheStickyCommentIsUpdatedFoundAgainOrMade) {
    const std::string comments = repo_ + "/issues/3/comments";
    const Rest::StickyComment sticky{3, 10, "<!-- benchgate:77:3 -->", "<!-- benchgate:77:3 -->\nresult"};
    on("PATCH", repo_ + "/issues/comments/10", {200, comment(10, sticky.markdown)});
    on("PATCH", repo_ + "/issues/comments/10", {404, "{}"});
    on("PATCH", repo_ + "/issues/comments/12", {200, comment(12, sticky.markdown)});
    on("POST", comments, {201, comment(20, sticky.markdown)});
    EXPECT_EQ(rest_->put_comment(repository_, sticky, {}).value().id, 10);
    EXPECT_TRUE(asked("GET").empty()) << "no search while the known one is there";

    on("GET", comments,
       {200, "[" + comment(11, sticky.marker, "User", 0) + "," + comment(13, sticky.marker, "Bot", 9) + "," +
                 comment(14, "ours, of another kind") + "," + comment(12, sticky.marker) + "]"});
    on("GET", comments, {200, "[" + comment(11, sticky.marker, "User", 0) + "]"});
    EXPECT_EQ(rest_->put_comment(repository_, sticky, {}).value().id, 12)
        << "deleted; not somebody else's with our marker";
    EXPECT_EQ(rest_->put_comment(repository_, sticky, {}).value().id, 20);
    Rest::StickyComment bare = sticky;
    bare.markdown = "result";
    EXPECT_THROW((void)rest_->put_comment(repository_, bare, {}), std::logic_error) << "it would never be found again";
}

TEST_F(RestTest, TheSearchForACommentIsBounded) {
    std::string page = "[";
    for (int k = 0; k < 100; ++k) page += (k == 0 ? "" : ",") + comment(k + 1, "talk", "User", 0);
    on("GET", repo_ + "/issues/3/comments", {200, page + "]"});
    EXPECT_FALSE(rest_->find_comment(repository_, 3, "<!-- m -->", {}).value());
    EXPECT_EQ(asked("GET", "/comments").size(), 10u);
    EXPECT_EQ(asked("GET", "per_page=100&page=10").size(), 1u);
}

TEST_F(RestTest, AReactionMayAlreadyBeThere) {
    on("POST", repo_ + "/issues/comments/5/reactions", {201, R"({"id": 1})"});
    on("POST", repo_ + "/issues/comments/5/reactions", {200, R"({"id": 1})"});
    EXPECT_TRUE(rest_->react_to_comment(repository_, 5, Reaction::eyes, {}));
    EXPECT_TRUE(rest_->react_to_comment(repository_, 5, Reaction::eyes, {}));
    EXPECT_EQ(asked("POST", "/reactions").at(0).body, R"({"content":"eyes"})");
}

TEST_F(RestTest, APullRequestOfADeletedForkIsStillOne) {
    const std::string base = R"("number": 3, "state": "open", "title": "T", "user": {"login": "u"},
        "labels": [{"name": "perf"}, {"name": null}],
        "base": {"ref": "main", "sha": "b", "repo": {"id": 77, "full_name": "octo/engine"}},)";
    on("GET", repo_ + "/pulls/3", {200, "{" + base + R"("head": {"ref": "x", "sha": "h", "repo": null}})"});
    on("GET", repo_ + "/pulls/3",
       {200,
        "{" + base +
            R"("draft": true, "head": {"ref": "x", "sha": "h", "repo": {"id": 77, "full_name": "octo/engine"}}})"});
    on("GET", repo_ + "/pulls/3", {200, R"({"number": 3, "state": "open"})"});
    const auto deleted = rest_->get_pull_request(repository_, 3, {});
    ASSERT_TRUE(deleted);
    EXPECT_TRUE(deleted->from_fork);
    EXPECT_EQ(deleted->head.repository_id, 0);
    EXPECT_EQ(deleted->head.sha, "h");
    EXPECT_EQ(deleted->labels, std::vector<std::string>{"perf"});
    const auto own = rest_->get_pull_request(repository_, 3, {});
    ASSERT_TRUE(own);
    EXPECT_FALSE(own->from_fork);
    EXPECT_TRUE(own->draft && own->open && !own->merged);
    EXPECT_EQ(rest_->get_pull_request(repository_, 3, {}).error().kind, ErrorKind::server);
}

TEST_F(RestTest, AuthorityIsWhatGitHubSays) {
    const std::pair<const char*, Permission> expected[] = {
        {"admin", Permission::admin},  {"write", Permission::write}, {"maintain", Permission::write},
        {"read", Permission::read},    {"triage", Permission::read}, {"none", Permission::none},
        {"emperor", Permission::none},
    };
    const std::string path = repo_ + "/collaborators/m%5Bbot%5D/permission";
    for (const auto& [text, permission] : expected)
        on("GET", path, {200, std::string(R"({"permission": ")") + text + "\"}"});
    on("GET", path, {404, R"({"message": "m is not a user"})"});
    on("GET", path, {500, ""});
    for (const auto& [text, permission] : expected)
        EXPECT_EQ(rest_->get_permission(repository_, "m[bot]", {}).value(), permission) << text;
    EXPECT_EQ(rest_->get_permission(repository_, "m[bot]", {}).value(), Permission::none);
    EXPECT_EQ(rest_->get_permission(repository_, "m[bot]", {}).error().kind, ErrorKind::server)
        << "not knowing is not a no";
}

TEST_F(RestTest, AFileIsItsBytesOrAbsent) {
    const std::string path = repo_ + "/contents/dir/.bench%20gate.yml";
    on("GET", path, {200, std::string("a\0\xff", 3), {}, "application/vnd.github.raw+json; charset=utf-8"});
    on("GET", path, {200, R"({"type": "file", "encoding": "base64", "content": "c3VpdGVz\nOiB7fQ==\n"})"});
    on("GET", path, {200, "[]"});
    on("GET", path, {404, R"({"message": "Not Found"})"});
    on("GET", path, {200, std::string((1 << 20) + 1, 'x'), {}, "text/plain"});
    on("GET", path, {503, ""});
    const auto get = [&] { return rest_->get_file(repository_, "dir/.bench gate.yml", "refs/heads/a&b", {}); };
    EXPECT_EQ(get().value(), std::string("a\0\xff", 3));
    EXPECT_EQ(get().value(), "suites: {}") << "a server that does not know the raw form";
    EXPECT_EQ(get().error().kind, ErrorKind::unprocessable) << "a directory";
    EXPECT_EQ(get().value(), std::nullopt);
    EXPECT_EQ(get().error().kind, ErrorKind::unprocessable) << "too large";
    EXPECT_EQ(get().error().kind, ErrorKind::server);
    EXPECT_EQ(asked("GET", "ref=refs%2Fheads%2Fa%26b").size(), 6u);
    for (const char* bad : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a"})
        EXPECT_EQ(rest_->get_file(repository_, bad, "main", {}).error().kind, ErrorKind::unprocessable) << bad;
}

TEST(GitBase, FollowsFromTheApi) {
    EXPECT_EQ(git_base_of("https://api.github.com"), "https://github.com");
    EXPECT_EQ(git_base_of("https://api.github.com/"), "https://github.com");
    EXPECT_EQ(git_base_of("https://ghe.example/api/v3/"), "https://ghe.example");
    EXPECT_EQ(git_base_of("http://127.0.0.1:4011"), "http://127.0.0.1:4011");
}

}  // namespace
}
