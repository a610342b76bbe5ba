#include "service/http/setup.h"

#include <gtest/gtest.h>

#include <regex>

#include "platform/http_client.h"
#include "platform/url.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/http/raw_client_for_tests.h"
#include "service/store/test_database.h"

namespace benchgate::http {
namespace {

using identity::AppRecord;
using testing::body_of;
using testing::RawClient;
using testing::status_of;

const std::string admin_token = "bga_only-for-tests";

AppRecord app_of(const std::string& slug) {
    AppRecord app;
    app.app_id = 4711;
    app.slug = slug;
    app.name = slug;
    app.html_url = "https://github.example/apps/" + slug;
    app.private_key = github::test_app_pem();
    app.webhook_secret = "from-github";
    return app;
}

class SetupTest : public store::TestDatabase {
  protected:
    SetupTest() {
        http::Setup setup{pool,
                          identity,
                          "https://bench.example.org",
                          "https://github.example",
                          platform::sha256_hex(admin_token),
                          [this] { return now; },
                          [this](const std::string& code) {
                              codes.push_back(code);
                              return converted;
                          },
                          [this](const AppRecord&) { return verified; },
                          [this](const AppRecord&, const std::string& secret) {
                              hook_secrets.push_back(secret);
                              return hook_answer;
                          }};
        edge = std::make_unique<Edge>(EdgeOptions{});
        serve_setup(*edge, setup);
        edge->start();
    }

