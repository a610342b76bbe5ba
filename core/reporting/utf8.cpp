#include "core/reporting/utf8.h"

#include "core/model/utf8.h"

namespace benchgate::reporting {

char32_t take_character(std::string_view& bytes) {
    const auto length = model::character_length(bytes);
    if (length == 0) {
        bytes.remove_prefix(1);
        return replacement;
    }
    const auto lead = static_cast<unsigned char>(bytes[0]);
    char32_t value = length == 1 ? lead : lead & (0x7Fu >> length);
    for (const char c : bytes.substr(1, length - 1)) value = (value << 6) | (static_cast<unsigned char>(c) & 0x3F);
    bytes.remove_prefix(length);
    return value;
}

void append_character(std::string& text, char32_t character) {
    const auto add = [&](char32_t bits) { text += static_cast<char>(bits); };
    if (character < 0x80) {
        add(character);
    } else if (character < 0x800) {
        add(0xC0 | (character >> 6));
        add(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        add(0xE0 | (character >> 12));
        add(0x80 | ((character >> 6) & 0x3F));
        add(0x80 | (character & 0x3F));
    } else {
        add(0xF0 | (character >> 18));
        add(0x80 | ((character >> 12) & 0x3F));
        add(0x80 | ((character >> 6) & 0x3F));
        add(0x80 | (character & 0x3F));
    }
}

}  // namespace benchgate::reporting
