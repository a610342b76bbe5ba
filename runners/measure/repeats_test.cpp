#include "runners/measure/repeats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace benchgate::measure {
namespace {

struct Costs {
    double process_ms = 100, repeat_ms = 1;
    double between = 0.01, within = 0.05;  ///< relative standard deviations
};

std::vector<model::Trial> trials_of(const Costs& costs, int count, int repeats) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> scatter(0, 1);
    std::vector<model::Trial> trials;
    for (int i = 0; i < count; ++i) {
        model::Trial trial;
        trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
        trial.resources.wall_ms = costs.process_ms + costs.repeat_ms * repeats;
        model::Measurement value;
        value.series = {{"a", "time"}, "ns", model::Better::lower, true};
        const double level = 1000 * (1 + costs.between * scatter(random));
        for (int k = 0; k < repeats; ++k) value.samples.push_back(level * (1 + costs.within * scatter(random)));
        trial.values = {value};
        trials.push_back(trial);
    }
    return trials;
}

int chosen(const Costs& costs, double longest_ms = 0) {
    const auto single = trials_of(costs, 2, 1);
    const auto block = trials_of(costs, 400, first_repeats);
    return choose_repeats({single, block, first_repeats, longest_ms}).count;
}

TEST(Repeats, TheyFollowTheCostModel) {
    // sqrt(100 / 1 * 25) = 50; the scatter of 200 processes a side leaves some room.
    EXPECT_NEAR(chosen({}), 50, 12);
    EXPECT_NEAR(chosen({10, 10, 0.01, 0.02}), 2, 1) << "a repeat that costs as much as a process";
    EXPECT_EQ(chosen({1, 100, 0.05, 0.001}), 1) << "nothing is gained by a repeat";
    EXPECT_EQ(chosen({1000, 0.1, 0, 0.2}), most_repeats) << "processes do not differ: all scatter is the repeats'";
}

TEST(Repeats, NoTrialBecomesLongerThanAllowed) {
    EXPECT_EQ(chosen({}, 120), 20);
    EXPECT_EQ(chosen({}, 50), 1);
}

TEST(Repeats, WithoutRepeatsOneByOneTheyStayAsTheyAreAndThatIsSaid) {
    auto block = trials_of({}, 8, 1);
    const auto single = trials_of({}, 2, 1);
    const auto kept = choose_repeats({single, block, first_repeats, 0});
    EXPECT_EQ(kept.count, first_repeats);
    EXPECT_EQ(kept.how, "no benchmark reports its repeats one by one");
    for (auto& trial : block) trial.values[0].samples = {std::nan(""), 1};
    EXPECT_EQ(choose_repeats({single, block, first_repeats, 0}).count, first_repeats);
    EXPECT_EQ(choose_repeats({{}, {}, first_repeats, 0}).count, first_repeats);
}

}  // namespace
}  // namespace benchgate::measure
