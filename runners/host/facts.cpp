#include "runners/host/facts.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::host {
namespace {

using model::FactStatus;
using model::HostFact;

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    const auto first = text.find_first_not_of(" \t\n");
    return first == std::string::npos ? std::string() : text.substr(first);
}

class Collector {
  public:
    explicit Collector(const FactOptions& options) : options_(options) {}

    std::vector<HostFact> collect() {
        cpu();
        frequency();
        memory();
        kernel();
        load();
        disk();
        compiler();
        std::sort(facts_.begin(), facts_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        return std::move(facts_);
    }

  private:
    std::optional<std::string> text(const std::string& path) const {
        auto bytes = platform::read_file(options_.root / path, 1u << 20);
        if (!bytes) return std::nullopt;
        return trimmed(*bytes);
    }
    void say(std::string id, std::string observed) {
        facts_.push_back({std::move(id), FactStatus::ok, std::move(observed), "", ""});
    }
    void unknown(std::string id, std::string wanted) {
        facts_.push_back({std::move(id), FactStatus::unknown, "", std::move(wanted), ""});
    }
    /// A file with one word that should be `wanted`; what another word means is a warning, since measuring still works.
    void expect(const std::string& id, const std::string& path, const std::string& wanted, const std::string& fix) {
        const auto seen = text(path);
        if (!seen) return unknown(id, wanted);
        facts_.push_back(
            {id, *seen == wanted ? FactStatus::ok : FactStatus::warn, *seen, wanted, *seen == wanted ? "" : fix});
    }

    std::string cpuinfo(const std::string& key) const {
        std::istringstream lines(text("proc/cpuinfo").value_or(""));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(key))
                if (const auto colon = line.find(':'); colon != std::string::npos)
                    return trimmed(line.substr(colon + 1));
        return "";
    }

    void cpu() {
        const auto model = cpuinfo("model name");
        if (model.empty())
            unknown("cpu.model", "");
        else
            say("cpu.model", model);
        const auto online = text("sys/devices/system/cpu/online");
        if (online)
            say("cpu.online", *online);
        else
            unknown("cpu.online", "");
        if (text("proc/cpuinfo")) {
            const bool guest = (" " + cpuinfo("flags") + " ").find(" hypervisor ") != std::string::npos;
            facts_.push_back({"cpu.hypervisor", guest ? FactStatus::warn : FactStatus::ok,
                              guest ? "virtual machine" : "bare metal", "bare metal",
                              guest ? "measure on a host of its own; other guests add noise" : ""});
        }
        expect("cpu.smt", "sys/devices/system/cpu/smt/active", "0", "echo off > /sys/devices/system/cpu/smt/control");
    }

    void frequency() {
        expect("cpu.governor", "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance",
               "cpupower frequency-set -g performance");
        if (text("sys/devices/system/cpu/intel_pstate/no_turbo"))
            expect("cpu.turbo", "sys/devices/system/cpu/intel_pstate/no_turbo", "1",
                   "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
        else
            expect("cpu.turbo", "sys/devices/system/cpu/cpufreq/boost", "0",
                   "echo 0 > /sys/devices/system/cpu/cpufreq/boost");
    }

    std::optional<double> meminfo(const std::string& key) const {
        std::istringstream lines(text("proc/meminfo").value_or(""));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(key + ":")) return std::strtod(line.c_str() + key.size() + 1, nullptr) * 1024;
        return std::nullopt;
    }

    void memory() {
        const auto total = meminfo("MemTotal"), free = meminfo("MemAvailable"), swap = meminfo("SwapTotal");
        if (total) say("memory.total", fmt::format("{:.1f} GiB", *total / (1 << 30)));
        if (free) say("memory.available", fmt::format("{:.1f} GiB", *free / (1 << 30)));
        if (swap)
            facts_.push_back({"memory.swap", *swap > 0 ? FactStatus::warn : FactStatus::ok,
                              fmt::format("{:.1f} GiB", *swap / (1 << 30)), "none", *swap > 0 ? "swapoff -a" : ""});
        if (const auto pages = text("sys/kernel/mm/transparent_hugepage/enabled"))
            say("memory.transparent_hugepages", *pages);
        else
            unknown("memory.transparent_hugepages", "");
    }

