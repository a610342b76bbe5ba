#include "runners/measure/host_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

using model::FactStatus;
using namespace std::chrono_literals;

TEST(HostReport, ASandboxSaysWhatItLacksAndOneThatIsNotThereFails) {
    EXPECT_EQ(sandbox_fact("bubblewrap", {true, "", true, {}}).status, FactStatus::ok);
    const auto less = sandbox_fact("bubblewrap", {true, "", true, {"no limit on memory: no memory control group"}});
    EXPECT_EQ(less.status, FactStatus::warn);
    EXPECT_EQ(less.observed, "bubblewrap; no limit on memory: no memory control group");
    EXPECT_NE(less.fix.find("Delegate=yes"), std::string::npos);
    const auto none = sandbox_fact("bubblewrap", {false, "No permissions to create new namespace", true, {}});
    EXPECT_EQ(none.status, FactStatus::fail);
    EXPECT_EQ(none.observed, "none: No permissions to create new namespace");
    EXPECT_NE(none.fix.find("--allow-unsandboxed"), std::string::npos);
    sandbox::DirectSandbox direct;
    const auto facts = host_report({"/", {}, false, {}}, direct);
    const auto found = std::ranges::find(facts, "sandbox", &model::HostFact::id);
    ASSERT_NE(found, facts.end());
    EXPECT_EQ(found->status, FactStatus::warn);
    EXPECT_TRUE(std::ranges::is_sorted(facts, {}, &model::HostFact::id));
}

TEST(HostReport, AClockThatIsSetBendsNoDurationAndIsTold) {
    platform::FakeClock clock;
    const JobClock times(clock);
    const auto begin = clock.now();
    clock.advance(100s);
    clock.set_wall(begin - 3600s);
    model::Bundle bundle;
    times.close(bundle);
    EXPECT_EQ(*platform::parse_utc(bundle.finished_at) - *platform::parse_utc(bundle.started_at), 100s);
    ASSERT_EQ(bundle.host.size(), 1u);
    EXPECT_EQ(bundle.host[0].id, "clock.set");
    EXPECT_EQ(bundle.host[0].observed, "back by 3700.0 s during the job");
}

TEST(HostReport, AClockThatIsSlewedIsNotTold) {
    platform::FakeClock clock;
    const JobClock times(clock);
    clock.advance(3600s);
    clock.set_wall(clock.now() + 1500ms);
    model::Bundle bundle;
    times.close(bundle);
    EXPECT_TRUE(bundle.host.empty());
}

}  // namespace
}  // namespace benchgate::measure
