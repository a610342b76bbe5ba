#include "runners/measure/command_line.h"

#include <gtest/gtest.h>

namespace benchgate::measure {
namespace {

TEST(CommandLine, ReplacesPlaceholdersByQuotedWords) {
    EXPECT_EQ(expand("b --f={filter} --o={output} ${HOME} {other}", {"^(a|b c)$", "out.json"}),
              "b --f='^(a|b c)$' --o='out.json' ${HOME} {other}");
}

TEST(CommandLine, ABenchmarkNamedLikeAShellCommandIsOnlyAName) {
    EXPECT_EQ(expand("{filter}", {"'; rm -rf / #", ""}), "''\\''; rm -rf / #'");
    EXPECT_EQ(expand("{filter}", {"{output}", "x"}), "'{output}'");
}

TEST(CommandLine, RepeatsAndTheSeedOfTheOrderAreNumbers) {
    EXPECT_EQ(expand("b --repetitions={repeats} --shuffle={seed}", {"", "", "12", "77"}),
              "b --repetitions='12' --shuffle='77'");
    EXPECT_TRUE(is_placeholder("{seed}"));
    EXPECT_FALSE(is_placeholder("x{seed}"));
}

TEST(CommandLine, KnowsWhetherAToolCanBeFiltered) {
    EXPECT_TRUE(has_placeholder("b {filter}", "filter"));
    EXPECT_FALSE(has_placeholder("b {output}", "filter"));
}

}  // namespace
}  // namespace benchgate::measure
