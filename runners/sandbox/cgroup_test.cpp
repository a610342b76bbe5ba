#include "runners/sandbox/cgroup.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "platform/as_nobody_for_tests.h"
#include "platform/files.h"
#include "runners/sandbox/memory.h"
#include "runners/sandbox/result.h"

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
    const auto reading = group->read();
    EXPECT_FALSE(reading.cpu_seconds || reading.peak_memory_bytes || reading.read_bytes);
    EXPECT_FALSE(group->memory_now());
    EXPECT_TRUE(group->processes().empty());
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

TEST(Cgroup, WhatAKilledRunnerLeftIsRemovedAndNothingElse) {
    const FakeRoot root;
    root.put("proc/self/cgroup", "0::/\n");
    root.put("proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    const auto place = root.dir.path() / "sys/fs/cgroup";
    for (const auto* name : {"benchgate-old", "benchgate-fresh", "benchgate-self", "benchgate-busy/inside", "other"})
        fs::create_directories(place / name);
    for (const auto* name : {"benchgate-old", "benchgate-self", "benchgate-busy", "other"})
        fs::last_write_time(place / name, fs::file_time_type::clock::now() - std::chrono::minutes(5));
    EXPECT_TRUE(root.find().unified);
    EXPECT_FALSE(fs::exists(place / "benchgate-old"));
    for (const auto* name : {"benchgate-fresh", "benchgate-self", "benchgate-busy", "other"})
        EXPECT_TRUE(fs::exists(place / name)) << name;
}

TEST(Cgroup, AGroupThatCountsNoBytesIsNotJoined) {
    const FakeRoot root;
    root.put("proc/self/cgroup", "7:blkio:/\n");
    root.put("proc/self/mountinfo", "30 25 0:26 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n");
    root.put("sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes", "Total 0\n");
    EXPECT_FALSE(root.find().blkio_v1);
    root.put("sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes", "8:0 Read 4096\n8:0 Write 0\nTotal 4096\n");
    EXPECT_EQ(root.find().blkio_v1, root.dir.path() / "sys/fs/cgroup/blkio/");
}

/// A group made in plain directories, into which the test writes what a kernel would.
struct FakeGroup {
    platform::TempDir dir;
    CgroupPlaces places;
    fs::path place(const std::string& name) const {
        fs::create_directories(dir.path() / name);
        return dir.path() / name;
    }
    /// Reads it with these files: path below the places' folder -> text.
    CgroupReading read(const std::vector<std::pair<std::string, std::string>>& files) const {
        auto group = RunCgroup::make(places, "run", {0, 0, true});
        EXPECT_TRUE(group) << group.error();
        for (const auto& [path, text] : files) std::ofstream(dir.path() / path) << text;
        group->note_memory();
        const auto reading = group->read();
        for (const auto& [path, text] : files) fs::remove(dir.path() / path);
        return reading;
    }
};

TEST(Cgroup, VersionTwoTellsEverythingAndDevicesAreAdded) {
    FakeGroup fake;
    fake.places.unified = fake.place("v2");
    fake.places.unified_memory = fake.places.unified_pids = fake.places.unified_io = true;
    const auto reading = fake.read({{"v2/run/cpu.stat", "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n"},
                                    {"v2/run/memory.peak", "4096\n"},
                                    {"v2/run/memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n"},
                                    {"v2/run/memory.pressure",
                                     "some avg10=0.00 avg60=0.00 avg300=0.00 total=250000\n"
                                     "full avg10=0.00 avg60=0.00 avg300=0.00 total=100000\n"},
                                    {"v2/run/io.stat",
                                     "8:0 rbytes=4096 wbytes=10 rios=2 wios=1 dbytes=0 dios=0\n"
                                     "253:1 rbytes=100 wbytes=0 rios=1 wios=0\n"}});
    EXPECT_EQ(reading.cpu_seconds, 2.5);
    EXPECT_EQ(reading.cpu_source, "cgroup2");
    EXPECT_EQ(reading.peak_memory_bytes, 4096);
    EXPECT_DOUBLE_EQ(reading.memory_wait_seconds, 0.25);
    EXPECT_EQ(reading.read_bytes, 4196);
    EXPECT_EQ(reading.written_bytes, 10);
    EXPECT_EQ(reading.read_operations, 3);
    EXPECT_EQ(reading.write_operations, 1);
    EXPECT_EQ(reading.io_source, "cgroup2");
    const auto quiet = fake.read({{"v2/run/io.stat", ""},
                                  {"v2/run/memory.events", "max 0\noom 0\noom_kill 0\n"},
                                  {"v2/run/memory.pressure", "some avg10=0 avg60=0 avg300=0 total=250000\n"}});
    EXPECT_EQ(quiet.memory_wait_seconds, 0) << "it waited for the host's sake";
    EXPECT_EQ(quiet.read_bytes, 0) << "no device was used";
    EXPECT_FALSE(quiet.peak_memory_bytes) << "kernels before 5.19 keep none";
}

TEST(Cgroup, VersionOneTellsWhatItCountsAndNoZeroesThatItDidNotCount) {
    FakeGroup fake;
    fake.places.cpuacct_v1 = fake.place("cpuacct");
    fake.places.memory_v1 = fake.place("memory");
    fake.places.blkio_v1 = fake.place("blkio");
    const auto reading = fake.read(
        {{"cpuacct/run/cpuacct.usage", "1500000000\n"},
         {"cpuacct/run/cpuacct.stat", "user 100\nsystem 50\n"},
         {"memory/run/memory.max_usage_in_bytes", "8192\n"},
         {"blkio/run/blkio.throttle.io_service_bytes", "8:0 Read 4096\n8:0 Write 1024\n8:0 Total 5120\nTotal 5120\n"},
         {"blkio/run/blkio.throttle.io_serviced", "Total 0\n"}});
    EXPECT_EQ(reading.cpu_seconds, 1.5);
    EXPECT_EQ(reading.cpu_source, "cgroup1");
    EXPECT_EQ(reading.peak_memory_bytes, 8192);
    EXPECT_EQ(reading.memory_source, "cgroup1");
    EXPECT_EQ(reading.read_bytes, 4096);
    EXPECT_EQ(reading.written_bytes, 1024);
    EXPECT_FALSE(reading.read_operations) << "a total without a device: this kernel does not count";
}

TEST(Cgroup, AMixtureIsReadFromEachVersionForWhatItHolds) {
    FakeGroup fake;
    fake.places.unified = fake.place("unified");
    fake.places.memory_v1 = fake.place("memory");
    const auto reading =
        fake.read({{"unified/run/cpu.stat", "usage_usec 1000\n"}, {"memory/run/memory.max_usage_in_bytes", "8192\n"}});
    EXPECT_EQ(reading.cpu_source, "cgroup2");
    EXPECT_EQ(reading.memory_source, "cgroup1");
    EXPECT_FALSE(reading.read_bytes);
    EXPECT_TRUE(reading.io_source.empty());
}

TEST(Cgroup, WhoHadLittleAndNeverMetItsOwnLimitWasKilledForTheHostsSake) {
    FakeGroup two;
    two.places.unified = two.place("v2");
    two.places.unified_memory = true;
    const auto of_two = [&](const std::string& events, const std::string& peak) {
        return two.read(
            {{"v2/run/memory.events", events}, {"v2/run/memory.peak", peak}, {"v2/run/memory.max", "1000"}});
    };
    EXPECT_TRUE(of_two("oom 0\noom_kill 1\n", "100\n").host_was_short);
    EXPECT_TRUE(of_two("oom 0\noom_kill 1\n", "100\n").oom_killed);
    EXPECT_FALSE(of_two("oom 1\noom_kill 1\n", "100\n").host_was_short) << "its own limit";
    EXPECT_FALSE(of_two("oom 0\noom_kill 1\n", "600\n").host_was_short) << "whoever takes so much is no bystander";
    EXPECT_FALSE(of_two("oom 0\noom_kill 0\n", "100\n").host_was_short);
    EXPECT_TRUE(of_two("oom 1\noom_kill 1\n", "600\n").met_own_limit);
    EXPECT_FALSE(of_two("oom 0\noom_kill 1\n", "600\n").met_own_limit);

    const auto without_peak = [&](const std::string& events, const std::string& now) {
        return two.read(
            {{"v2/run/memory.events", events}, {"v2/run/memory.current", now}, {"v2/run/memory.max", "1000"}});
    };
    EXPECT_TRUE(without_peak("oom 0\noom_kill 1\n", "100\n").host_was_short);
    EXPECT_FALSE(without_peak("oom 0\noom_kill 1\n", "600\n").host_was_short);
    EXPECT_FALSE(without_peak("oom 1\noom_kill 1\n", "100\n").host_was_short);
    EXPECT_FALSE(without_peak("oom 0\noom_kill 0\n", "100\n").peak_memory_bytes) << "a look is no figure";

    FakeGroup one;
    one.places.memory_v1 = one.place("memory");
    const auto of_one = [&](const std::string& failures, const std::string& peak, const std::string& limit = "1000\n") {
        return one.read({{"memory/run/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"},
                         {"memory/run/memory.failcnt", failures},
                         {"memory/run/memory.max_usage_in_bytes", peak},
                         {"memory/run/memory.limit_in_bytes", limit}});
    };
    EXPECT_TRUE(of_one("0\n", "100\n").host_was_short);
    EXPECT_FALSE(of_one("3\n", "100\n").host_was_short);
    EXPECT_TRUE(of_one("3\n", "100\n").met_own_limit);
    EXPECT_TRUE(of_one("0\n", "990\n").met_own_limit) << "not each kernel counts it";
    EXPECT_FALSE(of_one("0\n", "600\n").met_own_limit);
    EXPECT_FALSE(of_one("0\n", "600\n").host_was_short);
    EXPECT_FALSE(of_one("0\n", "15000000000\n", "9223372036854771712\n").host_was_short) << "that is no limit";
}

TEST(Cgroup, OnlyWhoMetItsLimitHasTakenMoreThanAllowed) {
    Result result;
    result.out_of_memory = true;
    EXPECT_EQ(result.describe(),
              "ended by the kernel: this host was short of memory, and the command had more than half of what it may "
              "take");
    result.met_own_limit = true;
    EXPECT_EQ(result.describe(), "ended: more memory than allowed");
}

TEST(Cgroup, WhoAsksForMoreMemoryThanTheHostHasMeetsALimitOfItsOwn) {
    FakeGroup fake;
    fake.places.unified = fake.place("v2");
    fake.places.unified_memory = true;
    std::ofstream(fake.dir.path() / "v2/memory.max") << "8388608\n";
    const auto limit_of = [&](std::uint64_t asked) {
        Command command;
        command.limits.memory_bytes = asked;
        return group_limits(command, fake.places).memory_bytes;
    };
    const auto spare = spare_memory(fake.places);
    EXPECT_EQ(limit_of(1 << 20), 1u << 20);
    EXPECT_EQ(limit_of(std::uint64_t{64} << 30), spare) << "its hunger would be laid on the host";
    EXPECT_EQ(limit_of(0), spare);
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
    EXPECT_EQ(watch.look(), DiskState::fine);
    std::ofstream(dir.path() / "large") << std::string(8 << 20, 'x') << std::flush;
    EXPECT_EQ(watch.look(), DiskState::over_limit);
    DiskWatch unlimited(dir.path(), 0);
    EXPECT_EQ(unlimited.look(), DiskState::fine);
}

TEST(DiskWatch, WhatOthersLeftInAFolderIsNotTheCommands) {
    const platform::TempDir job, shared;
    const auto put = [&](const std::string& name, std::size_t mebibytes) {
        std::ofstream(shared.path() / name) << std::string(mebibytes << 20, 'x') << std::flush;
    };
    put("before", 32);
    Command command;
    command.job_directory = job.path();
    command.writable.push_back({shared.path(), 32 << 20});
    command.limits.disk_bytes = 16 << 20;
    DiskWatches watches(command);
    put("a little", 4);
    EXPECT_EQ(watches.look(), DiskState::fine);
    put("too much", 20);
    EXPECT_EQ(watches.look(), DiskState::over_limit);
}

TEST(DiskWatch, FilesThatAreOpenAndRemovedTakeSpaceToo) {
    const platform::TempDir dir;
    if (::mount("benchgate-test", dir.path().c_str(), "tmpfs", 0, "size=8m") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    {
        DiskWatch watch(dir.path(), 6 << 20);
        EXPECT_EQ(watch.look(), DiskState::fine);
        std::ofstream hidden(dir.path() / "hidden");
        fs::remove(dir.path() / "hidden");
        hidden << std::string(7 << 20, 'x') << std::flush;
        EXPECT_EQ(watch.look(), DiskState::over_limit);
    }
    ::umount(dir.path().c_str());
}

TEST(DiskWatch, WhatIsClosedToUsIsNotOutOfBounds) {
    const platform::TempDir dir;
    if (::geteuid() != 0 ||
        ::mount("benchgate-test", dir.path().c_str(), "tmpfs", 0, "size=64m,uid=65534,gid=65534") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    const auto job = dir.path() / "job";
    fs::create_directories(job / "hidden");
    ASSERT_TRUE(platform::give_tree_to(job, platform::nobody, platform::nobody));
    const auto state_of = [&](std::size_t mebibytes, const char* closed) {
        return platform::status_as_nobody([&] {
            DiskWatch watch(job, 8 << 20);
            std::ofstream(job / "hidden/large") << std::string(mebibytes << 20, 'x') << std::flush;
            fs::permissions(dir.path() / closed, fs::perms::none);
            const auto state = watch.look();
            fs::permissions(dir.path() / closed, fs::perms::owner_all);
            fs::remove(job / "hidden/large");
            return static_cast<int>(state);
        });
    };
    for (const auto* closed : {"job/hidden", "job"}) {
        EXPECT_EQ(state_of(12, closed), static_cast<int>(DiskState::over_limit)) << closed;
        EXPECT_EQ(state_of(4, closed), static_cast<int>(DiskState::fine)) << closed;
    }
    ::umount(dir.path().c_str());
}

TEST(DiskWatch, AJobThatMayTakeMoreThanThereIsLeavesTheHostSome) {
    const platform::TempDir dir;
    if (::mount("benchgate-test", dir.path().c_str(), "tmpfs", 0, "size=8m,nr_inodes=1000") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    {
        DiskWatch watch(dir.path(), std::uint64_t{16} << 30);
        EXPECT_EQ(watch.look(), DiskState::fine);
        std::ofstream(dir.path() / "large") << std::string(5 << 20, 'x') << std::flush;
        EXPECT_EQ(watch.look(), DiskState::fine);
        std::ofstream(dir.path() / "more") << std::string((3 << 20) / 2, 'x') << std::flush;
        EXPECT_EQ(watch.look(), DiskState::nearly_full) << "six and a half of eight";
        fs::remove(dir.path() / "more");
        for (int i = 0; i < 800; ++i) std::ofstream(dir.path() / std::to_string(i));
        EXPECT_EQ(watch.look(), DiskState::nearly_full) << "files without a byte fill a disk, too";
    }
    ::umount(dir.path().c_str());
}

}
}
