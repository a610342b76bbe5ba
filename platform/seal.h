// Owns secrets at rest: AES-256-GCM (NIST SP 800-38D) over OpenSSL, with a fresh random nonce each time, and the key
// for it, which comes from the environment or lies in a file of mode 0600. Does not own where the sealed text is kept.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "platform/crypto.h"

namespace benchgate::platform {

class SealKey {
  public:
    /// 64 hexadecimal digits or 44 characters of base64: 32 bytes.
    static tl::expected<SealKey, CryptoError> from_text(std::string_view text);
    /// Reads the file; makes it (mode 0600, fresh random key) if there is none. A file that others may read is refused.
    static tl::expected<SealKey, CryptoError> from_file(const std::filesystem::path& file);

    /// base64(version byte, nonce of 12 bytes, ciphertext, tag of 16 bytes). `purpose` is authenticated, not stored: a
    /// text sealed for one purpose cannot be opened for another.
    std::string seal(std::string_view plain, std::string_view purpose) const;
    /// Nullopt: another key, another purpose, or a text that was changed.
    std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

  private:
    explicit SealKey(std::string bytes) : bytes_(std::move(bytes)) {}
    std::string bytes_;
};

}  // namespace benchgate::platform
