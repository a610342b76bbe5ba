#include "platform/ids.h"

#include "platform/crypto.h"

#include <cstring>

namespace benchgate::platform {

std::string random_uuid() {
    std::string bytes = random_bytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // version 4
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 4122
    std::string text = hex_encode(bytes);
    for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
    return text;
}

std::string random_token(std::string_view prefix) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text(prefix);
    // 64 letters divide 256: taking six bits of each byte favours none of them.
    for (char byte : random_bytes(43)) text += letters[static_cast<unsigned char>(byte) & 63];
    return text;
}

std::uint64_t random_seed() {
    const std::string bytes = random_bytes(8);
    std::uint64_t seed = 0;
    std::memcpy(&seed, bytes.data(), sizeof seed);
    return seed >> 11;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

}
