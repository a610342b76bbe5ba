#include "core/reporting/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace benchgate::reporting {
namespace {

TEST(Numbers, ValuesInTheUnitsOfPeople) {
    EXPECT_EQ(format_value(1'234'567, "ns"), "1.23 ms");
    EXPECT_EQ(format_value(999.7, "ns"), "1 µs");
    EXPECT_EQ(format_value(12, "ns"), "12 ns");
    EXPECT_EQ(format_value(0.25, "ns"), "0.25 ns");
    EXPECT_EQ(format_value(0.0251, "ns"), "25.1 ps");
    EXPECT_EQ(format_value(7.5e10, "ns"), "75 s");
    EXPECT_EQ(format_value(4'600'000, "bytes"), "4.6 MB");
    EXPECT_EQ(format_value(0, "bytes"), "0 B");
    EXPECT_EQ(format_value(14'000, "bytes/s"), "13.7 KiB/s");
    EXPECT_EQ(format_value(-3'300'000, "bytes/s"), "-3.15 MiB/s");
    EXPECT_EQ(format_value(12'345, "1/s"), "12.3 k/s");
    EXPECT_EQ(format_value(1234, "count"), "1,234");
    EXPECT_EQ(format_value(-1234567, "count"), "-1,234,567");
    EXPECT_EQ(format_value(0.1234, "ratio"), "0.123");
    EXPECT_EQ(format_value(3.14159, "fps"), "3.14 fps");
    EXPECT_EQ(format_value(std::nan(""), "ns"), "n/a");
    EXPECT_EQ(format_value(std::numeric_limits<double>::infinity(), "ns"), "n/a");
    EXPECT_FALSE(format_value(std::numeric_limits<double>::denorm_min(), "ns").empty());
    EXPECT_FALSE(format_value(std::numeric_limits<double>::max(), "bytes").empty());
}

TEST(Numbers, ChangesKeepTheSignOfTheValue) {
    EXPECT_EQ(format_change(0.123), "+12.3 %");
    EXPECT_EQ(format_change(-0.05), "−5 %");
    EXPECT_EQ(format_change(0.00001), "0 %");
    EXPECT_EQ(format_change(0.0042), "+0.42 %");
    EXPECT_EQ(format_change(11.3), "×12.3");
    EXPECT_EQ(format_change(-1), "−100 %");
    EXPECT_EQ(format_percent(0.03), "3 %");
    EXPECT_EQ(format_percent(0.0123), "1.23 %");
    EXPECT_EQ(interval_text({1.101, 1.146}), "+10.1 % to +14.6 %");
    EXPECT_EQ(interval_text({1.03, std::nullopt}), "at least +3 %");
    EXPECT_EQ(interval_text({std::nullopt, 0.98}), "at most −2 %");
    EXPECT_EQ(interval_text({}), "–");
    EXPECT_EQ(interval_text({5.51, 51}), "×5.51 to ×51");
    EXPECT_EQ(interval_text({0.9, 51}), "−10 % to ×51");
    EXPECT_EQ(interval_text({5.51, INFINITY}), "+451 % to n/a");
}

TEST(Numbers, WordsFollowTheDirection) {
    const auto word = [](double ratio, model::Better better, const char* unit) {
        model::Verdict verdict;
        verdict.ratio = ratio;
        verdict.series.better = better;
        verdict.series.unit = unit;
        return std::string(direction_word(verdict));
    };
    EXPECT_EQ(word(1.1, model::Better::lower, "ns"), "slower");
    EXPECT_EQ(word(0.9, model::Better::lower, "ns"), "faster");
    EXPECT_EQ(word(1.1, model::Better::higher, "1/s"), "faster");
    EXPECT_EQ(word(0.9, model::Better::higher, "1/s"), "slower");
    EXPECT_EQ(word(1.1, model::Better::lower, "bytes"), "worse");
    EXPECT_EQ(word(1.1, model::Better::higher, "ratio"), "better");
    EXPECT_EQ(word(1.1, model::Better::none, "ns"), "");
    EXPECT_EQ(word(1, model::Better::lower, "ns"), "");
}

TEST(Numbers, CountsDurationsAndCommits) {
    EXPECT_EQ(counted(1, "benchmark"), "1 benchmark");
    EXPECT_EQ(counted(5000, "benchmark"), "5,000 benchmarks");
    EXPECT_EQ(format_duration(0.4), "0.4 s");
    EXPECT_EQ(format_duration(75), "1 min 15 s");
    EXPECT_EQ(format_duration(7320), "2 h 2 min");
    EXPECT_EQ(format_duration(3600), "1 h");
    EXPECT_EQ(short_sha(std::string(40, 'a')), "aaaaaaaaa");
    EXPECT_EQ(short_sha("WORKTREE"), "WORKTREE");
}

}  // namespace
}  // namespace benchgate::reporting
