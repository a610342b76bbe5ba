#include "service/github/rate_limit.h"

#include <gtest/gtest.h>

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;
using platform::HttpHeaders;

const TimePoint asked_at = TimePoint(std::chrono::seconds(1'800'000'000));

Decision decide_on(int status, const HttpHeaders& headers = {}, std::string_view message = {}, int attempts = 1) {
    return decide({.status = status,
                   .headers = &headers,
                   .message = message,
                   .now = asked_at,
                   .attempts = attempts,
                   .jitter = 0.5});
}

std::chrono::milliseconds wait(const Decision& decision) {
    EXPECT_TRUE(decision.retry_at.has_value());
    return std::chrono::duration_cast<std::chrono::milliseconds>(decision.retry_at.value_or(asked_at) - asked_at);
}

TEST(RateLimit, ObeysGitHubsOwnHeadersFirst) {
    for (const int status : {403, 429}) {
        const auto after = decide_on(status, {{"Retry-After", "17"}, {"x-ratelimit-remaining", "0"}});
        EXPECT_EQ(after.kind, ErrorKind::rate_limited);
        EXPECT_EQ(wait(after), 17s);
        const auto reset = decide_on(status, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1800000600"}});
        EXPECT_EQ(reset.kind, ErrorKind::rate_limited);
        EXPECT_EQ(wait(reset), 601s);
    }
    EXPECT_EQ(wait(decide_on(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "5"}})), 1s) << "in the past";
    EXPECT_EQ(wait(decide_on(429, {{"retry-after", "0"}})), 1s);
    EXPECT_EQ(wait(decide_on(429, {{"retry-after", "99999999"}})), 24h) << "bounded";
    for (const char* bad : {"soon", "-5", "1e9", "", "99999999999999999999999"})
        EXPECT_EQ(wait(decide_on(429, {{"retry-after", bad}})), 60s) << bad;
    EXPECT_EQ(wait(decide_on(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "9223372036854775807"}})),
              60s);
}

TEST(RateLimit, WaitsAMinuteAndLongerForASecondaryLimitWithoutHeaders) {
    const auto secondary = [](int attempts) {
        return decide_on(403, {{"x-ratelimit-remaining", "4000"}}, "You have exceeded a secondary Rate Limit.",
                         attempts);
    };
    EXPECT_EQ(secondary(1).kind, ErrorKind::rate_limited);
    EXPECT_EQ(wait(secondary(1)), 60s);
    EXPECT_EQ(wait(secondary(2)), 120s);
    EXPECT_EQ(wait(secondary(3)), 240s);
    EXPECT_EQ(wait(secondary(1000)), 1h);
    EXPECT_EQ(wait(decide_on(429)), 60s);
    EXPECT_EQ(wait(decide_on(403, {}, "You have triggered an abuse detection mechanism")), 60s);
}

TEST(RateLimit, TakesAPlain403ForAMissingPermission) {
    const auto decision = decide_on(403, {{"x-ratelimit-remaining", "4999"}}, "Resource not accessible by integration");
    EXPECT_EQ(decision.kind, ErrorKind::forbidden);
    EXPECT_EQ(decision.retry_at, std::nullopt);
}

TEST(RateLimit, RetriesARefusedTokenOnlyAsOftenAsItCanHelp) {
    const HttpHeaders none;
    Attempt attempt{.status = 401, .headers = &none, .message = {}, .now = asked_at, .token_is_fresh = true};
    const std::chrono::seconds waits[] = {1s, 2s, 4s};
    for (attempt.attempts = 1; attempt.attempts <= 3; ++attempt.attempts)
        EXPECT_EQ(wait(decide(attempt)), waits[attempt.attempts - 1]);
    EXPECT_EQ(decide(attempt).retry_at, std::nullopt);
    EXPECT_EQ(decide(attempt).kind, ErrorKind::auth);
    attempt.token_is_fresh = false;
    attempt.attempts = 1;
    EXPECT_EQ(wait(decide(attempt)), 0s);
    attempt.attempts = 2;
    EXPECT_EQ(decide(attempt).retry_at, std::nullopt);
}

TEST(RateLimit, WaitsForReplicasOnlyWhereTheObjectIsNew) {
    const HttpHeaders none;
    Attempt attempt{.status = 404, .headers = &none, .message = {}, .now = asked_at, .object_is_new = true};
    const std::chrono::seconds waits[] = {1s, 2s, 4s, 8s};
    for (attempt.attempts = 1; attempt.attempts <= 4; ++attempt.attempts)
        EXPECT_EQ(wait(decide(attempt)), waits[attempt.attempts - 1]);
    EXPECT_EQ(decide(attempt).retry_at, std::nullopt);
    attempt = {.status = 422, .headers = &none, .message = "No commit found for SHA: f00", .now = asked_at};
    EXPECT_EQ(decide(attempt).kind, ErrorKind::unprocessable);
    attempt.object_is_new = true;
    EXPECT_EQ(decide(attempt).kind, ErrorKind::not_found);
    EXPECT_EQ(wait(decide(attempt)), 1s);
    EXPECT_EQ(decide_on(404).retry_at, std::nullopt);
}

TEST(RateLimit, NeverRepeatsWhatIsWrongInItself) {
    const std::pair<int, ErrorKind> finals[] = {{400, ErrorKind::unprocessable}, {409, ErrorKind::unprocessable},
                                                {422, ErrorKind::unprocessable}, {413, ErrorKind::unprocessable},
                                                {410, ErrorKind::gone},          {451, ErrorKind::gone}};
    for (const auto& [status, kind] : finals) {
        EXPECT_EQ(decide_on(status).kind, kind) << status;
        EXPECT_EQ(decide_on(status).retry_at, std::nullopt) << status;
    }
}

TEST(RateLimit, BacksOffFromAServerThatIsIllAndSpreadsItsClients) {
    for (const int status : {0, 408, 500, 502, 503, 504}) {
        EXPECT_EQ(decide_on(status).kind, status == 0 ? ErrorKind::network : ErrorKind::server);
        EXPECT_EQ(wait(decide_on(status)), 1s);
        EXPECT_EQ(wait(decide_on(status, {}, {}, 4)), 8s);
        EXPECT_EQ(wait(decide_on(status, {}, {}, 50)), 5min);
    }
    EXPECT_EQ(wait(decide_on(503, {{"retry-after", "30"}})), 30s);
    const auto spread = [](double jitter) {
        return wait(decide({.status = 500, .headers = nullptr, .message = {}, .now = asked_at, .jitter = jitter}));
    };
    EXPECT_EQ(spread(0), 500ms);
    EXPECT_EQ(spread(1), 1500ms);
}

}  // namespace
}
