#include "platform/process_child.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace benchgate::platform {

namespace {

[[noreturn]] void fail(const ChildPlan& plan, const char* step) {
    ChildReport report;
    report.error_number = errno;
    std::strncpy(report.step, step, sizeof report.step - 1);
    [[maybe_unused]] const ssize_t count = ::write(plan.report_fd, &report, sizeof report);
    ::_exit(127);
}

void close_others(const ChildPlan& plan) {
    // The report pipe closes by itself at exec and must stay until then; so are all descriptors that exec closes.
    unsigned next = 3;
    for (int i = 0; i < plan.pass_count; ++i) {
        const auto fd = static_cast<unsigned>(plan.pass_fds[i]);
        if (fd > next) ::syscall(SYS_close_range, next, fd - 1, CLOSE_RANGE_CLOEXEC);
        ::fcntl(plan.pass_fds[i], F_SETFD, 0);
        next = fd + 1;
    }
    ::syscall(SYS_close_range, next, ~0U, CLOSE_RANGE_CLOEXEC);
}

void reset_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; ++number) ::sigaction(number, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Raising the score needs no privilege, lowering it again does. Where it cannot be raised the order is the kernel's.
void become_first_victim() {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    [[maybe_unused]] const ssize_t count = ::write(fd, "1000", 4);
    ::close(fd);
}

void die_with(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it died before the call
}

/// The system calls themselves: the wrappers of libc would want to change other threads, which no longer exist here.
void drop_identity(const ChildPlan& plan) {
    if (::syscall(SYS_setgroups, 0, nullptr) != 0) fail(plan, "drop groups");
    if (::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0) fail(plan, "change group");
    if (::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0) fail(plan, "change user");
}

void kill_children() {
    // The list of our children; a child that forks meanwhile is found in the next round, after it was adopted.
    const int fd = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    char buffer[4096];
    pid_t number = 0;
    for (ssize_t count; (count = ::read(fd, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < count; ++i) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                number = number * 10 + (buffer[i] - '0');
            } else if (number > 0) {
                ::kill(number, SIGKILL);
                number = 0;
            }
        }
    ::close(fd);
}

/// Waits for the main child or the order to kill; then ends whatever has come to us.
[[noreturn]] void reap(const ChildPlan& plan, pid_t main_child) {
    // There is no exec here that would close what we inherited, and an open copy of a pipe keeps its reader waiting.
    const auto low = static_cast<unsigned>(plan.control_fd < plan.reaper_fd ? plan.control_fd : plan.reaper_fd);
    const auto high = static_cast<unsigned>(plan.control_fd < plan.reaper_fd ? plan.reaper_fd : plan.control_fd);
    if (low > 0) ::syscall(SYS_close_range, 0U, low - 1, 0U);
    if (high > low + 1) ::syscall(SYS_close_range, low + 1, high - 1, 0U);
    ::syscall(SYS_close_range, high + 1, ~0U, 0U);
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
    pollfd waiting[2] = {{plan.control_fd, POLLIN, 0}, {::signalfd(-1, &child_ended, SFD_CLOEXEC), POLLIN, 0}};
    ChildReport report;
    bool main_runs = true;
    bool ordered = false;
    while (main_runs && !ordered) {
        int status = 0;
        for (pid_t ended; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
            if (ended == main_child) {
                main_runs = false;
                report.wait_status = status;
            }
        if (!main_runs) break;
        ::poll(waiting, 2, -1);
        signalfd_siginfo info;
        if (waiting[1].revents != 0 && ::read(waiting[1].fd, &info, sizeof info) < 0) break;
        ordered = waiting[0].revents != 0;
    }
    for (;;) {
        kill_children();
        int status = 0;
        const pid_t ended = ::waitpid(-1, &status, 0);
        if (ended == main_child) report.wait_status = status;
        if (ended < 0 && errno == ECHILD) break;
    }
    [[maybe_unused]] const ssize_t count = ::write(plan.reaper_fd, &report, sizeof report);
    ::_exit(0);
}

}

void become_child(const ChildPlan& plan) {
    if (plan.own_session && ::setsid() < 0) fail(plan, "start a session");
    for (int i = 0; i < plan.join_count; ++i)
        if (::write(plan.join_fds[i], "0", 1) != 1) fail(plan, "join a control group");

    if (plan.first_victim) become_first_victim();
    reset_signals();
    if (::dup2(plan.in_fd, 0) < 0 || ::dup2(plan.out_fd, 1) < 0 || ::dup2(plan.err_fd, 2) < 0)
        fail(plan, "connect the streams");
    for (int i = 0; i < plan.limit_count; ++i) {
        const rlimit limit{plan.limits[i].value, plan.limits[i].value};
        if (::setrlimit(static_cast<__rlimit_resource>(plan.limits[i].resource), &limit) != 0)
            fail(plan, "set a resource limit");
    }
    if (plan.set_affinity && ::sched_setaffinity(0, sizeof plan.affinity, &plan.affinity) != 0)
        fail(plan, "pin to the CPUs");

    pid_t parent = plan.parent;
    if (plan.control_fd >= 0) {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        parent = ::getpid();
        const pid_t child = ::fork();
        if (child < 0) fail(plan, "fork");
        if (child > 0) reap(plan, child);
        if (plan.own_session) ::setsid();
    }
    if (plan.drop_identity) drop_identity(plan);
    // Only now: a change of identity clears the death signal.
    if (plan.die_with_parent || plan.control_fd >= 0) die_with(parent);
    if (plan.directory != nullptr && ::chdir(plan.directory) != 0) fail(plan, "enter the directory");
    close_others(plan);
    if (plan.go_fd >= 0) {
        char byte;
        while (::read(plan.go_fd, &byte, 1) < 0 && errno == EINTR) continue;
    }
    if (plan.environment != nullptr)
        ::execvpe(plan.argv[0], plan.argv, plan.environment);
    else
        ::execvp(plan.argv[0], plan.argv);
    fail(plan, "execute");
}

}
