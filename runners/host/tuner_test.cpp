// What somebody who lets a root process change a host relies on: everything comes back, whatever happens.
#include "runners/host/tuner.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/host/fake_root_for_tests.h"

namespace benchgate::host {
namespace {

const std::string processors = "sys/devices/system/cpu/";
const std::string pages = "sys/kernel/mm/transparent_hugepage/enabled";

class Tuner : public testing::Test {
  protected:
    void SetUp() override {
        root.write("proc/sys/kernel/random/boot_id", "first\n");
        root.write(processors + "intel_pstate/no_turbo", "0\n");
        for (const char* one : {"cpu2", "cpu3"}) {
            root.write(processors + one + "/cpufreq/scaling_governor", "powersave\n");
            root.write(processors + one + "/cpufreq/scaling_min_freq", "800000\n");
            root.write(processors + one + "/cpufreq/scaling_max_freq", "3000000\n");
        }
        root.write(pages, "always\n");
        root.write("sys/kernel/mm/ksm/run", "1\n");
        root.write("proc/sys/kernel/nmi_watchdog", "1");  // without an end of line: that is kept, too
        root.write("proc/sys/kernel/numa_balancing", "0\n");
        root.write("proc/irq/24/smp_affinity_list", "0-3\n");
        root.write("proc/irq/25/smp_affinity_list", "0\n");
        options.root = root.path();
        options.cpus = {{2, 3}, {0, 1}, {}};
        files.journal = keep.path() / "journal";
        before = root.all();
    }
    Restored restore() {
        const auto restored = restore_host(root.path(), files);
        EXPECT_TRUE(restored) << restored.error();
        return restored && *restored ? **restored : Restored{{}, false, "no journal"};
    }
    static std::string outcome_of(const std::vector<TuneStep>& steps, const std::string& what) {
        for (const auto& step : steps)
            if (step.what == "/" + what) return std::string(to_string(step.outcome));
        return "none";
    }

