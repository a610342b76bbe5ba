#include "core/planning/nearest.h"

#include <gtest/gtest.h>

namespace benchgate::planning {
namespace {

using Names = std::vector<std::string>;

TEST(Nearest, CountsSlipsOfTheFinger) {
    EXPECT_EQ(edit_distance("", "", 5), 0u);
    EXPECT_EQ(edit_distance("micor", "micro", 5), 1u);  // a swap
    EXPECT_EQ(edit_distance("kitten", "sitting", 5), 3u);
    EXPECT_EQ(edit_distance("sitting", "kitten", 5), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3u);  // above the bound
    EXPECT_EQ(edit_distance("a", "abcdefgh", 3), 4u);
}

TEST(Nearest, IsNear) {
    EXPECT_EQ(nearest("micor", {"load", "micro"}), "micro");
    EXPECT_EQ(nearest("zzz", {"load", "micro"}), std::nullopt);
    EXPECT_EQ(nearest("", {"a"}), std::nullopt);
    EXPECT_EQ(nearest(std::string(201, 'a'), {"a"}), std::nullopt);
    EXPECT_EQ(nearest("load", {"loaf", "load"}), "load");
}

TEST(Nearest, NamesThatHoldTheWordComeFirst) {
    EXPECT_EQ(nearest_names("Sort", {"Sirt", "BM_Sort/8", "Hash", "BM_Sort/8", "BM_Sort/64"}, 3),
              (Names{"BM_Sort/8", "BM_Sort/64", "Sirt"}));
    EXPECT_TRUE(nearest_names("zzzz", {"Sort"}, 3).empty());
}

TEST(Nearest, ThousandsOfLongNamesAreLookedThroughInTime) {
    Names names;
    for (int i = 0; i < 5000; ++i)
        names.push_back(std::string(150, static_cast<char>('a' + i % 26)) + std::to_string(i));
    EXPECT_EQ(nearest_names(std::string(150, 'c') + "x", names, 3).size(), 3u);
}

}  // namespace
}  // namespace benchgate::planning
