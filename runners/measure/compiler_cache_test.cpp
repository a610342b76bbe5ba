// With the ccache, the compiler and the sandbox of this machine: who finds what others have compiled, and who cannot.

#include "runners/measure/compiler_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "platform/as_nobody_for_tests.h"
#include "platform/files.h"
#include "runners/measure/job.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

struct CompilerLog final : Observer {
    void on_log(std::string_view bytes) override { text += bytes; }
    std::string text;
};

class Compilers : public testing::Test {
  protected:
    Compilers() { fs::permissions(work.path(), fs::perms(0711)); }  // as the work folder of a runner is
    void SetUp() override {
        if (!fs::exists("/usr/bin/ccache")) GTEST_SKIP() << "ccache is not installed";
        if (!sandbox->probe().isolated) GTEST_SKIP() << "bubblewrap does not work here";
    }
    CompilerCache open(std::uint64_t most_bytes = std::uint64_t{1} << 30) {
        return CompilerCache::open({work.path() / "compilers", most_bytes}, *sandbox).value();
    }
    /// Builds a tree of its own with one source by these lines.
    bool build_with(const CompilerFolders& folders, const std::vector<std::string>& lines, const std::string& source) {
        const auto tree = work.path() / fmt::format("tree{}", ++trees);
        fs::create_directory(tree);
        std::ofstream(tree / "a.c") << source << "\n";
        EXPECT_TRUE(sandbox->prepare(tree));
        model::Suite suite;
        suite.build = lines;
        BuildRequest request{model::Side::base, tree, &suite, {}};
        request.compilers = &folders;
        const auto built = build(*sandbox, request, [&](std::string_view bytes) { log.on_log(bytes); }, {});
        return built.has_value();
    }
    /// "1 of 1": hits of compilations.
    std::string compile(CompilerCache& cache, const std::string& origin, const std::string& source,
                        const std::string& system = "one", const std::string& repository = "octo/engine") {
        const auto folders = cache.folders(*sandbox, repository, origin, system).value();
        EXPECT_TRUE(build_with(folders, {"cc -c a.c -o a.o"}, source)) << log.text;
        const auto [hits, misses] = CompilerCache::take_hits(folders);
        return fmt::format("{} of {}", hits, hits + misses);
    }

    platform::TempDir work{"benchgate-compilers"};
    std::unique_ptr<sandbox::Sandbox> sandbox = sandbox::choose({.allow_unsandboxed = true}).value();
    CompilerLog log;
    int trees = 0;
};

constexpr const char* one = "int one(void) { return 1; }";
constexpr const char* two = "int two(void) { return 2; }";

TEST_F(Compilers, WhatABranchHasCompiledIsFoundByItsNextBuildAndByPullRequests) {
    auto cache = open();
    EXPECT_EQ(compile(cache, "", one), "0 of 1");
    EXPECT_EQ(compile(cache, "", one), "1 of 1");
    EXPECT_EQ(compile(cache, "pull request 7", one), "1 of 1");
    EXPECT_EQ(compile(cache, "", one, "two"), "0 of 1") << "something else is installed";
    EXPECT_EQ(compile(cache, "", one, "one", "octo/other"), "0 of 1") << "another repository";
}

TEST_F(Compilers, WhatAPullRequestHasCompiledIsFoundByNobodyElse) {
    auto cache = open();
    EXPECT_EQ(compile(cache, "pull request 7", two), "0 of 1");
    EXPECT_EQ(compile(cache, "pull request 7", two), "1 of 1");
    EXPECT_EQ(compile(cache, "pull request 8", two), "0 of 1");
    EXPECT_EQ(compile(cache, "", two), "0 of 1");
}

