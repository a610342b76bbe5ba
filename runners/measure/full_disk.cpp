#include "runners/measure/full_disk.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace benchgate::measure {
namespace {

constexpr std::uint64_t next_to_nothing = std::uint64_t{1} << 20;  // bytes

}  // namespace

JobFailure blame_full_disk(JobFailure failure, const std::filesystem::path& directory) {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return failure;
    const bool no_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize < next_to_nothing;
    // A file system without a table of inodes says that it has none.
    const bool no_files = status.f_files > 0 && status.f_favail == 0;
    if (!no_bytes && !no_files) return failure;
    failure.reason += fmt::format(
        "; the disk under the work directory is full ({}): make room on this host, or give "
        "the work directory another place",
        no_bytes ? "less than 1 MiB is free" : "no file can be added");
    failure.side.reset();
    failure.infrastructure = true;
    return failure;
}

}  // namespace benchgate::measure
