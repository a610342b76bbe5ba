#include "runners/measure/resources.h"

#include <gtest/gtest.h>

namespace benchgate::measure {
namespace {

model::Suite asking(std::vector<std::string> words) {
    model::Suite suite;
    suite.measure = std::move(words);
    return suite;
}

sandbox::Result used() {
    sandbox::Result result;
    result.wall = std::chrono::milliseconds(250);
    result.cpu_seconds = sandbox::Sourced{0.2, "cgroup2"};
    result.peak_memory_bytes = sandbox::Sourced{4096, "cgroup1"};
    result.figures[sandbox::Figure::page_faults] = {12, "perf"};
    result.missing[sandbox::Figure::instructions] = "this machine shows no such counter, as most virtual ones";
    return result;
}

TEST(Resources, OnlyWhatIsAskedForBecomesAMetricOfTheWholeCommand) {
    const auto resources = resources_of(used());
    EXPECT_EQ(resources.wall_ms, 250);
    EXPECT_TRUE(values_of(resources, asking({"time"})).empty());
    const auto values = values_of(resources, asking({"time", "cpu", "page_faults", "instructions"}));
    ASSERT_EQ(values.size(), 2u);
    EXPECT_EQ(values[0].series, (model::Series{{"whole-command", "cpu_time"}, "ns", model::Better::lower, true}));
    EXPECT_NEAR(values[0].samples[0], 0.2e9, 1);
    EXPECT_EQ(values[1].series, (model::Series{{"whole-command", "page_faults"}, "count", model::Better::lower, true}));
    EXPECT_EQ(values[1].samples[0], 12);
}

TEST(Resources, TheSandboxReadsWhatCostsSomethingOnlyWhenAsked) {
    EXPECT_TRUE(figures_of(asking({"time", "cpu", "peak_memory"})).empty());
    EXPECT_EQ(figures_of(asking({"io", "cycles"})),
              (std::set<sandbox::Figure>{sandbox::Figure::read_bytes, sandbox::Figure::written_bytes,
                                         sandbox::Figure::read_operations, sandbox::Figure::write_operations,
                                         sandbox::Figure::cycles}));
}

TEST(Resources, EverySourceIsNamedAndWhatHasNoneSaysWhy) {
    const auto suite = asking({"cpu", "peak_memory", "page_faults", "instructions"});
    SourceBook book(suite);
    EXPECT_TRUE(book.facts().empty()) << "nothing ran yet";
    auto result = used();
    book.note(resources_of(result), result);
    result.figures.clear();
    result.missing[sandbox::Figure::page_faults] = "the counter did not count";
    book.note(resources_of(result), result);
    const auto facts = book.facts();
    ASSERT_EQ(facts.size(), 4u);
    EXPECT_EQ(facts[0], (model::HostFact{"measure.cpu_time", model::FactStatus::ok, "cgroup2", "", ""}));
    EXPECT_EQ(facts[1].observed, "cgroup1");
    EXPECT_EQ(facts[2].status, model::FactStatus::warn);
    EXPECT_EQ(facts[2].observed, "perf, but not in 1 of 2 trials: the counter did not count");
    EXPECT_EQ(facts[3].status, model::FactStatus::unknown);
    EXPECT_EQ(facts[3].observed, "not measured: this machine shows no such counter, as most virtual ones");
}

}  // namespace
}  // namespace benchgate::measure
