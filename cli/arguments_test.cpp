#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace benchgate::cli {
namespace {

using Words = std::vector<std::string>;

Arguments split(std::vector<const char*> words) {
    words.insert(words.begin(), "benchgate");
    return split_at_dashes(static_cast<int>(words.size()), words.data());
}

TEST(Arguments, TheCommandToMeasureNeedsNoRangeBeforeIt) {
    const auto plain = split({"compare", "--format", "go", "--", "./bench", "--quick", "--", "x"});
    EXPECT_EQ(plain.ours, (Words{"compare", "--format", "go"}));
    EXPECT_EQ(plain.command, (Words{"./bench", "--quick", "--", "x"}));
    EXPECT_TRUE(split({"judge", "all.json"}).command.empty());
    EXPECT_TRUE(split({"compare", "--"}).command.empty());
    EXPECT_TRUE(split({}).ours.empty());
}

TEST(Arguments, AWordThatIsNoCommandIsSaidWithThoseThatAre) {
    const Words commands{"compare", "judge"};
    EXPECT_EQ(unknown_command(split({"compair", "main..HEAD"}), commands),
              "'compair' is no command; there are: compare, judge");
    EXPECT_FALSE(unknown_command(split({"judge"}), commands));
    EXPECT_FALSE(unknown_command(split({"--help"}), commands));
    EXPECT_FALSE(unknown_command(split({}), commands));
}

}  // namespace
}  // namespace benchgate::cli
