// How the service behaves towards GitHub as a whole: limits, redirects, kept answers, the bounds of a piece of work.
#include "service/github/api.h"

#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

const std::string repository_body =
    R"({"id": 77, "name": "engine", "owner": {"login": "octo org"}, "default_branch": "main"})";

class ApiTest : public ScriptedGithub {
  protected:
    ApiTest() { hand_out_tokens(); }
    ApiResult<RepositoryInfo> ask() { return rest_->get_repository(repository_, {}); }
    std::uint64_t count(Count what) const { return api_->counts().of(what); }
    static std::string header(const Asked& request, const char* name) {
        const auto found = request.headers.find(name);
        return found == request.headers.end() ? "" : found->second;
    }
    std::string elsewhere() const { return "http://localhost:" + url().substr(url().rfind(':') + 1); }
};

TEST_F(ApiTest, ALimitHoldsForTheWholeInstallationAndForNoOther) {
    on("GET", repo_, {403, R"({"message": "You have exceeded a secondary rate limit"})", {{"Retry-After", "90"}}});
    on("GET", repo_, {200, repository_body});
    EXPECT_EQ(ask().error().status, 403);
    const auto rested = rest_->get_pull_request(repository_, 3, {});
    ASSERT_FALSE(rested);
    EXPECT_EQ(rested.error().kind, ErrorKind::rate_limited);
    EXPECT_EQ(rested.error().retry_at, timing().now() + 90s);
    EXPECT_TRUE(asked("GET", "/pulls/3").empty()) << "nothing is sent meanwhile";
    EXPECT_TRUE(rest_->get_repository({101, 77, "octo org", "engine"}, {})) << "another installation is not held up";
    advance(89s);
    EXPECT_FALSE(ask());
    advance(1s);
    EXPECT_TRUE(ask());
    EXPECT_EQ(count(Count::limited), 1u);
    EXPECT_EQ(count(Count::rested), 2u);
}

TEST_F(ApiTest, TheLastRequestOfAnHourIsNoticedBeforeTheFirstRefusal) {
    on("GET", repo_, {200, repository_body, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1800000600"}}});
    EXPECT_TRUE(ask());
    const auto rested = ask();
    ASSERT_FALSE(rested);
    EXPECT_EQ(rested.error().retry_at, timing().now() + 601s);
    EXPECT_EQ(asked("GET").size(), 1u);
}

TEST_F(ApiTest, AnUnchangedAnswerIsAskedForWithItsTagAndCostsNothing) {
    on("GET", repo_, {200, repository_body, {{"ETag", "W/\"abc\""}}});
    on("GET", repo_, {304, "", {{"ETag", "W/\"abc\""}}});
    on("GET", repo_, {304, ""});
    on("GET", repo_, {200, R"({"id": 77, "name": "motor", "owner": {"login": "octo org"}})", {{"ETag", "\"new\""}}});
    EXPECT_EQ(ask()->name, "engine");
    EXPECT_EQ(ask()->name, "engine");
    EXPECT_EQ(ask()->name, "engine");
    EXPECT_EQ(ask()->name, "motor") << "changed";
    const auto requests = asked("GET");
    EXPECT_EQ(header(requests[0], "If-None-Match"), "");
    for (int k : {1, 2, 3}) EXPECT_EQ(header(requests[static_cast<std::size_t>(k)], "If-None-Match"), "W/\"abc\"");
    EXPECT_EQ(count(Count::not_modified), 2u);

    (void)rest_->get_repository({101, 77, "octo org", "engine"}, {});
    EXPECT_EQ(header(asked("GET").back(), "If-None-Match"), "") << "what one installation saw is not another's";
}

TEST_F(ApiTest, ARenamedRepositoryIsFollowedOnTheSameHostAndItsNameIsLearnt) {
    std::vector<RepositoryInfo> learnt;
    rest_->on_renamed([&](const RepositoryInfo& info) { learnt.push_back(info); });
    on("GET", repo_ + "/pulls/3", {301, "", {{"Location", url() + "/api/v3/repositories/77/pulls/3"}}});
    on("GET", "/repositories/77/pulls/3",
       {200, R"({"number": 3, "state": "open", "author_association": "MEMBER", "head": {"sha": "h", "repo": {"id": 77}},
                 "base": {"sha": "b", "repo": {"id": 77}}})"});
    on("GET", "/repositories/77", {200, R"({"id": 77, "name": "motor", "owner": {"login": "octo"}})"});
    EXPECT_EQ(rest_->get_pull_request(repository_, 3, {})->author_association, "MEMBER");
    EXPECT_EQ(asked("GET", "/repositories/77/pulls/3").at(0).authorization, "Bearer ghs_1");
    ASSERT_EQ(learnt.size(), 1u);
    EXPECT_EQ(learnt[0].id, 77);
    EXPECT_EQ(learnt[0].owner + "/" + learnt[0].name, "octo/motor");

    on("POST", repo_ + "/issues/3/comments", {307, "", {{"Location", "/api/v3/repositories/77/issues/3/comments"}}});
    on("POST", "/repositories/77/issues/3/comments", {201, R"({"id": 5, "body": "hello"})"});
    ASSERT_TRUE(rest_->create_comment(repository_, 3, "hello", {}));
    EXPECT_EQ(asked("POST", "/repositories/77").at(0).body, R"({"body":"hello"})");
    EXPECT_EQ(learnt.size(), 2u);
    EXPECT_EQ(count(Count::redirects), 2u);
}

TEST_F(ApiTest, WhatTheRedirectLeadsToMayNotBeAnotherRepository) {
    bool learnt = false;
    rest_->on_renamed([&](const RepositoryInfo&) { learnt = true; });
    on("GET", repo_ + "/pulls/3", {301, "", {{"Location", "/api/v3/other/pulls/3"}}});
    on("GET", "/other/pulls/3", {200, "{}"});
    on("GET", "/repositories/77", {200, R"({"id": 78, "name": "motor", "owner": {"login": "octo"}})"});
    EXPECT_FALSE(rest_->get_pull_request(repository_, 3, {}));
    EXPECT_FALSE(learnt);
}

TEST_F(ApiTest, NoRequestFollowsToAnotherHostAndSoNoTokenDoes) {
    // localhost is another origin than 127.0.0.1, on the very same server.
    for (const int status : {301, 302, 307, 308})
        on("GET", repo_, {status, "", {{"Location", elsewhere() + "/stolen"}}});
    for (int k = 0; k < 4; ++k) {
        const auto refused = ask();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::unprocessable);
        EXPECT_EQ(refused.error().message, "a redirect to another host is not followed");
    }
    on("POST", repo_ + "/issues/3/comments", {307, "", {{"Location", elsewhere() + "/stolen"}}});
    EXPECT_FALSE(rest_->create_comment(repository_, 3, "secret", {}));
    EXPECT_TRUE(asked("", "/stolen").empty());
}

TEST_F(ApiTest, ACircleOfRedirectsEnds) {
    on("GET", repo_, {302, "", {{"Location", "/api/v3" + repo_}}});
    const auto refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unprocessable);
    EXPECT_EQ(refused.error().message, "more than 3 redirects");
    EXPECT_EQ(asked("GET").size(), 4u);
    on("GET", repo_, {301, "", {{"Location", "ftp://h/x"}}});
    EXPECT_FALSE(ask());
    on("GET", repo_, {301, ""});
    EXPECT_FALSE(ask()) << "a redirect to nowhere";
}

