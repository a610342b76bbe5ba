#pragma once
// A `.benchgate.yml` from the disk, for every command that takes one. Owns the form of its errors.

#include <string>
#include <tl/expected.hpp>

#include "core/model/config.h"

namespace benchgate::cli {

/// `path` "-": standard input. The error: one line for each mistake, "FILE:LINE:COLUMN: message", or why the file
/// cannot be read.
tl::expected<model::Config, std::string> read_config(const std::string& path);

/// The path as messages name it.
std::string config_name(const std::string& path);

}  // namespace benchgate::cli
