#include "runners/sandbox/result.h"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "runners/sandbox/memory.h"

namespace benchgate::sandbox {

tl::expected<std::vector<std::string>, SandboxError> argv_of(const Command& command) {
    if (command.argv.empty() == command.shell_line.empty())
        return tl::unexpected(SandboxError{"a command needs either arguments or a shell line"});
    const std::filesystem::path directory = command.directory;
    if (directory.is_absolute() || directory.lexically_normal().string().starts_with(".."))
        return tl::unexpected(SandboxError{"the directory of a command must stay below the job's"});
    std::vector<std::string> argv =
        command.argv.empty() ? std::vector<std::string>{"/bin/sh", "-c", command.shell_line} : command.argv;
    for (const auto& argument : argv)
        if (argument.find('\0') != std::string::npos)
            return tl::unexpected(SandboxError{"an argument holds a zero byte"});
    for (const auto& [name, value] : command.environment)
        if (name.empty() || name.find('=') != std::string::npos || (name + value).find('\0') != std::string::npos)
            return tl::unexpected(SandboxError{"the name or value of a variable cannot be passed"});
    return argv;
}

std::vector<std::string> environment_of(const Command& command, const std::string& home, const std::string& temporary) {
    std::map<std::string, std::string> all{
        {"PATH", usual_path}, {"HOME", home}, {"LANG", "C.UTF-8"}, {"TMPDIR", temporary}};
    for (const auto& [name, value] : command.environment) all[name] = value;
    std::vector<std::string> list;
    list.reserve(all.size());
    for (const auto& [name, value] : all) list.push_back(name + "=" + value);
    return list;
}

platform::ResourceLimits resource_limits(const Limits& limits) {
    platform::ResourceLimits list;
    list.open_files = limits.open_files;
    list.core_bytes = 0;
    list.file_bytes = limits.file_bytes;
    return list;
}

namespace {

/// What was asked for, but never more than this host has to spare: above that it is not the limit which ends a hungry
/// command, but the kernel, for want of memory on the host, and whose fault that was nobody can tell.
std::uint64_t memory_limit(std::uint64_t asked, std::uint64_t spare) {
    return asked > 0 && spare > 0 ? std::min(asked, spare) : std::max(asked, spare);
}

}

CgroupLimits group_limits(const Command& command, const CgroupPlaces& places) {
    const auto& limits = command.limits;
    const bool io = command.figures.contains(Figure::read_bytes) || command.figures.contains(Figure::written_bytes) ||
                    command.figures.contains(Figure::read_operations) ||
                    command.figures.contains(Figure::write_operations);
    return {memory_limit(limits.memory_bytes, spare_memory(places)), limits.processes, io};
}

DiskWatches::DiskWatches(const Command& command) {
    watches_.emplace_back(command.job_directory, command.limits.disk_bytes);
    const auto most = command.limits.disk_bytes;
    for (const auto& folder : command.writable)
        watches_.emplace_back(folder.path, most > 0 ? most + folder.bytes_before : 0);
}

DiskState DiskWatches::look() {
    for (auto& watch : watches_)
        if (const auto state = watch.look(); state != DiskState::fine) return state;
    return DiskState::fine;
}

platform::Supervision supervision_of(const Command& command) {
    platform::Supervision rules;
    rules.wall_limit = command.limits.wall;
    rules.grace = command.limits.grace;
    rules.keep_bytes = command.limits.keep_output_bytes;
    rules.output_limit = command.limits.output_bytes;
    rules.on_output = command.on_output;
    return rules;
}

namespace {

std::string size_text(std::uint64_t bytes) {
    for (const auto& [shift, unit] : {std::pair(30, "GiB"), std::pair(20, "MiB")})
        if (bytes >> shift << shift == bytes && bytes > 0) return fmt::format("{} {}", bytes >> shift, unit);
    return fmt::format("{} bytes", bytes);
}

/// Without a group that counts, the shell's own words say it.
bool speaks_of_processes(const platform::Captured& err) {
    return err.tail.find("Cannot fork") != std::string::npos || err.head.find("Cannot fork") != std::string::npos ||
           err.tail.find("Resource temporarily unavailable") != std::string::npos ||
           err.head.find("Resource temporarily unavailable") != std::string::npos;
}

}

Result result_of(platform::Outcome&& outcome, const Limits& limits, DiskState disk) {
    Result result;
    result.limits = limits;
    result.exit_code = outcome.status.code;
    result.signal = outcome.status.signal;
    result.timed_out = outcome.ending == platform::Ending::timed_out;
    result.stopped = outcome.ending == platform::Ending::stopped;
    result.output_limit = outcome.ending == platform::Ending::output_limit;
    result.disk_limit = outcome.ending == platform::Ending::watch && disk == DiskState::over_limit;
    result.disk_full = outcome.ending == platform::Ending::watch && disk == DiskState::nearly_full;
    result.wall = outcome.wall;
    result.out = std::move(outcome.out);
    result.err = std::move(outcome.err);
    return result;
}

namespace {

void take(Result& result, Figure figure, const std::optional<double>& value, std::string_view source) {
    if (value && !result.figures.contains(figure)) result.figures[figure] = {*value, source};
}

void add_group_io(Result& result, const CgroupReading& reading) {
    take(result, Figure::read_bytes, reading.read_bytes, reading.io_source);
    take(result, Figure::written_bytes, reading.written_bytes, reading.io_source);
    take(result, Figure::read_operations, reading.read_operations, reading.io_source);
    take(result, Figure::write_operations, reading.write_operations, reading.io_source);
}

/// The kernel's sums of a tree all of whose processes were waited for; it keeps no number of operations.
void add_usage(Result& result, const rusage& usage) {
    constexpr double block_bytes = 512;
    take(result, Figure::read_bytes, block_bytes * static_cast<double>(usage.ru_inblock), "rusage");
    take(result, Figure::written_bytes, block_bytes * static_cast<double>(usage.ru_oublock), "rusage");
    take(result, Figure::context_switches, static_cast<double>(usage.ru_nvcsw + usage.ru_nivcsw), "rusage");
    take(result, Figure::page_faults, static_cast<double>(usage.ru_minflt + usage.ru_majflt), "rusage");
}

/// Only what was asked for is told; of that, everything is.
void settle_figures(Result& result, const std::set<Figure>& figures) {
    std::erase_if(result.figures, [&](const auto& one) { return !figures.contains(one.first); });
    for (const auto figure : figures) {
        if (result.figures.contains(figure)) {
            result.missing.erase(figure);
            continue;
        }
        const bool io = figure == Figure::read_bytes || figure == Figure::written_bytes ||
                        figure == Figure::read_operations || figure == Figure::write_operations;
        result.missing.emplace(figure, io ? "no control group counts it here: the io controller of version 2 does"
                                          : "this host does not tell");
    }
}

}

void add_accounting(Result& result, const Sources& sources, const std::set<Figure>& figures) {
    if (sources.group != nullptr) {
        const CgroupReading reading = sources.group->read();
        const auto sourced = [&](const std::optional<double>& value) -> std::optional<Sourced> {
            return value ? std::optional(Sourced{*value, reading.cpu_source}) : std::nullopt;
        };
        result.cpu_seconds = sourced(reading.cpu_seconds);
        result.user_seconds = sourced(reading.user_seconds);
        result.system_seconds = sourced(reading.system_seconds);
        if (reading.peak_memory_bytes)
            result.peak_memory_bytes = Sourced{*reading.peak_memory_bytes, reading.memory_source};
        else
            result.no_peak_memory = reading.memory_source.empty()
                                        ? "no control group counts memory here"
                                        : "the control groups of this kernel keep no peak (5.19 and later do)";
        add_group_io(result, reading);
        result.memory_wait_seconds = reading.memory_wait_seconds;
        result.out_of_memory = reading.oom_killed;
        result.met_own_limit = reading.met_own_limit;
        result.host_was_short = reading.host_was_short;
        result.process_limit = reading.process_limit_hit;
    }
    result.process_limit |= !result.ok() && speaks_of_processes(result.err);
    if (!result.cpu_seconds && sources.clock != nullptr)
        if (const auto seconds = sources.clock->seconds()) result.cpu_seconds = Sourced{*seconds, "perf"};
    if (!result.cpu_seconds && sources.tree_usage != nullptr) {
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
        };
        result.user_seconds = Sourced{seconds(sources.tree_usage->ru_utime), "rusage"};
        result.system_seconds = Sourced{seconds(sources.tree_usage->ru_stime), "rusage"};
        result.cpu_seconds = Sourced{result.user_seconds->value + result.system_seconds->value, "rusage"};
    }
    if (sources.counters != nullptr) sources.counters->add_to(result);
    if (sources.tree_usage != nullptr) add_usage(result, *sources.tree_usage);
    settle_figures(result, figures);
}

