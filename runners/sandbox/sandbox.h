// Owns the port through which foreign code is run: a command, its limits, and what became of it. Two sides implement
// it: BubblewrapSandbox (bubblewrap.h) isolates, DirectSandbox (direct.h) does not and says so. Does not own what the
// command's output means: that is core/formats.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "platform/process.h"

namespace benchgate::sandbox {

/// So much of the disk is left to the host: a command under which less is free is ended.
inline constexpr std::uint64_t disk_kept_bytes = std::uint64_t{512} << 20;

/// Inside, where the command's environment has no PATH of its own.
inline constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Limits {
    std::chrono::milliseconds wall{120'000};
    std::chrono::milliseconds grace{10'000};  ///< between SIGTERM and SIGKILL
    std::uint64_t memory_bytes = 0;           ///< of the whole tree, /tmp included; 0: what the host can spare
    std::uint64_t processes = 1'024;          ///< threads count too
    std::uint64_t open_files = 4'096;
    std::uint64_t file_bytes = std::uint64_t{8} << 30;    ///< of one file
    std::uint64_t disk_bytes = std::uint64_t{16} << 30;   ///< of the job's directory
    std::uint64_t tmp_bytes = std::uint64_t{2} << 30;     ///< of /tmp, which lives in memory
    std::uint64_t output_bytes = std::uint64_t{4} << 30;  ///< both streams together; more ends the command
    std::size_t keep_output_bytes = 25 << 20;             ///< of each stream: half its head, half its tail
};

/// What a run used, beside its CPU time and its peak of memory, which are always read. Each costs something, so it is
/// asked for.
enum class Figure {
    average_memory,  ///< bytes, of what counts for the control group
    read_bytes,      ///< from devices: what a cache answered is not in it
    written_bytes,   ///< to devices
    read_operations,
    write_operations,
    context_switches,
    page_faults,
    instructions,  ///< this one and the following in user space alone
    cycles,
    cache_misses,
    branch_misses
};

/// A folder of the same user besides /src, seen under its own name; what lies there outlasts the command.
struct WritableFolder {
    std::filesystem::path path;
    std::uint64_t bytes_before = 0;  ///< that others left there: `disk_bytes` come on top of them
};

struct Command {
    std::vector<std::string> argv{};                   ///< either this
    std::string shell_line{};                          ///< or this: /bin/sh -c LINE
    std::filesystem::path job_directory{};             ///< seen as /src inside
    std::string directory{};                           ///< to start in, relative to /src
    std::map<std::string, std::string> environment{};  ///< all of it, beside PATH, HOME, LANG, TMPDIR
    std::vector<int> cpus{};                           ///< affinity; empty: any
    std::vector<std::filesystem::path> read_only{};    ///< further host paths, seen under their own name
    std::vector<WritableFolder> writable{};            ///< never in a trial
    /// The host's network, for what a build must fetch. Whatever the command's input makes it ask for is reachable
    /// then, services of the host too: for nothing else.
    bool network = false;
    /// perf_event_open is let through to the kernel, for `perf record`. Foreign code gets that door into the kernel,
    /// too: for nothing else.
    bool perf_events = false;
    std::set<Figure> figures{};
    /// How often the memory of the whole tree is looked at (PSS); 0: never. A look takes a millisecond or more of a
    /// processor, so not in a run that is measured.
    std::chrono::milliseconds memory_every{0};
    Limits limits;
    platform::OnOutput on_output{};
    /// The number of the sandbox's first process, from outside, before its output is read. Not without isolation.
    std::function<void(pid_t)> on_started{};
};

/// A figure together with where it was read: "cgroup2", "cgroup1", "perf", "rusage".
struct Sourced {
    double value = 0;
    std::string_view source;
};

/// The tree's memory at one moment of a run.
struct MemorySample {
    double seconds = 0;  ///< since the command was started
    double bytes = 0;
};

struct Result {
    std::optional<int> exit_code;
    std::optional<int> signal;  ///< also where a shell reported it as 128 + number
    bool timed_out = false;
    bool stopped = false;  ///< by the stop token
    bool output_limit = false;
    bool disk_limit = false;
    bool disk_full = false;       ///< next to nothing is left on the job's disk, whoever took it
    bool out_of_memory = false;   ///< the kernel killed something in the tree for memory
    bool met_own_limit = false;   ///< of memory: what the tree takes itself has brought it there
    bool host_was_short = false;  ///< of memory: that, though the tree had less than half of what it may take
    bool process_limit = false;   ///< something could not be started because there were as many as allowed
    Limits limits;                ///< that held
    std::chrono::nanoseconds wall{};
    std::optional<Sourced> cpu_seconds;  ///< user and system, of the whole tree
    std::optional<Sourced> user_seconds;
    std::optional<Sourced> system_seconds;
    std::optional<Sourced> peak_memory_bytes;
    double memory_wait_seconds = 0;              ///< for memory below the tree's own limit; 0 also where nobody tells
    std::optional<double> involuntary_switches;  ///< of the whole tree; only where wait4 sees all of it
    std::string no_peak_memory;                  ///< why there is none, one clause
    std::map<Figure, Sourced> figures;           ///< those that were asked for and can be read here
    std::map<Figure, std::string> missing;  ///< the others, with one clause why, and what to do where something helps
    std::vector<MemorySample> memory;       ///< in the order of time; source "smaps"
    platform::Captured out, err;
    bool ok() const {
        return exit_code == 0 && !timed_out && !stopped && !output_limit && !disk_limit && !disk_full && !out_of_memory;
    }
    /// "exited with status 2", "ended: more disk space than the 16 GiB allowed", ...: for people.
    std::string describe() const;
};

/// The sandbox itself failed: an infrastructure error, never the command's.
struct SandboxError {
    std::string message;
};

/// What an implementation can do here.
struct Capabilities {
    bool available = false;
    std::string why_not;
    bool isolated = false;                 ///< false: the code can do whatever the user can
    std::vector<std::string> unavailable;  ///< "memory limit: no cgroup can be written", ...
};

struct Sandbox {
    virtual ~Sandbox() = default;
    virtual std::string_view name() const = 0;
    virtual Capabilities probe() = 0;
    /// Makes a directory fit to be a job's: reachable by and owned by the user that commands run as.
    virtual tl::expected<void, SandboxError> prepare(const std::filesystem::path& job_directory) = 0;
    virtual tl::expected<Result, SandboxError> run(const Command& command, std::stop_token stop = {}) = 0;
};

/// Bubblewrap where it works; otherwise, only if allowed, the direct one.
struct ChooseOptions {
    bool allow_unsandboxed = false;
    std::optional<platform::Identity> run_as{};  ///< absent: "nobody" when we are root
};
tl::expected<std::unique_ptr<Sandbox>, SandboxError> choose(const ChooseOptions& options);

}
