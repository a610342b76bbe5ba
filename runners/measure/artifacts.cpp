#include "runners/measure/artifacts.h"

#include <fmt/format.h>

#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {
constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_bytes = std::size_t{1} << 30;
}  // namespace

tl::expected<model::ArtifactHashes, std::string> hash_artifacts(const std::filesystem::path& directory,
                                                                const std::vector<std::string>& globs) {
    model::ArtifactHashes hashes;
    for (const auto& glob : globs) {
        const auto found = platform::find_below(directory, glob, most_files);
        if (!found) return tl::unexpected(fmt::format("artifacts: {}: {}", glob, found.error().message));
        if (found->empty()) return tl::unexpected(fmt::format("artifacts: no file matches '{}' after the build", glob));
        for (const auto& file : *found) {
            if (hashes.contains(file.path)) continue;
            const auto bytes = platform::read_below(directory, file.path, most_bytes);
            if (!bytes) return tl::unexpected(fmt::format("artifacts: {}: {}", file.path, bytes.error().message));
            hashes.emplace(file.path, platform::sha256_hex(*bytes));
        }
    }
    return hashes;
}

}  // namespace benchgate::measure
