#include "runners/sandbox/memory_watch.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/files.h"
#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {
namespace {

namespace fs = std::filesystem;

struct FakeProc {
    platform::TempDir dir{"benchgate-proc"};
    void put(const std::string& path, const std::string& text) const {
        fs::create_directories((dir.path() / path).parent_path());
        std::ofstream(dir.path() / path) << text;
    }
};

TEST(MemoryWatch, ATreeIsAProcessWithAllItsDescendants) {
    const FakeProc proc;
    proc.put("10/task/10/children", "11 12 ");
    proc.put("10/task/19/children", "13 ");
    proc.put("11/task/11/children", "");
    proc.put("12/task/12/children", "14 ");
    auto tree = tree_of(10, proc.dir.path());
    EXPECT_EQ(tree.front(), 10);
    std::sort(tree.begin(), tree.end());
    EXPECT_EQ(tree, (std::vector<pid_t>{10, 11, 12, 13, 14}));
    EXPECT_EQ(tree_of(77, proc.dir.path()), std::vector<pid_t>{77}) << "it ended";
}

TEST(MemoryWatch, SharesOfSharedPagesAreAddedAndWhoEndedIsLeftOut) {
    const FakeProc proc;
    proc.put("10/smaps_rollup", "5500-7fff ---p 00000000 00:00 0 [rollup]\nRss:    9000 kB\nPss:    1000 kB\n");
    proc.put("11/smaps_rollup", "5500-7fff ---p 00000000 00:00 0 [rollup]\nRss:    9000 kB\nPss:      24 kB\n");
    EXPECT_EQ(proportional_bytes({10, 11, 12}, proc.dir.path()), 1024.0 * 1024);
    EXPECT_FALSE(proportional_bytes({12}, proc.dir.path()));
    EXPECT_GT(proportional_bytes({::getpid()}, "/proc").value_or(0), 100'000);
}

TEST(MemoryWatch, ALongRunKeepsABoundedNumberOfLooksEvenlySpread) {
    std::atomic<int> looks = 0;
    MemoryWatch watch([&] { return std::optional<double>(++looks); }, std::chrono::milliseconds(1));
    while (looks < 700) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto samples = watch.stop();
    ASSERT_LE(samples.size(), most_memory_samples);
    ASSERT_GE(samples.size(), most_memory_samples / 2);
    for (std::size_t i = 1; i < samples.size(); ++i) EXPECT_GT(samples[i].seconds, samples[i - 1].seconds);
}

TEST(MemoryWatch, ARunIsLookedAtFromItsBeginningToItsEnd) {
    const platform::TempDir directory{"benchgate-watch"};
    DirectSandbox box;
    Command command;
    command.shell_line = "sleep 0.5";
    command.job_directory = directory.path();
    command.memory_every = std::chrono::milliseconds(20);
    const auto result = box.run(command);
    ASSERT_TRUE(result);
    ASSERT_GE(result->memory.size(), 5u);
    EXPECT_LT(result->memory.front().seconds, 0.3);
    for (const auto& sample : result->memory) EXPECT_GT(sample.bytes, 0);
    EXPECT_TRUE(result->figures.empty());
}

}
}
