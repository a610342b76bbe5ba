#include "core/reporting/outlook.h"

#include <gtest/gtest.h>

namespace benchgate::reporting {
namespace {

SuiteOutlookRow suite() {
    SuiteOutlookRow row;
    row.suite = "micro";
    row.host_class = "lab";
    row.jobs = 5;
    row.max_trials = 60;
    row.trials_unchanged = 9.6;
    row.unchanged_s = 700;
    row.most_s = 2400;
    row.series = {{{"parse", "time"}, 0.03, 0.021, 28, 8.2},
                  {{"sort", "time"}, 0.03, 0.0462, 140, 31.0},
                  {{"scan", "time"}, 0.03, 0.018, 20, 8.0},
                  {{"new", "time"}, 0.03, {}, {}, {}}};
    return row;
}

TEST(Outlook, OneCalmLineTellsTimeAndWhatCannotBeSeen) {
    EXPECT_EQ(outlook_sentence(suite()),
              "expected about 12 min, at most 40 min; sees changes from 2.1 % on (median); 1 of 4 benchmarks cannot "
              "show 3 %: sort (3 % needs 140 trials here; at 60 you see 4.6 %)");
    auto calm = suite();
    calm.series.resize(1);
    EXPECT_EQ(outlook_sentence(calm), "expected about 12 min, at most 40 min; sees changes from 2.1 % on (median)");
}

TEST(Outlook, WithoutHistoryNoFigureIsMadeUp) {
    SuiteOutlookRow first;
    first.suite = "micro";
    first.max_trials = 60;
    EXPECT_EQ(outlook_sentence(first), "how long it takes and what it can show is unknown until the first run");
    EXPECT_EQ(expected_duration(first), "");
    const auto page = render_outlook_page("acme/engine", {first});
    EXPECT_NE(page.find("Unknown until the first run."), std::string::npos);
    EXPECT_EQ(page.find("expected to take"), std::string::npos);
    const auto entry = outlook_json("acme/engine", {first})["suites"][0];
    EXPECT_TRUE(entry["seconds"]["unchanged"].is_null());
    EXPECT_TRUE(entry["trials_unchanged"].is_null());
    EXPECT_NE(render_outlook_page("acme/engine", {}).find("Unknown until the first run."), std::string::npos);
}

TEST(Outlook, ThePageAndTheDocumentHaveEachBenchmark) {
    const auto page = render_outlook_page("acme/engine", {suite()});
    for (const auto* part : {"about 12 min", "at most 40 min", "From the newest 5 jobs; 10 trials a side are expected",
                             "Half of 4 benchmarks show a change of 2.1 % or less.",
                             "3 % needs 140 trials here; at 60 you see 4.6 %", "too noisy", "unknown"})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    EXPECT_LT(page.find("sort"), page.find("parse")) << "what falls short stands first";
    const auto entry = outlook_json("acme/engine", {suite()})["suites"][0];
    EXPECT_EQ(entry["series"][1]["trials_needed"], 140);
    EXPECT_EQ(entry["series"][1]["advice"], "3 % needs 140 trials here; at 60 you see 4.6 %");
    EXPECT_TRUE(entry["series"][3]["smallest_change"].is_null());
    EXPECT_EQ(entry["smallest_change_median"], 0.021);
}

TEST(Outlook, HostileNamesAreOnlyNames) {
    auto evil = suite();
    evil.series[1].key.benchmark = evil.suite = evil.host_class = "<script>alert(1)</script>\n@team";
    EXPECT_EQ(render_outlook_page("acme/engine", {evil}).find("<script"), std::string::npos);
    EXPECT_EQ(outlook_sentence(evil).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace benchgate::reporting
