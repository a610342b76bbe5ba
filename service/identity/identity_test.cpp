#include <gtest/gtest.h>

#include "platform/http_client.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/identity/app_identity.h"
#include "service/identity/setup_states.h"
#include "service/store/settings.h"
#include "service/store/test_database.h"

namespace benchgate::identity {
namespace {

platform::SealKey key_of(char digit) {
    return platform::SealKey::from_text(std::string(64, digit)).value();
}

AppRecord record_of(const std::string& secret) {
    AppRecord record;
    record.app_id = 4711;
    record.slug = "benchgate-example";
    record.name = "benchgate example";
    record.html_url = "https://github.example/apps/benchgate-example";
    record.private_key = github::test_app_pem();
    record.webhook_secret = secret;
    return record;
}

/// One service process: its own tokens and its own identity over the shared database.
struct Process {
    explicit Process(store::Pool& pool, char digit = '7')
        : identity(pool, key_of(digit), tokens, [] { return std::chrono::system_clock::now(); }) {}
    std::unique_ptr<platform::HttpClient> client = platform::make_http_client();
    github::Api api{{}, *client, github::real_timing()};
    github::Tokens tokens{api};
    AppIdentity identity;
};

using Secrets = std::vector<std::string>;

class IdentityTest : public store::TestDatabase {};

TEST_F(IdentityTest, AStoredAppIsInUseAtOnceAndAfterARestart) {
    Process process(pool);
    EXPECT_EQ(process.identity.summary().origin, Origin::none);
    EXPECT_FALSE(process.tokens.has_app());
    EXPECT_EQ(process.identity.webhook_secrets(), Secrets{});
    ASSERT_TRUE(process.identity.store(record_of("s1")));
    EXPECT_EQ(process.tokens.app_id(), 4711);
    EXPECT_EQ(process.identity.webhook_secrets(), Secrets{"s1"});

    Process restarted(pool);
    EXPECT_TRUE(restarted.identity.refresh());
    EXPECT_EQ(restarted.identity.record(), record_of("s1"));
    EXPECT_EQ(restarted.tokens.app_id(), 4711);
    EXPECT_FALSE(restarted.identity.refresh()) << "nothing changed since";
}

TEST_F(IdentityTest, AnotherProcessTakesAChangeIntoUse) {
    Process first(pool), second(pool);
    ASSERT_TRUE(first.identity.store(record_of("s1")));
    ASSERT_TRUE(second.identity.refresh());
    auto changed = record_of("s2");
    changed.webhook_secret_old = "s1";
    ASSERT_TRUE(second.identity.store(changed));
    EXPECT_TRUE(first.identity.refresh());
    EXPECT_EQ(first.identity.webhook_secrets(), (Secrets{"s2", "s1"}));
}

TEST_F(IdentityTest, NothingSecretStandsInTheDatabaseAsText) {
    Process process(pool);
    ASSERT_TRUE(process.identity.store(record_of("very-secret")));
    const auto stored = pool.transaction([](store::Tx& tx) { return store::find_setting(tx, "github_app"); }).value();
    for (const auto* secret : {"very-secret", "PRIVATE KEY", "4711"})
        EXPECT_EQ(stored.find(secret), std::string::npos) << secret;
}

TEST_F(IdentityTest, AnotherKeyIsToldWithWhatToDo) {
    Process process(pool);
    ASSERT_TRUE(process.identity.store(record_of("s1")));
    Process other(pool, '8');
    try {
        other.identity.refresh();
        FAIL() << "opened with another key";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("BENCHGATE_SECRET_KEY"), std::string::npos) << error.what();
    }
    EXPECT_EQ(other.identity.summary().origin, Origin::none);
}

TEST_F(IdentityTest, TheOperatorsSettingsWinOverWhatWasStored) {
    Process process(pool);
    ASSERT_TRUE(process.identity.store(record_of("stored")));
    Process next(pool);
    ASSERT_TRUE(next.identity.use_settings(record_of("from settings")));
    EXPECT_FALSE(next.identity.refresh());
    EXPECT_EQ(next.identity.webhook_secrets(), Secrets{"from settings"});
    EXPECT_EQ(next.identity.summary().origin, Origin::settings);
}

TEST_F(IdentityTest, ABrokenRecordReplacesNothing) {
    Process process(pool);
    ASSERT_TRUE(process.identity.store(record_of("s1")));
    auto no_key = record_of("s2");
    no_key.private_key = "not a key";
    EXPECT_FALSE(process.identity.store(no_key));
    auto no_secret = record_of("");
    EXPECT_FALSE(process.identity.store(no_secret));
    EXPECT_EQ(process.identity.webhook_secrets(), Secrets{"s1"});
    Process restarted(pool);
    ASSERT_TRUE(restarted.identity.refresh());
    EXPECT_EQ(restarted.identity.webhook_secrets(), Secrets{"s1"});
}

TEST_F(IdentityTest, AStateComesBackOnceWithinAnHour) {
    const auto issue = [&](store::Time now) {
        return pool.transaction([&](store::Tx& tx) { return issue_setup_state(tx, now); });
    };
    const auto consume = [&](const std::string& state, store::Time now) {
        return pool.transaction([&](store::Tx& tx) { return consume_setup_state(tx, state, now); });
    };
    const auto first = issue(start()), second = issue(start());
    EXPECT_FALSE(consume("somebody else's", start()));
    EXPECT_FALSE(consume("", start()));
    EXPECT_FALSE(consume(std::string(100'000, 'x'), start()));
    EXPECT_TRUE(consume(first, start() + std::chrono::minutes(59)));
    EXPECT_FALSE(consume(first, start())) << "used twice";
    EXPECT_FALSE(consume(second, start() + std::chrono::minutes(61))) << "too late";
}

TEST_F(IdentityTest, FlowsThatWereNotEndedDoNotPileUp) {
    std::string last;
    for (std::size_t i = 0; i < 3 * most_setup_states; ++i)
        last = pool.transaction([&](store::Tx& tx) { return issue_setup_state(tx, start()); });
    const auto stored = pool.transaction([](store::Tx& tx) { return store::find_setting(tx, "setup_states"); }).value();
    EXPECT_EQ(json::parse(stored)->size(), most_setup_states);
    EXPECT_TRUE(pool.transaction([&](store::Tx& tx) { return consume_setup_state(tx, last, start()); }));
}

}  // namespace
}  // namespace benchgate::identity