TEST_F(Compilers, APullRequestCannotWriteWhereBranchesReadNorSeeAnother) {
    auto cache = open();
    const auto others = cache.folders(*sandbox, "octo/engine", "pull request 8", "one").value();
    const auto folders = cache.folders(*sandbox, "octo/engine", "pull request 7", "one").value();
    ASSERT_TRUE(folders.trusted);
    const auto trusted = folders.trusted->string();
    EXPECT_FALSE(build_with(folders, {"touch " + trusted + "/entries/planted"}, one));
    EXPECT_FALSE(build_with(folders, {"mv " + trusted + " " + trusted + ".away"}, one));
    EXPECT_FALSE(build_with(folders, {"ls " + others.own.string()}, one));
    EXPECT_FALSE(build_with(folders,
                            {"ls " + folders.own.parent_path().string() + " | grep -v " +
                             folders.own.filename().string() + " | grep -v trusted"},
                            one))
        << "that there are others is not shown either";
    EXPECT_TRUE(build_with(folders, {"touch " + folders.own.string() + "/entries/planted"}, one));
    // As if it were a branch's build itself.
    EXPECT_TRUE(build_with(folders, {"CCACHE_REMOTE_STORAGE=file:" + trusted + "/entries cc -c a.c -o a.o"}, one));
    EXPECT_EQ(compile(cache, "", one), "0 of 1");
    EXPECT_FALSE(fs::exists(*folders.trusted / "entries/planted"));
}

TEST_F(Compilers, ATreeThatBringsLinksForStatisticsIsNotFollowed) {
    auto cache = open();
    const auto folders = cache.folders(*sandbox, "octo/engine", "pull request 7", "one").value();
    EXPECT_TRUE(build_with(folders, {"ln -sf /etc/passwd " + folders.own.string() + "/statistics"}, one));
    EXPECT_EQ(CompilerCache::take_hits(folders).misses, 0);
    EXPECT_EQ(compile(cache, "pull request 7", one), "0 of 1") << "and the link is gone";
}

TEST_F(Compilers, TheBoundHoldsForEachFolderAndForAllOfThem) {
    auto cache = open(8u << 20);
    const std::string fill =
        "for i in 1 2 3; do head -c 1500000 /dev/urandom >$(echo $CCACHE_REMOTE_STORAGE | sed 's/^file://; "
        "s/|.*//')/$i; sleep 0.02; done";
    std::vector<CompilerFolders> all;
    for (int i = 0; i < 6; ++i) {
        all.push_back(cache.folders(*sandbox, "octo/engine", fmt::format("pull request {}", i), "one").value());
        ASSERT_TRUE(build_with(all.back(), {fill}, one)) << log.text;
        cache.trim(*sandbox, all.back(), {});
        const auto size = platform::tree_size(all.back().own, 1000).value();
        EXPECT_LE(size.bytes, 2u << 20) << "a quarter of the bound";
        EXPECT_GE(size.bytes, 1u << 20);
    }
    EXPECT_FALSE(fs::exists(all[0].own)) << "used least lately";
    EXPECT_TRUE(fs::exists(all[5].own));
    EXPECT_GE(cache.folders(*sandbox, "octo/engine", "pull request 5", "one")->bytes_before, 1u << 20)
        << "or it would count against the next job's disk";
    EXPECT_TRUE(fs::exists(*all[5].trusted));
    std::uint64_t bytes = 0;
    for (const auto& folders : all)
        if (fs::exists(folders.own)) bytes += platform::tree_size(folders.own, 1000).value().bytes;
    EXPECT_LE(bytes, 8u << 20);
}

TEST_F(Compilers, WhatLiesBesideTheEntriesTakesNoRoomForLong) {
    auto cache = open(8u << 20);
    const auto folders = cache.folders(*sandbox, "octo/engine", "pull request 7", "one").value();
    ASSERT_TRUE(build_with(folders, {"head -c 3500000 /dev/urandom >" + folders.own.string() + "/junk"}, one));
    cache.trim(*sandbox, folders, {});
    EXPECT_FALSE(fs::exists(folders.own / "junk"));
    EXPECT_EQ(compile(cache, "pull request 7", one), "0 of 1") << "the folder is made anew";
}

TEST_F(Compilers, AFolderThatIsClosedToUsIsNotOutOfBounds) {
    struct Isolated final : sandbox::Sandbox {
        std::string_view name() const override { return "isolated"; }
        sandbox::Capabilities probe() override { return {true, "", true, {}}; }
        tl::expected<void, sandbox::SandboxError> prepare(const fs::path&) override { return {}; }
        tl::expected<sandbox::Result, sandbox::SandboxError> run(const sandbox::Command&, std::stop_token) override {
            return sandbox::Result{};
        }
    } isolated;
    ASSERT_TRUE(::geteuid() != 0 || platform::give_tree_to(work.path(), platform::nobody, platform::nobody));
    const auto left = platform::status_as_nobody([&] {
        auto cache = CompilerCache::open({work.path() / "compilers", 8u << 20}, isolated).value();
        const auto folders = cache.folders(isolated, "octo/engine", "pull request 7", "one").value();
        fs::create_directory(folders.own / "hidden");
        std::ofstream(folders.own / "hidden" / "junk") << std::string(12u << 20, 'x');
        fs::permissions(folders.own / "hidden", fs::perms::none);
        cache.trim(isolated, folders, {});
        return fs::exists(folders.own / "hidden") ? 1 : 0;
    });
    EXPECT_EQ(left, 0);
}