    FakeRoot root;
    platform::TempDir keep;
    TuneOptions options;
    TuneFiles files;
    std::map<std::string, std::string> before;
};

TEST_F(Tuner, SetsWhatAQuietHostHasAndPutsItBackByteByByte) {
    {
        const auto tuned = TunedHost::tune(options, files);
        ASSERT_TRUE(tuned) << tuned.error();
        EXPECT_EQ(root.read(processors + "cpu3/cpufreq/scaling_governor"), "performance");
        EXPECT_EQ(root.read(processors + "cpu3/cpufreq/scaling_min_freq"), "3000000");
        EXPECT_EQ(root.read(processors + "intel_pstate/no_turbo"), "1");
        EXPECT_EQ(root.read(pages), "madvise");
        EXPECT_EQ(root.read("sys/kernel/mm/ksm/run"), "0");
        EXPECT_EQ(root.read("proc/irq/24/smp_affinity_list"), "0-1");
        EXPECT_EQ(root.read("proc/irq/25/smp_affinity_list"), "0\n") << "it reaches no CPU that measures";
        EXPECT_EQ(outcome_of(tuned->steps(), "proc/sys/kernel/numa_balancing"), "already");
        EXPECT_EQ(outcome_of(tuned->steps(), processors + "cpufreq/boost"), "absent") << steps_text(tuned->steps());
        const auto held = restore_host(root.path(), files);
        ASSERT_FALSE(held) << "nobody else undoes what is in use";
        EXPECT_THAT(held.error(), testing::HasSubstr("at work"));
    }
    EXPECT_TRUE(restore().is_complete);
    EXPECT_EQ(root.all(), before);
    EXPECT_FALSE(std::filesystem::exists(files.journal));
    const auto again = restore_host(root.path(), files);
    EXPECT_TRUE(again && !*again) << "once is enough";
}

TEST_F(Tuner, KillAtAnyMomentAndEverythingComesBack) {
    int moments = 0;
    {
        files.at_each_moment = [&] { ++moments; };
        ASSERT_TRUE(TunedHost::tune(options, files));
        files.at_each_moment = [] {};
        restore();
    }
    ASSERT_GE(moments, 16) << "before and after each of eight changes";
    for (int last = 1; last <= moments; ++last) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            files.at_each_moment = [&, left = last]() mutable {
                if (--left == 0) ::kill(::getpid(), SIGKILL);
            };
            [[maybe_unused]] const auto never = TunedHost::tune(options, files);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "moment " << last << " did not come";
        EXPECT_TRUE(restore().is_complete);
        EXPECT_EQ(root.all(), before) << "killed at moment " << last;
    }
}

TEST_F(Tuner, AKillBeforeItIsSeenWhatTheKernelMadeOfAValueLeavesNothingBehind) {
    const auto file = processors + "cpu2/cpufreq/scaling_min_freq";
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        files.at_each_moment = [&] {
            if (root.read(file) != "3000000") return;
            root.write(file, "2400000\n");  // as a kernel that goes no higher
            ::kill(::getpid(), SIGKILL);
        };
        [[maybe_unused]] const auto never = TunedHost::tune(options, files);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(root.read(file), "2400000\n");
    EXPECT_TRUE(restore().is_complete);
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, AKillWhilePuttingBackIsMendedByTheNextOne) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    for (int last = 1; last <= 3; ++last) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            files.at_each_moment = [&, left = last]() mutable {
                if (--left == 0) ::kill(::getpid(), SIGKILL);
            };
            [[maybe_unused]] const auto never = restore_host(root.path(), files);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
    }
    EXPECT_TRUE(restore().is_complete);
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, AValueThatSomebodyElseChangedMeanwhileIsLeftAndSaid) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    root.write("sys/kernel/mm/ksm/run", "2\n");
    root.write(processors + "cpu2/cpufreq/scaling_governor", "powersave\n");
    const auto restored = restore();
    EXPECT_EQ(outcome_of(restored.steps, "sys/kernel/mm/ksm/run"), "left");
    EXPECT_THAT(steps_text(restored.steps),
                testing::HasSubstr("left      /sys/kernel/mm/ksm/run 2: changed by somebody else meanwhile; before the "
                                   "tuning it was 1\n"));
    EXPECT_EQ(outcome_of(restored.steps, processors + "cpu2/cpufreq/scaling_governor"), "restored");
    before["sys/kernel/mm/ksm/run"] = "2\n";
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, TheWordInBracketsIsWhatIsPutBack) {
    EXPECT_EQ(value_of(pages, "[always] madvise never\n"), "always");
    root.write(pages, "[always] madvise never\n");
    ASSERT_TRUE(TunedHost::tune(options, files));
    root.write(pages, "always [madvise] never\n");  // as the kernel shows what was set
    EXPECT_EQ(outcome_of(restore().steps, pages), "restored");
    EXPECT_EQ(root.read(pages), "always") << "the kernel takes the word, not the list";
}

TEST_F(Tuner, AfterARestartOfTheHostThereIsNothingToPutBack) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    root.write("proc/sys/kernel/random/boot_id", "second\n");
    root.write("sys/kernel/mm/ksm/run", "0\n");
    const auto restored = restore();
    EXPECT_EQ(restored.note, "the host was restarted since: nothing to put back");
    EXPECT_EQ(root.read("sys/kernel/mm/ksm/run"), "0\n");
    EXPECT_FALSE(std::filesystem::exists(files.journal));
}

TEST_F(Tuner, WithoutAJournalOnTheDiskNothingIsChanged) {
    files.journal = keep.path() / "absent" / "journal";
    ASSERT_FALSE(TunedHost::tune(options, files));
    EXPECT_EQ(root.all(), before);
    files.journal = keep.path() / "journal";
    std::ofstream(files.journal) << "{}\n";
    ASSERT_FALSE(TunedHost::tune(options, files)) << "an older one has to be put back first";
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, AJournalThatSomebodyRemovedMeanwhileIsWrittenAnew) {
    auto tuned = TunedHost::tune(options, files);
    ASSERT_TRUE(tuned);
    std::filesystem::remove(files.journal);
    ASSERT_TRUE(std::move(*tuned).let_go());
    EXPECT_TRUE(restore().is_complete);
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, AFullDiskStopsBeforeTheChangeAndUndoesWhatCameBefore) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        // As a full disk does it: the third line of the journal cannot be written.
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{300, 300};
        ::setrlimit(RLIMIT_FSIZE, &small);
        const auto tuned = TunedHost::tune(options, files);
        ::_exit(!tuned && tuned.error().find("everything was put back") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, AJournalIsBelievedOnlyWhereNobodyElseCouldHaveWrittenIt) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    ASSERT_EQ(::chmod(files.journal.c_str(), 0666), 0);
    const auto refused = restore_host(root.path(), files);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), testing::HasSubstr("others could have written it"));
    ASSERT_EQ(::chmod(files.journal.c_str(), 0600), 0);
    EXPECT_TRUE(restore().is_complete);
}

