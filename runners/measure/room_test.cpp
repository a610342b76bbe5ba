#include "runners/measure/room.h"

#include <gtest/gtest.h>

#include "core/protocol/bundle_json.h"
#include "core/protocol/messages.h"

namespace benchgate::measure {
namespace {

model::Trial trial_of(int series, int samples, const std::string& name = "BM_Sort") {
    model::Trial trial;
    for (int i = 0; i < series; ++i) {
        model::Measurement value;
        value.series = {{name + std::to_string(i), "time"}, "ns", model::Better::lower, true};
        value.samples.assign(samples, 1234567.1234567891);
        trial.values.push_back(std::move(value));
    }
    return trial;
}

TEST(Room, ReckonsNoLessThanTheServiceWillSee) {
    for (const auto& trial : {trial_of(1, 100'000), trial_of(10'000, 1), trial_of(100, 3, std::string(900, '"'))})
        EXPECT_GE(size_of(trial), json::dump(protocol::to_json(trial)).size());
}

TEST(Room, AMillionValuesAreTooManyForATrial) {
    EXPECT_FALSE(too_large(trial_of(10'000, 1))) << "as many benchmarks as a result may have";
    const auto words = too_large(trial_of(1, 1'000'000));
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("1000000 values of 1 series, about 24 MiB"), std::string::npos) << *words;
    EXPECT_NE(words->find("at most 16 MiB are kept"), std::string::npos) << *words;
}

TEST(Room, WhatIsTooMuchForTheWholePlanIsSaidAfterTheFirstTrial) {
    model::Experiment plan;
    EXPECT_FALSE(too_large(trial_of(10'000, 1), plan));
    const auto heavy = trial_of(1, 600'000);
    EXPECT_FALSE(too_large(heavy));
    const auto words = too_large(heavy, plan);
    ASSERT_TRUE(words);
    EXPECT_NE(words->find("the plan may need 242 such runs"), std::string::npos) << *words;
    plan.max_trials = 8;
    EXPECT_FALSE(too_large(heavy, plan));
}

}  // namespace
}  // namespace benchgate::measure
