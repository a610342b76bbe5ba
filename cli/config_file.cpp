#include "cli/config_file.h"

#include <fmt/format.h>

#include "core/config/config.h"
#include "platform/files.h"

namespace benchgate::cli {

std::string config_name(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

tl::expected<model::Config, std::string> read_config(const std::string& path) {
    const auto name = config_name(path);
    const auto bytes = platform::read_file(path == "-" ? "/dev/stdin" : path, config::max_bytes);
    if (!bytes && bytes.error().kind == platform::FileErrorKind::too_large)
        return tl::unexpected(fmt::format("{}:1:1: the file has more than {} bytes", name, config::max_bytes));
    if (!bytes) return tl::unexpected(bytes.error().message);
    auto parsed = config::parse(*bytes);
    if (parsed) return std::move(*parsed);
    std::string lines;
    for (const auto& error : parsed.error())
        lines +=
            fmt::format("{}{}:{}:{}: {}", lines.empty() ? "" : "\n", name, error.line, error.column, error.message);
    return tl::unexpected(lines);
}

}  // namespace benchgate::cli
