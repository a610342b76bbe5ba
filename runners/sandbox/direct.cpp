#include "runners/sandbox/direct.h"

#include <csignal>

#include <unistd.h>

#include "platform/ids.h"
#include "runners/sandbox/memory_watch.h"
#include "runners/sandbox/result.h"

namespace benchgate::sandbox {

struct DirectSandbox::State {
    CgroupPlaces places = find_cgroups();
};

DirectSandbox::DirectSandbox() : state_(std::make_unique<State>()) {}
DirectSandbox::~DirectSandbox() = default;

Capabilities DirectSandbox::probe() {
    Capabilities capabilities;
    capabilities.available = true;
    capabilities.unavailable = state_->places.notes;
    capabilities.unavailable.push_back("isolation: the code can read and write whatever this user can");
    if (::geteuid() == 0) capabilities.unavailable.push_back("another user: the code runs as root");
    return capabilities;
}

tl::expected<void, SandboxError> DirectSandbox::prepare(const std::filesystem::path&) {
    return {};
}

tl::expected<Result, SandboxError> DirectSandbox::run(const Command& command, std::stop_token stop) {
    const auto argv = argv_of(command);
    if (!argv) return tl::unexpected(argv.error());
    auto group =
        RunCgroup::make(state_->places, "benchgate-" + platform::random_uuid(), group_limits(command, state_->places));
    if (!group) return tl::unexpected(SandboxError{group.error()});
    platform::SpawnOptions options;
    options.argv = *argv;
    options.environment = environment_of(command, command.job_directory, "/tmp");
    options.directory = command.job_directory / command.directory;
    options.limits = resource_limits(command.limits);
    options.cpus = command.cpus;
    options.reap_descendants = true;
    options.first_victim = true;
    options.join_files = group->join_files();
    Counters counters;
    if (!command.figures.empty())
        options.before_exec = [&](pid_t pid) { counters = Counters::attach(pid, command.figures); };
    auto process = platform::Process::spawn(options);
    if (!process) return tl::unexpected(SandboxError{process.error().message});
    MemoryWatches memory(command, *group, process->pid());

    DiskWatches disk(command);
    auto rules = supervision_of(command);
    DiskState disk_state = DiskState::fine;
    rules.watch = [&] {
        group->note_memory();
        return (disk_state = disk.look()) != DiskState::fine;
    };
    auto outcome = platform::supervise(*process, rules, std::move(stop));
    const rusage usage = outcome.status.usage;
    Result result = result_of(std::move(outcome), command.limits, disk_state);
    group->kill_all();
    memory.add_to(result);
    add_accounting(result, {.group = &*group, .clock = nullptr, .tree_usage = &usage, .counters = &counters},
                   command.figures);
    result.involuntary_switches = static_cast<double>(usage.ru_nivcsw);
    split_shell_status(result);
    return result;
}

}
