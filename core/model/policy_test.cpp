#include "core/model/policy.h"

#include <gtest/gtest.h>

namespace benchgate::model {
namespace {

std::vector<double> bounds(std::string_view preset) {
    std::vector<double> all;
    const auto levels = level_preset(preset).value();
    for (const auto& level : levels) all.push_back(level.at);
    return all;
}

TEST(Policy, PresetsAreLevelsByAName) {
    EXPECT_EQ(bounds("minor-major-critical"), (std::vector{0.10, 0.20, 0.50}));
    EXPECT_EQ(bounds("notice-warning-critical"), (std::vector{0.05, 0.10, 0.20}));
    EXPECT_EQ(bounds("green-yellow-red"), (std::vector{0.0, 0.10, 0.20}));
    EXPECT_FALSE(level_preset("default"));
    for (const auto name : change_presets) {
        const auto levels = level_preset(name).value();
        ASSERT_EQ(levels.size(), 3u);
        EXPECT_EQ(levels[0].action, Action::log);
        EXPECT_EQ(levels[1].action, Action::review);
        EXPECT_EQ(levels[2].action, Action::block);
    }
    for (const auto name : budget_presets) EXPECT_TRUE(level_preset(name)) << name;
}

TEST(Policy, TheNarrowestThatSaysSomethingCounts) {
    Policy policy;
    policy.detect = 0.03;
    policy.metrics["peak_memory"].detect = 0.05;
    policy.benchmarks.push_back({"parser/*", {}, {{"peak_memory", {{}, 0.10}}}});
    policy.benchmarks.push_back({"parser/json", {{}, 0.01}, {}});
    policy.benchmarks.push_back({"*", {level_preset("notice-warning-critical"), {}}, {}});
    EXPECT_EQ(detect_for(policy, {"parser/xml", "peak_memory"}), 0.10) << "of this glob and metric";
    EXPECT_EQ(detect_for(policy, {"parser/json", "peak_memory"}), 0.10) << "the first glob that says something";
    EXPECT_EQ(detect_for(policy, {"parser/json", "time"}), 0.01) << "a glob that says nothing of it is passed over";
    EXPECT_EQ(detect_for(policy, {"startup", "peak_memory"}), 0.05);
    EXPECT_EQ(detect_for(policy, {"startup", "time"}), 0.03);
    EXPECT_EQ(levels_for(policy, {"startup", "time"}).front().name, "notice");
    EXPECT_EQ(levels_for(policy, {"a/b", "time"}).front().name, "minor") << "* stops at /";
    EXPECT_TRUE(names_metric_of(policy, {"startup", "peak_memory"}));
    EXPECT_FALSE(names_metric_of(policy, {"startup", "cpu_time"}));
    policy.metrics.clear();
    EXPECT_TRUE(names_metric_of(policy, {"parser/xml", "peak_memory"}));
    EXPECT_FALSE(names_metric_of(policy, {"startup", "peak_memory"}));
}

}  // namespace
}  // namespace benchgate::model
