#include "cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "platform/files.h"

namespace benchgate::cli {
namespace {

namespace fs = std::filesystem;

tl::unexpected<std::string> unwritable(const std::string& target, std::string_view why) {
    return tl::unexpected(fmt::format("{}: cannot be written: {}", target, why));
}

/// The file that is meant, behind links.
fs::path behind_links(const fs::path& path) {
    std::error_code none;
    auto found = fs::canonical(path, none);
    return none ? path : found;
}

}  // namespace

tl::expected<void, std::string> check_output(const std::string& target) {
    if (target.empty() || target == "-") return {};
    const fs::path path = behind_links(target);
    std::error_code none;
    if (fs::is_directory(path, none)) return unwritable(target, "it is a folder");
    const bool exists = fs::exists(path, none);
    const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
    if (::access(exists ? path.c_str() : parent.c_str(), W_OK) != 0) return unwritable(target, std::strerror(errno));
    return {};
}

tl::expected<void, std::string> write_output(const std::string& target, std::string_view text, std::ostream& out) {
    if (target == "-") {
        if (out << text << std::flush) return {};
        return unwritable("standard output", "it is closed or full");
    }
    const fs::path path = behind_links(target);
    std::error_code none;
    const auto status = fs::symlink_status(path, none);
    // A rename would put a plain file in the place of a device or a pipe, and of a link that leads nowhere yet.
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        std::ofstream stream(path, std::ios::binary);
        if (stream << text << std::flush) return {};
        return unwritable(target, std::strerror(errno));
    }
    const auto mode = fs::exists(status) ? static_cast<mode_t>(status.permissions()) : mode_t{0644};
    if (auto written = platform::write_file_atomically(path, text, mode); !written)
        return tl::unexpected(written.error().message);
    return {};
}

}  // namespace benchgate::cli
