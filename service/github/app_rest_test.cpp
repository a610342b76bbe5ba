#include "service/github/app_rest.h"

#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

class AppRestTest : public ScriptedGithub {
  protected:
    AppRestTest() { hand_out_tokens(); }
    AppRest app_{*api_, *tokens_};
};

std::string repository_named(int id) {
    return R"({"id": )" + std::to_string(id) + R"(, "name": "r)" + std::to_string(id) +
           R"(", "owner": {"login": "octo"}})";
}

TEST_F(AppRestTest, TheAppIsAskedAboutWithItsOwnToken) {
    on("GET", "/app", {200, R"({"id": 4711, "slug": "bench", "name": "Bench", "html_url": "https://h/apps/bench",
        "permissions": {"checks": "write", "odd": 7}, "events": ["push", null, "pull_request"]})"});
    const auto app = app_.get_app({});
    ASSERT_TRUE(app) << app.error().message;
    EXPECT_EQ(app->slug, "bench");
    EXPECT_EQ(app->permissions, (Permissions{{"checks", "write"}}));
    EXPECT_EQ(app->events, (std::vector<std::string>{"push", "pull_request"}));
    EXPECT_TRUE(asked("GET", "/app").at(0).authorization.starts_with("Bearer eyJ"));
    EXPECT_TRUE(asked("POST").empty()) << "no installation token is needed";
}

TEST_F(AppRestTest, ALogOfDeliveriesIsReadPageByPageByItsCursor) {
    on("GET", "/app/hook/deliveries",
       {200,
        R"([{"id": 12345678901234567, "guid": "g-1", "event": "push", "action": null, "status": "OK",
                  "status_code": 202, "redelivery": false, "delivered_at": "2027-01-15T07:59:59Z",
                  "installation_id": 100, "repository_id": 77, "duration": 0.03},
                 {"id": 3, "guid": "g-2", "event": "issue_comment", "action": "created", "status": "timed out",
                  "status_code": 0, "redelivery": true, "delivered_at": "?", "installation_id": null},
                 {"guid": "without an id"}, 7])",
        {{"Link", "<https://h/app/hook/deliveries?per_page=100&cursor=v1_3%2F%3D>; rel=\"next\""}}});
    on("GET", "/app/hook/deliveries", {200, "[]"});
    const auto page = app_.list_deliveries("", {});
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_EQ(page->deliveries.size(), 2u);
    const auto& pushed = page->deliveries[0];
    EXPECT_EQ(pushed.id, 12'345'678'901'234'567);
    EXPECT_EQ(pushed.guid, "g-1");
    EXPECT_TRUE(pushed.delivered());
    EXPECT_EQ(pushed.delivered_at, timing().now() - 1s);
    EXPECT_EQ(pushed.repository_id, 77);
    const auto& lost = page->deliveries[1];
    EXPECT_FALSE(lost.delivered());
    EXPECT_EQ(lost.status, "timed out");
    EXPECT_EQ(lost.action, "created");
    EXPECT_EQ(lost.installation_id, 0);
    EXPECT_EQ(page->next_cursor, "v1_3%2F%3D");

    const auto last = app_.list_deliveries(page->next_cursor, {});
    EXPECT_TRUE(last->deliveries.empty());
    EXPECT_EQ(last->next_cursor, "");
    EXPECT_EQ(asked("GET").back().target, "/api/v3/app/hook/deliveries?per_page=100&cursor=v1_3%2F%3D");
    for (const char* cursor : {"a&b=c", "a b", "../x", "a\r\n"})
        EXPECT_FALSE(app_.list_deliveries(cursor, {})) << cursor;
    EXPECT_EQ(asked("GET").size(), 2u);
}

TEST_F(AppRestTest, ADeliveryComesWithWhatWasSentButNotItsSignature) {
    on("GET", "/app/hook/deliveries/12", {200, R"({"id": 12, "guid": "g-1", "event": "push", "status": "OK",
        "request": {"headers": {"X-GitHub-Event": "push", "X-GitHub-Delivery": "g-1", "X-Hub-Signature-256": "sha256=ab",
                                "x-hub-signature": "sha1=ab", "odd": 7},
                    "payload": {"ref": "refs/heads/main", "after": "é"}}})"});
    on("GET", "/app/hook/deliveries/13",
       {200, R"({"id": 13, "guid": "g", "event": "push", "request": {"payload": null}})"});
    const auto detail = app_.get_delivery(12, {});
    ASSERT_TRUE(detail) << detail.error().message;
    EXPECT_EQ(detail->request_headers,
              (std::map<std::string, std::string>{{"X-GitHub-Delivery", "g-1"}, {"X-GitHub-Event", "push"}}));
    EXPECT_EQ(json::parse(detail->payload).value(), (json::Json{{"ref", "refs/heads/main"}, {"after", "é"}}));
    EXPECT_FALSE(app_.get_delivery(13, {})) << "nothing to replay";
}

