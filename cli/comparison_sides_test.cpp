#include "cli/comparison_sides.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::cli {
namespace {

TEST(ComparisonSides, ARepositoryIsNamedAfterItsFolderFromWhereverItIsFound) {
    const platform::TempDir directory("benchgate-sides-");
    platform::SpawnOptions init;
    init.argv = {"/usr/bin/git", "init", "-q", (directory.path() / "parser").string()};
    ASSERT_TRUE(platform::run(init).value().ok());
    std::filesystem::create_directory(directory.path() / "parser" / "deep");
    for (const auto* start : {"parser", "parser/", "parser/deep"}) {
        const auto repository = platform::LocalRepository::discover(directory.path() / start);
        ASSERT_TRUE(repository) << start;
        EXPECT_EQ(name_of(*repository), "parser") << start;
    }
}

}  // namespace
}  // namespace benchgate::cli
