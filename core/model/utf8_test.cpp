#include "core/model/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace benchgate::model {
namespace {

/// Written from the definition: the code point's bits spread over one to four bytes.
std::string encoded(unsigned code) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) return {static_cast<char>(code)};
    if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
    if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

TEST(Utf8, EveryCodePointButSurrogatesIsACharacter) {
    for (unsigned code = 0; code < 0x120000; ++code) {
        const auto text = encoded(code);
        const bool good = code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
        ASSERT_EQ(character_length(text + "x"), good ? text.size() : 0u) << code;
        if (good && text.size() > 1) {
            ASSERT_EQ(character_length(text.substr(0, text.size() - 1)), 0u) << code;
        }
    }
}

TEST(Utf8, OverlongFormsAndStrayBytesAreNone) {
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
                            "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80", "\xFF", "\xC3(", "\xE2\x82("})
        EXPECT_EQ(character_length(bad), 0u) << bad;
}

}  // namespace
}  // namespace benchgate::model
