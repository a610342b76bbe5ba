// Whole jobs in the sandbox of this machine, up to what was built: both sides name one artifact with the same bytes,
// so that nothing is measured.

#include "runners/measure/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

struct Log final : Observer {
    void on_log(std::string_view bytes) override { text += bytes; }
    std::string text;
};

class BuiltSides : public testing::Test {
  protected:
    BuiltSides() {
        fs::permissions(work.path(), fs::perms(0711));  // as the work folder of a runner is
        input.suite.name = "micro";
        input.suite.build = {"cat source version >program; date +%N >built"};
        input.suite.run = "cat program";
        input.suite.artifacts = {"program"};
        input.comparison = {"octo/engine", std::string(40, 'a'), std::string(40, 'b')};
    }
    /// A job of its own folder, as each lease has.
    tl::expected<model::Bundle, JobFailure> run() {
        const auto folder = work.path() / ("job" + std::to_string(++jobs));
        input.sides = {folder / "base", folder / "head"};
        for (const auto& side : {input.sides.base, input.sides.head}) {
            fs::create_directories(side);
            std::ofstream(side / "source") << "int main() {}\n";
            std::ofstream(side / "version") << "1\n";
        }
        fs::permissions(folder, fs::perms(0711));
        log.text.clear();
        return run_job(input, *sandbox, log, clock, {});
    }
    std::string built(const fs::path& side) { return platform::read_file(side / "built", 100).value_or("(none)"); }
    static bool is_reused(const model::Bundle& bundle, const std::string& id) {
        return std::ranges::any_of(bundle.host, [&](const model::HostFact& fact) { return fact.id == id; });
    }

    platform::TempDir work{"benchgate-job"};
    std::unique_ptr<sandbox::Sandbox> sandbox = sandbox::choose({.allow_unsandboxed = true}).value();
    platform::SystemClock clock;
    Log log;
    JobInput input;
    int jobs = 0;
};

TEST_F(BuiltSides, WhatWasBuiltBeforeIsTakenAgain) {
    auto cache = BuildCache::open({work.path() / "builds", 1u << 20, std::chrono::milliseconds(0)}).value();
    input.builds = &cache;
    input.head_origin = "pull request 7";
    const auto first = run();
    ASSERT_TRUE(first) << first.error().reason << log.text;
    EXPECT_FALSE(is_reused(*first, "build.base"));
    const auto base = built(input.sides.base), head = built(input.sides.head);
    EXPECT_NE(base, head) << "equal trees, but one is a pull request's";

    const auto again = run();
    ASSERT_TRUE(again) << again.error().reason << log.text;
    EXPECT_TRUE(is_reused(*again, "build.base"));
    EXPECT_TRUE(is_reused(*again, "build.head"));
    EXPECT_EQ(built(input.sides.base), base);
    EXPECT_EQ(built(input.sides.head), head);
    EXPECT_NE(log.text.find("[base] built here at 20"), std::string::npos) << log.text;

    input.head_origin = "pull request 8";
    const auto other = run();
    ASSERT_TRUE(other);
    EXPECT_TRUE(is_reused(*other, "build.base"));
    EXPECT_FALSE(is_reused(*other, "build.head"));

    input.head_origin = "pull request 7";
    input.suite.build.push_back("true");
    const auto changed = run();
    ASSERT_TRUE(changed);
    EXPECT_FALSE(is_reused(*changed, "build.base"));
}

TEST_F(BuiltSides, ACalibrationBuildsBothSidesForItself) {
    auto cache = BuildCache::open({work.path() / "builds", 1u << 20, std::chrono::milliseconds(0)}).value();
    input.builds = &cache;
    ASSERT_TRUE(run());
    const auto before = built(input.sides.base);
    input.shuffle_links = true;
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    EXPECT_FALSE(is_reused(*bundle, "build.base"));
    EXPECT_NE(built(input.sides.base), before);
}

TEST_F(BuiltSides, OnlyFetchHasANetworkAndOnlyWhereTheOperatorAllowsIt) {
    // In a network namespace of its own there is nothing but loopback.
    const std::string interfaces = "ls /sys/class/net 2>/dev/null || awk -F: 'NR > 2 { print $1 }' /proc/net/dev";
    input.suite.fetch = {"{ " + interfaces + "; } >fetched; rm -f built"};
    input.suite.build.push_back("{ " + interfaces + "; } >seen-by-build");
    const auto bundle = run();
    ASSERT_TRUE(bundle) << bundle.error().reason << log.text;
    EXPECT_TRUE(fs::exists(input.sides.head / "fetched"));
    EXPECT_TRUE(fs::exists(input.sides.base / "fetched"));
    EXPECT_LT(log.text.find("[base] $ { ls"), log.text.find("[base] $ cat source")) << log.text;

    input.may_fetch = false;
    const auto refused = run();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().phase, model::JobPhase::fetch);
    EXPECT_NE(refused.error().reason.find("--allow-fetch"), std::string::npos);
    EXPECT_FALSE(refused.error().infrastructure) << "another runner's operator may think otherwise, but who knows";
    EXPECT_FALSE(fs::exists(input.sides.base / "fetched"));

    input.may_fetch = true;
    input.suite.fetch = {"echo no such package; exit 3"};
    const auto failed = run();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().reason, "base: fetch 'echo no such package; exit 3' exited with status 3");
}

}  // namespace
}  // namespace benchgate::measure
