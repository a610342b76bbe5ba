#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <limits>
#include <stdexcept>

#include "platform/crypto.h"
#include "platform/crypto_bytes.h"

namespace benchgate::platform {

namespace {

void require(bool ok, const char* what) {
    if (ok) return;
    // The queue is per thread; what is left in it would be read by the next TLS call.
    ERR_clear_error();
    throw std::runtime_error(std::string(what) + " failed in the cryptographic library");
}

}  // namespace

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    require(EVP_Digest(bytes.data(), bytes.size(), bytes_of(digest), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256");
    return digest;
}

std::string sha256_hex(std::string_view bytes) {
    return hex_encode(sha256(bytes));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "SHA-256");
}

void Sha256::update(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "SHA-256");
}

std::string Sha256::finish_hex() {
    std::string digest(32, '\0');
    require(EVP_DigestFinal_ex(context_.get(), bytes_of(digest), nullptr) == 1, "SHA-256");
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "SHA-256");
    return hex_encode(digest);
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    if (key.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::runtime_error("HMAC key is too long");
    std::string mac(32, '\0');
    // A null pointer would mean "the key of the call before".
    const void* key_bytes = key.empty() ? static_cast<const void*>("") : key.data();
    require(HMAC(EVP_sha256(), key_bytes, static_cast<int>(key.size()), bytes_of(message), message.size(),
                 bytes_of(mac), nullptr) != nullptr,
            "HMAC");
    return mac;
}

bool equal_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    if (count > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw std::runtime_error("too many random bytes asked for");
    std::string bytes(count, '\0');
    require(RAND_bytes(bytes_of(bytes), static_cast<int>(count)) == 1, "RAND_bytes");
    return bytes;
}

}
