#pragma once
// `.benchgate.yml` -> model::Config, with line and column in every error. Owns the keys, their shapes and their bounds;
// a JSON Schema with the same keys lies beside it (benchgate.schema.json). Reads text, never a file; decides nothing
// about what runs when (core/planning).

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/model/config.h"

namespace benchgate::config {

/// A mistake and its place, both 1-based; the column counts bytes.
struct ConfigError {
    int line = 1;
    int column = 1;
    std::string message;  ///< one line; of the file's own text it quotes at most 60 characters, without control ones
    bool operator==(const ConfigError&) const = default;
};

/// Bounds, all checked before or while the text is parsed.
inline constexpr std::size_t max_bytes = 256 * 1024;
inline constexpr int max_depth = 64;
inline constexpr int max_anchors = 200;           ///< anchors and aliases together
inline constexpr std::size_t max_nodes = 20'000;  ///< with every alias counted in full
inline constexpr std::size_t max_errors = 20;
inline constexpr std::size_t max_suites = 100;

/// All mistakes found, up to max_errors, in the order of the file; or a configuration with every default filled in.
tl::expected<model::Config, std::vector<ConfigError>> parse(std::string_view yaml);

}  // namespace benchgate::config
