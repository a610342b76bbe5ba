#include "core/model/globs.h"

#include <gtest/gtest.h>

namespace benchgate::model {
namespace {

TEST(Globs, MatchAsPeopleExpect) {
    EXPECT_TRUE(glob_matches("src/**", "src/a/b.cpp"));
    EXPECT_TRUE(glob_matches("src/*.cpp", "src/a.cpp"));
    EXPECT_FALSE(glob_matches("src/*.cpp", "src/a/b.cpp"));
    EXPECT_FALSE(glob_matches("src/**", "source/a"));
    EXPECT_TRUE(glob_matches("**/x", "x"));
    EXPECT_TRUE(glob_matches("**/x", "a/b/x"));
    EXPECT_FALSE(glob_matches("**/x", "ax"));
    EXPECT_TRUE(glob_matches("a/**/z", "a/z"));
    EXPECT_TRUE(glob_matches("a/**/z", "a/b/c/z"));
    EXPECT_FALSE(glob_matches("a/**/z", "a/bz"));
    EXPECT_FALSE(glob_matches("build", "build/bench"));
    EXPECT_TRUE(glob_matches("**", ""));
    EXPECT_TRUE(glob_matches("BM_Sort/?", "BM_Sort/8"));
    EXPECT_FALSE(glob_matches("BM_Sort/?", "BM_Sort/16"));
    EXPECT_TRUE(glob_matches("BM_?", "BM_\xC3\xA9"));
    EXPECT_FALSE(glob_matches("?", ""));
    EXPECT_FALSE(glob_matches("", "x"));
    EXPECT_TRUE(glob_matches("a[b", "a[b"));
}

TEST(Globs, LastMatchingPatternDecides) {
    EXPECT_TRUE(globs_match({}, "anything"));
    EXPECT_FALSE(globs_match({"src/**", "!src/docs/**"}, "src/docs/a.md"));
    EXPECT_TRUE(globs_match({"src/**", "!src/docs/**", "src/docs/keep.md"}, "src/docs/keep.md"));
    EXPECT_TRUE(globs_match({"!docs/**"}, "src/a"));
    EXPECT_FALSE(globs_match({"!docs/**"}, "docs/a"));
    EXPECT_TRUE(any_matches({"src/**"}, {"docs/a", "src/b"}));
    EXPECT_FALSE(any_matches({"src/**"}, {}));
    EXPECT_TRUE(any_matches({}, {}));
}

TEST(Globs, ACounterpartTakesWhatTheWildcardStandsFor) {
    EXPECT_TRUE(fits_one_wildcard("new/*", "old/*"));
    EXPECT_TRUE(fits_one_wildcard("new/**", "old/**"));
    EXPECT_TRUE(fits_one_wildcard("new/*/?", "old"));
    EXPECT_FALSE(fits_one_wildcard("new", "old/*")) << "nothing to stand for";
    EXPECT_FALSE(fits_one_wildcard("*/new/*", "old/*")) << "which of the two?";
    EXPECT_FALSE(fits_one_wildcard("new/*", "old/**"));
    EXPECT_FALSE(fits_one_wildcard("new/*", "*/old/*"));
    EXPECT_FALSE(fits_one_wildcard("new/?", "old/?"));
    EXPECT_EQ(counterpart("new/*", "new/sort", "old/*"), "old/sort");
    EXPECT_EQ(counterpart("sort<*>/64", "sort<fast>/64", "sort</*>"), "sort</fast>");
    EXPECT_EQ(counterpart("new/**", "new/a/b", "old/**"), "old/a/b");
    EXPECT_EQ(counterpart("**", "x", "old/**"), "old/x");
    EXPECT_EQ(counterpart("**/x", "x", "**/y"), "x") << "no counterpart, and no crash";
    EXPECT_EQ(counterpart("new", "new", "old"), "old");
}

TEST(Globs, ManyStarsEnd) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "**a*";
    EXPECT_FALSE(glob_matches(pattern, std::string(4000, 'a') + "b/c"));
    EXPECT_TRUE(glob_matches(pattern, std::string(4000, 'a')));
}

}  // namespace
}  // namespace benchgate::model
