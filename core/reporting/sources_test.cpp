#include "core/reporting/sources.h"

#include <gtest/gtest.h>

#include "core/reporting/markdown.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text.h"

namespace benchgate::reporting {
namespace {

SuiteReport measured() {
    SuiteReport suite;
    suite.host = {
        {"cpu.governor", model::FactStatus::ok, "performance", "performance", ""},
        {"build.time", model::FactStatus::ok, "12 s (base, which is built first) and 9.1 s (head)", "", ""},
        {"measure.cpu_time", model::FactStatus::ok, "cgroup2", "", ""},
        {"measure.peak_memory", model::FactStatus::ok, "cgroup2", "", ""},
        {"measure.page_faults", model::FactStatus::ok, "perf", "", ""},
        {"measure.cycles", model::FactStatus::unknown, "not measured: this machine shows none", "", ""},
        {"measure.instructions", model::FactStatus::unknown, "not measured: this machine shows none", "", ""}};
    return suite;
}

TEST(Sources, EveryResourceIsSaidWithItsSourceAndAnAbsentOneWithItsReason) {
    EXPECT_EQ(source_sentences(measured()),
              (std::vector<std::string>{"whole-command: cpu_time and peak_memory from cgroup2; page_faults from perf",
                                        "built in 12 s (base, which is built first) and 9.1 s (head)",
                                        "not measured: cycles and instructions (this machine shows none)"}));
    EXPECT_TRUE(source_sentences({}).empty());
    const auto document = sources_json(measured());
    EXPECT_EQ(document["cpu_time"]["source"], "cgroup2");
    EXPECT_EQ(document["cycles"]["missing"], "this machine shows none");
    EXPECT_FALSE(document.contains("governor"));
}

TEST(Sources, TheyStandInTheTextAndTheMarkdownOfAReport) {
    auto report = sample::unchanged();
    report.suites[0].host = measured().host;
    const std::string words = "not measured: cycles and instructions (this machine shows none)";
    EXPECT_NE(render_text(report, {}).find(words), std::string::npos);
    const auto markdown = render_markdown(report);
    EXPECT_NE(markdown.find("this machine shows none"), std::string::npos);
    EXPECT_GT(markdown.find("from cgroup2"), markdown.find("<details><summary>How the whole command was measured"))
        << "folded: it is the same in every comment";
}

}  // namespace
}  // namespace benchgate::reporting
