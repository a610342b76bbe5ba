#pragma once
// Owns the identity of what was built: the hash of every file that the suite names as an artifact. Equal hashes on
// both sides mean that nothing is measured. Files are hostile: links are not followed, sizes are bounded, nothing is
// held in memory.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/bundle.h"

namespace benchgate::measure {

struct ArtifactLimits {
    std::size_t files = 10'000;                    ///< of one glob
    std::uint64_t bytes = std::uint64_t{4} << 30;  ///< of all files together, holes included
    std::uint64_t file_bytes = std::uint64_t{1} << 30;
};

/// sha256 of all files below `directory` that match one of the globs. An error names a glob that matches nothing, so
/// that a typing error cannot make two sides look equal; "cancelled" after a stop.
tl::expected<model::ArtifactHashes, std::string> hash_artifacts(const std::filesystem::path& directory,
                                                                const std::vector<std::string>& globs,
                                                                std::stop_token stop = {},
                                                                const ArtifactLimits& limits = {});

/// Bytes of all these files together; nullopt: one of them is gone.
std::optional<std::uint64_t> artifact_bytes(const std::filesystem::path& directory,
                                            const model::ArtifactHashes& artifacts);

}  // namespace benchgate::measure
