#include "platform/log.h"

#include <stdexcept>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace benchgate::platform {
namespace {

const std::string letters36 = "abcdefghijklmnopqrstuvwxyz0123456789";

TEST(Redact, NoTokenSurvives) {
    for (const std::string prefix : {"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "bgr_", "bgj_", "bga_"}) {
        const std::string token = prefix + letters36;
        EXPECT_EQ(redact(token), "[redacted]");
        EXPECT_EQ(redact("a " + token + " b"), "a [redacted] b");
        EXPECT_EQ(redact("x" + token + "\"}"), "x[redacted]\"}");
        EXPECT_EQ(redact(token + " " + token), "[redacted] [redacted]");
    }
    EXPECT_EQ(redact("ghs_" + letters36 + ".e30.c2ln-X_y"), "[redacted]");
}

TEST(Redact, CredentialsInHeadersAddressesAndKeys) {
    EXPECT_EQ(redact("Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.abc"), "Authorization: Bearer [redacted]");
    EXPECT_EQ(redact("authorization: basic eC1hY2Nlc3MtdG9rZW46YWJj=="), "authorization: basic [redacted]");
    EXPECT_EQ(redact("fetch https://x-access-token:hunter2@github.com/a/b.git failed"),
              "fetch https://[redacted]@github.com/a/b.git failed");
    EXPECT_EQ(redact("k -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- z"), "k [redacted] z");
    EXPECT_EQ(redact("-----BEGIN PRIVATE KEY-----\nMIIEcut"), "[redacted]");
}

TEST(Redact, TokensOfAnyLengthWhereItIsClearThatTheyAreSome) {
    EXPECT_EQ(redact("x-access-token:abc@github.com/a/b.git"), "x-access-token:[redacted]@github.com/a/b.git");
    EXPECT_EQ(redact("user x-access-token:tok:en with more"), "user x-access-token:[redacted] with more");
    EXPECT_EQ(redact("X-Access-Token:abc"), "X-Access-Token:[redacted]");
    EXPECT_EQ(redact("Authorization: Bearer ab"), "Authorization: Bearer [redacted]");
    EXPECT_EQ(redact("authorization:token 1, Accept: */*"), "authorization:token [redacted], Accept: */*");
    EXPECT_EQ(redact("{\"Authorization\": \"Bearer a.b\"}"), "{\"Authorization\": \"Bearer [redacted]\"}");
    EXPECT_EQ(redact("Authorization: opaque-text"), "Authorization: [redacted]");
    // The App's own token says Bearer nowhere once it is quoted.
    const std::string jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJlIG9mIHNvbWUgbGVuZ3Ro_-";
    EXPECT_EQ(redact("the token '" + jwt + "' was refused"), "the token '[redacted]' was refused");
    // A token of the newer form, as long as they come.
    EXPECT_EQ(redact("ghs_4711_" + std::string(8000, 'e') + ".p.s-"), "[redacted]");
}

TEST(Redact, OrdinaryTextStays) {
    for (const char* text : {"", "https://github.com/a/b.git", "ghs_short", "the bearer of news", "-----BEGIN x",
                             "-----BEGIN CERTIFICATE-----\nAB\n-----END CERTIFICATE-----", "http://host:8080/a@b",
                             "git@github.com:a/b", "basic block placement", "authorization", "authorization: ",
                             "Authorization failed", "x-access-token", "eyJ.a.b", "eyJust some words. Or two."})
        EXPECT_EQ(redact(text), text);
}

TEST(EscapeControl, NothingCanForgeALineOrSteerATerminal) {
    EXPECT_EQ(escape_control("a\nb\r\tc"), "a\\nb\\r\\tc");
    EXPECT_EQ(escape_control("\x1b[31mred"), "\\x1b[31mred");
    EXPECT_EQ(escape_control(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
    EXPECT_EQ(escape_control("\xc2\x9b"), "\\xc2\\x9b");
    EXPECT_EQ(escape_control("\xe2\x80\xae"), "\\xe2\\x80\\xae");
    EXPECT_EQ(escape_control("\xff\xc0\xaf\xed\xa0\x80"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
    EXPECT_EQ(escape_control("größer 測 \xf0\x9f\x9a\x80"), "größer 測 \xf0\x9f\x9a\x80");
}

/// What one call of spdlog writes with these options.
std::string logged(const LogOptions& options, const std::string& message) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    set_up_log_to(options, ends[1]);
    spdlog::info("{}", message);
    spdlog::debug("too fine");
    set_up_log({});
    ::close(ends[1]);
    char buffer[4096];
    const ssize_t count = ::read(ends[0], buffer, sizeof buffer);
    ::close(ends[0]);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

TEST(Log, LinesAreRedactedAndWhole) {
    const std::string hostile = "name\n2026-01-01T00:00:00Z info forged \"x\\\" ghs_" + letters36;
    const std::string text = logged({}, hostile);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    EXPECT_NE(text.find("info     name\\n2026"), std::string::npos) << text;
    EXPECT_EQ(text.find(letters36), std::string::npos);

    const std::string json = logged({.format = LogFormat::json_lines, .level = "info", .program = "p"}, hostile);
    EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
    EXPECT_NE(json.find(R"("level":"info","program":"p","message":"name\\n2026)"), std::string::npos) << json;
    EXPECT_NE(json.find(R"(forged \"x\\\" [redacted]"})"), std::string::npos) << json;
}

TEST(Log, ALineBreakAtTheEndIsNotPartOfTheMessage) {
    EXPECT_TRUE(logged({LogFormat::text, "info", "p"}, "connection refused\n").ends_with("connection refused\n"));
}

TEST(Log, AnUnknownLevelIsRefused) {
    EXPECT_THROW(set_up_log({.format = LogFormat::text, .level = "loud", .program = ""}), std::invalid_argument);
    for (const char* level : {"trace", "debug", "info", "warn", "error", "critical", "off"})
        EXPECT_NO_THROW(set_up_log({.format = LogFormat::text, .level = level, .program = ""})) << level;
    set_up_log({});
}

}
}
