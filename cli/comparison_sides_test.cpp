#include "cli/comparison_sides.h"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::cli {
namespace {

/// A repository with one commit on main and one more on a branch that is checked out.
struct BranchedRepository {
    platform::TempDir directory{"sides-"};
    std::string git(const std::string& arguments) {
        platform::SpawnOptions spawn;
        spawn.argv = {"/bin/sh", "-c", "git -c user.name=a -c user.email=a@example.org " + arguments};
        spawn.directory = directory.path();
        const auto done = platform::run(spawn);
        EXPECT_TRUE(done && done->ok()) << arguments;
        return done ? done->out.text().substr(0, 40) : "";
    }
    BranchedRepository() {
        git("init -qb main && git config user.name a && git config user.email a@example.org");
        git("commit -q --allow-empty -m one && git checkout -qb topic && git commit -q --allow-empty -m two");
        std::ofstream(directory.path() / "new") << "uncommitted";
    }
    platform::LocalRepository open() { return platform::LocalRepository::discover(directory.path()).value(); }
};

TEST(ComparisonSides, WithoutARangeTheWorkingTreeIsComparedWithWhereTheBranchLeftMain) {
    BranchedRepository repository;
    const auto sides = read_range(repository.open(), "");
    ASSERT_TRUE(sides) << sides.error();
    EXPECT_EQ(sides->base_sha, repository.git("rev-parse main"));
    EXPECT_EQ(sides->head_sha, worktree);
    const auto copies = copy_sides(repository.open(), *sides, repository.directory.path() / ".git" / "copies");
    ASSERT_TRUE(copies) << copies.error();
    EXPECT_TRUE(std::filesystem::exists(copies->head / "new"));
    EXPECT_FALSE(std::filesystem::exists(copies->base / "new"));
}

TEST(ComparisonSides, TwoDotsAreTheCommitsNamedAndThreeTheirMergeBase) {
    BranchedRepository repository;
    const auto two = read_range(repository.open(), "topic..main");
    ASSERT_TRUE(two) << two.error();
    EXPECT_EQ(two->base_sha, repository.git("rev-parse topic"));
    EXPECT_EQ(two->base_name, "") << "a report must not call it a merge-base";
    const auto three = read_range(repository.open(), "topic...main");
    ASSERT_TRUE(three) << three.error();
    EXPECT_EQ(three->base_sha, repository.git("rev-parse main"));
    EXPECT_EQ(three->base_name, "topic");
}

TEST(ComparisonSides, ComparingACommitWithItselfIsSaidAloud) {
    BranchedRepository repository;
    const auto is_said = [&](const std::string& range) {
        const auto sides = read_range(repository.open(), range);
        return sides && sides->note.find("nothing differs") != std::string::npos;
    };
    EXPECT_TRUE(is_said("topic..HEAD"));
    EXPECT_FALSE(is_said("main..topic"));
    EXPECT_FALSE(is_said("HEAD..WORKTREE")) << "there is a new file";
    repository.git("add new && git commit -qm three");
    EXPECT_TRUE(is_said("HEAD..WORKTREE"));
    EXPECT_FALSE(is_said(""));
    repository.git("checkout -q main");
    EXPECT_TRUE(is_said("")) << "on main, with nothing to compare";
}

TEST(ComparisonSides, AWrongRangeSaysWhatToWrite) {
    BranchedRepository repository;
    EXPECT_NE(read_range(repository.open(), "main").error().find("BASE..HEAD"), std::string::npos);
    EXPECT_NE(read_range(repository.open(), "topic").error().find("for example topic..HEAD"), std::string::npos);
    EXPECT_EQ(read_range(repository.open(), "WORKTREE..main").error(),
              "WORKTREE can only be the head: benchgate compare main..WORKTREE");
    EXPECT_EQ(read_range(repository.open(), "nowhere..main").error(), "'nowhere' is no commit of this repository");
    for (const char* half : {"main..", "main...", "..main", "...main", ".."})
        EXPECT_EQ(read_range(repository.open(), half).error(),
                  std::string("'") + half +
                      "' is no range; write BASE..HEAD, BASE...HEAD or BASE..WORKTREE, for example main..HEAD");
}

TEST(ComparisonSides, ABranchWithoutACommitHasNoMergeBase) {
    BranchedRepository repository;
    repository.git("checkout -q --orphan fresh");
    const auto sides = read_range(repository.open(), "main...WORKTREE");
    ASSERT_FALSE(sides);
    EXPECT_NE(sides.error().find("'HEAD' is no commit"), std::string::npos) << sides.error();
    EXPECT_FALSE(read_range(repository.open(), ""));
}

}  // namespace
}  // namespace benchgate::cli
