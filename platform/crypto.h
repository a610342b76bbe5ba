// Owns every cryptographic primitive of the project, directly over OpenSSL: digests, HMAC, encodings, comparison in
// constant time, random bytes, RS256 for GitHub's App tokens, Ed25519 for signed bundles. Does not own what is signed
// (service/github, core/protocol) or where keys lie on the disk. Byte strings are std::string; text stays text.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::platform {

struct CryptoError {
    std::string message;  ///< one line; never holds key material
};

/// 32 raw bytes.
std::string sha256(std::string_view bytes);
/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// SHA-256 of something that does not fit into memory. update() any number of times, then one finish.
class Sha256 {
  public:
    Sha256();
    void update(std::string_view bytes);
    /// 64 lower-case hexadecimal digits. The object starts afresh.
    std::string finish_hex();

  private:
    std::shared_ptr<EVP_MD_CTX> context_;
};

/// RFC 2104 with SHA-256: 32 raw bytes. Any key length.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Lower case out; both cases in. Odd length or a foreign digit: nullopt.
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

/// RFC 4648: base64 is padded; base64url is not. The decoders are strict: no blanks or line ends, no foreign
/// characters, no stray bits after the last byte. GitHub wraps base64 at 60 columns: take line ends out first.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

/// Time depends on the lengths only. For signatures and tokens.
bool equal_constant_time(std::string_view left, std::string_view right);

/// From the system's generator, fit for keys and tokens. Throws std::runtime_error when there is none.
std::string random_bytes(std::size_t count);

/// An RSA key that signs RS256 (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3). Cheap to copy.
class RsaPrivateKey {
  public:
    /// PKCS#1 or PKCS#8, as GitHub hands it out. An encrypted, truncated, non-RSA or shorter than 2048 bit key is
    /// refused.
    static tl::expected<RsaPrivateKey, CryptoError> from_pem(std::string_view pem);
    /// Raw signature (256 bytes for a 2048 bit key). Safe to call from several threads.
    tl::expected<std::string, CryptoError> sign_rs256(std::string_view message) const;

  private:
    explicit RsaPrivateKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
    std::shared_ptr<EVP_PKEY> key_;
};

/// RFC 8032. Raw keys are 32 bytes, signatures 64. Cheap to copy.
class Ed25519PublicKey {
  public:
    static tl::expected<Ed25519PublicKey, CryptoError> from_raw(std::string_view bytes);
    /// SubjectPublicKeyInfo.
    static tl::expected<Ed25519PublicKey, CryptoError> from_pem(std::string_view pem);
    std::string raw() const;
    std::string to_pem() const;
    /// False for a wrong signature and for one of the wrong length.
    bool verify(std::string_view message, std::string_view signature) const;

  private:
    friend class Ed25519PrivateKey;
    explicit Ed25519PublicKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
    std::shared_ptr<EVP_PKEY> key_;
};

class Ed25519PrivateKey {
  public:
    /// Throws std::runtime_error when the system has no randomness.
    static Ed25519PrivateKey generate();
    static tl::expected<Ed25519PrivateKey, CryptoError> from_raw(std::string_view seed);
    /// PKCS#8, not encrypted.
    static tl::expected<Ed25519PrivateKey, CryptoError> from_pem(std::string_view pem);
    /// PKCS#8, not encrypted: write it to a file of mode 0600.
    std::string to_pem() const;
    Ed25519PublicKey public_key() const;
    std::string sign(std::string_view message) const;

  private:
    explicit Ed25519PrivateKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
    std::shared_ptr<EVP_PKEY> key_;
};

}
