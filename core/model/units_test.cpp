#include "core/model/units.h"

#include <gtest/gtest.h>

namespace benchgate::model {
namespace {

using std::chrono::milliseconds;

TEST(Units, APercentageNeedsItsSign) {
    EXPECT_EQ(parse_percent("5%"), 0.05);
    EXPECT_EQ(parse_percent("7%"), 0.07);
    EXPECT_EQ(parse_percent("-82%"), -0.82);
    EXPECT_EQ(parse_percent("0.1%"), 0.001);
    for (const char* wrong :
         {"5", "0.05", "%", "5 %", "5%%", "-%", "1e1%", "inf%", "nan%", "0x5%", "", "5.%", ".5%", "+5%"})
        EXPECT_EQ(parse_percent(wrong), std::nullopt) << wrong;
}

TEST(Units, ADurationNeedsItsUnit) {
    EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
    EXPECT_EQ(parse_duration("20m"), std::chrono::minutes(20));
    EXPECT_EQ(parse_duration("1h"), std::chrono::hours(1));
    EXPECT_EQ(parse_duration("7d"), std::chrono::hours(7 * 24));
    EXPECT_EQ(parse_duration("1y"), std::chrono::hours(365 * 24));
    EXPECT_EQ(parse_duration("1h30m"), std::chrono::minutes(90));
    EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
    for (const char* wrong : {"5", "0s", "-5s", "5 s", "5sec", "1m1h", "1m1m", "200y", "0.1ms", "5MB", "", "s", "1h30",
                              "9999999999999999999999y", "1..5s", "1s-1ms"})
        EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
}

TEST(Units, QuantitiesBecomeCanonical) {
    EXPECT_EQ(parse_quantity("50ms"), (Quantity{50e6, "ns"}));
    EXPECT_EQ(parse_quantity("60MB"), (Quantity{60e6, "bytes"}));
    EXPECT_EQ(parse_quantity("64KiB"), (Quantity{65536, "bytes"}));
    EXPECT_EQ(parse_quantity("100k/s"), (Quantity{100e3, "1/s"}));
    EXPECT_EQ(parse_quantity("31/s"), (Quantity{31, "1/s"}));
    EXPECT_EQ(parse_quantity("1%"), (Quantity{0.01, "ratio"}));
    EXPECT_EQ(parse_quantity("12"), (Quantity{12, "count"}));
    EXPECT_EQ(parse_quantity("2.5M"), (Quantity{2.5e6, "count"}));
    for (const char* wrong : {"", "ms", "5 ms", "5MS", "5mb", "5,5ms", "1e3", "nan", "inf", "1/1/s", "\0", "--5"})
        EXPECT_EQ(parse_quantity(wrong), std::nullopt) << wrong;
    // A number that only its unit makes larger than a double.
    EXPECT_EQ(parse_quantity(std::string(300, '9') + "d"), std::nullopt);
}

TEST(Units, ScalesAreFoundByTheirExactName) {
    EXPECT_EQ(unit_scale("us")->factor, 1e3);
    EXPECT_EQ(unit_scale("\u00b5s")->canonical, "ns");
    EXPECT_EQ(unit_scale("MiB")->factor, 1048576);
    EXPECT_FALSE(unit_scale(""));
    EXPECT_FALSE(unit_scale("NS"));
}

}  // namespace
}  // namespace benchgate::model
