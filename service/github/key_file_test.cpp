#include "service/github/key_file.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "service/github/scripted_github_for_tests.h"

namespace benchgate::github {
namespace {

class KeyFileTest : public testing::Test {
  protected:
    void write(const std::string& text) { ASSERT_TRUE(platform::write_file_atomically(path_, text, 0600)); }

    platform::TempDir folder_;
    const std::filesystem::path path_ = folder_.path() / "key.pem";
    const std::string first_ = make_pem();
    const std::string second_ = make_pem();
};

TEST_F(KeyFileTest, ANewKeyIsNoticed) {
    write(first_);
    KeyFile file(path_);
    EXPECT_TRUE(file.read().value() == first_);
    EXPECT_EQ(file.changed(false).value(), std::nullopt);
    EXPECT_EQ(file.changed(true).value(), std::nullopt);
    write(second_);
    EXPECT_TRUE(file.changed(false).value() == second_);
    EXPECT_EQ(file.changed(false).value(), std::nullopt);
    write(second_);
    EXPECT_EQ(file.changed(false).value(), std::nullopt) << "touched, but the same";
}

TEST_F(KeyFileTest, AChangeThatTheFilesTimeDoesNotShowIsFoundByLookingInside) {
    const auto padded = [&](const std::string& pem) { return pem + std::string(4000 - pem.size(), '\n'); };
    write(padded(first_));
    KeyFile file(path_);
    ASSERT_TRUE(file.read());
    const auto time = std::filesystem::last_write_time(path_);
    std::ofstream(path_) << padded(second_);
    std::filesystem::last_write_time(path_, time);
    EXPECT_EQ(file.changed(false).value(), std::nullopt);
    EXPECT_TRUE(file.changed(true).value() == padded(second_));
}

TEST_F(KeyFileTest, AFileThatIsNoKeyIsSaidOnceAndTheFormerKeyStays) {
    write(first_);
    KeyFile file(path_);
    ASSERT_TRUE(file.read());
    write(first_.substr(0, 100));
    const auto broken = file.changed(false);
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().find("key.pem"), std::string::npos);
    EXPECT_EQ(broken.error().find(first_.substr(40, 40)), std::string::npos) << "no key in an error";
    EXPECT_EQ(file.changed(true).value(), std::nullopt);
    std::filesystem::remove(path_);
    EXPECT_FALSE(file.changed(false)) << "gone is another matter";
    EXPECT_EQ(file.changed(false).value(), std::nullopt);
    write(first_);
    EXPECT_EQ(file.changed(false).value(), std::nullopt) << "back as it was";
    write(second_);
    EXPECT_TRUE(file.changed(false).value() == second_);
}

TEST_F(KeyFileTest, AtTheStartAFileThatIsNoKeyIsAnError) {
    EXPECT_FALSE(KeyFile(path_).read());
    write("no key");
    EXPECT_FALSE(KeyFile(path_).read());
}

}  // namespace
}
