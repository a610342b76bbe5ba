// Changing the App's key while the service runs.
#include "service/github/app_keys.h"

#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

const Answer minted{201, R"({"token": "ghs_x", "expires_at": "2027-01-15T09:00:00Z"})"};
const Answer unknown_key{401, R"({"message": "A JSON web token could not be decoded"})"};

AppCredentials with_key(const std::string& pem, std::int64_t app_id = 4711) {
    return {app_id, platform::RsaPrivateKey::from_pem(pem).value()};
}

/// Whether a request was signed with this key.
bool signed_by(const Asked& request, const std::string& pem) {
    const auto jwt = request.authorization.substr(7);
    const auto signature = platform::base64url_decode(jwt.substr(jwt.rfind('.') + 1));
    return signature == platform::RsaPrivateKey::from_pem(pem)->sign_rs256(jwt.substr(0, jwt.rfind('.'))).value();
}

class AppKeysTest : public ScriptedGithub {
  protected:
    bool mint(std::int64_t repository_id) { return tokens_->get({100, repository_id, {}}, {}).has_value(); }
    std::vector<bool> signed_with(const std::string& pem) {
        std::vector<bool> result;
        for (const auto& request : asked("POST")) result.push_back(signed_by(request, pem));
        return result;
    }
    const std::string next_pem_ = make_pem();
};

TEST_F(AppKeysTest, ARefusedKeyMakesTheServiceLookForANewerOneAtOnce) {
    int looked = 0;
    tokens_->on_refused_key([&] {
        ++looked;
        tokens_->set_app(with_key(next_pem_));
    });
    on("POST", mint_path, unknown_key);
    on("POST", mint_path, minted);
    EXPECT_TRUE(mint(77));
    EXPECT_EQ(looked, 1);
    EXPECT_EQ(signed_with(next_pem_), (std::vector<bool>{false, true}));
    EXPECT_TRUE(mint(78));
    EXPECT_EQ(looked, 1);
    EXPECT_EQ(api_->counts().of(Count::app_key_refused), 1u);
    EXPECT_TRUE(waits().empty());
}

TEST_F(AppKeysTest, AKeyThatGitHubDoesNotKnowYetGivesWayToTheFormerOne) {
    tokens_->set_app(with_key(next_pem_));
    on("POST", mint_path, unknown_key);
    on("POST", mint_path, minted);
    EXPECT_TRUE(mint(77));
    EXPECT_TRUE(mint(78)) << "the former one is used from then on";
    EXPECT_EQ(signed_with(next_pem_), (std::vector<bool>{true, false, false}));
    on("POST", mint_path, unknown_key);
    on("POST", mint_path, minted);
    advance(2min);
    EXPECT_TRUE(mint(79)) << "now the former one was deleted";
    EXPECT_EQ(signed_with(next_pem_), (std::vector<bool>{true, false, false, false, true}));
}

TEST_F(AppKeysTest, WithoutAKeyThatWorksTheErrorSaysSo) {
    on("POST", mint_path, unknown_key);
    const auto refused = tokens_->get({100, 77, {}}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::auth);
    EXPECT_EQ(refused.error().message, "GitHub refuses the App's key: A JSON web token could not be decoded");
    EXPECT_EQ(asked("POST").size(), 2u);
}

TEST(AppKeys, KeepsTwoKeysOfOneAppAndNoneOfAnother) {
    AppKeys keys;
    const TimePoint now(1'800'000'000s);
    EXPECT_EQ(keys.token(now).error().kind, ErrorKind::not_configured);
    EXPECT_FALSE(keys.set(with_key(test_app_pem())));
    const auto first = keys.token(now).value();
    EXPECT_EQ(keys.token(now + 59s).value(), first) << "signing takes a millisecond: not for every request";
    EXPECT_NE(keys.token(now + 61s).value(), first);
    EXPECT_FALSE(keys.set(with_key(test_app_pem()))) << "the same key again is no second one";
    keys.refused(keys.token(now).value());
    EXPECT_EQ(keys.app_id(), 4711);
    const auto other = make_pem();
    EXPECT_FALSE(keys.set(with_key(other)));
    const auto second = keys.token(now).value();
    EXPECT_NE(second, first);
    keys.refused(second);
    EXPECT_EQ(keys.token(now).value(), first);
    keys.refused("somebody else's, long gone");
    EXPECT_EQ(keys.token(now).value(), first);
    EXPECT_TRUE(keys.set(with_key(other, 4712)));
    keys.refused(keys.token(now).value());
    EXPECT_EQ(keys.app_id(), 4712) << "the other App's key is not used for this one";
}

}  // namespace
}
