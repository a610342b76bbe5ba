#include "platform/clock.h"

#include <gtest/gtest.h>

namespace benchgate::platform {
namespace {

using namespace std::chrono_literals;

TEST(Clock, MomentsSurviveTheirText) {
    const auto moment = parse_utc("2026-11-21T04:14:20.125Z");
    ASSERT_TRUE(moment);
    EXPECT_EQ(format_utc(*moment), "2026-11-21T04:14:20Z");
    EXPECT_EQ(format_utc(*moment, 3), "2026-11-21T04:14:20.125Z");
    EXPECT_EQ(format_utc(*moment, 6), "2026-11-21T04:14:20.125000Z");
    EXPECT_EQ(parse_utc(format_utc(*moment, 9)), moment);
    EXPECT_EQ(format_utc(std::chrono::system_clock::time_point(-1ms), 3), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, ReadsTheUsualFormsOfOneMoment) {
    const auto moment = parse_utc("2026-11-21T04:14:20Z");
    EXPECT_EQ(parse_utc("2026-11-21 04:14:20Z"), moment);
    EXPECT_EQ(parse_utc("2026-11-21t04:14:20z"), moment);
    EXPECT_EQ(parse_utc("2026-11-21T06:14:20+02:00"), moment);
    EXPECT_EQ(parse_utc("2026-11-20T23:44:20-04:30"), moment);
    EXPECT_EQ(parse_utc("2026-11-21T04:14:20.000000000Z"), moment);
}

TEST(Clock, RefusesWhatIsNoMoment) {
    for (const char* text :
         {"", "2026-11-21", "2026-11-21T04:14Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-21T24:00:00Z",
          "2026-11-21T04:14:20", "2026-11-21T04:14:20.Z", "2026-11-21T04:14:20Zjunk", "2026-11-21T04:14:20+2:00",
          "9999-01-01T00:00:00Z", "-026-11-21T04:14:20Z", "2026-11-21T04:14:20+99:00"})
        EXPECT_FALSE(parse_utc(text)) << text;
}

TEST(Clock, TheFakeOneMovesOnlyWhenTold) {
    FakeClock clock(*parse_utc("2026-01-01T00:00:00Z"));
    const Clock& port = clock;
    const auto steady = port.steady();
    EXPECT_EQ(format_utc(port.now()), "2026-01-01T00:00:00Z");
    clock.advance(90s);
    EXPECT_EQ(format_utc(port.now()), "2026-01-01T00:01:30Z");
    EXPECT_EQ(port.steady() - steady, 90s);
    clock.set_wall(*parse_utc("2025-01-01T00:00:00Z"));
    EXPECT_EQ(format_utc(port.now()), "2025-01-01T00:00:00Z");
    EXPECT_EQ(port.steady() - steady, 90s);
}

}
}
