#include "core/json/json.h"

#include <gtest/gtest.h>

namespace benchgate::json {
namespace {

TEST(Json, RefusesADocumentThatIsTooDeepInsteadOfCrashingLater) {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const auto parsed = parse(deep);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message, "more than 64 levels of nesting");
    EXPECT_TRUE(parse(std::string(64, '[') + std::string(64, ']')));
}

TEST(Json, RefusesTooManyBytesAndSaysHowMany) {
    const auto parsed = parse("[1,2,3]", {.bytes = 3});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message, "7 bytes are more than the 3 allowed");
}

TEST(Json, NamesThePlaceOfAnError) {
    const auto parsed = parse("{\"a\": nonsense}");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().byte, 8u);
    EXPECT_EQ(parsed.error().message, "not valid JSON at byte 8");
    EXPECT_FALSE(parse(""));
    EXPECT_FALSE(parse("NaN"));
    EXPECT_FALSE(parse("1e999"));
}

TEST(Json, WritesBytesThatAreNotUtf8) {
    Json document;
    document["name"] = "a\xff";
    EXPECT_EQ(dump(document), "{\"name\":\"a\xEF\xBF\xBD\"}");
}

TEST(Json, TolerantReadersSurviveEveryType) {
    const auto document =
        parse(R"({"a": {"b": "text", "n": 3, "x": null, "big": 18446744073709551615}, "list": [1]})").value();
    EXPECT_EQ(text(at(document, "a"), "b"), "text");
    EXPECT_EQ(integer(at(document, "a"), "n"), 3);
    EXPECT_EQ(integer(at(document, "a"), "big"), std::nullopt);
    EXPECT_EQ(text(at(document, "a"), "x"), std::nullopt);
    EXPECT_EQ(text(at(document, "list"), "b"), std::nullopt);
    EXPECT_EQ(number(at(at(document, "nowhere"), "deeper"), "x"), std::nullopt);
}

}  // namespace
}  // namespace benchgate::json
