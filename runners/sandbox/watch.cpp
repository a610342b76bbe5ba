#include "runners/sandbox/watch.h"

#include <linux/perf_event.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace benchgate::sandbox {

namespace {

constexpr std::uint64_t most_entries = 2'000'000;
constexpr std::chrono::seconds longest_without_walk{30};

}

DiskWatch::DiskWatch(std::filesystem::path directory, std::uint64_t limit_bytes)
    : directory_(std::move(directory)),
      limit_(limit_bytes),
      free_at_start_(free_bytes()),
      free_at_walk_(free_at_start_),
      last_walk_(std::chrono::steady_clock::now()) {}

std::uint64_t DiskWatch::free_bytes() const {
    struct statvfs status {};
    if (::statvfs(directory_.c_str(), &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.f_bfree) * status.f_frsize;
}

bool DiskWatch::over_limit() {
    if (limit_ == 0) return false;
    const auto now = std::chrono::steady_clock::now();
    const std::uint64_t free = free_bytes();
    const bool filled = free < free_at_walk_ && free_at_walk_ - free >= limit_ / 16;
    if (free < limit_ && free < free_at_start_ && free_at_start_ - free > limit_) return true;
    if (!filled && now - last_walk_ < longest_without_walk) return false;
    free_at_walk_ = free;
    last_walk_ = now;
    const auto size = platform::tree_size(directory_, most_entries);
    // A tree too large to be walked is too large; one that cannot be opened is not ours to judge.
    return size && (size->cut || size->bytes > limit_);
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
