#include "core/model/profile.h"

#include <gtest/gtest.h>

namespace benchgate::model {
namespace {

TEST(Folded, ComesBackAsItWasWritten) {
    const FoldedStacks stacks{{"all;main;work", 3}, {"all;main", 1}, {"all;main;std::sort<int*, less >", 9}};
    const auto text = folded_text(stacks);
    EXPECT_EQ(text, "all;main;std::sort<int*, less > 9\nall;main;work 3\nall;main 1\n");
    EXPECT_EQ(folded_from(text), stacks);
    EXPECT_EQ(total_of(stacks), 13u);
}

TEST(Folded, WhatDoesNotFitIsSummedUpAndNotLost) {
    FoldedStacks stacks;
    for (int i = 0; i < 5000; ++i) stacks["all;f" + std::to_string(i)] = static_cast<std::uint64_t>(i + 1);
    const auto text = folded_text(stacks, 4096);
    EXPECT_LE(text.size(), 4096u);
    const auto read = folded_from(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(total_of(*read), total_of(stacks));
    EXPECT_TRUE(read->contains("all;f4999"));
    EXPECT_FALSE(read->contains("all;f0"));
    EXPECT_GT(read->at("all;[other]"), 0u);
    EXPECT_EQ(folded_text(*read, 4096), text) << "written again it is the same";
}

TEST(Folded, ForeignTextIsRefusedOrHarmless) {
    std::string deep = "all";
    for (std::size_t i = 0; i < most_frames; ++i) deep += ";f";
    for (const std::string& bad :
         {std::string("all;main"), std::string("all;main x"), std::string("all;main -1"), std::string("all;main 0"),
          std::string("main;work 3"), std::string("all;;work 3"), std::string(" 3"), std::string("\n"), deep + " 1",
          std::string("all;main 99999999999999999999"), std::string("all;main 9999999999999999"),
          std::string(folded_bytes + 1, 'x')})
        EXPECT_FALSE(folded_from(bad)) << bad.substr(0, 60);
    EXPECT_EQ(folded_from("all;a\x01\xff z 2\n"), (FoldedStacks{{"all;a ? z", 2}}));
    EXPECT_EQ(folded_from(""), FoldedStacks{});
}

TEST(Folded, NamesLoseTheirMiddleAndNoCharacterIsTorn) {
    EXPECT_EQ(frame_name("a;b\nc\td"), "a:b c d");
    EXPECT_EQ(frame_name(""), "[unknown]");
    EXPECT_EQ(frame_name("\n"), "[unknown]");
    std::string name = "begin";
    for (int i = 0; i < 400; ++i) name += "ä";
    const auto cut = frame_name(name + "end");
    EXPECT_LE(cut.size(), frame_bytes);
    EXPECT_TRUE(cut.starts_with("beginä"));
    EXPECT_TRUE(cut.ends_with("äend"));
    EXPECT_NE(cut.find("…"), std::string::npos);
    EXPECT_EQ(frame_name(cut), cut);
}

}  // namespace
}  // namespace benchgate::model
