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

enum class DiskState {
    fine,
    over_limit,   ///< the directory takes more than it may
    nearly_full,  ///< the file system has next to nothing left, which the host needs itself
};

/// Says when a directory has outgrown its limit, or its file system is nearly full. A look costs two system calls: the
/// tree is walked only when the file system has filled by a sixteenth of the limit or by many files since the last
/// walk, or half a minute has passed. What no walk finds (files that are open and removed) shows when the file system
/// has lost more than the limit and has less than it left, or has lost more than the limit while a part of the tree is
/// closed to us.
class DiskWatch {
  public:
    /// 0: no limit, and nothing is looked at.
    DiskWatch(std::filesystem::path directory, std::uint64_t limit_bytes);
    DiskState look();

  private:
    struct Room {
        std::uint64_t bytes = 0;
        std::uint64_t files = 0;
    };
    Room room() const;
    std::filesystem::path directory_;
    std::uint64_t limit_;
    Room at_start_, at_walk_;
    Room kept_;  ///< for the host
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
