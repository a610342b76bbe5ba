// Owns control groups: which of them can be written here (version 2, version 1, or a mixture), one group a run, its
// limits, what it counted, and the end of everything in it. Each controller may be absent on its own; what is
// absent is said, not guessed. Does not own the process that joins.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <tl/expected.hpp>

namespace benchgate::sandbox {

struct CgroupLimits {
    std::uint64_t memory_bytes = 0;  ///< 0: none
    std::uint64_t processes = 0;     ///< 0: none
    bool count_io = false;           ///< version 1 wants a group more for it
};

struct CgroupSource {
    std::filesystem::path root = "/";  ///< another one in tests
};

/// The directories below which this process may make groups.
struct CgroupPlaces {
    std::optional<std::filesystem::path> unified;  ///< version 2
    bool unified_memory = false;                   ///< its children have the controller
    bool unified_pids = false;
    bool unified_io = false;
    std::optional<std::filesystem::path> memory_v1, pids_v1, cpuacct_v1, blkio_v1;
    std::vector<std::string> notes;  ///< what is not available, for people
    bool can_limit_memory() const { return unified_memory || memory_v1; }
    bool can_limit_processes() const { return unified_pids || pids_v1; }
};

/// Looks, tries to make and remove a group in each place, and removes what a runner that was killed left there.
CgroupPlaces find_cgroups(const CgroupSource& source = {});

struct CgroupReading {
    std::optional<double> cpu_seconds, user_seconds, system_seconds;
    std::string_view cpu_source;
    std::optional<double> peak_memory_bytes;
    std::string_view memory_source;
    std::optional<double> read_bytes, written_bytes, read_operations, write_operations;
    std::string_view io_source;
    double memory_wait_seconds = 0;  ///< that processes waited for memory, of a tree that met its own limit; version 2
    bool oom_killed = false;
    bool met_own_limit = false;
    bool host_was_short = false;     ///< killed below half of its own limit, which it never met
    bool process_limit_hit = false;  ///< something could not be started for it
};

/// The groups of one run; removed, with everything in them ended, when the object goes.
class RunCgroup {
  public:
    static tl::expected<RunCgroup, std::string> make(const CgroupPlaces& places, const std::string& name,
                                                     const CgroupLimits& limits);
    RunCgroup(RunCgroup&&) noexcept;
    RunCgroup& operator=(RunCgroup&&) = delete;
    ~RunCgroup();
    /// Files into which a process writes "0" to join.
    std::vector<std::string> join_files() const;
    /// SIGKILL to all, until none is left (at most a second).
    void kill_all();
    /// Sends a signal to each process once.
    void signal_all(int signal);
    bool empty() const;
    /// To be called now and then: of version 2 only newer kernels keep the peak of memory themselves. What is seen so
    /// tells a bystander from a glutton, and is no figure.
    void note_memory();
    CgroupReading read() const;
    std::vector<pid_t> processes() const;
    /// A file that always holds the bytes in use now, and the source it is; none: no group counts memory.
    std::optional<std::pair<std::filesystem::path, std::string_view>> memory_now() const;

  private:
    RunCgroup() = default;
    std::array<const std::optional<std::filesystem::path>*, 5> groups() const {
        return {&unified_, &pids_v1_, &memory_v1_, &cpuacct_v1_, &blkio_v1_};
    }
    std::optional<std::filesystem::path> unified_, memory_v1_, pids_v1_, cpuacct_v1_, blkio_v1_;
    bool unified_memory_ = false, unified_pids_ = false, unified_io_ = false;
    double most_memory_seen_ = 0;
};

}
