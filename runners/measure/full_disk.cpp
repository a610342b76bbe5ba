#include "runners/measure/full_disk.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <string>

#include "platform/files.h"

namespace benchgate::measure {
namespace {

constexpr std::uint64_t next_to_nothing = std::uint64_t{1} << 20;  // bytes
/// Preflight gives no lease with less than twice that free: a side that takes so much has filled the disk itself, and
/// would fill the next host's.
constexpr std::uint64_t most_of_one_side = std::uint64_t{1} << 30;
constexpr std::uint64_t most_entries = 2'000'000;

/// What somebody must know who is to make room on the file system below; empty: it has some.
std::string no_room(const std::filesystem::path& directory, bool was_nearly_full) {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return "";
    const auto least = was_nearly_full ? sandbox::disk_kept_bytes : next_to_nothing;
    if (static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize < least)
        return fmt::format("less than {} MiB {} free", least >> 20, was_nearly_full ? "are" : "is");
    // A file system without a table of inodes says that it has none.
    return status.f_files > 0 && status.f_favail == 0 ? "no file can be added" : "";
}

/// Why a full disk is the side's own doing, by what it has left in one folder; empty: it is not.
std::string own_doing(const sandbox::WritableFolder& folder) {
    const auto size = platform::tree_size(folder.path, most_entries);
    if (size ? size->closed : size.error().kind == platform::FileErrorKind::denied)
        return "has closed a folder of its own, so that nobody can tell what it takes";
    const auto most = folder.bytes_before + most_of_one_side;
    if (!size || (!size->cut && size->bytes <= most)) return "";
    return fmt::format(
        "itself takes {:.1f} GiB",
        static_cast<double>(size->bytes - std::min(size->bytes, folder.bytes_before)) / static_cast<double>(1 << 30));
}

}  // namespace

JobFailure blame_full_disk(JobFailure failure, const std::filesystem::path& directory, bool was_nearly_full,
                           const std::vector<sandbox::WritableFolder>& writable) {
    std::vector<sandbox::WritableFolder> folders{{directory, 0}};
    folders.insert(folders.end(), writable.begin(), writable.end());
    std::string full;
    for (const auto& folder : folders)
        if (full.empty()) full = no_room(folder.path, was_nearly_full);
    // What came back with the command's end was the command's.
    if (full.empty()) return failure;
    for (const auto& folder : folders)
        if (const auto doing = own_doing(folder); !doing.empty()) {
            failure.reason += "; the disk under the work directory is full, and this side " + doing;
            return failure;
        }
    failure.reason += fmt::format(
        "; the disk under the work directory is full ({}): make room on this host, or give "
        "the work directory another place",
        full);
    failure.side.reset();
    failure.infrastructure = true;
    return failure;
}

}  // namespace benchgate::measure
