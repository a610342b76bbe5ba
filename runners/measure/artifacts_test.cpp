#include "runners/measure/artifacts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {

namespace fs = std::filesystem;

class Artifacts : public testing::Test {
  protected:
    void put(const std::string& path, const std::string& text) {
        fs::create_directories((tree.path() / path).parent_path());
        std::ofstream(tree.path() / path) << text;
    }
    std::string error(const std::vector<std::string>& globs, const ArtifactLimits& limits = {},
                      std::stop_token stop = {}) {
        const auto hashes = hash_artifacts(tree.path(), globs, stop, limits);
        return hashes ? "none" : hashes.error();
    }
    platform::TempDir tree{"benchgate-artifacts"};
};

TEST_F(Artifacts, EveryFileThatAGlobMatchesIsHashedOnce) {
    put("out/a", std::string(1 << 20, 'a'));
    put("out/b", "");
    put("other", "x");
    const auto hashes = hash_artifacts(tree.path(), {"out/*", "out/a"});
    ASSERT_TRUE(hashes) << hashes.error();
    EXPECT_EQ(*hashes, (model::ArtifactHashes{{"out/a", platform::sha256_hex(std::string(1 << 20, 'a'))},
                                              {"out/b", platform::sha256_hex("")}}));
    EXPECT_EQ(error({"out/*", "typo/*"}), "artifacts: no file matches 'typo/*' after the build");
}

TEST_F(Artifacts, TheirSizeIsThatOfAllFilesTogether) {
    put("one", "12345");
    put("two", "123");
    const auto hashes = hash_artifacts(tree.path(), {"*"});
    ASSERT_TRUE(hashes);
    EXPECT_EQ(artifact_bytes(tree.path(), *hashes), 8u);
    fs::remove(tree.path() / "two");
    EXPECT_FALSE(artifact_bytes(tree.path(), *hashes)) << "rather none than a wrong one";
}

TEST_F(Artifacts, LinksAndPipesAreNoArtifacts) {
    fs::create_directories(tree.path() / "out");
    fs::create_symlink("/etc/passwd", tree.path() / "out/link");
    fs::create_directory_symlink("/etc", tree.path() / "etc");
    ASSERT_EQ(::mkfifo((tree.path() / "out/pipe").c_str(), 0600), 0);
    EXPECT_EQ(error({"out/*"}), "artifacts: no file matches 'out/*' after the build");
    EXPECT_EQ(error({"etc/*"}), "artifacts: no file matches 'etc/*' after the build");
}

TEST_F(Artifacts, FilesFullOfHolesDoNotHoldTheRunner) {
    put("one", "");
    fs::resize_file(tree.path() / "one", std::uintmax_t{1} << 40);
    EXPECT_EQ(error({"one"}, {.file_bytes = 1000}), "artifacts: 'one' has more than 1000 bytes");
    EXPECT_EQ(error({"one"}, {.bytes = 1000}), "artifacts: all together have more than 1000 bytes");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(error({"one"}, {.bytes = UINT64_MAX, .file_bytes = UINT64_MAX}, stop.get_token()),
              "artifacts: cancelled");
}

}  // namespace
}  // namespace benchgate::measure
