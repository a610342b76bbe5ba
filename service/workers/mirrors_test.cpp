// Which commits a command may name. A mirror holds the heads of forks' pull requests, as GitHub's own store does.
#include "service/workers/mirrors.h"

#include <gtest/gtest.h>

#include "platform/files.h"
#include "platform/process.h"
#include "service/github/scripted_github_for_tests.h"

namespace benchgate::workers {
namespace {

class GivesTokens : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest&, std::stop_token) override {
        return platform::HttpResponse{201, {}, R"({"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"})"};
    }
};

class MirrorsTest : public testing::Test {
  protected:
    /// main: one, two, three; v1 on two; a stranger's commit on top of main that only its pull request holds, and a
    /// group of the merge queue with another one.
    void SetUp() override {
        tokens.set_app(github::test_app());
        std::filesystem::create_directories(work);
        sh("git init -qb main; git commit -qm one --allow-empty; git commit -qm two --allow-empty;"
           "git tag -am 'version 1' v1; git commit -qm 'three\n\nmore words' --allow-empty; git branch side main~1;"
           "git checkout -q --detach; git commit -qm stranger --allow-empty; git update-ref refs/pull/7/head HEAD;"
           "git checkout -q --detach main; git commit -qm queued --allow-empty;"
           "git branch gh-readonly-queue/main/pr-7; git checkout -q main");
        one = sh("git rev-parse main~2");
        two = sh("git rev-parse main~1");
        three = sh("git rev-parse main");
        stranger = sh("git rev-parse refs/pull/7/head");
        // As any event of the pull request does.
        mirrors.inspect({repository, three, stranger, {"refs/heads/main", "refs/pull/7/head"}, true}, {});
    }
    std::string sh(const std::string& line) {
        platform::SpawnOptions options;
        options.argv = {"/bin/sh", "-ec", line};
        options.directory = work;
        options.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",
                                                       "HOME=/nonexistent",
                                                       "GIT_CONFIG_NOSYSTEM=1",
                                                       "GIT_AUTHOR_NAME=Ann",
                                                       "GIT_AUTHOR_EMAIL=ann@example.org",
                                                       "GIT_COMMITTER_NAME=Ann",
                                                       "GIT_COMMITTER_EMAIL=ann@example.org"};
        const auto outcome = platform::run(options).value();
        EXPECT_TRUE(outcome.ok()) << line << "\n" << outcome.err.text();
        std::string text = outcome.out.text();
        while (text.ends_with('\n')) text.pop_back();
        return text;
    }
    /// "SHA from REF", or "none".
    std::string own(const std::string& name) {
        const auto found = mirrors.resolve(repository, name, {});
        return found ? found->sha + " from " + found->ref : "none";
    }

    platform::TempDir folder;
    std::filesystem::path work = folder.path() / "octo/engine.git";
    GivesTokens client;
    github::Api api{{}, client, github::real_timing()};
    github::Tokens tokens{api};
    github::Repository repository{100, 77, "octo", "engine"};
    Mirrors mirrors{{folder.path() / "mirrors", folder.path().string()}, tokens};
    std::string one, two, three, stranger;
};

TEST_F(MirrorsTest, BranchesTagsAndTheirCommitsAreOnesOwn) {
    EXPECT_EQ(own("main"), three + " from main");
    EXPECT_EQ(own("v1"), two + " from refs/tags/v1");
    EXPECT_EQ(own(one), one + " from refs/heads/main");
    EXPECT_EQ(own(three.substr(0, 10)), three + " from refs/heads/main");
    sh("git branch later main; git branch -f main main~1 2>/dev/null || git update-ref refs/heads/main main~1");
    EXPECT_EQ(own("main"), two + " from main") << "as it is now";
    EXPECT_EQ(own(three), three + " from refs/heads/later");
    sh("git branch -qD later");
    EXPECT_EQ(own(three), "none") << "no branch holds it any more";
    EXPECT_EQ(own("later"), "none");
}

TEST_F(MirrorsTest, AForksCommitIsNotByWhateverNameItIsCalled) {
    EXPECT_EQ(own(stranger), "none");
    EXPECT_EQ(own(stranger.substr(0, 12)), "none");
    EXPECT_EQ(own("pull/7/head"), "none");
    EXPECT_EQ(own("refs/pull/7/head"), "none");
    // Git reads a name of this form as the commit behind the g.
    EXPECT_EQ(own("main-1-g" + stranger), "none");
    EXPECT_EQ(own("v1-1-g" + stranger.substr(0, 12)), "none");
    EXPECT_EQ(own("HEAD"), "none");
    EXPECT_EQ(own("gh-readonly-queue/main/pr-7"), "none") << "GitHub's, and not merged";
    EXPECT_EQ(own(sh("git rev-parse gh-readonly-queue/main/pr-7")), "none");
    EXPECT_EQ(own(std::string(40, 'a')), "none");
    EXPECT_EQ(own(""), "none");
    sh("git update-ref refs/heads/main " + stranger);
    EXPECT_EQ(own(stranger), stranger + " from refs/heads/main") << "it was merged";
}

TEST_F(MirrorsTest, ARangeLiesAlongFirstParents) {
    auto range = mirrors.range(repository, one, "main", 10, {});
    ASSERT_TRUE(range.good && range.bad);
    EXPECT_EQ(range.bad->ref, "main");
    EXPECT_EQ(range.commits, (std::vector<std::string>{two, three}));
    EXPECT_EQ(mirrors.range(repository, one, "main", 1, {}).commits.size(), 1u) << "no more than asked for";
    EXPECT_TRUE(mirrors.range(repository, "main", one, 10, {}).commits.empty()) << "the wrong way round";
    range = mirrors.range(repository, "main", stranger, 10, {});
    EXPECT_TRUE(range.good && !range.bad && range.commits.empty());
    const auto info = mirrors.describe(repository, three, {});
    ASSERT_TRUE(info);
    EXPECT_EQ(info->subject, "three");
    EXPECT_EQ(info->author_name, "Ann");
    EXPECT_FALSE(mirrors.describe(repository, std::string(40, 'a'), {}));
}

TEST_F(MirrorsTest, ALineEndsWithTheBranchAsItIsNow) {
    EXPECT_EQ(mirrors.line(repository, "main", three, 10, {}), (std::vector<std::string>{one, two, three}));
    EXPECT_EQ(mirrors.line(repository, "main", three, 2, {}), (std::vector<std::string>{two, three}));
    sh("git commit -qm four --allow-empty");
    const auto four = sh("git rev-parse main");
    EXPECT_EQ(mirrors.line(repository, "main", four, 2, {}), (std::vector<std::string>{three, four}));
    sh("git reset -q --hard main~2; git commit -qm other --allow-empty");
    const auto other = sh("git rev-parse main");
    EXPECT_EQ(mirrors.line(repository, "main", other, 10, {}), (std::vector<std::string>{one, two, other}));
    EXPECT_TRUE(mirrors.line(repository, "gone", other, 10, {}).empty());
}

TEST_F(MirrorsTest, TagsAreAsTheyAreNow) {
    mirrors.line(repository, "main", three, 10, {});
    sh("git tag -a v1.4.0 -m release main; git tag v1.3.0 " + one);
    using Tags = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(mirrors.tags_of(repository, {}), (Tags{{"v1", two}, {"v1.3.0", one}, {"v1.4.0", three}}));
    sh("git tag -d v1.3.0");
    EXPECT_EQ(mirrors.tags_of(repository, {}), (Tags{{"v1", two}, {"v1.4.0", three}}));
}

}  // namespace
}  // namespace benchgate::workers
