#include "core/json/document.h"

#include <gtest/gtest.h>

#include <cmath>

namespace benchgate::json {
namespace {

TEST(Document, HasTheSameBoundsAndWordsAsTheOtherReader) {
    for (const std::string& text :
         {std::string(65, '[') + '1' + std::string(65, ']'), std::string(100'000, '['),
          std::string("{\"a\": nonsense}"), std::string(""), std::string("NaN"), std::string("1e999"),
          std::string("[1] 2"), std::string("{\"a\":1,}"), std::string("\"\xff\""), std::string("[1, 2")}) {
        const auto slow = parse(text);
        const auto fast = Document::parse(text);
        ASSERT_FALSE(slow) << text.substr(0, 20);
        ASSERT_FALSE(fast) << text.substr(0, 20);
        EXPECT_EQ(fast.error().message, slow.error().message);
        EXPECT_EQ(fast.error().byte, slow.error().byte);
    }
    EXPECT_EQ(Document::parse(std::string_view()).error().message, parse("").error().message);
    EXPECT_TRUE(Document::parse(std::string(64, '[') + '1' + std::string(64, ']')));
    EXPECT_EQ(Document::parse("[1,2,3]", {.bytes = 3}).error().message, "7 bytes are more than the 3 allowed");
}

TEST(Document, TolerantReadersSurviveEveryType) {
    auto parsed =
        Document::parse(R"({"a": {"b": "te\u00e9xt", "n": 3, "x": null, "big": 18446744073709551615}, "list": [1, 2.5],
                           "yes": true, "mixed": [1, "2"], "none": []})");
    ASSERT_TRUE(parsed);
    const auto moved = std::move(*parsed);
    const auto root = moved.root();
    EXPECT_EQ(text(at(root, "a"), "b"), "te\u00e9xt");
    EXPECT_EQ(integer(at(root, "a"), "n"), 3);
    EXPECT_EQ(number(at(root, "a"), "n"), 3.0);
    EXPECT_EQ(integer(at(root, "a"), "big"), std::nullopt);
    EXPECT_EQ(number(at(root, "a"), "big"), 18446744073709551615.0);
    EXPECT_EQ(text(at(root, "a"), "x"), std::nullopt);
    EXPECT_EQ(text(at(root, "list"), "b"), std::nullopt);
    EXPECT_EQ(number(at(at(root, "nowhere"), "deeper"), "x"), std::nullopt);
    EXPECT_EQ(boolean(root, "yes"), true);
    EXPECT_EQ(numbers(at(root, "list")), (std::vector{1, 2.5}));
    EXPECT_EQ(numbers(at(root, "mixed")), std::nullopt);
    EXPECT_EQ(numbers(at(root, "none")), std::vector<double>{});
    EXPECT_EQ(dump(at(root, "list")), "[1,2.5]");
    std::string keys;
    for (const auto& [key, value] : root) keys += std::string(key) + (value.is_array() ? "[]," : ",");
    EXPECT_EQ(keys, "a,list[],yes,mixed[],none[],");
    EXPECT_EQ(at(root, "list").front().number(), 1);
    EXPECT_TRUE(at(root, "none").front().is_absent());
    EXPECT_TRUE(std::isnan(at(root, "yes").number()));
    for (const auto& [key, value] : at(root, "yes")) FAIL() << key << value.size();
}

TEST(Document, WithRoomBehindTheBytesTheSameIsRead) {
    for (const std::string text :
         {R"({"a": [1, 2.5, "x"], "b": {}})", "[", "", "17", R"("never ended)", "[1] and more"}) {
        const auto plain = Document::parse(text);
        const Padded padded(text);
        EXPECT_EQ(padded.text(), text);
        const auto roomy = Document::parse(padded);
        ASSERT_EQ(plain.has_value(), roomy.has_value()) << text;
        if (plain) {
            EXPECT_EQ(dump(plain->root()), dump(roomy->root()));
        } else {
            EXPECT_EQ(plain.error().message, roomy.error().message) << text;
            EXPECT_EQ(plain.error().byte, roomy.error().byte) << text;
        }
    }
    EXPECT_FALSE(Document::parse(Padded("[1, 2]"), {.bytes = 5}));
}

}  // namespace
}  // namespace benchgate::json
