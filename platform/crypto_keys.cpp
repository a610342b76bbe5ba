#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "platform/crypto.h"
#include "platform/crypto_bytes.h"

namespace benchgate::platform {

namespace {

// No key that is used here is anywhere near this long.
constexpr std::size_t max_pem_bytes = 64u << 10;
constexpr int min_rsa_bits = 2048;

using Key = std::shared_ptr<EVP_PKEY>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

tl::unexpected<CryptoError> failure(std::string message) {
    ERR_clear_error();
    return tl::make_unexpected(CryptoError{std::move(message)});
}

[[noreturn]] void fail(const char* message) {
    ERR_clear_error();
    throw std::runtime_error(message);
}

// Without it OpenSSL asks for the pass phrase on the terminal, and a service hangs.
int no_pass_phrase(char*, int, int, void*) {
    return -1;
}

tl::expected<Key, CryptoError> read_pem(std::string_view pem, bool is_private) {
    if (pem.size() > max_pem_bytes) return failure("the key file is too long");
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    if (!bio) fail("out of memory");
    EVP_PKEY* key = is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_pass_phrase, nullptr)
                               : PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_pass_phrase, nullptr);
    if (key == nullptr) {
        if (pem.find("ENCRYPTED") != std::string_view::npos) return failure("the key is encrypted");
        return failure(is_private ? "not a private key in PEM format" : "not a public key in PEM format");
    }
    return Key(key, EVP_PKEY_free);
}

tl::expected<Key, CryptoError> read_ed25519(std::string_view pem, bool is_private) {
    auto key = read_pem(pem, is_private);
    if (key && EVP_PKEY_id(key->get()) != EVP_PKEY_ED25519) return failure("not an Ed25519 key");
    return key;
}

template <typename Write>
std::string write_pem(Write write) {
    const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
    if (!bio || write(bio.get()) != 1) fail("a key could not be written");
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

/// digest: null for Ed25519, which hashes for itself.
std::optional<std::string> sign_with(EVP_PKEY* key, const EVP_MD* digest, std::string_view message) {
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t length = 0;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &length, bytes_of(message), message.size()) != 1)
        return std::nullopt;
    std::string signature(length, '\0');
    if (EVP_DigestSign(context.get(), bytes_of(signature), &length, bytes_of(message), message.size()) != 1)
        return std::nullopt;
    signature.resize(length);
    return signature;
}

}  // namespace

tl::expected<RsaPrivateKey, CryptoError> RsaPrivateKey::from_pem(std::string_view pem) {
    auto key = read_pem(pem, true);
    if (!key) return tl::make_unexpected(key.error());
    if (EVP_PKEY_id(key->get()) != EVP_PKEY_RSA) return failure("not an RSA key");
    if (EVP_PKEY_bits(key->get()) < min_rsa_bits) return failure("the RSA key is shorter than 2048 bits");
    return RsaPrivateKey(std::move(*key));
}

tl::expected<std::string, CryptoError> RsaPrivateKey::sign_rs256(std::string_view message) const {
    auto signature = sign_with(key_.get(), EVP_sha256(), message);
    if (!signature) return failure("the RSA key could not sign");
    return std::move(*signature);
}

tl::expected<Ed25519PublicKey, CryptoError> Ed25519PublicKey::from_raw(std::string_view bytes) {
    EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
    if (key == nullptr) return failure("an Ed25519 public key has 32 bytes");
    return Ed25519PublicKey(Key(key, EVP_PKEY_free));
}

tl::expected<Ed25519PublicKey, CryptoError> Ed25519PublicKey::from_pem(std::string_view pem) {
    auto key = read_ed25519(pem, false);
    if (!key) return tl::make_unexpected(key.error());
    return Ed25519PublicKey(std::move(*key));
}

std::string Ed25519PublicKey::raw() const {
    std::string bytes(32, '\0');
    std::size_t length = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(bytes), &length) != 1 || length != bytes.size())
        fail("a public key could not be read");
    return bytes;
}

std::string Ed25519PublicKey::to_pem() const {
    return write_pem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

bool Ed25519PublicKey::verify(std::string_view message, std::string_view signature) const {
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1)
        fail("a signature could not be checked");
    const bool good =
        EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
    ERR_clear_error();
    return good;
}

Ed25519PrivateKey Ed25519PrivateKey::generate() {
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (key == nullptr) fail("an Ed25519 key could not be generated");
    return Ed25519PrivateKey(Key(key, EVP_PKEY_free));
}

tl::expected<Ed25519PrivateKey, CryptoError> Ed25519PrivateKey::from_raw(std::string_view seed) {
    EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size());
    if (key == nullptr) return failure("an Ed25519 private key has 32 bytes");
    return Ed25519PrivateKey(Key(key, EVP_PKEY_free));
}

tl::expected<Ed25519PrivateKey, CryptoError> Ed25519PrivateKey::from_pem(std::string_view pem) {
    auto key = read_ed25519(pem, true);
    if (!key) return tl::make_unexpected(key.error());
    return Ed25519PrivateKey(std::move(*key));
}

std::string Ed25519PrivateKey::to_pem() const {
    return write_pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

Ed25519PublicKey Ed25519PrivateKey::public_key() const {
    std::string bytes(32, '\0');
    std::size_t length = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(bytes), &length) != 1) fail("a public key could not be read");
    auto key = Ed25519PublicKey::from_raw(bytes);
    if (!key) fail("a public key could not be read");
    return std::move(*key);
}

std::string Ed25519PrivateKey::sign(std::string_view message) const {
    auto signature = sign_with(key_.get(), nullptr, message);
    if (!signature) fail("an Ed25519 key could not sign");
    return std::move(*signature);
}

}