void split_shell_status(Result& result) {
    if (result.exit_code && *result.exit_code > 128 && *result.exit_code <= 128 + SIGRTMAX)
        result.signal = *result.exit_code - 128;
}

std::string Result::describe() const {
    const double seconds = std::chrono::duration<double>(wall).count();
    std::string text;
    if (host_was_short)
        text =
            "ended by the kernel: this host was short of memory, and the command had less than half of what it may "
            "take";
    else if (timed_out)
        text = fmt::format("ended after {:.1f} s: longer than allowed", seconds);
    else if (stopped)
        text = "stopped";
    else if (output_limit)
        text = fmt::format("ended: more output than the {} allowed", size_text(limits.output_bytes));
    else if (disk_limit)
        text = fmt::format("ended: more disk space than the {} allowed", size_text(limits.disk_bytes));
    else if (disk_full)
        text = "ended: the disk was nearly full";
    else if (out_of_memory && met_own_limit)
        text = "ended: more memory than allowed";
    else if (out_of_memory)
        text =
            "ended by the kernel: this host was short of memory, and the command had more than half of what it may "
            "take";
    else if (signal == SIGXFSZ)
        text = fmt::format("ended: a file larger than the {} allowed", size_text(limits.file_bytes));
    else if (signal)
        text = fmt::format("ended by signal {} ({})", *signal, ::strsignal(*signal));
    else
        text = fmt::format("exited with status {}", exit_code.value_or(-1));
    if (process_limit) text += fmt::format(", with as many processes as the {} allowed", limits.processes);
    return text;
}

}
