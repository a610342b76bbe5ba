// With the sandbox and the tar of this machine: what is taken from the cache is what was built.

#include "runners/measure/build_cache.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::string content(const fs::path& file) {
    return platform::read_file(file, 1 << 20).value_or("(none)");
}

class Builds : public testing::Test {
  protected:
    Builds() {
        fs::permissions(work.path(), fs::perms(0711));  // as the work folder of a runner is
        fs::create_directory(work.path() / "job");
        fs::permissions(work.path() / "job", fs::perms(0711));
        suite.build = {"cp source program"};
        options.directory = work.path() / "builds";
        options.least_build = 0ms;
    }
    fs::path tree(const std::string& name, const std::string& source = "one") {
        const auto path = work.path() / "job" / name;
        write(path / "source", source);
        write(path / "docs" / "empty", "");
        EXPECT_TRUE(sandbox->prepare(path));
        return path;
    }
    /// As the suite's build would leave it.
    fs::path built_tree(const std::string& name) {
        const auto path = tree(name);
        write(path / "program", "compiled");
        fs::permissions(path / "program", fs::perms(0755));
        fs::create_symlink("program", path / "link");
        fs::remove(path / "docs" / "empty");
        EXPECT_TRUE(sandbox->prepare(path));
        return path;
    }
    std::string key(const BuildCache& cache, const fs::path& path) {
        return cache.key_of(*sandbox, path, {&suite, processor, system, origin}, {}).value_or("(none)");
    }
    bool takes(BuildCache& cache, const std::string& wanted, const fs::path& path) {
        return cache.take(*sandbox, wanted, path, {}).has_value();
    }
    std::string keep(BuildCache& cache, const std::string& wanted, const fs::path& path,
                     std::chrono::milliseconds took = 90s) {
        return cache.keep(*sandbox, wanted, path, {"2026-11-21T10:00:00Z", took}, {});
    }

    platform::TempDir work{"benchgate-builds"};
    std::unique_ptr<sandbox::Sandbox> sandbox =
        sandbox::choose({.allow_unsandboxed = true}).value();  // bubblewrap where there is one
    BuildCacheOptions options;
    model::Suite suite;
    std::string processor = "a processor";
    std::string system = "a system";
    std::string origin;
};

TEST_F(Builds, TheBuiltTreeComesBackAsItWas) {
    auto cache = BuildCache::open(options).value();
    const auto first = built_tree("first");
    const auto time = fs::last_write_time(first / "program");
    ASSERT_EQ(keep(cache, "k", first), "");

    const auto second = tree("second");
    const auto reused = cache.take(*sandbox, "k", second, {});
    ASSERT_TRUE(reused);
    EXPECT_EQ(reused->built_at, "2026-11-21T10:00:00Z");
    EXPECT_EQ(reused->took, 90s);
    EXPECT_EQ(content(second / "program"), "compiled");
    EXPECT_EQ(fs::read_symlink(second / "link"), "program");
    EXPECT_FALSE(fs::exists(second / "docs" / "empty")) << "the build had removed it";
    EXPECT_TRUE(fs::exists(second / "docs"));
    EXPECT_NE(fs::status(second / "program").permissions() & fs::perms::owner_exec, fs::perms::none);
    EXPECT_LE(std::chrono::abs(fs::last_write_time(second / "program") - time), 1s)
        << "or make would build it anew, in the middle of a trial";
    EXPECT_EQ(std::distance(fs::directory_iterator(work.path() / "job"), {}), 2) << "nothing is left beside the trees";
}

TEST_F(Builds, AnotherProcessOfThisHostFindsThem) {
    const auto first = built_tree("first");
    {
        auto cache = BuildCache::open(options).value();
        ASSERT_EQ(keep(cache, "k", first), "");
    }
    write(options.directory / "half.partial", "interrupted");
    write(options.directory / "half.tar", "its note was never written");
    auto cache = BuildCache::open(options).value();
    EXPECT_FALSE(fs::exists(options.directory / "half.partial"));
    EXPECT_FALSE(fs::exists(options.directory / "half.tar"));
    EXPECT_TRUE(takes(cache, "k", tree("second")));
}

TEST_F(Builds, WhateverTheUmaskWhatWasKeptIsTaken) {
    const auto before = ::umask(0077);
    auto cache = BuildCache::open(options).value();
    EXPECT_EQ(keep(cache, "k", built_tree("first")), "");
    ::umask(before);
    EXPECT_TRUE(takes(cache, "k", tree("second")));
}