    void kernel() {
        utsname name{};
        if (options_.root == "/" && uname(&name) == 0)
            say("kernel.release", fmt::format("{} {}", name.sysname, name.release));
        else
            say("kernel.release", text("proc/sys/kernel/osrelease").value_or("unknown"));
        std::istringstream lines(text("etc/os-release").value_or(""));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("PRETTY_NAME=")) {
                auto pretty = line.substr(12);
                std::erase(pretty, '"');
                say("kernel.distribution", pretty);
            }
        expect("kernel.aslr", "proc/sys/kernel/randomize_va_space", "2", "sysctl kernel.randomize_va_space=2");
        expect("kernel.nmi_watchdog", "proc/sys/kernel/nmi_watchdog", "0", "sysctl kernel.nmi_watchdog=0");
        if (const auto clock = text("sys/devices/system/clocksource/clocksource0/current_clocksource")) {
            const bool good = *clock == "tsc" || *clock == "kvm-clock" || *clock == "arch_sys_counter";
            facts_.push_back({"kernel.clocksource", good ? FactStatus::ok : FactStatus::warn, *clock, "tsc",
                              good ? "" : "boot with clocksource=tsc"});
        } else {
            unknown("kernel.clocksource", "tsc");
        }
    }

    void load() {
        const auto average = text("proc/loadavg");
        if (!average) return unknown("load.one_minute", "below 0.5");
        const double one = std::strtod(average->c_str(), nullptr);
        facts_.push_back({"load.one_minute", one < 0.5 ? FactStatus::ok : FactStatus::warn, fmt::format("{:.2f}", one),
                          "below 0.5", one < 0.5 ? "" : "stop what else runs on this host"});
    }

    void disk() {
        struct statvfs space {};
        if (options_.work_directory.empty() || statvfs(options_.work_directory.c_str(), &space) != 0) return;
        const double free = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize) / (1 << 30);
        facts_.push_back({"disk.free",
                          free > 20  ? FactStatus::ok
                          : free > 2 ? FactStatus::warn
                                     : FactStatus::fail,
                          fmt::format("{:.1f} GiB", free), "more than 20 GiB",
                          free > 20 ? "" : "free some space in the work folder"});
    }

    void compiler() {
        if (!options_.ask_compiler) return;
        platform::SpawnOptions spawn;
        spawn.argv = {"c++", "--version"};
        platform::Supervision limits;
        limits.wall_limit = std::chrono::seconds(5);
        const auto answer = platform::run(spawn, limits);
        if (!answer || !answer->ok()) return unknown("compiler.cxx", "");
        const auto words = answer->out.text();
        say("compiler.cxx", words.substr(0, words.find('\n')));
    }

    const FactOptions& options_;
    std::vector<HostFact> facts_;
};

const HostFact* fact_named(const std::vector<HostFact>& facts, std::string_view id) {
    const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.id == id; });
    return found == facts.end() ? nullptr : &*found;
}

}  // namespace

std::vector<model::HostFact> collect_facts(const FactOptions& options) {
    return Collector(options).collect();
}

model::FactStatus overall(const std::vector<model::HostFact>& facts) {
    auto worst = FactStatus::ok;
    for (const auto& fact : facts) {
        if (fact.status == FactStatus::fail) return FactStatus::fail;
        if (fact.status == FactStatus::warn) worst = FactStatus::warn;
    }
    return worst;
}

std::string describe_host(const std::vector<model::HostFact>& facts) {
    std::string line;
    for (const char* id : {"cpu.model", "cpu.online", "memory.total", "kernel.release", "kernel.distribution"})
        if (const auto* fact = fact_named(facts, id); fact && !fact->observed.empty()) {
            if (!line.empty()) line += ", ";
            line += id == std::string_view("cpu.online") ? "CPUs " + fact->observed : fact->observed;
        }
    return line;
}

std::string facts_table(const std::vector<model::HostFact>& facts) {
    std::size_t id_width = 2, seen_width = 4;
    for (const auto& fact : facts) {
        id_width = std::max(id_width, fact.id.size());
        seen_width = std::max(seen_width, std::min<std::size_t>(fact.observed.size(), 48));
    }
    std::string table =
        fmt::format("{:<8} {:<{}} {:<{}} {}\n", "status", "id", id_width, "seen", seen_width, "wanted / how to mend");
    for (const auto& fact : facts) {
        std::string advice = fact.wanted;
        if (!fact.fix.empty()) advice += (advice.empty() ? "" : ": ") + fact.fix;
        table += fmt::format("{:<8} {:<{}} {:<{}} {}\n", model::to_string(fact.status), fact.id, id_width,
                             fact.observed.empty() ? "-" : fact.observed.substr(0, 48), seen_width, advice);
    }
    return table;
}

std::string_view to_string(model::FactStatus status) {
    return model::to_string(status);
}

}  // namespace benchgate::host