TEST_F(AppRestTest, ADeliveryIsSentAgainAndTheHookIsChanged) {
    on("POST", "/app/hook/deliveries/12/attempts", {202, "{}"});
    EXPECT_TRUE(app_.redeliver(12, {}));
    on("PATCH", "/app/hook/config", {200, "{}"});
    EXPECT_TRUE(app_.update_hook_config({.url = std::nullopt, .secret = "new secret"}, {}));
    EXPECT_EQ(json::parse(asked("PATCH").at(0).body).value(),
              (json::Json{{"content_type", "json"}, {"insecure_ssl", "0"}, {"secret", "new secret"}}));
    on("PATCH", "/app/hook/config", {422, R"({"message": "no"})"});
    EXPECT_EQ(app_.update_hook_config({.url = "https://h/webhooks/github", .secret = {}}, {}).error().status, 422);
}

TEST_F(AppRestTest, AManifestsCodeBecomesAnAppWithoutAnyCredentials) {
    Tokens nobody(*api_);
    AppRest setup(*api_, nobody);
    on("POST", "/app-manifests/a%2Fb/conversions", {201, R"({"id": 9, "slug": "bench", "name": "Bench",
        "pem": "-----BEGIN", "webhook_secret": null, "client_id": "Iv1.x", "client_secret": "cs"})"});
    const auto made = setup.convert_manifest("a/b", {});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->app.id, 9);
    EXPECT_EQ(made->pem, "-----BEGIN");
    EXPECT_EQ(made->webhook_secret, "");
    EXPECT_EQ(made->client_secret, "cs");
    EXPECT_EQ(asked("POST").at(0).authorization, "");
    EXPECT_EQ(setup.convert_manifest("", {}).error().kind, ErrorKind::unprocessable);
    EXPECT_EQ(setup.convert_manifest(std::string(300, 'a'), {}).error().kind, ErrorKind::unprocessable);
    on("POST", "/app-manifests/used/conversions", {404, R"({"message": "Not Found"})"});
    EXPECT_EQ(setup.convert_manifest("used", {}).error().kind, ErrorKind::not_found);
}

TEST_F(AppRestTest, InstallationsAreListedToTheLastPage) {
    on("GET", "/app/installations",
       {200,
        R"([{"id": 100, "app_id": 4711, "account": {"login": "octo"}, "repository_selection": "all",
                  "suspended_at": null, "permissions": {"checks": "write"}}])",
        {{"Link", "<https://h/app/installations?page=2>; rel=\"next\""}}});
    on("GET", "/app/installations",
       {200, R"([{"id": 101, "account": {"slug": "corp"}, "repository_selection": "selected",
                  "suspended_at": "2027-01-01T00:00:00Z"}, {"account": null}])"});
    const auto all = app_.list_installations({});
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_TRUE(all->complete);
    ASSERT_EQ(all->items.size(), 2u);
    EXPECT_TRUE(all->items[0].all_repositories && !all->items[0].suspended);
    EXPECT_EQ(all->items[0].permissions, (Permissions{{"checks", "write"}}));
    EXPECT_TRUE(!all->items[1].all_repositories && all->items[1].suspended);
    EXPECT_EQ(all->items[1].account, "corp");
    EXPECT_EQ(asked("GET").at(1).target, "/api/v3/app/installations?per_page=100&page=2");
}

TEST_F(AppRestTest, TheRepositoriesOfAnInstallationAreListedWithItsToken) {
    on("GET", "/installation/repositories",
       {200, R"({"total_count": 2, "repositories": [)" + repository_named(1) + "," + repository_named(2) + "]}"});
    const auto all = rest_->list_installation_repositories(100, {});
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->items.size(), 2u);
    EXPECT_EQ(all->items[1].name, "r2");
    EXPECT_EQ(asked("GET").at(0).authorization, "Bearer ghs_1");
    on("GET", "/installation/repositories", {200, "[]"});
    EXPECT_EQ(rest_->list_installation_repositories(100, {}).error().kind, ErrorKind::server);
}

