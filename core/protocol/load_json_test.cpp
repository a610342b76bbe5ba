#include "core/protocol/load_json.h"

#include <gtest/gtest.h>

namespace benchgate::protocol {
namespace {

using std::chrono::milliseconds;

model::LoadSuite suite() {
    model::LoadSuite made;
    made.service = {"serve {port}", "http://127.0.0.1:{port}/", "INT", milliseconds(700), {2, 512e6, 64}};
    made.load = {"hey", "bin/hey", "-q 1", {{"a", "/a", 2.5}, {"", "/b", 1}}, {20, 0.5}, milliseconds(3'000), 1};
    made.profile = {{"p", model::StepKind::burst, {{}, 3.0}, 1, 2, 3, milliseconds(9'000)}};
    model::Budget objective;
    objective.benchmark = "**";
    objective.metric = "p99";
    objective.max = 5e6;
    objective.line = 7;
    made.objectives = {objective};
    made.search = model::LoadSearch{10, 1.5};
    made.faults = {{model::FaultKind::loss, milliseconds(1), milliseconds(2), 0.25}};
    return made;
}

TEST(LoadJson, ARoundTripLosesNothing) {
    const auto read = read_load_suite(to_json(suite()));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, suite());
}

TEST(LoadJson, WhatARunnerCouldNotCarryOutIsRefused) {
    const auto with = [](auto change) {
        auto document = to_json(suite());
        change(document);
        return read_load_suite(document);
    };
    EXPECT_FALSE(with([](auto& d) { d["load"]["targets"] = json::Json::array(); }));
    EXPECT_FALSE(with([](auto& d) { d["load"]["targets"][0]["weight"] = 0; }));
    EXPECT_FALSE(with([](auto& d) { d["load"]["level"]["rate"] = -1; }));
    EXPECT_FALSE(with([](auto& d) { d["profile"][0]["from"] = 0; }));
    EXPECT_FALSE(with([](auto& d) { d["profile"][0]["kind"] = "wave"; }));
    EXPECT_FALSE(with([](auto& d) { d["faults"][0]["amount"] = 1e30; }));
    EXPECT_FALSE(with([](auto& d) { d["search"]["factor"] = 1; }));
    EXPECT_FALSE(with([](auto& d) { d["service"] = "serve"; }));
    EXPECT_FALSE(read_load_suite(json::Json::array()));
}

}  // namespace
}  // namespace benchgate::protocol
