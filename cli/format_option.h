#pragma once
// `--format` of every command.

#include <optional>
#include <string>

namespace benchgate::cli {

/// A message when `format` is neither "auto" nor a format that can be read.
std::optional<std::string> unknown_format(const std::string& format);

}  // namespace benchgate::cli
