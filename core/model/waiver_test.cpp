#include "core/model/waiver.h"

#include <gtest/gtest.h>

namespace benchgate::model {
namespace {

Waiver waiver(const std::string& benchmark, double max) {
    Waiver made;
    made.benchmark = benchmark;
    made.max = max;
    return made;
}

Verdict verdict(double ratio) {
    Verdict made;
    made.kind = VerdictKind::regressed;
    made.ratio = ratio;
    return made;
}

TEST(Waivers, SpeakOfABenchmarkByNameOrGlobAndOfAMetricIfTheyNameOne) {
    const SeriesKey series{"BM_Sort<char*>/8", "time"};
    EXPECT_TRUE(speaks_of(waiver("BM_Sort<char*>/8", 0.08), series));
    EXPECT_TRUE(speaks_of(waiver("BM_Sort*/8", 0.08), series));
    EXPECT_TRUE(speaks_of(waiver("**", 0.08), series));
    EXPECT_FALSE(speaks_of(waiver("BM_Sort*", 0.08), series));  // '*' stops at '/'
    auto of_memory = waiver("**", 0.08);
    of_memory.metric = "peak_memory";
    EXPECT_FALSE(speaks_of(of_memory, series));
}

TEST(Waivers, HaveACeilingForTheChange) {
    EXPECT_TRUE(within_ceiling(waiver("x", 0.08), verdict(1.07)));
    EXPECT_TRUE(within_ceiling(waiver("x", 0.08), verdict(108.0 / 100)));
    EXPECT_FALSE(within_ceiling(waiver("x", 0.08), verdict(1.09)));
    EXPECT_TRUE(within_ceiling(waiver("x", 0.08), verdict(0.92)));  // of a throughput
    EXPECT_FALSE(within_ceiling(waiver("x", 0.07), verdict(0.92)));
    auto without = verdict(1);
    without.ratio.reset();
    EXPECT_FALSE(within_ceiling(waiver("x", 10), without));
}

}  // namespace
}  // namespace benchgate::model
