#include "runners/load/stages.h"

#include <gtest/gtest.h>

namespace benchgate::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

model::LoadSuite suite_of(const char* tool, model::LoadStep step) {
    model::LoadSuite suite;
    suite.load.tool = tool;
    suite.load.targets = {{"", "http://127.0.0.1:{port}/", 1}};
    suite.profile = {std::move(step)};
    return suite;
}

std::vector<std::string> names_of(const std::vector<Stage>& stages) {
    std::vector<std::string> names;
    for (const auto& stage : stages) names.push_back(stage.name);
    return names;
}

using Names = std::vector<std::string>;

TEST(Stages, WithoutAProfileTheLoadIsHeldForItsOwnTime) {
    model::LoadSuite suite;
    suite.load.level.clients = 40;
    suite.load.length = seconds(7);
    EXPECT_EQ(plan_stages(suite), (std::vector<Stage>{{"steady", {40, {}}, seconds(7)}}));
    suite.load.level.clients.reset();
    EXPECT_EQ(plan_stages(suite).at(0).level.clients, default_clients);
}

TEST(Stages, ARampGoesFromTheFirstLevelToTheLastInEqualSteps) {
    const auto stages = plan_stages(suite_of("hey", {"up", model::StepKind::ramp, {}, 100, 1000, 4, seconds(8)}));
    EXPECT_EQ(names_of(stages), (Names{"up/rate=100", "up/rate=400", "up/rate=700", "up/rate=1000"}));
    EXPECT_EQ(stages[1].level.rate, 400);
    EXPECT_EQ(stages[1].length, seconds(2));
    EXPECT_EQ(stages[1].level.clients, default_clients);
    for (const auto kind : {model::StepKind::ramp, model::StepKind::burst, model::StepKind::spike})
        for (const auto& stage : plan_stages(suite_of("hey", {"up", kind, {50, {}}, 100, 1000, 4, seconds(20)})))
            EXPECT_EQ(stage.level.clients, 50) << stage.name;
}

TEST(Stages, OfAToolThatHoldsNoRateTheLevelsAreClientsAndSaySo) {
    const auto stages = plan_stages(suite_of("wrk", {"up", model::StepKind::ramp, {}, 2, 4, 5, seconds(10)}));
    EXPECT_EQ(names_of(stages), (Names{"up/clients=2", "up/clients=3", "up/clients=4"}))
        << "half a client rounds to a level that is there already, and its time goes to that";
    EXPECT_FALSE(stages[0].level.rate);
    EXPECT_EQ(stages[0].length + stages[1].length + stages[2].length, seconds(10));
}

TEST(Stages, BurstsAndSpikesStandBetweenLowLevels) {
    const auto bursts = plan_stages(suite_of("wrk", {"b", model::StepKind::burst, {}, 1, 50, 2, seconds(5)}));
    EXPECT_EQ(names_of(bursts), (Names{"b/low", "b/high", "b/low", "b/high", "b/low"}));
    EXPECT_EQ(bursts[1].level.clients, 50);
    EXPECT_EQ(bursts[1].length, seconds(1));
    const auto spike = plan_stages(suite_of("wrk", {"s", model::StepKind::spike, {}, 1, 50, 0, seconds(10)}));
    EXPECT_EQ(names_of(spike), (Names{"s/before", "s/peak", "s/after"}));
    EXPECT_EQ(spike[0].length, seconds(4));
    EXPECT_EQ(spike[1].length, seconds(2));
    EXPECT_EQ(spike[1].level.clients, 50);
}

TEST(Stages, WeightsShareClientsAndRateAndNobodyGoesEmpty) {
    const std::vector<model::LoadTarget> targets{{"a", "", 7}, {"b", "", 2}, {"c", "", 1}};
    const auto parts = split_by_weight({10, 100.0}, targets);
    EXPECT_EQ(parts[0], (model::LoadLevel{7, 70.0}));
    EXPECT_EQ(parts[1], (model::LoadLevel{2, 20.0}));
    EXPECT_EQ(parts[2], (model::LoadLevel{1, 10.0}));
    const auto few = split_by_weight({2, {}}, targets);
    for (const auto& part : few) EXPECT_GE(part.clients.value_or(0), 1);
    EXPECT_FALSE(few[0].rate);
}

TEST(Stages, GeneratorAndServiceShareNoCpuWhereThereAreTwo) {
    EXPECT_EQ(split_cpus({0, 1}, 0, 0).service, std::vector<int>{0});
    EXPECT_EQ(split_cpus({0, 1}, 0, 0).generator, std::vector<int>{1});
    EXPECT_EQ(split_cpus({0, 1, 2, 3, 4}, 1, 2).service, (std::vector<int>{0, 1}));
    EXPECT_EQ(split_cpus({0, 1, 2, 3, 4}, 1, 2).generator, std::vector<int>{4});
    EXPECT_EQ(split_cpus({0, 1}, 16, 16).service, std::vector<int>{0});
    EXPECT_TRUE(split_cpus({3}, 0, 0).shared);
    EXPECT_EQ(split_cpus({3}, 0, 0).generator, std::vector<int>{3});
}

}  // namespace
}  // namespace benchgate::load
