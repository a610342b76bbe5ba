#include "runners/agent/identity.h"

#include "core/json/json.h"
#include "platform/files.h"

namespace benchgate::agent {
namespace {
constexpr std::size_t most_bytes = 64u << 10;
std::filesystem::path identity_file(const std::filesystem::path& work) {
    return work / "identity.json";
}
std::filesystem::path key_file(const std::filesystem::path& work) {
    return work / "signing-key.pem";
}
}  // namespace

tl::expected<std::optional<Identity>, std::string> load_identity(const std::filesystem::path& work) {
    const auto bytes = platform::read_file(identity_file(work), most_bytes);
    if (!bytes && bytes.error().kind == platform::FileErrorKind::not_found) return std::optional<Identity>{};
    if (!bytes) return tl::unexpected(bytes.error().message);
    const auto document = json::parse(*bytes);
    const auto runner = document ? json::text(*document, "runner") : std::nullopt;
    const auto token = document ? json::text(*document, "token") : std::nullopt;
    if (!runner || !token)
        return tl::unexpected(identity_file(work).string() +
                              " cannot be read; remove it and join again with a new token");
    return Identity{*runner, json::text(*document, "name").value_or(""), *token};
}

tl::expected<void, std::string> save_identity(const std::filesystem::path& work, const Identity& identity) {
    const json::Json document{{"runner", identity.runner}, {"name", identity.name}, {"token", identity.token}};
    if (auto written = platform::write_file_atomically(identity_file(work), json::dump(document) + "\n", 0600);
        !written)
        return tl::unexpected(written.error().message);
    return {};
}

tl::expected<platform::Ed25519PrivateKey, std::string> load_or_make_key(const std::filesystem::path& work) {
    const auto pem = platform::read_file(key_file(work), most_bytes);
    if (!pem && pem.error().kind == platform::FileErrorKind::not_found) {
        auto key = platform::Ed25519PrivateKey::generate();
        if (auto written = platform::write_file_atomically(key_file(work), key.to_pem(), 0600); !written)
            return tl::unexpected(written.error().message);
        return key;
    }
    if (!pem) return tl::unexpected(pem.error().message);
    auto key = platform::Ed25519PrivateKey::from_pem(*pem);
    if (!key) return tl::unexpected(key_file(work).string() + ": " + key.error().message);
    return std::move(*key);
}

}  // namespace benchgate::agent
