#include "platform/files.h"

#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace benchgate::platform {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Files, ReadsAreBounded) {
    const TempDir dir;
    put(dir.path() / "ten", "0123456789");
    EXPECT_EQ(read_file(dir.path() / "ten", 10).value(), "0123456789");
    EXPECT_EQ(read_file(dir.path() / "ten", 9).error().kind, FileErrorKind::too_large);
    EXPECT_EQ(read_file(dir.path() / "none", 9).error().kind, FileErrorKind::not_found);
    EXPECT_EQ(read_file("/dev/zero", 1000).error().kind, FileErrorKind::too_large);
}

TEST(Files, NothingOutsideTheDirectoryCanBeRead) {
    const TempDir outer;
    const fs::path dir = outer.path() / "job";
    put(outer.path() / "secret", "s");
    put(dir / "sub/file", "inside");
    fs::create_symlink("../secret", dir / "up");
    fs::create_symlink(outer.path() / "secret", dir / "absolute");
    fs::create_symlink("..", dir / "parent");
    fs::create_symlink("sub", dir / "within");
    fs::create_symlink("sub/file", dir / "last");
    ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);

    EXPECT_EQ(read_below(dir, "sub/file", 100).value(), "inside");
    EXPECT_EQ(read_below(dir, "within/file", 100).value(), "inside");
    EXPECT_EQ(read_below(dir, "sub/file", 5).error().kind, FileErrorKind::too_large);
    for (const fs::path& path : {fs::path("../secret"), outer.path() / "secret", fs::path("up"), fs::path("absolute"),
                                 fs::path("parent/secret"), fs::path("last"), fs::path("sub/../../secret")})
        EXPECT_EQ(read_below(dir, path, 100).error().kind, FileErrorKind::outside) << path;
    EXPECT_EQ(read_below(dir, "pipe", 100).error().kind, FileErrorKind::not_a_regular_file);
    EXPECT_EQ(read_below(dir, "sub", 100).error().kind, FileErrorKind::not_a_regular_file);
    EXPECT_EQ(read_below(dir, "none", 100).error().kind, FileErrorKind::not_found);
}

TEST(Files, PatternsCrossDirectoriesOnlyWithTwoStars) {
    const TempDir dir;
    put(dir.path() / "b/x.so", "12");
    put(dir.path() / "b/deep/y.so", "123");
    fs::create_symlink("/usr", dir.path() / "b/link");
    const auto found = find_below(dir.path(), "b/**/*.so", 10).value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].path, "b/deep/y.so");
    EXPECT_EQ(found[0].bytes, 3u);
    EXPECT_EQ(find_below(dir.path(), "b/**/*.so", 1).error().kind, FileErrorKind::too_large);
}

TEST(Files, AnAtomicWriteReplacesWholeAndLeavesNothingBeside) {
    const TempDir dir;
    const fs::path file = dir.path() / "state.json";
    ASSERT_TRUE(write_file_atomically(file, "one", 0600));
    ASSERT_TRUE(write_file_atomically(file, "two", 0600));
    EXPECT_EQ(read_file(file, 100).value(), "two");
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);
    EXPECT_FALSE(write_file_atomically(dir.path() / "no/such/dir", "x"));
}

TEST(Files, HostileTreesAreMeasuredAndRemoved) {
    fs::path gone;
    {
        const TempDir dir;
        gone = dir.path();
        put(dir.path() / "big", std::string(1 << 20, 'x'));
        put(dir.path() / "locked/file", "x");
        ASSERT_EQ(::chmod((dir.path() / "locked").c_str(), 0), 0);
        fs::create_symlink("/", dir.path() / "root");
        const auto size = tree_size(dir.path(), 1000).value();
        EXPECT_GE(size.bytes, 1u << 20);
        EXPECT_LT(size.bytes, 2u << 20);
        EXPECT_FALSE(size.cut);
        EXPECT_TRUE(tree_size(dir.path(), 2).value().cut);

        // Deeper than a path can be long.
        int at = ::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int i = 0; i < 1500; ++i) {
            ASSERT_EQ(::mkdirat(at, "deeper", 0755), 0);
            const int next = ::openat(at, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            ::close(at);
            at = next;
        }
        ::close(at);
        EXPECT_TRUE(tree_size(dir.path(), 10'000).value().cut);
    }
    EXPECT_FALSE(fs::exists(gone));
    EXPECT_TRUE(fs::exists("/usr"));
}

TEST(Files, ATreeOfAHundredThousandLevelsIsRemoved) {
    if (::access("/dev/shm", W_OK) != 0) GTEST_SKIP() << "no file system in memory";
    fs::path gone;
    {
        const TempDir dir("benchgate-deep", "/dev/shm");
        gone = dir.path();
        int at = ::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int i = 0; i < 140'000 && at >= 0; ++i) {
            ::mkdirat(at, "d", 0755);
            const int next = ::openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            ::close(at);
            at = next;
        }
        ASSERT_GE(at, 0);
        ::close(at);
    }
    EXPECT_FALSE(fs::exists(gone)) << "what stays would fill the disk, job by job";
}

}
}
