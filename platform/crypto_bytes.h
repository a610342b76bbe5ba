#pragma once
// Text as OpenSSL wants to see it. For the crypto_*.cpp alone.

#include <string>
#include <string_view>

namespace benchgate::platform {

inline const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

inline unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace benchgate::platform
