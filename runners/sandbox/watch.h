// Owns two ways to look at a run from outside: how much disk its directory takes, and a clock of the kernel that counts
// the CPU time of a process tree where no control group does.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "platform/files.h"

namespace benchgate::sandbox {

/// Says when a directory has outgrown its limit. A look costs two system calls: the tree is walked only when the file
/// system has filled by a sixteenth of the limit since the last walk, or half a minute has passed. What no walk finds
/// (files that are open and removed) shows when the file system has lost more than the limit and has less than it left.
class DiskWatch {
  public:
    DiskWatch(std::filesystem::path directory, std::uint64_t limit_bytes);
    bool over_limit();

  private:
    std::uint64_t free_bytes() const;
    std::filesystem::path directory_;
    std::uint64_t limit_;
    std::uint64_t free_at_start_, free_at_walk_;
    std::chrono::steady_clock::time_point last_walk_;
};

/// perf_event_open's task clock, inherited by all descendants.
class TaskClock {
  public:
    /// For a process that is about to exec; counts from there. Not every kernel or user may have one.
    static std::optional<TaskClock> attach(pid_t pid);
    std::optional<double> seconds() const;

  private:
    explicit TaskClock(platform::Fd fd) : fd_(std::move(fd)) {}
    platform::Fd fd_;
};

}
