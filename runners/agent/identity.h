#pragma once
// Who this runner is: its id and token, given once by the service, and the key that signs its bundles. Kept in the
// work folder with mode 0600. Does not own the process's boot id, which is new at every start.

#include <filesystem>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "platform/crypto.h"

namespace benchgate::agent {

struct Identity {
    std::string runner;
    std::string name;
    std::string token;
};

/// nullopt: never joined from this folder.
tl::expected<std::optional<Identity>, std::string> load_identity(const std::filesystem::path& work);
tl::expected<void, std::string> save_identity(const std::filesystem::path& work, const Identity& identity);

/// Made at the first start.
tl::expected<platform::Ed25519PrivateKey, std::string> load_or_make_key(const std::filesystem::path& work);

}  // namespace benchgate::agent
