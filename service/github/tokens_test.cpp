#include "service/github/tokens.h"

#include <set>

#include "platform/http_client.h"
#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

class TokensTest : public ScriptedGithub {
  protected:
    const TokenScope scope_{100, 77, {}};
};

/// The token, or why there is none.
std::string text_of(const ApiResult<Token>& token) {
    return token ? token->text : token.error().message;
}

json::Json part_of_jwt(const std::string& jwt, int part) {
    std::size_t from = 0;
    for (; part > 0; --part) from = jwt.find('.', from) + 1;
    return json::parse(platform::base64url_decode(jwt.substr(from, jwt.find('.', from) - from)).value()).value();
}

TEST_F(TokensTest, TheAppSpeaksForItselfWithAShortLivedSignedToken) {
    hand_out_tokens();
    ASSERT_TRUE(tokens_->get(scope_, {}));
    const auto requests = asked("POST", mint_path);
    ASSERT_EQ(requests.size(), 1u);
    ASSERT_TRUE(requests[0].authorization.starts_with("Bearer "));
    const std::string jwt = requests[0].authorization.substr(7);
    EXPECT_EQ(part_of_jwt(jwt, 0), (json::Json{{"alg", "RS256"}, {"typ", "JWT"}}));
    EXPECT_EQ(part_of_jwt(jwt, 1),
              (json::Json{{"iat", 1'800'000'000 - 60}, {"exp", 1'800'000'000 + 540}, {"iss", "4711"}}));
    const auto signed_part = jwt.substr(0, jwt.rfind('.'));
    EXPECT_EQ(platform::base64url_decode(jwt.substr(jwt.rfind('.') + 1)),
              test_app().key.sign_rs256(signed_part).value());
    EXPECT_EQ(json::parse(requests[0].body).value(), (json::Json{{"repository_ids", {77}}}));
    EXPECT_EQ(requests[0].target, "/api/v3" + mint_path);
}

TEST_F(TokensTest, ManyCallersShareOneToken) {
    hand_out_tokens();
    std::mutex mutex;
    std::set<std::string> seen;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int k = 0; k < 50; ++k) {
                    const auto token = tokens_->get(scope_, {});
                    const std::lock_guard lock(mutex);
                    seen.insert(token ? token->text : token.error().message);
                }
            });
    }
    EXPECT_EQ(seen, std::set<std::string>{"ghs_1"});
    EXPECT_EQ(asked("POST").size(), 1u);
}

TEST_F(TokensTest, ATokenIsRenewedFiveMinutesBeforeItsEnd) {
    hand_out_tokens();
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_1");
    advance(55min);
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_1");
    advance(1s);
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_2");
}

TEST_F(TokensTest, EveryScopeHasItsOwnAndForgettingTakesOnlyTheRefusedOne) {
    hand_out_tokens();
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_1");
    EXPECT_EQ(text_of(tokens_->get({100, 78, {}}, {})), "ghs_2");
    EXPECT_EQ(text_of(tokens_->get({100, 77, {{"checks", "write"}}}, {})), "ghs_3");
    tokens_->forget(scope_, "ghs_2");
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_1") << "another one was refused";
    tokens_->forget(scope_, "ghs_1");
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_4");
    tokens_->set_app(test_app());
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_4") << "the same App";
    tokens_->set_app({4712, test_app().key});
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_5") << "a new App cannot use the former one's";
    EXPECT_EQ(text_of(tokens_->get({100, 78, {}}, {})), "ghs_6");
    tokens_->forget_installation(99);
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_5");
    tokens_->forget_installation(100);
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_7");
}

TEST_F(TokensTest, ARunnerGetsATokenThatOnlyReadsOneRepository) {
    hand_out_tokens();
    ASSERT_TRUE(tokens_->runner_clone_token(repository_, {}));
    EXPECT_EQ(json::parse(asked("POST")[0].body).value(),
              (json::Json{{"repository_ids", {77}}, {"permissions", {{"contents", "read"}}}}));
    const auto nameless = tokens_->runner_clone_token({100, 0, "o", "r"}, {});
    ASSERT_FALSE(nameless) << "it would open every repository of the installation";
    EXPECT_EQ(asked("POST").size(), 1u);
}

TEST_F(TokensTest, ATokenIsOpaqueTextOfAnyLength) {
    const std::string token =
        "ghs_4711_" + std::string(400, 'e') + "." + std::string(80, 'p') + "." + std::string(29, '-');
    ASSERT_EQ(token.size(), 520u);
    on("POST", mint_path, {201, R"({"token": ")" + token + R"(", "expires_at": "2027-01-15T09:00:00Z"})"});
    on("GET", repo_, {200, R"({"id": 77, "name": "engine", "owner": {"login": "octo"}})"});
    ASSERT_TRUE(rest_->get_repository(repository_, {}));
    EXPECT_EQ(asked("GET")[0].authorization, "Bearer " + token);
}

TEST_F(TokensTest, AnAnswerWithoutAUsableTokenIsAnErrorThatDoesNotShowIt) {
    for (const char* body :
         {"", "[]", "{}", R"({"token": "ghs_secret"})", R"({"token": "ghs_secret", "expires_at": "soon"})",
          R"({"token": "ghs_secret\r\nX: y", "expires_at": "2027-01-15T09:00:00Z"})",
          R"({"token": "", "expires_at": "2027-01-15T09:00:00Z"})"}) {
        on("POST", mint_path, {201, body});
        const auto token = tokens_->get(scope_, {});
        ASSERT_FALSE(token) << body;
        EXPECT_EQ(token.error().kind, ErrorKind::server);
        EXPECT_EQ(token.error().message.find("ghs_secret"), std::string::npos);
    }
}

TEST_F(TokensTest, ARefusalIsNotRemembered) {
    on("POST", mint_path, {404, R"({"message": "Not Found"})"});
    const auto refused = tokens_->get(scope_, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_EQ(refused.error().retry_at, std::nullopt);
    on("POST", mint_path, {201, R"({"token": "ghs_x", "expires_at": "2027-01-15T09:00:00Z"})"});
    EXPECT_EQ(text_of(tokens_->get(scope_, {})), "ghs_x");
}

TEST_F(TokensTest, WithoutAnAppNothingIsAsked) {
    Tokens none(*api_);
    EXPECT_FALSE(none.has_app());
    const auto token = none.get(scope_, {});
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().kind, ErrorKind::not_configured);
    EXPECT_TRUE(asked().empty());
}

TEST_F(TokensTest, AStoppedCallerDoesNotSpoilItForOthers) {
    hand_out_tokens();
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = tokens_->get(scope_, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::stopped);
    EXPECT_TRUE(tokens_->get(scope_, {}));
}

}  // namespace
}
