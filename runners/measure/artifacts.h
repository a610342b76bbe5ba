#pragma once
// Owns the identity of what was built: the hash of every file that the suite names as an artifact. Equal hashes on
// both sides mean that nothing is measured. Files are hostile: links are not followed, sizes are bounded.

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/bundle.h"

namespace benchgate::measure {

/// sha256 of all files below `directory` that match one of the globs. An error names a glob that matches nothing, so
/// that a typing error cannot make two sides look equal.
tl::expected<model::ArtifactHashes, std::string> hash_artifacts(const std::filesystem::path& directory,
                                                                const std::vector<std::string>& globs);

}  // namespace benchgate::measure
