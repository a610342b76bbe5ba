#include "runners/agent/retry.h"

#include <gtest/gtest.h>

namespace benchgate::agent {
namespace {

TEST(Retry, RepeatsWhatMayPassAndNothingElse) {
    for (const int status : {0, 408, 423, 425, 429, 500, 502, 503})
        EXPECT_EQ(decide({status, ""}), Next::retry) << status;
    for (const int status : {400, 403, 404, 413, 415, 416}) EXPECT_EQ(decide({status, ""}), Next::refused) << status;
    EXPECT_EQ(decide({204, ""}), Next::proceed);
}

TEST(Retry, AJobThatIsNoLongerOursIsDroppedAndNotRepeated) {
    EXPECT_EQ(decide({409, "stale_epoch"}), Next::stale);
    EXPECT_EQ(decide({409, "newer_boot"}), Next::newer_boot);
    EXPECT_EQ(decide({409, "differs"}), Next::refused);
    EXPECT_EQ(decide({410, "gone"}), Next::gone);
    EXPECT_EQ(decide({401, ""}), Next::unauthorised);
    EXPECT_EQ(decide({426, ""}), Next::upgrade);
}

TEST(Retry, WaitsLongerEachTimeUpToHalfAMinute) {
    EXPECT_LE(backoff(0, 0.999).count(), 1'000);
    EXPECT_GT(backoff(4, 0.999).count(), 10'000);
    EXPECT_LE(backoff(1000, 0.999).count(), 30'000);
    EXPECT_GE(backoff(0, 0).count(), 50);
}

}  // namespace
}  // namespace benchgate::agent
