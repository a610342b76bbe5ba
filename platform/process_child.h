// Owns what happens between fork and exec, on the child's side. Only calls that are safe after a fork in a program with
// threads: no memory is allocated, no lock taken. Everything it needs was prepared by the parent. Private to
// process.cpp.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <sched.h>

namespace benchgate::platform {

/// What a child says: the step that failed, through a pipe that otherwise just closes at exec; or, as the reaper's last
/// word, how the program ended.
struct ChildReport {
    int error_number = 0;
    char step[32] = {};
    int wait_status = 0;
};

struct ChildLimit {
    int resource;
    rlim_t value;
};

struct ChildPlan {
    char* const* argv;
    char* const* environment;  ///< nullptr: inherited
    const char* directory;     ///< nullptr: inherited
    const ChildLimit* limits;
    int limit_count;
    const int* join_fds;  ///< open cgroup.procs files
    int join_count;
    const int* pass_fds;  ///< sorted
    int pass_count;
    int in_fd, out_fd, err_fd;
    int report_fd;   ///< where a failed step goes; closes at exec
    int reaper_fd;   ///< where the reaper's last word goes; -1: no reaper
    int go_fd;       ///< end of file: the parent is ready; -1: do not wait
    int control_fd;  ///< of the reaper: anything readable means kill all; -1: no reaper
    bool drop_identity;
    uid_t uid;
    gid_t gid;
    bool own_session;
    bool die_with_parent;
    pid_t parent;
    bool first_victim;
    bool set_affinity;
    cpu_set_t affinity;
};

/// Never returns.
[[noreturn]] void become_child(const ChildPlan& plan);

}