TEST_F(ApiTest, APieceOfWorkKnowsWhatItCost) {
    on("POST", repo_ + "/check-runs", {404, "{}"});
    on("POST", repo_ + "/check-runs", {201, R"({"id": 5})"});
    on("PATCH", repo_ + "/check-runs/5", {200, R"({"id": 5})"});
    on("GET", repo_, {200, repository_body});
    Effort effort;
    auto rest = rest_->within(effort);
    CheckRun check;
    check.name = "benchgate";
    check.head_sha = "abc";
    ASSERT_TRUE(rest.create_check_run(repository_, check, {}));
    ASSERT_TRUE(rest.update_check_run(repository_, 5, check, {}));
    ASSERT_TRUE(rest.get_repository(repository_, {}));
    EXPECT_EQ(effort.writes, 3) << "the refused one too; neither minting nor reading";
    EXPECT_EQ(effort.created, 2);
}

TEST_F(ApiTest, NothingIsSentAfterTheTimeOfAPieceOfWork) {
    on("POST", repo_ + "/check-runs", {404, "{}"});
    Effort effort{.until = timing().now() + 5s};
    CheckRun check;
    check.name = "benchgate";
    check.head_sha = "abc";
    const auto late = rest_->within(effort).create_check_run(repository_, check, {});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::network);
    EXPECT_EQ(waits(), (std::vector<std::chrono::milliseconds>{1s, 2s})) << "the third would have come too late";
    EXPECT_EQ(asked("POST", "/check-runs").size(), 3u);
    effort.until = timing().now();
    EXPECT_FALSE(rest_->within(effort).create_check_run(repository_, check, {}));
    EXPECT_EQ(asked("POST", "/check-runs").size(), 3u);
}

TEST_F(ApiTest, AnEnterpriseServerNeedsOneSetting) {
    on("GET", repo_, {200, repository_body});
    ASSERT_TRUE(ask());
    for (const auto& request : asked()) {
        EXPECT_TRUE(request.target.starts_with("/api/v3/")) << request.target;
        EXPECT_EQ(header(request, "X-GitHub-Api-Version"), "2022-11-28");
    }
    EXPECT_EQ(git_base_of("https://github.example.com/api/v3"), "https://github.example.com");
    EXPECT_EQ(git_base_of("https://github.example.com/api/v3/"), "https://github.example.com");
    EXPECT_EQ(git_base_of("https://api.github.com"), "https://github.com");
}

}  // namespace
}
