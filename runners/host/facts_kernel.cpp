// The kernel, and what of it a benchmark or the sandbox needs.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include <sys/utsname.h>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

void add_release(FactList& facts) {
    utsname name{};
    if (facts.options().root == "/" && uname(&name) == 0)
        facts.say("kernel.release", fmt::format("{} {}", name.sysname, name.release));
    else
        facts.say("kernel.release", facts.text("proc/sys/kernel/osrelease"));
    std::istringstream lines(facts.text("etc/os-release").value_or(""));
    std::optional<std::string> pretty;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("PRETTY_NAME=")) {
            pretty = line.substr(12);
            std::erase(*pretty, '"');
        }
    facts.say("kernel.distribution", pretty);
}

void add_clock(FactList& facts) {
    const auto clock = facts.text("sys/devices/system/clocksource/clocksource0/current_clocksource");
    facts.expect("kernel.clocksource", clock, clock == "tsc" || clock == "kvm-clock" || clock == "arch_sys_counter",
                 {"tsc", "boot with clocksource=tsc"});
}

}  // namespace

void add_kernel_facts(FactList& facts) {
    add_release(facts);
    add_clock(facts);
    facts.expect_word("kernel.aslr", "proc/sys/kernel/randomize_va_space",
                      {"2", "sysctl kernel.randomize_va_space=2: every trial then has a layout of its own"});
    facts.expect_word("kernel.nmi_watchdog", "proc/sys/kernel/nmi_watchdog",
                      {"0", "sysctl kernel.nmi_watchdog=0, or benchgate-runner tune"});
    facts.expect_word("kernel.timer_migration", "proc/sys/kernel/timer_migration",
                      {"0", "sysctl kernel.timer_migration=0, or benchgate-runner tune"});
}

}  // namespace benchgate::host
