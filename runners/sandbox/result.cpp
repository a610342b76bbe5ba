#include "runners/sandbox/result.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

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
    std::map<std::string, std::string> all{{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                           {"HOME", home},
                                           {"LANG", "C.UTF-8"},
                                           {"TMPDIR", temporary}};
    for (const auto& [name, value] : command.environment) all[name] = value;
    std::vector<std::string> list;
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

platform::Supervision supervision_of(const Command& command) {
    platform::Supervision rules;
    rules.wall_limit = command.limits.wall;
    rules.grace = command.limits.grace;
    rules.keep_bytes = command.limits.keep_output_bytes;
    rules.output_limit = command.limits.output_bytes;
    rules.on_output = command.on_output;
    return rules;
}

Result result_of(platform::Outcome&& outcome) {
    Result result;
    result.exit_code = outcome.status.code;
    result.signal = outcome.status.signal;
    result.timed_out = outcome.ending == platform::Ending::timed_out;
    result.stopped = outcome.ending == platform::Ending::stopped;
    result.output_limit = outcome.ending == platform::Ending::output_limit;
    result.disk_limit = outcome.ending == platform::Ending::watch;
    result.wall = outcome.wall;
    result.out = std::move(outcome.out);
    result.err = std::move(outcome.err);
    return result;
}

void add_accounting(Result& result, const Sources& sources) {
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
        result.out_of_memory = reading.oom_killed;
    }
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
}

void split_shell_status(Result& result) {
    if (result.exit_code && *result.exit_code > 128 && *result.exit_code <= 128 + SIGRTMAX)
        result.signal = *result.exit_code - 128;
}

std::string Result::describe() const {
    const double seconds = std::chrono::duration<double>(wall).count();
    if (timed_out) return fmt::format("ended after {:.1f} s: longer than allowed", seconds);
    if (stopped) return "stopped";
    if (output_limit) return "ended: more output than allowed";
    if (disk_limit) return "ended: more disk space than allowed";
    if (out_of_memory) return "ended: more memory than allowed";
    if (signal) return fmt::format("ended by signal {} ({})", *signal, ::strsignal(*signal));
    return fmt::format("exited with status {}", exit_code.value_or(-1));
}

}
