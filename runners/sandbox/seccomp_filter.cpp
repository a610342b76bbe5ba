#include "runners/sandbox/seccomp_filter.h"

#include <cerrno>
#include <memory>
#include <stdexcept>

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/files.h"

namespace benchgate::sandbox {

namespace {

// Everything else is allowed: benchmarks of databases and runtimes use most of what a kernel has.
constexpr const char* denied[] = {
    // mounts and namespaces
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "setns",
    "unshare",
    "name_to_handle_at",
    "open_by_handle_at",
    "quotactl",
    "quotactl_fd",
    // other processes
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
    // keys, tracing, counters
    "keyctl",
    "add_key",
    "request_key",
    "bpf",
    "perf_event_open",
    "fanotify_init",
    "lookup_dcookie",
    // the machine
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "syslog",
    "acct",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "iopl",
    "ioperm",
    "vhangup",
    "nfsservctl",
    "sethostname",
    "setdomainname",
};

// Programs have another way when the kernel does not know these: the answer must be that it does not.
constexpr const char* unknown[] = {"io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"};

}

std::string seccomp_filter() {
    const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!filter) throw std::runtime_error("libseccomp does not start");
    const auto add = [&](const char* name, std::uint32_t action) {
        const int number = seccomp_syscall_resolve_name(name);
        // Calls that this architecture or library does not know cannot be named, let alone made, through it.
        if (number == __NR_SCMP_ERROR || number < 0) return;
        if (seccomp_rule_add(filter.get(), action, number, 0) != 0)
            throw std::runtime_error(std::string("cannot deny ") + name);
    };
    for (const char* name : denied) add(name, SCMP_ACT_ERRNO(EPERM));
    for (const char* name : unknown) add(name, SCMP_ACT_ERRNO(ENOSYS));

    const platform::Fd memory(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!memory || seccomp_export_bpf(filter.get(), memory.get()) != 0)
        throw std::runtime_error("cannot export the seccomp filter");
    std::string bytes(static_cast<std::size_t>(::lseek(memory.get(), 0, SEEK_END)), '\0');
    if (::pread(memory.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("cannot read the seccomp filter");
    return bytes;
}

}