TEST_F(Builds, WhateverABuildCanSeeIsPartOfTheKey) {
    const auto cache = BuildCache::open(options).value();
    const auto one = key(cache, tree("one"));
    EXPECT_EQ(one.size(), 64u);
    EXPECT_EQ(key(cache, tree("same")), one) << "times and places do not count";
    EXPECT_NE(key(cache, tree("other", "two")), one);

    auto executable = tree("executable");
    fs::permissions(executable / "source", fs::perms(0755));
    EXPECT_NE(key(cache, executable), one);
    auto more = tree("more");
    fs::create_symlink("/etc/passwd", more / "a link");
    EXPECT_NE(key(cache, more), one);

    suite.build = {"cp source", " program"};
    EXPECT_NE(key(cache, tree("lines")), one);
    suite.build = {"cp source program"};
    suite.environment["CXXFLAGS"] = "-O2";
    EXPECT_NE(key(cache, tree("flags")), one);
    suite.environment.clear();
    processor = "another";
    EXPECT_NE(key(cache, tree("processor")), one);
    processor = "a processor";
    system = "an upgraded one";
    EXPECT_NE(key(cache, tree("system")), one);
    system = "a system";
    EXPECT_EQ(key(cache, tree("again")), one);
}

TEST_F(Builds, TheSystemIsWhatTheSandboxShows) {
    const auto here = BuildCache::system_of(*sandbox, tree("one"), {});
    ASSERT_TRUE(here);
    EXPECT_EQ(BuildCache::system_of(*sandbox, tree("two", "another source"), {}), here);
}

TEST_F(Builds, AToolOnAFileSystemOfItsOwnIsPartOfTheSystem) {
    const auto first = tree("one"), second = tree("two");
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        // Seen by this child alone, and gone with it.
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("benchgate-test", "/usr/local", "tmpfs", 0, "size=1m,mode=755") != 0)
            ::_exit(77);
        const auto before = BuildCache::system_of(*sandbox, first, {});
        write("/usr/local/bin/cc", "another compiler");
        const auto after = BuildCache::system_of(*sandbox, second, {});
        ::_exit(before && after && before != after ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) GTEST_SKIP() << "no file system can be mounted here";
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "a build of the old compiler would be taken";
}

TEST_F(Builds, WhatAPullRequestHasBuiltIsForItselfOnly) {
    const auto cache = BuildCache::open(options).value();
    const auto own = key(cache, tree("own"));
    origin = "pull request 7";
    const auto seventh = key(cache, tree("seventh"));
    origin = "pull request 8";
    const auto eighth = key(cache, tree("eighth"));
    EXPECT_NE(seventh, own);
    EXPECT_NE(eighth, own);
    EXPECT_NE(seventh, eighth);
}

TEST_F(Builds, ADamagedBuildIsDroppedAndTheTreeStays) {
    auto cache = BuildCache::open(options).value();
    ASSERT_EQ(keep(cache, "k", built_tree("first")), "");
    const auto archive = options.directory / "k.tar";
    auto bytes = platform::read_file(archive, 1 << 20).value();
    bytes[600] ^= 1;
    write(archive, bytes);
    const auto second = tree("second");
    EXPECT_FALSE(takes(cache, "k", second));
    EXPECT_EQ(content(second / "source"), "one");
    EXPECT_FALSE(fs::exists(archive));
    EXPECT_FALSE(takes(cache, "never kept", second));
}

TEST_F(Builds, TheLeastRecentlyUsedMakesRoom) {
    options.most_bytes = 50'000;  // four small archives of 10,240 bytes
    auto cache = BuildCache::open(options).value();
    const auto first = built_tree("first");
    const auto use = [&](const std::string& wanted) { return takes(cache, wanted, tree("other")); };
    for (const auto* one : {"a", "b", "c", "d"}) {
        ASSERT_EQ(keep(cache, one, first), "");
        fs::last_write_time(options.directory / (std::string(one) + ".json"), fs::file_time_type::clock::now() - 1h);
    }
    EXPECT_TRUE(use("a"));
    ASSERT_EQ(keep(cache, "e", first), "");
    EXPECT_TRUE(use("a")) << "it was used last";
    EXPECT_TRUE(use("e"));
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(options.directory))
        if (entry.path().extension() == ".tar") bytes += entry.file_size();
    EXPECT_LE(bytes, options.most_bytes);
}

