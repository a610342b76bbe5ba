// Whole jobs with the compiler and the sandbox of this machine: what a trial runs lies where its order has put it.

#include "runners/measure/link_variants.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "platform/as_nobody_for_tests.h"
#include "platform/files.h"
#include "runners/measure/job.h"
#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

struct BuildLog final : Observer {
    void on_log(std::string_view bytes) override { text += bytes; }
    int builds(const std::string& side) const {
        int count = 0;
        for (auto at = text.find("[" + side + "] $ "); at != std::string::npos;
             at = text.find("[" + side + "] $ ", at + 1))
            ++count;
        return count;
    }
    std::string text;
};

/// A program of seven objects that reports where three of its functions lie, as one figure.
class SeveralOrders : public testing::Test {
  protected:
    SeveralOrders() {
        fs::permissions(work.path(), fs::perms(0711));  // as the folder of a job is
        input.sides = {work.path() / "base", work.path() / "head"};
        for (const auto& side : {input.sides.base, input.sides.head}) {
            fs::create_directories(side);
            for (int i = 0; i < 6; ++i)
                std::ofstream(side / fmt::format("f{}.c", i)) << fmt::format("int f{0}(void) {{ return {0}; }}\n", i);
            std::ofstream(side / "main.c") << R"(#include <stdio.h>
int f0(void), f2(void), f5(void);
int main(void) {
    long a = (char*)f2 - (char*)f0, b = (char*)f5 - (char*)f0;
    printf("{\"measurements\":[{\"benchmark\":\"place\",\"unit\":\"count\",\"better\":\"lower\",\"value\":%ld}]}\n",
           1000000 + a + 1000 * b + SLOWER);
}
)";
        }
        input.suite.name = "micro";
        input.suite.build = {
            "cc -DSLOWER=$(cat slower 2>/dev/null || echo 0) -c main.c f?.c && cc main.o f?.o -o program"};
        input.suite.run = "./program";
        input.suite.format = "json";
        input.suite.max_trials = 8;
        input.suite.link_orders = 4;
        input.suite.artifacts = {"program"};
        input.comparison = {"octo/engine", std::string(40, 'a'), std::string(40, 'b')};
        input.experiment.suite = "micro";
        input.experiment.max_trials = 8;
        input.experiment.seed = 5;
        // Else the artifacts are equal.
        std::ofstream(input.sides.head / "slower") << "0*1+1\n";
    }
    tl::expected<model::Bundle, JobFailure> run() { return run_job(input, *sandbox, log, clock, {}); }
    static model::HostFact fact(const model::Bundle& bundle) {
        const auto found = std::ranges::find(bundle.host, "build.link_order", &model::HostFact::id);
        return found == bundle.host.end() ? model::HostFact{} : *found;
    }
    static double place(const model::Trial& trial) { return trial.values.at(0).samples.at(0); }

    platform::TempDir work{"benchgate-orders"};
    std::unique_ptr<sandbox::Sandbox> sandbox = sandbox::choose({.allow_unsandboxed = true}).value();
    platform::SystemClock clock;
    BuildLog log;
    JobInput input;
};

TEST_F(SeveralOrders, EachTrialRunsTheBuildOfItsOrderAtTheSamePath) {
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    std::map<std::pair<model::Side, int>, std::set<double>> places;
    for (const auto& trial : bundle->trials) {
        EXPECT_LT(trial.link_order, trial.phase == model::Phase::confirm ? 8 : 4);
        places[{trial.side, trial.link_order}].insert(place(trial));
    }
    std::set<double> of_base;
    for (const auto& [which, seen] : places) {
        EXPECT_EQ(seen.size(), 1u) << "an order is one build";
        if (which.first == model::Side::base) of_base.insert(seen.begin(), seen.end());
    }
    EXPECT_EQ(places.size(), 8u) << "four of each side";
    EXPECT_GE(of_base.size(), 3u) << "two of four may be alike by chance, hardly more";
    EXPECT_EQ(fact(*bundle).status, model::FactStatus::ok);
    EXPECT_NE(
        fact(*bundle).observed.find("4 orders a side, the build's own and 3 shuffled; 3 links of base and 3 of head"),
        std::string::npos)
        << fact(*bundle).observed;
    const auto own = [&](model::Side side) { return *places[std::pair(side, 0)].begin(); };
    EXPECT_EQ(own(model::Side::base) + 1, own(model::Side::head)) << "the build's own order is left alone";
}

TEST_F(SeveralOrders, AnAlarmIsConfirmedInFreshOrders) {
    // Slower by far more than any layout makes of it.
    std::ofstream(input.sides.head / "slower") << "500000000\n";
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    std::set<int> confirmed;
    for (const auto& trial : bundle->trials)
        if (trial.phase == model::Phase::confirm) confirmed.insert(trial.link_order);
    EXPECT_EQ(confirmed, (std::set{4, 5, 6, 7}));
    EXPECT_NE(fact(*bundle).observed.find("4 fresh ones to confirm"), std::string::npos) << fact(*bundle).observed;
    EXPECT_FALSE(fs::exists(input.sides.of(model::Side::base, 3))) << "the disk holds one lot of them";
}

