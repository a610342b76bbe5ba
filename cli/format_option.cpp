#include "cli/format_option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/formats/formats.h"

namespace benchgate::cli {

std::optional<std::string> unknown_format(const std::string& format) {
    const auto names = formats::names();
    if (format == "auto" || std::find(names.begin(), names.end(), format) != names.end()) return std::nullopt;
    return fmt::format("unknown format '{}'; known: {}, auto", format, fmt::join(names, ", "));
}

}  // namespace benchgate::cli
