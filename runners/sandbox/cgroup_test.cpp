#include "runners/sandbox/cgroup.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "platform/files.h"
#include "runners/sandbox/watch.h"

namespace benchgate::sandbox {
namespace {

namespace fs = std::filesystem;

/// A root with a /proc and control groups that are plain directories.
struct FakeRoot {
    platform::TempDir dir;
    void put(const std::string& path, const std::string& text) const {
        fs::create_directories((dir.path() / path).parent_path());
        std::ofstream(dir.path() / path) << text;
    }
    CgroupPlaces find() const { return find_cgroups({dir.path()}); }
};

TEST(Cgroup, AHostWithoutAnySaysSoThreeTimes) {
    const FakeRoot root;
    const auto places = root.find();
    EXPECT_FALSE(places.unified);
    EXPECT_FALSE(places.can_limit_memory());
    EXPECT_FALSE(places.can_limit_processes());
    EXPECT_EQ(places.notes.size(), 3u);

    const auto group = RunCgroup::make(places, "run", {1 << 20, 10});
    ASSERT_TRUE(group);
    EXPECT_TRUE(group->join_files().empty());
    EXPECT_TRUE(group->empty());
    EXPECT_FALSE(group->read().cpu_seconds);
}

TEST(Cgroup, EachControllerIsFoundWhereItIsMounted) {
    const FakeRoot root;
    root.put("proc/self/cgroup", "4:memory:/outer/inner\n3:cpu,cpuacct:/\n2:pids:/\n0::/\n");
    root.put("proc/self/mountinfo",
             "30 25 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
             "31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
             "32 30 0:28 /outer /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
             "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n");
    fs::create_directories(root.dir.path() / "sys/fs/cgroup/unified");
    fs::create_directories(root.dir.path() / "sys/fs/cgroup/memory/inner");
    const auto places = root.find();
    EXPECT_EQ(places.unified, root.dir.path() / "sys/fs/cgroup/unified/");
    EXPECT_FALSE(places.unified_memory);
    EXPECT_EQ(places.memory_v1, root.dir.path() / "sys/fs/cgroup/memory/inner");
    EXPECT_FALSE(places.pids_v1);     // not mounted
    EXPECT_FALSE(places.cpuacct_v1);  // version 2 counts already
    EXPECT_EQ(places.notes.size(), 1u);
}

TEST(Cgroup, TheHostsOwnGroupsCountAndAreRemoved) {
    const auto places = find_cgroups();
    auto group = RunCgroup::make(places, "benchgate-test-" + std::to_string(::getpid()), {});
    ASSERT_TRUE(group) << group.error();
    for (const auto& file : group->join_files()) EXPECT_TRUE(fs::exists(file));
    const auto reading = group->read();
    EXPECT_EQ(reading.cpu_seconds.has_value(), places.unified || places.cpuacct_v1);
    EXPECT_FALSE(reading.oom_killed);
    const auto files = group->join_files();
    { const RunCgroup gone = std::move(*group); }
    for (const auto& file : files) EXPECT_FALSE(fs::exists(file));
}

TEST(DiskWatch, OnlyGrowthBeyondTheLimitAlarms) {
    const platform::TempDir dir;
    DiskWatch watch(dir.path(), 4 << 20);
    EXPECT_FALSE(watch.over_limit());
    std::ofstream(dir.path() / "large") << std::string(8 << 20, 'x') << std::flush;
    EXPECT_TRUE(watch.over_limit());
    DiskWatch unlimited(dir.path(), 0);
    EXPECT_FALSE(unlimited.over_limit());
}

TEST(DiskWatch, FilesThatAreOpenAndRemovedTakeSpaceToo) {
    const platform::TempDir dir;
    if (::mount("benchgate-test", dir.path().c_str(), "tmpfs", 0, "size=8m") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    {
        DiskWatch watch(dir.path(), 6 << 20);
        EXPECT_FALSE(watch.over_limit());
        std::ofstream hidden(dir.path() / "hidden");
        fs::remove(dir.path() / "hidden");
        hidden << std::string(7 << 20, 'x') << std::flush;
        EXPECT_TRUE(watch.over_limit());
    }
    ::umount(dir.path().c_str());
}

}
}
