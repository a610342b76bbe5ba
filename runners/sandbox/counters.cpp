#include "runners/sandbox/counters.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace benchgate::sandbox {

namespace {

struct Event {
    Figure figure;
    std::uint32_t type;
    std::uint64_t config;
    bool needs_kernel;  ///< counts nothing where the kernel itself must not be watched
};

/// Four of the processor: more would take turns on the counters that most machines have.
constexpr std::array<Event, 6> events{
    {{Figure::page_faults, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, false},
     {Figure::context_switches, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, true},
     {Figure::instructions, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, false},
     {Figure::cycles, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false},
     {Figure::cache_misses, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, false},
     {Figure::branch_misses, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, false}}};

int open_event(const Event& event, pid_t pid, bool user_only) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = event.type;
    attributes.config = event.config;
    attributes.disabled = 1;
    attributes.inherit = 1;
    attributes.enable_on_exec = 1;
    attributes.exclude_hv = 1;
    attributes.exclude_kernel = user_only ? 1 : 0;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return static_cast<int>(
        ::syscall(SYS_perf_event_open, &attributes, pid, -1, -1, static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC)));
}

}

std::string counter_refused(int error_number, bool hardware) {
    if (error_number == EACCES || error_number == EPERM)
        return "the kernel lets only root count it: `sysctl kernel.perf_event_paranoid=1` on the host mends it";
    if (error_number == ENOENT || error_number == EOPNOTSUPP || error_number == ENODEV)
        return hardware ? "this machine shows no such counter, as most virtual ones"
                        : "this kernel has no such counter";
    if (error_number == ENOSYS) return "this kernel has no perf events";
    return fmt::format("it could not be opened: {}", std::strerror(error_number));
}

Counters Counters::attach(pid_t pid, const std::set<Figure>& figures) {
    Counters counters;
    for (const auto& event : events) {
        if (!figures.contains(event.figure)) continue;
        const bool hardware = event.type == PERF_TYPE_HARDWARE;
        // What the kernel does differs from run to run, so of the processor's counters its part is left out; of the
        // kernel's own it is the point.
        bool user_only = hardware;
        platform::Fd fd(open_event(event, pid, user_only));
        if (!fd && (errno == EACCES || errno == EPERM) && !user_only && !event.needs_kernel) {
            user_only = true;
            fd = platform::Fd(open_event(event, pid, user_only));
        }
        if (fd)
            counters.open_.push_back({event.figure, std::move(fd), user_only && !hardware});
        else
            counters.refused_[event.figure] = counter_refused(errno, hardware);
    }
    return counters;
}

void Counters::add_to(Result& result) const {
    for (const auto& [figure, why] : refused_) result.missing[figure] = why;
    for (const auto& one : open_) {
        struct {
            std::uint64_t value, enabled, running;
        } read{};
        if (::read(one.fd.get(), &read, sizeof read) != sizeof read || read.enabled == 0) {
            result.missing[one.figure] = "the counter did not count";
            continue;
        }
        const double share = static_cast<double>(read.running) / static_cast<double>(read.enabled);
        if (share < least_counted_share)
            result.missing[one.figure] =
                fmt::format("the counter was shared and counted {:.0f} % of the time only", 100 * share);
        else
            result.figures[one.figure] = {static_cast<double>(read.value), one.user_only ? "perf, user space" : "perf"};
    }
}

}
