// Real samples of real code, where perf works; and what is said where it does not.
#include "runners/measure/profiler.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "core/model/config.h"
#include "platform/files.h"
#include "runners/sandbox/bubblewrap.h"
#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

/// Burns processor time in two functions; how often the second one is called is the first argument.
constexpr const char* burner = R"(
#include <cstdio>
#include <cstdlib>
static volatile long sink;
__attribute__((noinline)) void burn_alike(long n) { for (long i = 0; i < n; ++i) sink = sink + i; }
__attribute__((noinline)) void burn_more(long n) { for (long i = 0; i < n; ++i) sink = sink + 3 * i; }
int main(int, char** words) {
    burn_alike(30000000);
    burn_more(15000000 * atol(words[1]));
    puts("{\"context\":{},\"benchmarks\":[{\"name\":\"burn\",\"run_type\":\"iteration\",\"iterations\":1,"
         "\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"}]}");
}
)";

class ProfilerTest : public testing::Test {
  protected:
    ProfilerTest() {
        ::chmod(directory.path().c_str(), 0755);
        for (const auto& side : {sides.base, sides.head}) std::filesystem::create_directories(side);
        suite.format = "google-benchmark";
        suite.run = "./burner $(cat times) {filter}";
    }
    /// False: it is skipped, and says why.
    bool is_supported() {
        for (const auto& side : {sides.base, sides.head}) EXPECT_TRUE(box.prepare(side));
        const auto why = profiles_unsupported(box, sides.base, limits, "/", {});
        if (why) std::printf("skipped: profiles are unsupported here: %s\n", why->c_str());
        return !why;
    }
    void build(const std::string& base_times, const std::string& head_times) {
        for (const auto& [side, times] : {std::pair(sides.base, base_times), std::pair(sides.head, head_times)}) {
            ASSERT_TRUE(platform::write_file_atomically(side / "burner.cpp", burner, 0644));
            ASSERT_TRUE(platform::write_file_atomically(side / "times", times, 0644));
            const auto line = "cd " + side.string() +
                              " && g++ -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls burner.cpp -o burner";
            ASSERT_EQ(std::system(line.c_str()), 0);
        }
    }
    tl::expected<model::Profile, JobFailure> take(const std::string& benchmark) {
        for (const auto& side : {sides.base, sides.head}) EXPECT_TRUE(box.prepare(side));
        Observer observer;
        const platform::SystemClock clock;
        return take_profile(box, {benchmark, sides, &suite, limits, clock.steady() + std::chrono::seconds(60)},
                            observer, clock, {});
    }
    /// Of samples in which this function is the innermost one.
    static double own_share(const model::ProfileSide& side, const std::string& function) {
        const auto stacks = model::folded_from(side.folded).value_or(model::FoldedStacks{});
        double own = 0;
        for (const auto& [stack, count] : stacks)
            if (stack.substr(stack.rfind(';') + 1).starts_with(function)) own += static_cast<double>(count);
        return own / static_cast<double>(model::total_of(stacks));
    }

    platform::TempDir directory{"benchgate-profile"};
    Sides sides{directory.path() / "base", directory.path() / "head"};
    sandbox::BubblewrapSandbox box;
    sandbox::Limits limits;
    model::Suite suite;
};

TEST_F(ProfilerTest, TheFunctionThatBurnsMoreHasTheLargerShare) {
    if (!is_supported()) GTEST_SKIP();
    build("1", "4");
    const auto profile = take("burn");
    ASSERT_TRUE(profile) << profile.error().reason;
    EXPECT_EQ(profile->event, "cpu-clock:u");
    EXPECT_FALSE(profile->whole_command);
    EXPECT_GT(profile->base.samples, 30u);
    EXPECT_EQ(profile->base.trials, most_profile_trials);
    // Wide: on a busy host few samples are taken, and in bunches.
    EXPECT_NEAR(own_share(profile->base, "burn_more"), 1.0 / 3, 0.25);
    EXPECT_NEAR(own_share(profile->head, "burn_more"), 2.0 / 3, 0.25);
    EXPECT_GT(own_share(profile->head, "burn_more"), own_share(profile->base, "burn_more") + 0.1);
    EXPECT_NE(profile->head.folded.find("main;burn_more"), std::string::npos) << profile->head.folded;
    EXPECT_FALSE(std::filesystem::exists(sides.head / ".benchgate-perf.data"));
}

TEST_F(ProfilerTest, NoProfileIsBetterThanAnEmptyOne) {
    if (!is_supported()) GTEST_SKIP();
    suite.run =
        "sleep 0.01; echo '{\"context\":{},\"benchmarks\":[{\"name\":\"idle\",\"run_type\":\"iteration\","
        "\"iterations\":1,\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"}]}' {filter} | cut -d' ' -f1";
    const auto other = take("burn");
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().reason, "base: there is no benchmark 'burn'; a profile compares both sides");
    suite.run = "exit 3";
    const auto failed = take("burn");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().reason, "base: the run command exited with status 3");
}

TEST_F(ProfilerTest, WhatIsMissingIsSaidWithWhatMendsIt) {
    sandbox::DirectSandbox direct;
    const auto without = profiles_unsupported(direct, sides.base, limits, "/", {});
    ASSERT_TRUE(without);
    EXPECT_NE(without->find("inside the sandbox only"), std::string::npos);

    if (!is_supported()) GTEST_SKIP();
    const platform::TempDir root("benchgate-root");
    EXPECT_EQ(profiles_unsupported(box, sides.base, limits, root.path(), {}), "this kernel has no perf events");
    std::filesystem::create_directories(root.path() / "proc/sys/kernel");
    ASSERT_TRUE(platform::write_file_atomically(root.path() / "proc/sys/kernel/perf_event_paranoid", "3\n", 0644));
    const auto refused = profiles_unsupported(box, sides.base, limits, root.path(), {});
    ASSERT_TRUE(refused);
    EXPECT_NE(refused->find("sysctl kernel.perf_event_paranoid=2"), std::string::npos) << *refused;
}

}  // namespace
}  // namespace benchgate::measure