TEST_F(Tuner, AJournalLeadsNowhereButToWhatTuningSets) {
    for (const char* path : {"etc/passwd", "../etc/passwd", "proc/sys/kernel/core_pattern", "/etc/passwd",
                             "sys/devices/system/cpu/../../../../etc/passwd"})
        EXPECT_FALSE(is_knob(path)) << path;
    root.write("etc/passwd", "root\n");
    {
        auto journal = TuneJournal::create(files.journal, "first");
        ASSERT_TRUE(journal);
        ASSERT_TRUE(journal->add({.path = "etc/passwd", .old = "evil\n", .set = "root\n"}));
    }
    restore();
    EXPECT_EQ(root.read("etc/passwd"), "root\n");
}

TEST_F(Tuner, WhilePuttingBackNobodyElseDoesAndNobodyTunes) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    int refused = 0;
    files.at_each_moment = [&] {
        const auto second = restore_host(root.path(), {.journal = files.journal});
        refused += !second && second.error().find("at work") != std::string::npos;
        EXPECT_FALSE(TunedHost::tune(options, {.journal = files.journal}));
    };
    EXPECT_TRUE(restore().is_complete);
    EXPECT_GT(refused, 0) << "the second would remove the journal of whoever tunes next";
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, TwoThatBeginAtATimeAndOneThatPutsBackLeaveNoTunedHostWithoutAJournal) {
    // Every one of them is killed as soon as it has tuned; whoever comes last puts back.
    for (int round = 0; round < 30; ++round) {
        std::vector<pid_t> children;
        for (int i = 0; i < 4; ++i) {
            const pid_t child = ::fork();
            ASSERT_GE(child, 0);
            if (child == 0) {
                for (int turn = 0; turn < 20; ++turn) {
                    if (i >= 2) [[maybe_unused]]
                        const auto back = restore_host(root.path(), files);
                    else if (const auto tuned = TunedHost::tune(options, files))
                        ::kill(::getpid(), SIGKILL);
                }
                ::_exit(0);
            }
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = 0;
            ::waitpid(child, &status, 0);
        }
        const auto left = restore_host(root.path(), files);
        ASSERT_TRUE(left) << left.error();
        ASSERT_EQ(root.all(), before) << "round " << round;
    }
}

TEST_F(Tuner, AJournalBehindALinkOrInAFolderOfThatNameIsNotRead) {
    root.write("etc/journal", "{\"benchgate_tune\":1,\"boot\":\"first\"}\n");
    std::filesystem::create_symlink(root.path() / "etc/journal", files.journal);
    EXPECT_FALSE(restore_host(root.path(), files));
    EXPECT_FALSE(TunedHost::tune(options, files));
    std::filesystem::remove(files.journal);
    std::filesystem::create_directory(files.journal);
    EXPECT_FALSE(restore_host(root.path(), files));
    EXPECT_FALSE(TunedHost::tune(options, files));
    before["etc/journal"] = root.read("etc/journal");
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, ACpuThatWentAwayMeanwhileStopsNothing) {
    ASSERT_TRUE(TunedHost::tune(options, files));
    std::filesystem::remove_all(root.path() / processors / "cpu3");
    const auto restored = restore();
    EXPECT_TRUE(restored.is_complete);
    EXPECT_EQ(outcome_of(restored.steps, processors + "cpu3/cpufreq/scaling_governor"), "absent");
    std::erase_if(before, [](const auto& file) { return file.first.find("cpu3/") != std::string::npos; });
    EXPECT_EQ(root.all(), before);
}

TEST_F(Tuner, HalfALineAtTheEndOfAJournalWasNotFollowedByAChange) {
    {
        auto journal = TuneJournal::create(files.journal, "first");
        ASSERT_TRUE(journal);
        ASSERT_TRUE(journal->add({.path = "sys/kernel/mm/ksm/run", .old = "1\n", .set = "0"}));
    }
    std::ofstream(files.journal, std::ios::app) << R"({"path":"proc/sys/kernel/nmi_wat)";
    root.write("sys/kernel/mm/ksm/run", "0");
    EXPECT_TRUE(restore().is_complete);
    EXPECT_EQ(root.all(), before);
}

}  // namespace
}  // namespace benchgate::host
