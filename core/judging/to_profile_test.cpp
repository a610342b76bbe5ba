#include "core/judging/to_profile.h"

#include <gtest/gtest.h>

namespace benchgate::judging {
namespace {

using Chosen = std::vector<std::size_t>;

model::Verdict slower(const std::string& benchmark, double ratio, const std::string& metric = "time") {
    model::Verdict verdict;
    verdict.series = {{benchmark, metric}, metric == "time" ? "ns" : "bytes", model::Better::lower};
    verdict.kind = model::VerdictKind::regressed;
    verdict.ratio = ratio;
    verdict.confirmed = true;
    return verdict;
}

Chosen chosen(const std::vector<model::Verdict>& verdicts, const Exceptions& exceptions = {}) {
    return to_profile(verdicts, exceptions);
}

TEST(ToProfile, TheLargestConfirmedRegressionOfTimeIs) {
    EXPECT_EQ(chosen({slower("a", 1.1), slower("b", 1.4), slower("c", 1.2)}), (Chosen{1}));
    auto throughput = slower("a", 0.5);
    throughput.series.unit = "1/s";
    EXPECT_EQ(chosen({slower("b", 1.4), throughput}), (Chosen{1})) << "half the throughput is more than 40 % more time";
}

TEST(ToProfile, TheWholeCommandTakesNoPlaceFromABenchmark) {
    const auto whole = slower("whole-command", 3, "time");
    EXPECT_EQ(chosen({whole, slower("a", 1.2)}), (Chosen{1}));
    EXPECT_EQ(chosen({whole}), Chosen{}) << "no tool knows a benchmark of that name";
}

TEST(ToProfile, WhatNobodyHasToLookIntoIsNot) {
    auto unconfirmed = slower("a", 2);
    unconfirmed.confirmed = false;
    auto unchanged = slower("b", 1);
    unchanged.kind = model::VerdictKind::unchanged;
    EXPECT_EQ(chosen({unconfirmed, unchanged, slower("c", 3, "peak_memory")}), Chosen{});

    const std::vector<Waiving> waivings{{0, 0, true, ""}, {1, 0, false, "over its ceiling"}};
    const std::vector<std::size_t> advisory{2};
    EXPECT_EQ(chosen({slower("waived", 3), slower("over its ceiling", 1.5), slower("advice", 2)}, {waivings, advisory}),
              (Chosen{1}));
}

}  // namespace
}  // namespace benchgate::judging
