#include "runners/sandbox/seccomp_filter.h"

#include <cerrno>
#include <memory>
#include <stdexcept>

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

/// The sockets that a network namespace holds in. Others reach past it (AF_VSOCK talks to the hypervisor and to the
/// host's own services there), or are doors into the kernel that no benchmark needs.
constexpr bool is_family_allowed(unsigned family) {
    return family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
}

/// The kernel looks at the low 32 bits of a family only, so the rules must, too: a bit above them would slip through.
void deny_other_families(scmp_filter_ctx filter) {
    constexpr std::uint64_t low_bits = 0xffffffff;
    constexpr unsigned known_bits = 6;
    const auto add = [&](std::uint64_t mask, std::uint64_t value) {
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, mask, value)) != 0)
            throw std::runtime_error("cannot deny a family of sockets");
    };
    for (unsigned family = 0; family < 1U << known_bits; ++family)
        if (!is_family_allowed(family)) add(low_bits, family);
    for (unsigned bit = known_bits; bit < 32; ++bit) add(std::uint64_t{1} << bit, std::uint64_t{1} << bit);
}

}

std::string seccomp_filter(PerfEvents perf_events) {
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
    if (perf_events == PerfEvents::denied) add("perf_event_open", SCMP_ACT_ERRNO(EPERM));
    for (const char* name : unknown) add(name, SCMP_ACT_ERRNO(ENOSYS));
    deny_other_families(filter.get());

    const platform::Fd memory(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!memory || seccomp_export_bpf(filter.get(), memory.get()) != 0)
        throw std::runtime_error("cannot export the seccomp filter");
    std::string bytes(static_cast<std::size_t>(::lseek(memory.get(), 0, SEEK_END)), '\0');
    if (::pread(memory.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("cannot read the seccomp filter");
    return bytes;
}

}
