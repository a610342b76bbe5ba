#include "runners/host/tune_processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include <sys/swap.h>

namespace benchgate::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* balancer = "irqbalance";

/// Field 22 of /proc/PID/stat, behind the name in parentheses, which may hold anything.
std::string beginning_of(int pid) {
    const auto stat = read_knob("/", fmt::format("proc/{}/stat", pid)).value_or("");
    const auto close = stat.rfind(')');
    if (close == std::string::npos) return "";
    std::istringstream fields(stat.substr(close + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i) fields >> field;
    return fields ? field : "";
}

bool is_balancer(int pid) {
    return read_knob("/", fmt::format("proc/{}/comm", pid)) == std::string(balancer) + "\n";
}

bool is_same(const TuneEntry& process) {
    return is_balancer(process.process) && beginning_of(process.process) == process.began;
}

}  // namespace

std::vector<TuneEntry> balancers() {
    std::vector<TuneEntry> found;
    std::error_code error;
    for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        const int pid = std::atoi(name.c_str());
        if (pid > 1 && is_balancer(pid)) found.push_back({.process = pid, .began = beginning_of(pid)});
    }
    return found;
}

bool pause_process(const TuneEntry& process) {
    return is_same(process) && ::kill(process.process, SIGSTOP) == 0;
}

TuneStep let_go_on(const TuneEntry& process) {
    const auto what = fmt::format("irqbalance (process {})", process.process);
    if (!is_same(process)) return {TuneOutcome::absent, what, "", ""};
    const bool done = ::kill(process.process, SIGCONT) == 0;
    return {done ? TuneOutcome::restored : TuneOutcome::refused, what, "paused", done ? "running" : "paused"};
}

std::vector<TuneEntry> swaps() {
    std::vector<TuneEntry> found;
    std::istringstream lines(read_knob("/", "proc/swaps").value_or(""));
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string name, kind, size, used;
        int priority = 0;
        // The kernel writes a blank in a name as \040: such a swap stays as it is.
        if (words >> name >> kind >> size >> used >> priority && name.find('\\') == std::string::npos)
            found.push_back({.swap = name, .priority = priority});
    }
    return found;
}

bool take_swap_off(const TuneEntry& swap) {
    return ::swapoff(swap.swap.c_str()) == 0;
}

TuneStep put_swap_on(const TuneEntry& swap) {
    const auto is_on = [&] {
        const auto now = swaps();
        return std::ranges::any_of(now, [&](const auto& one) { return one.swap == swap.swap; });
    };
    if (is_on()) return {TuneOutcome::restored, "swap on " + swap.swap, "on", "on"};
    // A negative priority is the kernel's own choice.
    const int flags = swap.priority >= 0 ? SWAP_FLAG_PREFER | (swap.priority & SWAP_FLAG_PRIO_MASK) : 0;
    const bool done = ::swapon(swap.swap.c_str(), flags) == 0;
    return {done ? TuneOutcome::restored : TuneOutcome::refused, "swap on " + swap.swap, "off", done ? "on" : "off"};
}

}  // namespace benchgate::host
