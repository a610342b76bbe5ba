#include "cli/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/files.h"

namespace benchgate::cli {
namespace {

namespace fs = std::filesystem;

class Output : public testing::Test {
  protected:
    tl::expected<void, std::string> write(const fs::path& path, std::string_view text) {
        return write_output(path.string(), text, out);
    }
    std::string content(const fs::path& path) const { return platform::read_file(path, 100).value_or("unreadable"); }

    platform::TempDir directory{"benchgate-output-test"};
    std::ostringstream out;
};

TEST_F(Output, GoesToAFileOrToStandardOutput) {
    ASSERT_TRUE(write(directory.path() / "file", "one"));
    ASSERT_TRUE(write(directory.path() / "file", "two"));
    EXPECT_EQ(content(directory.path() / "file"), "two");
    ASSERT_TRUE(write("-", "three"));
    EXPECT_EQ(out.str(), "three");
    out.setstate(std::ios::badbit);
    EXPECT_FALSE(write("-", "four"));
}

TEST_F(Output, APipeIsWrittenToAndStaysAPipe) {
    const auto pipe = directory.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const platform::Fd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_TRUE(write(pipe, "text"));
    EXPECT_TRUE(fs::is_fifo(pipe));
    char bytes[10];
    EXPECT_EQ(::read(reader.get(), bytes, sizeof bytes), 4);
}

TEST_F(Output, ALinkStaysALinkAndAModeAMode) {
    const auto file = directory.path() / "file", link = directory.path() / "link", early = directory.path() / "early";
    std::ofstream(file) << "old";
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    fs::create_symlink("file", link);
    fs::create_symlink("later", early);
    ASSERT_TRUE(write(link, "new"));
    ASSERT_TRUE(write(early, "new"));
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_TRUE(fs::is_symlink(early));
    EXPECT_EQ(content(file), "new");
    EXPECT_EQ(content(directory.path() / "later"), "new");
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Output, WhatCannotBeWrittenIsKnownBefore) {
    EXPECT_TRUE(check_output(""));
    EXPECT_TRUE(check_output("-"));
    EXPECT_TRUE(check_output("/dev/null"));
    EXPECT_TRUE(check_output("a file in this folder"));
    EXPECT_TRUE(check_output((directory.path() / "new").string()));
    const auto nowhere = (directory.path() / "no/such/file").string();
    EXPECT_EQ(check_output(nowhere).error(), nowhere + ": cannot be written: No such file or directory");
    EXPECT_EQ(check_output(directory.path().string()).error(),
              directory.path().string() + ": cannot be written: it is a folder");
    EXPECT_FALSE(write(nowhere, "x"));
}

}  // namespace
}  // namespace benchgate::cli
