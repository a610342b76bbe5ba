#include "service/github/outbox_step.h"

#include <gtest/gtest.h>

namespace benchgate::github {
namespace {

using namespace std::chrono_literals;

const TimePoint now = TimePoint(std::chrono::seconds(1'800'000'000));

ApiResult<void> refused(ErrorKind kind, int status, std::optional<TimePoint> retry_at = {}) {
    return tl::make_unexpected(ApiError{status, kind, "said GitHub", retry_at});
}

/// Seconds until the next attempt; -1: dead; 0: done or at once.
double wait(const OutboxAttempt& item, const ApiResult<void>& outcome) {
    const auto step = next(item, outcome, now);
    if (std::holds_alternative<Dead>(step)) return -1;
    if (const auto* later = std::get_if<RetryAt>(&step)) return std::chrono::duration<double>(later->at - now).count();
    return 0;
}

OutboxAttempt item(int attempts, std::chrono::seconds age = 0s) {
    return {attempts, now - age, 0.5};
}

TEST(OutboxStep, IsDoneWhenGitHubTookIt) {
    EXPECT_TRUE(std::holds_alternative<Done>(next(item(1), {}, now)));
    EXPECT_TRUE(std::holds_alternative<Done>(next(item(99, 48h), {}, now)));
}

TEST(OutboxStep, WaitsAsLongAsGitHubAsksAndWithItTheWholeInstallation) {
    const auto limited = [](int attempts, std::optional<TimePoint> retry_at) {
        return next(item(attempts), refused(ErrorKind::rate_limited, 403, retry_at), now);
    };
    for (const int attempts : {1, 3}) {
        const auto step = std::get<RetryAt>(limited(attempts, now + 17s));
        EXPECT_EQ(step.at, now + 17s);
        EXPECT_TRUE(step.whole_installation);
    }
    EXPECT_EQ(std::get<RetryAt>(limited(1, {})).at, now + 60s);
    EXPECT_EQ(wait(item(5, 24h), refused(ErrorKind::rate_limited, 429, now + 1s)), -1);
    EXPECT_FALSE(std::get<RetryAt>(next(item(1), refused(ErrorKind::server, 502), now)).whole_installation);
}

TEST(OutboxStep, BacksOffWhileGitHubIsIllAndGivesUpAfterADay) {
    for (const ErrorKind kind : {ErrorKind::server, ErrorKind::network}) {
        EXPECT_EQ(wait(item(1), refused(kind, 0)), 2);
        EXPECT_EQ(wait(item(4), refused(kind, 0)), 16);
        EXPECT_EQ(wait(item(30, 23h), refused(kind, 502)), 600);
        EXPECT_EQ(wait(item(200, 24h), refused(kind, 502)), -1);
        EXPECT_EQ(wait(item(1), refused(kind, 503, now + 40s)), 40);
    }
    EXPECT_LT(wait({4, now, 0.0}, refused(ErrorKind::server, 500)),
              wait({4, now, 0.9}, refused(ErrorKind::server, 500)));
}

TEST(OutboxStep, GivesAnAdministratorAnHour) {
    for (const ErrorKind kind : {ErrorKind::auth, ErrorKind::forbidden}) {
        EXPECT_EQ(wait(item(1), refused(kind, 403)), 60);
        EXPECT_EQ(wait(item(9, 30min), refused(kind, 403)), 600);
        EXPECT_EQ(wait(item(9, 59min), refused(kind, 403)), -1);
    }
    EXPECT_EQ(wait(item(9, 2h), refused(ErrorKind::not_configured, 0)), 60);
}

TEST(OutboxStep, WaitsForALaggingReplicaButNotForWhatIsGone) {
    EXPECT_EQ(wait(item(1), refused(ErrorKind::not_found, 404)), 2);
    EXPECT_EQ(wait(item(5), refused(ErrorKind::not_found, 404)), 30);
    EXPECT_EQ(wait(item(6), refused(ErrorKind::not_found, 404)), -1);
    EXPECT_EQ(wait(item(1), refused(ErrorKind::gone, 410)), -1);
    EXPECT_EQ(wait(item(1), refused(ErrorKind::unprocessable, 422)), -1);
    EXPECT_EQ(wait(item(500, 72h), refused(ErrorKind::stopped, 0)), 0) << "our own going down costs an item nothing";
}

TEST(OutboxStep, SaysWhy) {
    const auto dead = next(item(1), refused(ErrorKind::unprocessable, 422), now);
    EXPECT_EQ(std::get<Dead>(dead).reason, "unprocessable (422): said GitHub");
    const auto later = next(item(1), refused(ErrorKind::network, 0), now);
    EXPECT_EQ(std::get<RetryAt>(later).reason, "network: said GitHub");
}

}  // namespace
}
