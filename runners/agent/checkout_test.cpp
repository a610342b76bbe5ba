#include "runners/agent/checkout.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::agent {
namespace {

namespace fs = std::filesystem;

/// main: one -> two; the pull request's head lies on one.
class Checkout : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(origin);
        sh("git init -qb main; echo one > file; git add -A; git commit -qm one; git checkout -qb topic;"
           "echo topic > file; git commit -qam topic; git update-ref refs/pull/7/head topic;"
           "git checkout -q main; echo two > file; git commit -qam two");
        spec.repository = "owner/engine";
        spec.base = {sh("git rev-parse main"), {"refs/heads/main"}};
        spec.head = {sh("git rev-parse topic"), {"refs/pull/7/head"}};
        spec.merge_base = true;
    }

    std::string sh(const std::string& line) {
        platform::SpawnOptions options;
        options.argv = {"/bin/sh", "-ec", line};
        options.directory = origin;
        options.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",
                                                       "HOME=/nonexistent",
                                                       "GIT_CONFIG_NOSYSTEM=1",
                                                       "GIT_AUTHOR_NAME=Ann",
                                                       "GIT_AUTHOR_EMAIL=a@b.example",
                                                       "GIT_COMMITTER_NAME=Ann",
                                                       "GIT_COMMITTER_EMAIL=a@b.example"};
        const auto outcome = platform::run(options).value();
        EXPECT_TRUE(outcome.ok()) << outcome.err.text();
        auto text = outcome.out.text();
        while (text.ends_with('\n')) text.pop_back();
        return text;
    }

    tl::expected<CheckedOut, measure::JobFailure> check_out(std::stop_token stop = {}) {
        const auto directory = dir.path() / ("job-" + std::to_string(++jobs));
        fs::create_directory(directory);
        return agent::check_out(
            {dir.path() / "mirrors", directory, &spec, {origin.string(), "t0ken", ""}, most_mirror_bytes},
            [this](std::string_view text) {
                log += text;
                if (on_log) on_log(text);
            },
            stop);
    }

    static std::string read(const fs::path& file) { return platform::read_file(file, 100).value_or("absent"); }

    platform::TempDir dir;
    fs::path origin = dir.path() / "origin";
    protocol::JobSpec spec;
    std::uint64_t most_mirror_bytes = std::uint64_t{1} << 30;
    std::string log;
    std::function<void(std::string_view)> on_log;
    int jobs = 0;
};

TEST_F(Checkout, BothSidesArePlainTreesAndTheBaseIsTheMergeBase) {
    const auto out = check_out();
    ASSERT_TRUE(out) << out.error().reason;
    EXPECT_EQ(out->base_sha, sh("git rev-parse main~1"));
    EXPECT_EQ(out->head_sha, spec.head.sha);
    EXPECT_EQ(read(out->sides.base / "file"), "one\n");
    EXPECT_EQ(read(out->sides.head / "file"), "topic\n");
    EXPECT_FALSE(fs::exists(out->sides.head / ".git"));
    EXPECT_NE(log.find(out->base_sha), std::string::npos);
    EXPECT_EQ(log.find("t0ken"), std::string::npos);
    EXPECT_TRUE(fs::exists(dir.path() / "mirrors/owner+engine.git"));
}

TEST_F(Checkout, TheSecondJobUsesTheMirrorAndSeesWhatIsNew) {
    ASSERT_TRUE(check_out());
    spec.merge_base = false;
    sh("echo three > file; git commit -qam three");
    spec.base.sha = sh("git rev-parse main");
    const auto out = check_out();
    ASSERT_TRUE(out) << out.error().reason;
    EXPECT_EQ(read(out->sides.base / "file"), "three\n");
}

TEST_F(Checkout, MirrorsThatWereUsedLeastLatelyMakeRoomAndTheJobsOwnIsTheLast) {
    const auto mirrors = dir.path() / "mirrors";
    const auto old = mirrors / "old+one.git", recent = mirrors / "recent+one.git", own = mirrors / "owner+engine.git";
    for (const auto& mirror : {old, recent}) {
        fs::create_directories(mirror);
        std::ofstream(mirror / "pack") << std::string(mirror == old ? 4 << 20 : 4096, 'x');
    }
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(1));
    fs::create_directory(mirrors / "half+one.git.gone");  // of a runner that was killed meanwhile
    ASSERT_TRUE(check_out());
    EXPECT_TRUE(fs::exists(old)) << "there is room";
    EXPECT_FALSE(fs::exists(mirrors / "half+one.git.gone"));
    most_mirror_bytes = 1 << 20;
    ASSERT_TRUE(check_out());
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(recent));
    EXPECT_TRUE(fs::exists(own));
    most_mirror_bytes = 1;
    const auto out = check_out();
    ASSERT_TRUE(out) << out.error().reason;
    EXPECT_EQ(read(out->sides.head / "file"), "topic\n") << "its own is made anew";
    EXPECT_FALSE(fs::exists(recent));
    EXPECT_EQ(std::distance(fs::directory_iterator(mirrors), {}), 1);
}

TEST_F(Checkout, AMissingOriginIsTheHostsFaultAndNamesTheStep) {
    origin = dir.path() / "nowhere";
    const auto out = check_out();
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().phase, model::JobPhase::fetch);
    EXPECT_TRUE(out.error().infrastructure);
    EXPECT_FALSE(out.error().side) << "no commit is to blame";
    EXPECT_EQ(out.error().reason.substr(0, 7), "fetch: ") << out.error().reason;
}

TEST_F(Checkout, CommitsWithoutACommonAncestorAreNotTriedAgain) {
    sh("git checkout -q --orphan other; git commit -qm other; git update-ref refs/pull/7/head other");
    spec.head.sha = sh("git rev-parse other");
    const auto out = check_out();
    ASSERT_FALSE(out);
    EXPECT_FALSE(out.error().infrastructure);
    EXPECT_EQ(out.error().reason.substr(0, 12), "merge-base: ") << out.error().reason;
}

TEST_F(Checkout, WaitingForACommitThatLagsBehindCanBeBrokenOff) {
    spec.head.sha = std::string(40, 'a');
    std::stop_source source;
    on_log = [&](std::string_view text) {
        if (text.find("is not there yet") != std::string_view::npos) source.request_stop();
    };
    const auto out = check_out(source.get_token());
    ASSERT_FALSE(out);
    EXPECT_TRUE(out.error().cancelled);
}

}  // namespace
}  // namespace benchgate::agent
