#include "cli/compare_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::cli {
namespace {

TEST(CompareCommand, ACommitThatChangesNothingThatRunsIsBuiltAndNotMeasured) {
    const platform::TempDir directory("benchgate-compare-test-");
    platform::SpawnOptions setup;
    setup.argv = {"/bin/sh", "-ec",
                  "git init -q parser && cd parser && echo 1 > tool && git add . && git commit -qm one && "
                  "echo words > README && git add . && git commit -qm two"};
    setup.directory = directory.path();
    setup.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",     "HOME=/nonexistent",
                                                 "GIT_AUTHOR_NAME=Ann",    "GIT_AUTHOR_EMAIL=ann@example.org",
                                                 "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org"};
    const auto prepared = platform::run(setup).value();
    ASSERT_TRUE(prepared.ok()) << prepared.err.text();
    const auto config = directory.path() / "config.yml";
    ASSERT_TRUE(platform::write_file_atomically(
        config, "suites:\n  micro: { build: cp tool built, run: exit 1, format: json, artifacts: [built] }\n"));

    CompareOptions options;
    options.repository = directory.path() / "parser";
    options.config = config.string();
    options.range = "HEAD~1..HEAD";
    options.no_sandbox = true;
    std::ostringstream out, err;
    EXPECT_EQ(run_compare(options, out, err, {}), 0) << err.str();
    EXPECT_NE(out.str().find("micro: nothing measured: both commits build the same artifacts\n"), std::string::npos)
        << out.str();
    EXPECT_EQ(out.str().find("0 trials"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace benchgate::cli
