#include "platform/seal.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "platform/files.h"
#include "platform/ids.h"

namespace benchgate::platform {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr char version = 1;
constexpr std::size_t most_file_bytes = 256;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

tl::unexpected<CryptoError> seal_failure(std::string message) {
    return tl::unexpected(CryptoError{std::move(message)});
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto from = text.find_first_not_of(blank);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

std::string reason(const std::filesystem::path& file) {
    return file.string() + ": " + std::strerror(errno);
}

/// A new key under the file's name, unless somebody else was faster: a link is made whole or not at all.
tl::expected<void, CryptoError> make_key_file(const std::filesystem::path& file) {
    const auto fresh = file.string() + "." + random_uuid();
    const auto written = write_file_atomically(fresh, hex_encode(random_bytes(key_bytes)) + "\n", 0600);
    if (!written) return seal_failure(written.error().message);
    const bool is_made = ::link(fresh.c_str(), file.c_str()) == 0 || errno == EEXIST;
    auto error = is_made ? std::string() : reason(file);
    ::unlink(fresh.c_str());
    if (!is_made) return seal_failure(std::move(error));
    return {};
}

}  // namespace

tl::expected<SealKey, CryptoError> SealKey::from_text(std::string_view text) {
    const auto clean = trimmed(text);
    auto bytes = clean.size() == 2 * key_bytes ? hex_decode(clean) : base64_decode(clean);
    if (!bytes || bytes->size() != key_bytes)
        return seal_failure("a key for secrets is 32 bytes: 64 hexadecimal digits or 44 characters of base64");
    return SealKey(std::move(*bytes));
}

tl::expected<SealKey, CryptoError> SealKey::from_file(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        if (errno != ENOENT) return seal_failure(reason(file));
        if (auto made = make_key_file(file); !made) return tl::unexpected(made.error());
        if (::stat(file.c_str(), &status) != 0) return seal_failure(reason(file));
    }
    if (!S_ISREG(status.st_mode)) return seal_failure(file.string() + " is not a regular file");
    if (status.st_mode & 077)
        return seal_failure(file.string() + " can be read by others; type: chmod 600 " + file.string());
    const auto text = read_file(file, most_file_bytes);
    if (!text) return seal_failure(text.error().message);
    auto key = from_text(*text);
    if (!key) return seal_failure(file.string() + ": " + key.error().message);
    return key;
}

std::string SealKey::seal(std::string_view plain, std::string_view purpose) const {
    const auto nonce = random_bytes(nonce_bytes);
    std::string sealed(plain.size(), '\0');
    std::string tag(tag_bytes, '\0');
    int length = 0;
    const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    const bool done =
        context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(bytes_), raw(nonce)) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &length, raw(purpose), static_cast<int>(purpose.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), raw(sealed), &length, raw(plain), static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), raw(tag), &length) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, raw(tag)) == 1;
    if (!done) throw std::runtime_error("OpenSSL cannot encrypt with AES-256-GCM");
    return base64_encode(std::string(1, version) + nonce + sealed + tag);
}

std::optional<std::string> SealKey::open(std::string_view sealed, std::string_view purpose) const {
    const auto bytes = base64_decode(sealed);
    if (!bytes || bytes->size() < 1 + nonce_bytes + tag_bytes || bytes->front() != version) return std::nullopt;
    const std::string_view whole(*bytes);
    const auto nonce = whole.substr(1, nonce_bytes);
    const auto text = whole.substr(1 + nonce_bytes, whole.size() - 1 - nonce_bytes - tag_bytes);
    std::string tag(whole.substr(whole.size() - tag_bytes));
    std::string plain(text.size(), '\0');
    int length = 0;
    const CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    const bool is_genuine =
        context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(bytes_), raw(nonce)) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &length, raw(purpose), static_cast<int>(purpose.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), raw(plain), &length, raw(text), static_cast<int>(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, raw(tag)) == 1 &&
        EVP_DecryptFinal_ex(context.get(), raw(tag), &length) == 1;
    if (!is_genuine) return std::nullopt;
    return plain;
}

}  // namespace benchgate::platform
