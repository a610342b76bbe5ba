#include "core/formats/perf_script.h"

#include <gtest/gtest.h>

#include <random>

namespace benchgate::formats {
namespace {

constexpr const char* three_samples =
    "cpu-clock:u: \n"
    "\t            1197 engine::spin<long> (/src/bench)\n"
    "\t            106c main (/src/bench)\n"
    "\t           2724a __libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)\n"
    "\n"
    "cpu-clock:u: \n"
    "\t            1188 engine::spin<long> (/src/bench)\n"
    "\t            106c main (/src/bench)\n"
    "\t           2724a __libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)\n"
    "\n"
    "cpu-clock:u: \n"
    "\t            40ff [unknown] (/usr/lib/libz.so.1)\n"
    "\tffffffffffffffff [unknown] ([unknown])\n"
    "\n";

PerfScriptFolder folded(std::string_view text, FoldLimits limits = {}) {
    PerfScriptFolder folder("cpu-clock:u", limits);
    folder.feed(text);
    folder.finish();
    return folder;
}

TEST(PerfScript, SamplesBecomeStacksFromTheRootOn) {
    const model::FoldedStacks wanted{{"all;__libc_start_call_main;main;engine::spin<long>", 2},
                                     {"all;[unknown];[libz.so.1]", 1}};
    const auto folder = folded(three_samples);
    EXPECT_EQ(folder.stacks(), wanted);
    EXPECT_EQ(folder.samples(), 3u);
    EXPECT_EQ(folder.of_other_events(), 0u);

    const std::string text = three_samples;
    for (const std::size_t piece : {1u, 7u, 100u}) {
        PerfScriptFolder torn("cpu-clock:u");
        for (std::size_t at = 0; at < text.size(); at += piece) torn.feed(std::string_view(text).substr(at, piece));
        torn.finish();
        EXPECT_EQ(torn.stacks(), wanted) << piece;
    }
}

TEST(PerfScript, AnotherEventIsNotCountedAsTheWantedOne) {
    const auto folder = folded("cycles:u: \n\t 1 f (/src/b)\n\ncpu-clock:u: \n\t 1 g (/src/b)\n");
    EXPECT_EQ(folder.stacks(), (model::FoldedStacks{{"all;g", 1}}));
    EXPECT_EQ(folder.of_other_events(), 1u);
}

TEST(PerfScript, HostileNamesStayNames) {
    const auto folder = folded(
        "cpu-clock:u: \n"
        "\t 1 a;b (x) \x01\xff<script> (/src/b (deleted))\n"
        "\t 2 operator() (/src/my file)\n"
        "\t nothing\n"
        "\n"
        "cpu-clock:u: \n"
        "\n");
    EXPECT_EQ(folder.stacks(),
              (model::FoldedStacks{{"all;[unknown];operator();a:b (x)  ?<script>", 1}, {"all;[unknown]", 1}}));
    const std::string huge = "cpu-clock:u: \n\t 1 " + std::string(1u << 20, 'T') + " (/src/b)\n\n";
    const auto cut = folded(huge);
    ASSERT_EQ(cut.stacks().size(), 1u);
    EXPECT_LE(cut.stacks().begin()->first.size(), 4 + model::frame_bytes);
}

TEST(PerfScript, WhatIsTooMuchIsCountedAsOther) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "cpu-clock:u: \n\t 1 f" + std::to_string(i) + " (/src/b)\n\n";
    const auto few = folded(text, {.stacks = 10});
    EXPECT_EQ(few.stacks().size(), 11u);
    EXPECT_EQ(few.stacks().at("all;[other]"), 90u);
    EXPECT_EQ(few.samples(), 100u);

    std::string deep = "cpu-clock:u: \n";
    for (int i = 0; i < 1000; ++i) deep += "\t 1 f" + std::to_string(i) + " (/src/b)\n";
    const auto stack = folded(deep).stacks().begin()->first;
    EXPECT_TRUE(stack.starts_with("all;[deeper];f")) << stack;
    EXPECT_TRUE(stack.ends_with(";f1;f0"));
    EXPECT_TRUE(model::folded_from(stack + " 1")) << "deeper than what is read again";
}

TEST(PerfScript, AnyBytesGiveWhatCanBeReadAgain) {
    std::mt19937 random(7);
    constexpr std::string_view letters = "\n\n\t :;()01fcpu-clock:u\x80\xc3\xa4\x00";
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 300; ++i) text += letters[random() % letters.size()];
        const auto folder = folded("cpu-clock:u:\n" + text);
        const auto read = model::folded_from(model::folded_text(folder.stacks()));
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(model::total_of(*read), folder.samples());
    }
}

}  // namespace
}  // namespace benchgate::formats
