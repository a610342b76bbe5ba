// Owns child processes: starting them without a shell, what they may use, their output within bounds, and ending them
// with everything they started. No zombie and no descriptor survives an object of this room. Does not own isolation:
// that is runners/sandbox, built on this.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

#include <tl/expected.hpp>

#include "platform/capture.h"
#include "platform/files.h"

namespace benchgate::platform {

struct ProcessError {
    int error_number = 0;  ///< errno of the step that failed
    std::string message;   ///< "cannot start 'x': No such file or directory"
};

struct ResourceLimits {
    std::optional<std::uint64_t> open_files{};
    std::optional<std::uint64_t> core_bytes = 0;
    std::optional<std::uint64_t> file_bytes{};
    std::optional<std::uint64_t> processes{};  ///< counted per user by the kernel
    std::optional<std::uint64_t> cpu_seconds{};
};

struct Identity {
    uid_t uid = 0;
    gid_t gid = 0;
};

enum class StreamTo { nothing, inherit, capture };

struct SpawnOptions {
    std::vector<std::string> argv{};                        ///< argv[0] is looked up in PATH if it has no slash
    std::optional<std::vector<std::string>> environment{};  ///< "NAME=value"; absent: inherited
    std::string directory{};                                ///< empty: inherited
    ResourceLimits limits;
    std::optional<Identity> run_as{};  ///< drops supplementary groups too; needs root
    std::vector<int> cpus{};           ///< affinity; empty: inherited
    bool first_victim = false;         ///< when memory runs out the kernel is to take this tree before anything else
    bool own_session = true;           ///< a session and process group of its own: what terminate() signals
    bool die_with_parent = true;       ///< SIGKILL when the thread that spawned it ends: spawn from a thread that stays
    /// A small reaper between us and the child adopts what the child leaves behind and kills it when the child ends,
    /// when asked, or when we die. wait4 then counts the CPU time of the whole tree.
    bool reap_descendants = false;
    StreamTo out = StreamTo::capture;
    StreamTo err = StreamTo::capture;
    bool err_into_out = false;           ///< standard error goes where standard output goes
    std::optional<std::string> input{};  ///< standard input, at most 64 KiB; absent: /dev/null
    std::vector<int> pass_fds{};         ///< stay open in the child under the same number; all others are closed
    /// Files into which the child writes "0" before it drops its identity: cgroup.procs.
    std::vector<std::string> join_files{};
    /// Called in the parent while the child is ready and waits right before exec: a counter can be attached to it.
    std::function<void(pid_t)> before_exec{};
};

struct ExitStatus {
    std::optional<int> code;    ///< when it exited
    std::optional<int> signal;  ///< when a signal ended it
    rusage usage{};             ///< of the child and the descendants it waited for
    bool ok() const { return code == 0; }
};

/// A child that runs. Destroying the object kills its group (its tree with reap_descendants) and waits for it.
class Process {
  public:
    static tl::expected<Process, ProcessError> spawn(const SpawnOptions& options);
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    pid_t pid() const { return pid_; }
    /// Readable (poll) when the process has ended.
    int pidfd() const { return pidfd_.get(); }
    /// Non-blocking; -1 if not captured or already closed.
    int out_fd() const { return out_.get(); }
    int err_fd() const { return err_.get(); }
    void close_out() { out_.reset(); }
    void close_err() { err_.reset(); }
    bool running() { return !try_wait(); }

    /// nullopt: still running. Afterwards the same answer again.
    std::optional<ExitStatus> try_wait();
    ExitStatus wait();
    std::optional<ExitStatus> wait_until(std::chrono::steady_clock::time_point deadline);

    /// To the process group (to the process alone without own_session). No effect after the end.
    void signal_group(int signal);
    /// SIGTERM, then SIGKILL after the grace; SIGKILL also for those of the group that outlive the leader.
    ExitStatus terminate(std::chrono::milliseconds grace);

  private:
    Process() = default;
    void note_exit(int status, const rusage& usage);
    void kill_group_leftovers();
    pid_t pid_ = -1;
    bool own_group_ = false;
    Fd pidfd_, out_, err_;
    Fd reaper_control_, reaper_report_;
    std::optional<ExitStatus> exit_;
};

enum class Stream { out, err };
using OnOutput = std::function<void(Stream, std::string_view bytes)>;

struct Supervision {
    std::optional<std::chrono::milliseconds> wall_limit{};
    std::chrono::milliseconds grace{10'000};
    std::size_t keep_bytes = 1 << 20;             ///< of each stream: half its head, half its tail
    std::optional<std::uint64_t> output_limit{};  ///< both streams together; more ends the process
    OnOutput on_output{};                         ///< bytes as they come, unbounded by keep_bytes
    /// Called every watch_every; an answer ends the process with Ending::watch.
    std::function<bool()> watch{};
    std::chrono::milliseconds watch_every{1'000};
    /// How to ask the tree to end (SIGTERM) and how to end it (SIGKILL); absent: Process::signal_group.
    std::function<void(Process&, int signal)> signal_tree{};
};

enum class Ending { exited, timed_out, stopped, output_limit, watch };

struct Outcome {
    ExitStatus status;
    Ending ending = Ending::exited;  ///< why we ended it; exited: it ended by itself
    std::chrono::nanoseconds wall{};
    Captured out, err;
    bool ok() const { return ending == Ending::exited && status.ok(); }
};

/// Follows a process to its end: streams, limits, stop. Leaves nothing of its group alive.
Outcome supervise(Process& process, const Supervision& supervision, std::stop_token stop = {});

/// spawn + supervise.
tl::expected<Outcome, ProcessError> run(const SpawnOptions& options, const Supervision& supervision = {},
                                        std::stop_token stop = {});

}
