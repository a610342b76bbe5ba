#include "platform/folder_lock.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace benchgate::platform {
namespace {

TEST(FolderLock, AFolderHasOneProcessAtATimeAndTheOtherIsToldWhich) {
    const TempDir folder;
    {
        const auto first = FolderLock::take(folder.path());
        ASSERT_TRUE(first);
        const auto second = FolderLock::take(folder.path());
        ASSERT_FALSE(second);
        EXPECT_TRUE(second.error().held);
        EXPECT_EQ(second.error().message,
                  "process " + std::to_string(::getpid()) + " works in '" + folder.path().string() + "'");
    }
    EXPECT_TRUE(FolderLock::take(folder.path()));
    const auto absent = FolderLock::take(folder.path() / "absent");
    ASSERT_FALSE(absent);
    EXPECT_FALSE(absent.error().held);
}

TEST(FolderLock, AKilledProcessLeavesNothingLocked) {
    const TempDir folder;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto held = FolderLock::take(folder.path());
        [[maybe_unused]] const auto count = ::write(ready[1], held ? "y" : "n", 1);
        ::pause();
    }
    char answer = 0;
    ASSERT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    const auto refused = FolderLock::take(folder.path());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find(std::to_string(child)), std::string::npos) << refused.error().message;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(FolderLock::take(folder.path()));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(FolderLock, APrivateFolderIsNobodyElsesBusiness) {
    const TempDir folder;
    const auto inner = folder.path() / "a" / "b";
    ASSERT_TRUE(make_private_folder(inner));
    struct stat status {};
    ASSERT_EQ(::stat(inner.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    ASSERT_EQ(::chmod(inner.c_str(), 0755), 0);
    EXPECT_TRUE(make_private_folder(inner)) << "one of an earlier version";
    ASSERT_EQ(::stat(inner.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

}
}