TEST_F(Compilers, TwoProcessesDoNotShareAFolderAndWithoutASandboxThereIsNone) {
    const auto cache = open();
    EXPECT_FALSE(CompilerCache::open({work.path() / "compilers"}, *sandbox));
    struct Open final : sandbox::Sandbox {
        std::string_view name() const override { return "none"; }
        sandbox::Capabilities probe() override { return {true, "", false, {}}; }
        tl::expected<void, sandbox::SandboxError> prepare(const fs::path&) override { return {}; }
        tl::expected<sandbox::Result, sandbox::SandboxError> run(const sandbox::Command&, std::stop_token) override {
            return sandbox::Result{};
        }
    } open_to_all;
    EXPECT_FALSE(CompilerCache::open({work.path() / "other"}, open_to_all));
}

/// Whole jobs.
class CompilingJobs : public Compilers {
  protected:
    CompilingJobs() {
        input.suite.name = "micro";
        input.suite.build = {"for name in a b; do cc -c $name.c || exit 1; done; cc a.o b.o -o program"};
        input.suite.run =
            "echo '{\"measurements\":[{\"benchmark\":\"b\",\"unit\":\"count\",\"better\":\"lower\","
            "\"value\":1}]}'";
        input.suite.format = "json";
        input.suite.max_trials = 8;
        input.comparison = {"octo/engine", std::string(40, 'a'), std::string(40, 'b')};
        input.experiment.suite = "micro";
        input.experiment.max_trials = 8;
        input.head_origin = "pull request 7";
    }
    /// What the fact says; empty: there is none.
    std::string run(CompilerCache& cache) {
        const auto folder = work.path() / fmt::format("job{}", ++trees);
        input.sides = {folder / "base", folder / "head"};
        for (const auto& side : {input.sides.base, input.sides.head}) {
            fs::create_directories(side);
            std::ofstream(side / "a.c") << "int b(void); int main(void) { return b(); }\n";
            std::ofstream(side / "b.c") << (side == input.sides.base ? "int b(void) { return 0; }\n"
                                                                     : "int b(void) { return 0 * 2; }\n");
        }
        fs::permissions(folder, fs::perms(0711));
        input.compilers = &cache;
        const auto bundle = run_job(input, *sandbox, log, clock, {});
        EXPECT_TRUE(bundle) << log.text;
        if (!bundle) return "failed";
        const auto found = std::ranges::find(bundle->host, "build.compiler_cache", &model::HostFact::id);
        return found == bundle->host.end() ? "" : found->observed;
    }
    platform::SystemClock clock;
    JobInput input;
};

TEST_F(CompilingJobs, AHeadCompilesWhatItChangedAndLinksAloneAreDoneAgain) {
    auto cache = open();
    EXPECT_EQ(run(cache), "0 of 2 compilations of base and 1 of 2 compilations of head were taken from earlier builds");
    EXPECT_EQ(run(cache), "2 of 2 compilations of base and 2 of 2 compilations of head were taken from earlier builds");
    input.suite.link_orders = 2;
    EXPECT_EQ(run(cache).substr(0, 6), "2 of 4") << "another search path of compilers is another key, once";
    EXPECT_EQ(run(cache), "4 of 4 compilations of base and 4 of 4 compilations of head were taken from earlier builds");
}

TEST_F(CompilingJobs, WhereTheTimeOfTheBuildOrLayoutsAreMeasuredCompilersRunAsEver) {
    auto cache = open();
    input.suite.measure = {"time", "build_time"};
    EXPECT_EQ(run(cache), "");
    input.suite.measure = {"time"};
    input.shuffle_links = input.measure_identical = true;
    EXPECT_EQ(run(cache), "");
}

}  // namespace
}  // namespace benchgate::measure