TEST_F(Builds, AHostileTreeComesBackAsItWasAndReachesNothingElse) {
    const auto victim = work.path() / "victim";
    write(victim / "file", "untouched");
    fs::permissions(victim, fs::perms::all);
    const auto first = tree("first");
    fs::create_symlink(victim, first / "out");
    fs::create_symlink("/etc", first / "etc");
    fs::create_symlink("loop", first / "loop");
    write(first / "a\nname\xff -rf", "odd");
    write(first / "--checkpoint-action=exec=touch hacked", "odd");
    fs::create_hard_link(first / "source", first / "linked");
    ASSERT_EQ(::mkfifo((first / "pipe").c_str(), 0600), 0);
    write(first / "setuid", "x");
    ASSERT_EQ(::chmod((first / "setuid").c_str(), 06755), 0);
    fs::resize_file(first / "setuid", std::uintmax_t{64} << 20);  // holes
    ASSERT_TRUE(sandbox->prepare(first));
    auto cache = BuildCache::open(options).value();
    const auto at_first = key(cache, first);
    EXPECT_EQ(at_first.size(), 64u);
    ASSERT_EQ(keep(cache, "k", first), "");
    const auto second = tree("second");
    ASSERT_TRUE(takes(cache, "k", second));
    EXPECT_EQ(key(cache, second), at_first);
    EXPECT_EQ(content(victim / "file"), "untouched");
    EXPECT_EQ(std::distance(fs::directory_iterator(victim), {}), 1);
    struct stat made {};
    ASSERT_EQ(::stat((second / "setuid").c_str(), &made), 0);
    struct stat before {};
    ASSERT_EQ(::stat((first / "setuid").c_str(), &before), 0);
    EXPECT_EQ(made.st_uid, before.st_uid) << "never root's";
}

TEST_F(Builds, KilledAtAnyMomentNothingWrongIsTaken) {
    const auto first = tree("first");
    write(first / "program", "compiled");
    write(first / "large", std::string(30 << 20, 'x'));
    ASSERT_TRUE(sandbox->prepare(first));
    for (int moment = 0; moment < 8; ++moment) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto cache = BuildCache::open(options).value();
            for (;;) {
                static_cast<void>(keep(cache, "k", first));
                static_cast<void>(takes(cache, "k", tree("child")));
            }
        }
        std::this_thread::sleep_for(15ms + moment * 37ms);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        auto cache = BuildCache::open(options).value();
        for (const auto& entry : fs::directory_iterator(options.directory))
            EXPECT_TRUE(entry.path().filename() == "k.tar" || entry.path().filename() == "k.json") << entry.path();
        const auto second = tree("second" + std::to_string(moment));
        if (!takes(cache, "k", second)) continue;
        EXPECT_EQ(content(second / "program"), "compiled");
        EXPECT_EQ(fs::file_size(second / "large"), 30u << 20);
    }
}

TEST_F(Builds, AFolderThatCannotBeWrittenCostsTheBuildAndNothingElse) {
    auto cache = BuildCache::open(options).value();
    ASSERT_EQ(keep(cache, "old", built_tree("first")), "");
    fs::remove_all(options.directory);
    write(options.directory, "a file where the folder was");
    EXPECT_NE(keep(cache, "k", built_tree("second")), "");
    const auto third = tree("third");
    EXPECT_FALSE(takes(cache, "old", third));
    EXPECT_EQ(content(third / "source"), "one");
    EXPECT_FALSE(BuildCache::open(options));
}

TEST_F(Builds, WhatIsTooLargeOrTooQuickIsNotKeptAndSaysWhy) {
    options.most_bytes = 20'000;
    options.least_build = 2s;
    auto cache = BuildCache::open(options).value();
    const auto first = built_tree("first");
    EXPECT_EQ(keep(cache, "quick", first, 500ms), "it took less than 2000 ms");
    write(first / "large", std::string(60'000, 'x'));
    EXPECT_EQ(keep(cache, "large", first), "it is larger than half of the cache");
    EXPECT_TRUE(fs::is_empty(options.directory));
}

}  // namespace
}  // namespace benchgate::measure