TEST_F(SeveralOrders, WhatLinksNothingIsMeasuredInOne) {
    input.suite.build = {"cp slower program || echo 0 >program"};
    input.suite.run =
        "echo '{\"measurements\":[{\"benchmark\":\"b\",\"unit\":\"count\",\"better\":\"lower\",\"value\":1}]}'";
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    EXPECT_EQ(fact(*bundle).status, model::FactStatus::unknown);
    EXPECT_NE(fact(*bundle).observed.find("linked nothing"), std::string::npos) << fact(*bundle).observed;
    for (const auto& trial : bundle->trials) EXPECT_EQ(trial.link_order, 0);
    EXPECT_EQ(log.builds("base"), 2) << "a second try showed that it links nothing";
    EXPECT_FALSE(fs::exists(input.sides.of(model::Side::base, 1)));
}

TEST_F(SeveralOrders, EqualArtifactsAreBuiltOnceASide) {
    fs::remove(input.sides.head / "slower");
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    EXPECT_TRUE(bundle->identical) << "the build's own orders are compared";
    EXPECT_EQ(log.builds("base"), 1);
}

TEST_F(SeveralOrders, ABuildThatFailsInOneOrderFailsTheJobWithItsSide) {
    input.suite.build.push_back("test -z \"$BENCHGATE_LINK_SEED\" || ! test -e slower");
    const auto bundle = run();
    ASSERT_FALSE(bundle);
    EXPECT_EQ(bundle.error().side, model::Side::head);
    EXPECT_FALSE(bundle.error().infrastructure);
}

TEST_F(SeveralOrders, ACalibrationShufflesTheFirstOrderToo) {
    fs::remove(input.sides.head / "slower");
    input.shuffle_links = input.measure_identical = true;
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    EXPECT_NE(fact(*bundle).observed.find("all shuffled"), std::string::npos) << fact(*bundle).observed;
    EXPECT_EQ(std::ranges::count(bundle->host, "build.link_order", &model::HostFact::id), 1);
}

TEST_F(SeveralOrders, ABuildThatClosesItsFolderBlamesNobodyElse) {
    input.suite.build.back() += "; chmod 000 .";
    input.suite.artifacts.clear();
    ASSERT_TRUE(::geteuid() != 0 || platform::give_tree_to(work.path(), platform::nobody, platform::nobody));
    const auto blamed_on_host = platform::status_as_nobody([&] {
        sandbox::DirectSandbox own;
        const auto bundle = run_job(input, own, log, clock, {});
        if (!bundle) std::fprintf(stderr, "%s\n", bundle.error().reason.c_str());
        return !bundle && bundle.error().infrastructure;
    });
    EXPECT_EQ(blamed_on_host, 0) << "three such jobs would take the host out of the fleet";
}

TEST_F(SeveralOrders, WhatABuildHasClosedMayBeAsLargeAsItMayBe) {
    input.suite.build.back() += "; mkdir -p closed; chmod 000 closed";
    input.limits.disk_bytes = std::uint64_t{1} << 60;
    ASSERT_TRUE(::geteuid() != 0 || platform::give_tree_to(work.path(), platform::nobody, platform::nobody));
    const auto has_no_room = platform::status_as_nobody([&] {
        sandbox::DirectSandbox own;
        const auto bundle = run_job(input, own, log, clock, {});
        const auto said = bundle ? fact(*bundle).observed : bundle.error().reason;
        std::fprintf(stderr, "%s\n", said.c_str());
        return said.find("no room for another") != std::string::npos;
    });
    EXPECT_EQ(has_no_room, 1);
}

TEST_F(SeveralOrders, WithoutTimeForFreshOrdersNothingIsConfirmed) {
    const auto linkers = make_linkers(*sandbox, work.path() / "linkers").value();
    JobCompilers compilers(nullptr, *sandbox);
    LinkVariants variants(
        *sandbox, {input.sides, &input.suite, 4, {}, {}, 5, false, &linkers, &compilers},
        [&](auto bytes) { log.on_log(bytes); }, clock);
    for (const auto side : {model::Side::base, model::Side::head}) {
        ASSERT_TRUE(sandbox->prepare(input.sides.of(side)));
        ASSERT_TRUE(variants.keep_source(side, {}));
    }
    ASSERT_EQ(variants.link({}).value(), 4);
    EXPECT_FALSE(variants.link_anew(clock.steady(), {}).value());
    EXPECT_TRUE(fs::exists(input.sides.of(model::Side::base, 3)));
}

}  // namespace
}  // namespace benchgate::measure
