#include "core/planning/second_host.h"

#include <gtest/gtest.h>

#include <functional>

namespace benchgate::planning {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point noon{1764000000s};

KnownHost host_named(const std::string& name) {
    return {name, name, {"bare-metal", "x86_64", "fast"}, "ready", false, 4, noon - 10s};
}

std::vector<std::string> others(const std::vector<KnownHost>& hosts) {
    return other_hosts(hosts, {"ash", {"x86_64", "bare-metal"}, 4, noon});
}

TEST(SecondHost, IsAnotherLiveHostOfTheClass) {
    EXPECT_EQ(others({host_named("ash"), host_named("oak"), host_named("elm")}),
              (std::vector<std::string>{"oak", "elm"}));
    EXPECT_TRUE(others({host_named("ash")}).empty()) << "the first host is no second one";
    const auto never = [](const std::function<void(KnownHost&)>& flaw, const char* why) {
        auto host = host_named("oak");
        flaw(host);
        EXPECT_TRUE(others({host}).empty()) << why;
    };
    never([](auto& host) { host.labels = {"bare-metal"}; }, "another class");
    never([](auto& host) { host.state = "draining"; }, "it ends");
    never([](auto& host) { host.state = "quarantined"; }, "its own canary says that it is not itself");
    never([](auto& host) { host.resting = true; }, "its jobs fail");
    never([](auto& host) { host.protocol = 3; }, "it would measure everything");
    never([](auto& host) { host.last_seen_at = noon - 121s; }, "it is away");
}

TEST(SecondHost, OnlyWhatGatesAMergeWaitsForOne) {
    using model::RunKind;
    for (const auto kind : {RunKind::pull_request, RunKind::command, RunKind::merge_group})
        EXPECT_TRUE(needs_second_host(kind));
    for (const auto kind : {RunKind::push, RunKind::calibration, RunKind::bisection, RunKind::profile})
        EXPECT_FALSE(needs_second_host(kind));
}

TEST(SecondHost, AreNamedWhereTheyAreFew) {
    EXPECT_EQ(hosts_text({"oak"}), "oak");
    EXPECT_EQ(hosts_text({"oak", "elm"}), "oak or elm");
    EXPECT_EQ(hosts_text({"oak", "elm", "fir"}), "oak, elm or fir");
    EXPECT_EQ(hosts_text({"a", "b", "c", "d"}), "one of 4 other hosts");
    EXPECT_EQ(hosts_text({}), "another host");
}

}  // namespace
}  // namespace benchgate::planning
