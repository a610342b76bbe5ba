#include "core/judging/questions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace benchgate::judging {
namespace {

using model::ClaimState;
using model::Side;

constexpr double family_sizes[] = {8, 64, 512};

/// "old" takes 100 on both sides, "new" 100 on the base and 60 on the head; "grow/N" is N on the base, N^1.5 on the
/// head.
model::Bundle measured_with(int blocks) {
    model::Bundle bundle;
    bundle.experiment.tests = 5;
    bundle.experiment.confirm = false;
    const auto one = [&](Side side, model::Phase phase, int block) {
        model::Trial trial;
        trial.number = std::ssize(bundle.trials);
        trial.phase = phase;
        trial.block = block;
        trial.side = side;
        const auto add = [&](const std::string& name, double value) {
            model::Measurement measured;
            measured.series = {{name, "time"}, "ns", model::Better::lower, true};
            const double wobble = std::sin(static_cast<double>(trial.number * 7 + std::ssize(trial.values)));
            measured.samples = {value * (1 + 0.01 * wobble)};
            trial.values.push_back(measured);
        };
        add("old", 100);
        add("new", side == Side::base ? 100 : 60);
        for (const double n : family_sizes)
            add("grow/" + std::to_string(static_cast<int>(n)), side == Side::base ? n : std::pow(n, 1.5));
        bundle.trials.push_back(trial);
    };
    for (const auto side : {Side::base, Side::head}) one(side, model::Phase::warmup, 0);
    for (int block = 0; block < blocks; ++block)
        for (int i = 0; i < 4; ++i)
            for (const auto side : {Side::base, Side::head}) one(side, model::Phase::measure, block);
    return bundle;
}

model::Config asked_config() {
    model::Config config;
    model::Claim against{"new", "time", "", -0.2};
    against.against = "old";
    config.claims = {
        {"new", "time", "v1.0", -0.3}, against, {"new", "time", "v2.0", -0.5}, {"old", "time", "v1.0", -0.1}};
    model::Growth growth;
    growth.benchmark = "grow/{n}";
    config.growth = {growth};
    return config;
}

TEST(Questions, EachJobIsAskedWhatItCanAnswer) {
    const auto beside = questions_beside(asked_config(), 0.03);
    ASSERT_EQ(beside.claims.size(), 1u);
    EXPECT_EQ(beside.claims[0].against, "old");
    EXPECT_EQ(beside.growth.size(), 1u);
    EXPECT_FALSE(beside.alone);
    EXPECT_DOUBLE_EQ(beside.claim_false_alarms, 0.01) << "three jobs have claims";
    const auto since = questions_since(asked_config(), "v1.0", 0.03);
    EXPECT_EQ(since.claims.size(), 2u);
    EXPECT_TRUE(since.growth.empty());
    EXPECT_TRUE(since.alone);
    EXPECT_DOUBLE_EQ(since.claim_false_alarms, 0.01);
    EXPECT_TRUE(questions_beside({}, 0.01).empty());
}

TEST(Questions, ARefIsBuiltForBenchmarksThatTheSuiteHas) {
    const auto claims = asked_config().claims;
    EXPECT_EQ(model::claimed_refs(claims, {}), (std::vector<std::string>{"v1.0", "v2.0"})) << "nothing is known yet";
    const std::vector<model::SeriesKey> other{{"old", "time"}, {"new", "bytes"}};
    EXPECT_EQ(model::claimed_refs(claims, other), std::vector<std::string>{"v1.0"});
    EXPECT_TRUE(model::claimed_refs(claims, std::vector<model::SeriesKey>{{"else", "time"}}).empty());
}

TEST(Questions, TheVerdictsAndTheQuestionsAreMeasuredUntilAllAreDecided) {
    const auto bundle = measured_with(2);
    const auto options = options_of(bundle.experiment);
    const auto questions = questions_beside(asked_config(), bundle.experiment.false_alarms);
    EXPECT_EQ(progress_with({}, bundle.trials, options).open, measure_progress(bundle.trials, options).open);
    const auto open = progress_with(questions, bundle.trials, options).open;
    EXPECT_NE(std::find(open.begin(), open.end(), model::SeriesKey{"new", "time"}), open.end())
        << "eight trials do not decide a claim at the rate of one look of three jobs";
    const auto alone = progress_with(questions_since(asked_config(), "v2.0", 0.01), bundle.trials, options).open;
    EXPECT_EQ(alone, (std::vector<model::SeriesKey>{{"new", "time"}})) << "nothing else is measured for claims alone";
}

TEST(Questions, OneJobAnswersThemAll) {
    const auto bundle = measured_with(5);
    const auto answers = answers_of(bundle, questions_beside(asked_config(), 0.01));
    ASSERT_EQ(answers.claims.size(), 1u);
    EXPECT_EQ(answers.claims[0].state, ClaimState::holds);
    ASSERT_EQ(answers.growth.size(), 1u);
    EXPECT_EQ(answers.growth[0].state, model::GrowthState::risen);
    EXPECT_NEAR(*answers.growth[0].head, 1.5, 0.05);
    const auto since = answers_of(bundle, questions_since(asked_config(), "v1.0", 0.01));
    ASSERT_EQ(since.claims.size(), 2u);
    EXPECT_EQ(since.claims[0].state, ClaimState::holds);
    EXPECT_EQ(since.claims[1].state, ClaimState::broken) << "old did not change";
}

TEST(Questions, WhatIsTheSameIsNoFaster) {
    auto bundle = measured_with(0);
    bundle.identical = true;
    EXPECT_TRUE(answers_of(bundle, questions_beside(asked_config(), 0.01)).empty());
    const auto since = answers_of(bundle, questions_since(asked_config(), "v1.0", 0.01));
    ASSERT_EQ(since.claims.size(), 2u);
    EXPECT_EQ(since.claims[0].state, ClaimState::broken);
    EXPECT_EQ(since.claims[0].reason, "v1.0 builds the same artifacts as the head");
}

TEST(Questions, WhatCouldNotBeMeasuredIsNotShown) {
    const auto answers = unmeasured_answers(questions_since(asked_config(), "v2.0", 0.01), "the build failed");
    ASSERT_EQ(answers.claims.size(), 1u);
    EXPECT_EQ(answers.claims[0].state, ClaimState::unmeasured);
    EXPECT_EQ(answers.claims[0].reason, "the build failed");
    const auto decision = gate_with_answers({model::Gate::success, ""}, answers.claims, answers.growth,
                                            model::InconclusiveAction::neutral);
    EXPECT_EQ(decision.gate, model::Gate::neutral);
}

}  // namespace
}  // namespace benchgate::judging