    std::string get(const std::string& target) {
        return RawClient(edge->port()).ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    std::string post(const std::vector<std::pair<std::string, std::string>>& fields) {
        std::string body;
        for (const auto& [name, value] : fields)
            body += (body.empty() ? "" : "&") + name + "=" + platform::percent_encode(value);
        return RawClient(edge->port())
            .ask(
                "POST /setup HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    /// The state in the page's form.
    static std::string state_in(const std::string& page) {
        std::smatch match;
        return std::regex_search(page, match, std::regex("state=([A-Za-z0-9_-]+)")) ? match[1].str() : "";
    }
    void set_up(const std::string& slug = "benchgate-one") {
        converted = app_of(slug);
        ASSERT_EQ(status_of(get("/setup/callback?code=abc&state=" + state_in(get("/setup")))), 303);
    }

    store::Time now = start();
    std::unique_ptr<platform::HttpClient> client = platform::make_http_client();
    github::Api api{{}, *client, github::real_timing()};
    github::Tokens tokens{api};
    identity::AppIdentity identity{pool, platform::SealKey::from_text(std::string(64, '7')).value(), tokens,
                                   [this] { return now; }};
    std::vector<std::string> codes, hook_secrets;
    tl::expected<AppRecord, std::string> converted = app_of("benchgate-one");
    http::Setup::Done verified;
    http::Setup::HookDone hook_answer;
    std::unique_ptr<Edge> edge;
};

TEST_F(SetupTest, OneButtonSendsTheManifestToGitHub) {
    const auto page = get("/setup");
    EXPECT_EQ(status_of(page), 200);
    EXPECT_NE(page.find("action=\"https://github.example/settings/apps/new?state="), std::string::npos) << page;
    EXPECT_NE(page.find("https://bench.example.org/webhooks/github"), std::string::npos);
    EXPECT_NE(page.find("&quot;checks&quot;:&quot;write&quot;"), std::string::npos) << page;
    EXPECT_NE(page.find("form-action 'self' https://github.example"), std::string::npos);
    EXPECT_EQ(page.find("GitHub cannot reach"), std::string::npos);
    EXPECT_NE(get("/setup?organisation=acme").find("/organizations/acme/settings/apps/new?state="), std::string::npos);
    EXPECT_EQ(status_of(get("/setup?organisation=..%2Fevil")), 400);
}

TEST_F(SetupTest, TheAppIsInUseAtOnceAndItsInstallationComesNext) {
    const auto state = state_in(get("/setup"));
    const auto answer = get("/setup/callback?code=one-time-code&state=" + state);
    EXPECT_EQ(status_of(answer), 303) << answer;
    EXPECT_NE(answer.find("Location: /setup?fresh=1"), std::string::npos) << answer;
    EXPECT_EQ(codes, std::vector<std::string>{"one-time-code"});
    EXPECT_EQ(tokens.app_id(), 4711);
    EXPECT_EQ(identity.webhook_secrets(), std::vector<std::string>{"from-github"});
    const auto page = get("/setup?fresh=1");
    EXPECT_NE(page.find("benchgate-one is ready"), std::string::npos) << page;
    EXPECT_NE(page.find("https://github.example/apps/benchgate-one/installations/new"), std::string::npos);
    EXPECT_EQ(page.find("from-github"), std::string::npos) << "the secret stands on a page";
}

TEST_F(SetupTest, AStateThatIsNotOursIsRefusedBeforeGitHubIsAsked) {
    for (const auto* target : {"/setup/callback", "/setup/callback?code=abc", "/setup/callback?code=abc&state=guessed",
                               "/setup/callback?code=a%2F..%2Fb&state=guessed"})
        EXPECT_EQ(status_of(get(target)), 400) << target;
    const auto state = state_in(get("/setup"));
    now += std::chrono::minutes(61);
    EXPECT_EQ(status_of(get("/setup/callback?code=abc&state=" + state)), 400) << "too late";
    const auto fresh = state_in(get("/setup"));
    EXPECT_EQ(status_of(get("/setup/callback?code=a%2F..%2Fb&state=" + fresh)), 400) << "a code that is a path";
    EXPECT_TRUE(codes.empty());
    EXPECT_FALSE(tokens.has_app());
}

TEST_F(SetupTest, AfterUseItIsClosedAndAFlowBegunBeforeIsVoid) {
    const auto stranger = state_in(get("/setup"));
    set_up();
    const auto page = get("/setup");
    EXPECT_EQ(page.find("settings/apps/new"), std::string::npos) << "still open";
    EXPECT_EQ(state_in(page), "");
    converted = app_of("stranger");
    EXPECT_EQ(status_of(get("/setup/callback?code=abc&state=" + stranger)), 400);
    EXPECT_EQ(identity.summary().slug, "benchgate-one");
}

TEST_F(SetupTest, OnlyTheAdminTokenOpensItAgain) {
    set_up();
    const auto refused = post({{"do", "open"}, {"admin_token", "guess"}});
    EXPECT_EQ(status_of(refused), 403);
    EXPECT_EQ(state_in(refused), "");
    EXPECT_EQ(status_of(post({{"do", "open"}})), 403);
    const auto opened = post({{"do", "open"}, {"admin_token", admin_token}, {"organisation", "acme"}});
    EXPECT_EQ(status_of(opened), 200);
    EXPECT_NE(opened.find("/organizations/acme/settings/apps/new?state="), std::string::npos) << opened;
    converted = app_of("benchgate-two");
    EXPECT_EQ(status_of(get("/setup/callback?code=abc&state=" + state_in(opened))), 303);
    EXPECT_EQ(identity.summary().slug, "benchgate-two");
}

TEST_F(SetupTest, WithoutASecretFromGitHubOneIsMadeAndGivenToIt) {
    converted->webhook_secret.clear();
    get("/setup/callback?code=abc&state=" + state_in(get("/setup")));
    ASSERT_EQ(hook_secrets.size(), 1u);
    EXPECT_GE(hook_secrets[0].size(), 32u);
    EXPECT_EQ(identity.webhook_secrets(), hook_secrets);
}

TEST_F(SetupTest, WhatGitHubRefusesIsShownAndNothingIsStored) {
    converted = tl::unexpected(std::string("404 Not Found"));
    const auto page = get("/setup/callback?code=abc&state=" + state_in(get("/setup")));
    EXPECT_EQ(status_of(page), 502);
    EXPECT_NE(page.find("404 Not Found"), std::string::npos) << page;
    EXPECT_NE(state_in(page), "") << "one can begin again from here";
    converted = app_of("x");
    converted->private_key = "garbage";
    EXPECT_EQ(status_of(get("/setup/callback?code=abc&state=" + state_in(get("/setup")))), 502);
    EXPECT_FALSE(tokens.has_app());
}

TEST_F(SetupTest, ChangingTheSecretKeepsTheFormerOneAccepted) {
    set_up();
    EXPECT_EQ(status_of(post({{"do", "secret"}, {"admin_token", "guess"}})), 403);
    EXPECT_TRUE(hook_secrets.empty());
    EXPECT_EQ(status_of(post({{"do", "secret"}, {"admin_token", admin_token}})), 200);
    ASSERT_EQ(hook_secrets.size(), 1u);
    EXPECT_EQ(identity.webhook_secrets(), (std::vector<std::string>{hook_secrets[0], "from-github"}));

    hook_answer = tl::unexpected(http::Setup::Refusal{"422"});
    EXPECT_EQ(status_of(post({{"do", "secret"}, {"admin_token", admin_token}})), 502);
    EXPECT_EQ(identity.webhook_secrets(), (std::vector<std::string>{hook_secrets[0], "from-github"}))
        << "a refused change must not lose the secret in use";

    hook_answer = tl::unexpected(http::Setup::Refusal{"no answer", true});
    EXPECT_EQ(status_of(post({{"do", "secret"}, {"admin_token", admin_token}})), 502);
    EXPECT_EQ(identity.webhook_secrets(), (std::vector<std::string>{hook_secrets[0], hook_secrets[2]}))
        << "GitHub may sign with either: its answer was lost, and perhaps not the secret";
}

TEST_F(SetupTest, AKeyIsReplacedOnlyByOneThatGitHubKnows) {
    set_up();
    const auto former = identity.record()->private_key;
    EXPECT_EQ(status_of(post({{"do", "key"}, {"admin_token", admin_token}, {"private_key", "nonsense"}})), 400);
    verified = tl::unexpected(std::string("401 Bad credentials"));
    EXPECT_EQ(status_of(post({{"do", "key"}, {"admin_token", admin_token}, {"private_key", former}})), 502);
    verified = {};
    const auto page = post({{"do", "key"}, {"admin_token", admin_token}, {"private_key", former + "\n"}});
    EXPECT_EQ(status_of(page), 200) << page;
    EXPECT_EQ(identity.record()->private_key, former + "\n");
    EXPECT_EQ(page.find("BEGIN"), std::string::npos) << "the key stands on a page";
}

TEST_F(SetupTest, AnAppFromTheSettingsIsNotChangedHere) {
    ASSERT_TRUE(identity.use_settings(app_of("by-hand")));
    EXPECT_EQ(state_in(get("/setup")), "");
    EXPECT_EQ(status_of(post({{"do", "open"}, {"admin_token", admin_token}})), 409);
    EXPECT_NE(get("/setup").find("BENCHGATE_APP_ID"), std::string::npos);
}

TEST_F(SetupTest, AfterTheInstallationTheNextStepsAreShown) {
    const auto page = get("/setup/installed?installation_id=1&setup_action=install");
    EXPECT_EQ(status_of(page), 200);
    EXPECT_NE(page.find(".benchgate.yml"), std::string::npos);
    EXPECT_NE(page.find("runner-token"), std::string::npos);
    EXPECT_NE(page.find("--service https://bench.example.org"), std::string::npos) << page;
}

}  // namespace
}  // namespace benchgate::http
