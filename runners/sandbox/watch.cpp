#include "runners/sandbox/watch.h"

#include <algorithm>

#include <linux/perf_event.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runners/sandbox/sandbox.h"

namespace benchgate::sandbox {

namespace {

constexpr std::uint64_t most_entries = 2'000'000;
constexpr std::uint64_t many_files = 100'000;
constexpr std::chrono::seconds longest_without_walk{30};
/// Preflight gives no lease with less than four times the bytes and twice the files.
constexpr std::uint64_t most_kept_files = 5'000;

}

DiskWatch::DiskWatch(std::filesystem::path directory, std::uint64_t limit_bytes)
    : directory_(std::move(directory)),
      limit_(limit_bytes),
      at_start_(room()),
      at_walk_(at_start_),
      kept_{std::min(disk_kept_bytes, at_start_.bytes / 4), std::min(most_kept_files, at_start_.files / 4)},
      last_walk_(std::chrono::steady_clock::now()) {}

/// What root alone may use is not room for anybody. A file system without a table of inodes never runs out of them.
DiskWatch::Room DiskWatch::room() const {
    struct statvfs status {};
    if (::statvfs(directory_.c_str(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
            status.f_files > 0 ? static_cast<std::uint64_t>(status.f_favail) : UINT64_MAX};
}

DiskState DiskWatch::look() {
    if (limit_ == 0) return DiskState::fine;
    const auto now = std::chrono::steady_clock::now();
    const Room left = room();
    const auto lost = [](std::uint64_t before, std::uint64_t after) { return before > after ? before - after : 0; };
    if (left.bytes < limit_ && lost(at_start_.bytes, left.bytes) > limit_) return DiskState::over_limit;
    // Filled by whomever: nothing good comes of going on, and of waiting until nobody can write.
    if (left.bytes < kept_.bytes || left.files < kept_.files) return DiskState::nearly_full;
    const bool filled =
        lost(at_walk_.bytes, left.bytes) >= limit_ / 16 || lost(at_walk_.files, left.files) >= many_files;
    if (!filled && now - last_walk_ < longest_without_walk) return DiskState::fine;
    at_walk_ = left;
    last_walk_ = now;
    const auto size = platform::tree_size(directory_, most_entries);
    // A tree too large to be walked is too large.
    if (size && (size->cut || size->bytes > limit_)) return DiskState::over_limit;
    // What a command closes to us we cannot count, and it knows that: then all that is lost counts as its own.
    const bool is_closed = size ? size->closed : size.error().kind == platform::FileErrorKind::denied;
    return is_closed && lost(at_start_.bytes, left.bytes) > limit_ ? DiskState::over_limit : DiskState::fine;
}

std::optional<TaskClock> TaskClock::attach(pid_t pid) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_TASK_CLOCK;
    attributes.disabled = 1;
    attributes.inherit = 1;
    attributes.enable_on_exec = 1;
    for (const unsigned exclude : {0U, 1U}) {
        // Without privileges only user space may be watched; this clock counts the whole time nevertheless.
        attributes.exclude_kernel = exclude;
        platform::Fd fd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, pid, -1, -1,
                                                   static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC))));
        if (fd) return TaskClock(std::move(fd));
    }
    return std::nullopt;
}

std::optional<double> TaskClock::seconds() const {
    std::uint64_t nanoseconds = 0;
    if (::read(fd_.get(), &nanoseconds, sizeof nanoseconds) != sizeof nanoseconds) return std::nullopt;
    return static_cast<double>(nanoseconds) * 1e-9;
}

}
