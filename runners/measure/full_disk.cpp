#include "runners/measure/full_disk.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "platform/files.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {
namespace {

constexpr std::uint64_t next_to_nothing = std::uint64_t{1} << 20;  // bytes
/// Preflight gives no lease with less than twice that free: a side that takes so much has filled the disk itself, and
/// would fill the next host's.
constexpr std::uint64_t most_of_one_side = std::uint64_t{1} << 30;
constexpr std::uint64_t most_entries = 2'000'000;

}  // namespace

JobFailure blame_full_disk(JobFailure failure, const std::filesystem::path& directory, bool was_nearly_full) {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0) return failure;
    const auto free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    const bool no_bytes = free < (was_nearly_full ? sandbox::disk_kept_bytes : next_to_nothing);
    // A file system without a table of inodes says that it has none.
    const bool no_files = status.f_files > 0 && status.f_favail == 0;
    // What came back with the command's end was the command's.
    if (!no_bytes && !no_files) return failure;
    const auto size = platform::tree_size(directory, most_entries);
    if (size ? size->closed : size.error().kind == platform::FileErrorKind::denied) {
        failure.reason +=
            "; the disk under the work directory is full, and this side has closed a folder of its own, so that "
            "nobody can tell what it takes";
        return failure;
    }
    if (size && (size->cut || size->bytes > most_of_one_side)) {
        failure.reason +=
            fmt::format("; the disk under the work directory is full, and this side itself takes {:.1f} GiB",
                        static_cast<double>(size->bytes) / static_cast<double>(std::uint64_t{1} << 30));
        return failure;
    }
    failure.reason += fmt::format(
        "; the disk under the work directory is full ({}): make room on this host, or give "
        "the work directory another place",
        no_bytes ? fmt::format("less than {} MiB {} free",
                               (was_nearly_full ? sandbox::disk_kept_bytes : next_to_nothing) >> 20,
                               was_nearly_full ? "are" : "is")
                 : "no file can be added");
    failure.side.reset();
    failure.infrastructure = true;
    return failure;
}

}  // namespace benchgate::measure
