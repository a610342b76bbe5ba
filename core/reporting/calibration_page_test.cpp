#include "core/reporting/calibration_page.h"

#include <gtest/gtest.h>

#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

CalibrationHostRow host() {
    CalibrationHostRow made;
    made.runner = "bench-1";
    made.suite = "micro";
    made.jobs = {40, 2, 0.02};
    made.rate = {0.0061, 0.1692};
    made.last_at = "2026-11-20T04:38:43Z";
    made.series = {{{{"sort", "time"}, {40, 0, 0.0002}}, {0, 0.0881}, false, 0.021},
                   {{{"<b>noisy", "time"}, {40, 2, 0.0002}}, {0.0061, 0.1692}, true, std::nullopt},
                   {{{"allocations", "count"}, {40, 0, 0}}, {0, 0.0881}, false, std::nullopt}};
    return made;
}

TEST(CalibrationPage, ShowsTheRateWithItsIntervalBesideWhatIsAllowed) {
    const auto page = render_calibration_page("acme/engine", {host()});
    EXPECT_TRUE(
        has(page, "2 of 40 comparisons raised an alarm: 0.61 % to 16.9 % (95 % interval) where 2 % are allowed."))
        << page;
    EXPECT_TRUE(has(page, ">2 of 40</td>")) << page;
    EXPECT_TRUE(has(page, "&lt;b&gt;noisy")) << "a name is only a name: " << page;
    EXPECT_LT(page.find("noisy"), page.find("sort")) << "what alarmed comes first";
    EXPECT_TRUE(has(page, ">only advice<")) << page;
    EXPECT_TRUE(has(page, ">none</td>")) << "an exact counter may never differ: " << page;
    EXPECT_TRUE(has(page, "href=\"/acme/engine\"")) << page;
}

TEST(CalibrationPage, WithoutACalibrationSaysHowToHaveOne) {
    const auto page = render_calibration_page("acme/engine", {});
    EXPECT_TRUE(has(page, "/rebench aa")) << page;
    EXPECT_TRUE(has(page, "benchgate-service calibrate acme/engine")) << page;
}

TEST(CalibrationPage, AThousandBenchmarksAreCutAndTheRestIsSaid) {
    auto many = host();
    for (int i = 0; i < 1000; ++i)
        many.series.push_back({{{"filler/" + std::to_string(i), "time"}, {40, 0, 0.0002}}, {0, 0.09}, false, 0.02});
    const auto page = render_calibration_page("acme/engine", {many});
    EXPECT_TRUE(has(page, "and 503 more, none of which alarmed more often")) << page.size();
}

TEST(CalibrationPage, TheDocumentHasTheSameNumbers) {
    const auto document = calibration_json("acme/engine", {host()});
    EXPECT_EQ(document["hosts"][0]["alarms"], 2);
    EXPECT_EQ(document["hosts"][0]["series"][1]["advisory"], true);
    EXPECT_EQ(document["hosts"][0]["series"][1]["rate"][0], 0.0061);
    EXPECT_TRUE(document["hosts"][0]["series"][1]["minimum_detectable"].is_null());
}

}  // namespace
}  // namespace benchgate::reporting
