// What a token may do: asked for by use, and what happens where an installation has not accepted it.
#include "service/github/permissions.h"

#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

const Answer not_granted{422, R"({"message": "The permissions requested are not granted to this installation."})"};

class PermissionsTest : public ScriptedGithub {
  protected:
    CheckRun check() {
        CheckRun check;
        check.name = "benchgate";
        check.head_sha = "abc";
        return check;
    }
    json::Json minted_last() { return json::parse(asked("POST", "access_tokens").back().body).value(); }
};

TEST_F(PermissionsTest, EveryUseAsksForTheLeastOnOneRepository) {
    hand_out_tokens();
    const auto expect = [&](const json::Json& permissions) {
        EXPECT_EQ(minted_last(), (json::Json{{"repository_ids", {77}}, {"permissions", permissions}}));
    };
    (void)rest_->get_pull_request(repository_, 3, {});
    expect({{"contents", "read"}, {"metadata", "read"}, {"pull_requests", "read"}});
    const auto minted = asked("POST", "access_tokens").size();
    (void)rest_->get_permission(repository_, "somebody", {});
    (void)rest_->get_file(repository_, ".benchgate.yml", "main", {});
    (void)rest_->list_open_pulls(repository_, {});
    EXPECT_EQ(asked("POST", "access_tokens").size(), minted) << "one token for all reading";
    (void)rest_->create_check_run(repository_, check(), {});
    expect({{"checks", "write"}});
    (void)rest_->create_comment(repository_, 3, "hello", {});
    expect({{"issues", "write"}, {"pull_requests", "write"}});
    (void)rest_->react_to_comment(repository_, 3, Reaction::eyes, {});
    expect({{"issues", "write"}, {"pull_requests", "write"}});
    (void)rest_->create_status(repository_, "abc", {}, {});
    expect({{"statuses", "write"}});
    (void)tokens_->runner_clone_token(repository_, {});
    expect({{"contents", "read"}});
    (void)rest_->list_installation_repositories(100, {});
    EXPECT_EQ(minted_last(), (json::Json{{"permissions", {{"metadata", "read"}}}})) << "of the installation as a whole";
}

TEST_F(PermissionsTest, AMissingPermissionIsSaidAndCountedAndNotAskedForAgainAtOnce) {
    on("POST", mint_path, not_granted);
    for (int k = 0; k < 3; ++k) {
        const auto refused = rest_->create_check_run(repository_, check(), {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
        EXPECT_EQ(refused.error().message,
                  "installation 100 has not accepted checks:write (GitHub: The permissions requested are not granted "
                  "to this installation.)");
    }
    EXPECT_EQ(asked("POST").size(), 1u);
    EXPECT_EQ(api_->counts().refused_permissions(), (std::map<std::string, std::uint64_t>{{"checks:write", 1}}));
    on("POST", mint_path, {201, R"({"token": "ghs_x", "expires_at": "2027-01-15T09:00:00Z"})"});
    on("POST", repo_ + "/check-runs", {201, R"({"id": 5})"});
    tokens_->forget_installation(100);
    EXPECT_TRUE(rest_->create_check_run(repository_, check(), {})) << "accepted, and told by a webhook";
}

TEST_F(PermissionsTest, AfterAMinuteItIsAskedForAgain) {
    on("POST", mint_path, not_granted);
    EXPECT_FALSE(rest_->create_check_run(repository_, check(), {}));
    advance(60s);
    EXPECT_FALSE(rest_->create_check_run(repository_, check(), {}));
    EXPECT_EQ(asked("POST").size(), 2u);
}

TEST_F(PermissionsTest, WhereLessIsEnoughLessIsTaken) {
    on("POST", mint_path, not_granted);
    on("POST", mint_path, {201, R"({"token": "ghs_x", "expires_at": "2027-01-15T09:00:00Z"})"});
    on("POST", repo_ + "/issues/3/comments", {201, R"({"id": 5})"});
    ASSERT_TRUE(rest_->create_comment(repository_, 3, "hello", {}));
    EXPECT_EQ(minted_last()["permissions"], (json::Json{{"pull_requests", "write"}}));
    ASSERT_TRUE(rest_->create_comment(repository_, 3, "hello", {}));
    EXPECT_EQ(asked("POST", "access_tokens").size(), 2u);
}

TEST_F(PermissionsTest, ASuspendedInstallationAndALostRepositoryAreToldApart) {
    on("POST", mint_path, {403, R"({"message": "This installation has been suspended"})"});
    on("POST", mint_path,
       {422, R"({"message": "There is at least one repository that does not exist or is not accessible."})"});
    on("POST", mint_path, {404, R"({"message": "Not Found"})"});
    const auto suspended = tokens_->get(repository_, Use::check, {}).error();
    EXPECT_EQ(suspended.kind, ErrorKind::forbidden);
    EXPECT_EQ(suspended.message, "installation 100 gives no token (GitHub: This installation has been suspended)");
    EXPECT_EQ(tokens_->get(repository_, Use::check, {}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(tokens_->get(repository_, Use::check, {}).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(api_->counts().refused_permissions().empty());
}

}  // namespace
}