TEST_F(AppRestTest, AListWithoutEndIsCutAndSaysSo) {
    const std::string pull =
        R"({"number": 3, "state": "open", "head": {"sha": "h"}, "base": {"sha": "b", "repo": {"id": 77}}})";
    on("GET", repo_ + "/pulls", {200, "[" + pull + "," + pull + "]", {{"Link", "<https://h/x?page=9>; rel=\"next\""}}});
    const auto pulls = rest_->list_open_pulls(repository_, {});
    ASSERT_TRUE(pulls) << pulls.error().message;
    EXPECT_FALSE(pulls->complete);
    EXPECT_EQ(pulls->items.size(), 60u);
    EXPECT_EQ(asked("GET", "/pulls").size(), 30u);
    EXPECT_EQ(asked("GET", "/pulls").at(29).target,
              "/api/v3" + repo_ + "/pulls?state=open&sort=created&direction=asc&per_page=100&page=30");
}

TEST_F(AppRestTest, ManyAnnotationsAreAppendedByFurtherRequests) {
    on("POST", repo_ + "/check-runs", {201, R"({"id": 5, "output": {"annotations_count": 50}})"});
    on("PATCH", repo_ + "/check-runs/5", {200, R"({"id": 5, "output": {"annotations_count": 120}})"});
    CheckRun check;
    check.name = "benchgate";
    check.head_sha = "abc";
    check.title = "t";
    check.summary = "s";
    for (int k = 0; k < 120; ++k) check.annotations.push_back({"a", k + 1, k + 1, AnnotationLevel::warning, "m", ""});
    EXPECT_EQ(rest_->create_check_run(repository_, check, {})->annotations, 120u);
    const auto lines = [&](const Asked& request) {
        std::vector<int> numbers;
        const auto body = json::parse(request.body).value();
        for (const auto& annotation : json::at(json::at(body, "output"), "annotations"))
            numbers.push_back(annotation["start_line"].get<int>());
        return numbers.empty() ? std::pair(0, 0) : std::pair(numbers.front(), numbers.back());
    };
    EXPECT_EQ(lines(asked("POST", "/check-runs").at(0)), std::pair(1, 50));
    EXPECT_EQ(lines(asked("PATCH").at(0)), std::pair(51, 100));
    EXPECT_EQ(lines(asked("PATCH").at(1)), std::pair(101, 120));

    // After a lost answer, what is there already is not appended once more.
    ASSERT_TRUE(rest_->update_check_run(repository_, 5, check, {}, 50));
    ASSERT_EQ(asked("PATCH").size(), 4u);
    EXPECT_EQ(lines(asked("PATCH").at(2)), std::pair(51, 100));
    EXPECT_EQ(lines(asked("PATCH").at(3)), std::pair(101, 120));
    ASSERT_TRUE(rest_->update_check_run(repository_, 5, check, {}, 120));
    EXPECT_EQ(lines(asked("PATCH").at(4)), std::pair(0, 0));
    check.annotations.assign(1000, check.annotations[0]);
    ASSERT_TRUE(rest_->create_check_run(repository_, check, {}));
    EXPECT_EQ(asked("PATCH").size(), 9u) << "five requests at most";
}

TEST_F(AppRestTest, AStatusIsWhatGitHubDescribes) {
    on("POST", repo_ + "/statuses/abc", {404, "{}"});
    on("POST", repo_ + "/statuses/abc", {201, "{}"});
    EXPECT_TRUE(rest_->create_status(
        repository_, "abc", {"benchgate/status", StatusState::failure, std::string(200, 'd'), "https://h/p"}, {}));
    EXPECT_EQ(waits(), (std::vector<std::chrono::milliseconds>{1s})) << "the commit may be too new";
    const auto body = json::parse(asked("POST", "/statuses").at(1).body).value();
    EXPECT_EQ(body["state"], "failure");
    EXPECT_EQ(body["context"], "benchgate/status");
    EXPECT_EQ(body["description"].get<std::string>().size(), 140u);
    EXPECT_EQ(body["target_url"], "https://h/p");
}

}  // namespace
}
