#include "service/github/key_file.h"

#include <sys/stat.h>

#include "platform/files.h"

namespace benchgate::github {

namespace {
constexpr std::size_t max_key_bytes = 64u << 10;
}

KeyFile::Stamp KeyFile::stamp() const {
    struct stat found {};
    if (::stat(path_.c_str(), &found) != 0) return {};
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

tl::expected<std::string, std::string> KeyFile::read_locked() {
    stamp_ = stamp();
    auto pem = platform::read_file(path_, max_key_bytes);
    if (!pem) return tl::unexpected(pem.error().message);
    if (auto key = platform::RsaPrivateKey::from_pem(*pem); !key)
        return tl::unexpected(path_.string() + ": " + key.error().message);
    return std::move(*pem);
}

tl::expected<std::string, std::string> KeyFile::read() {
    const std::lock_guard lock(mutex_);
    auto pem = read_locked();
    if (pem) digest_ = platform::sha256(*pem);
    return pem;
}

tl::expected<std::optional<std::string>, std::string> KeyFile::changed(bool look_inside) {
    const std::lock_guard lock(mutex_);
    if (!look_inside && stamp() == stamp_) return std::nullopt;
    auto pem = read_locked();
    if (!pem) {
        if (pem.error() == told_) return std::nullopt;
        told_ = pem.error();
        return tl::unexpected(pem.error());
    }
    told_.clear();
    const auto digest = platform::sha256(*pem);
    if (digest == digest_) return std::nullopt;
    digest_ = digest;
    return std::move(*pem);
}

}
