#include "runners/sandbox/bubblewrap.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/ids.h"
#include "runners/sandbox/memory_watch.h"
#include "runners/sandbox/result.h"
#include "runners/sandbox/seccomp_filter.h"

namespace benchgate::sandbox {

namespace fs = std::filesystem;

namespace {

std::optional<platform::Identity> default_identity() {
    if (::geteuid() != 0) return std::nullopt;
    std::array<char, 4096> names;
    passwd entry{};
    passwd* nobody = nullptr;
    if (::getpwnam_r("nobody", &entry, names.data(), names.size(), &nobody) == 0 && nobody != nullptr)
        return platform::Identity{nobody->pw_uid, nobody->pw_gid};
    return platform::Identity{65534, 65534};
}

/// A command owns the directory it runs in and may close it to everybody; the next one must get in all the same, or
/// what a job did to itself would look like a fault of this host. Whether it is there is for bubblewrap to say.
void open_up(const fs::path& directory) {
    const platform::Fd fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || (status.st_mode & S_IRWXU) == S_IRWXU) return;
    // Not fchmod: a directory that may not be read can only be opened as a path.
    ::chmod(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), (status.st_mode & 07777) | S_IRWXU);
}

/// Bytes as a descriptor that a child reads from its start.
platform::Fd memory_file(std::string_view bytes) {
    platform::Fd fd(::memfd_create("benchgate", MFD_CLOEXEC));
    if (fd && ::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::lseek(fd.get(), 0, SEEK_SET) == 0)
        return fd;
    return platform::Fd();
}

/// What bubblewrap tells about itself: the number of the sandbox's first process, and, only if the sandbox was set up,
/// the exit code of the command.
struct Status {
    pid_t child = -1;
    bool set_up = false;
};

Status parse_status(std::string_view text) {
    Status status;
    constexpr std::string_view child_key = "\"child-pid\": ";
    if (const auto at = text.find(child_key); at != std::string_view::npos)
        status.child =
            static_cast<pid_t>(std::strtol(std::string(text.substr(at + child_key.size(), 12)).c_str(), nullptr, 10));
    status.set_up = text.find("\"exit-code\"") != std::string_view::npos;
    return status;
}

/// Reads what is there; with wait: until a first whole line or the end.
std::string read_status(int fd, bool wait) {
    std::string text;
    char buffer[4096];
    while (text.size() < 65536) {
        pollfd waiting{fd, POLLIN, 0};
        if (::poll(&waiting, 1, wait && text.find('}') == std::string::npos ? 10'000 : 0) <= 0) break;
        const ssize_t count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

}

struct BubblewrapSandbox::State {
    BubblewrapOptions options;
    CgroupPlaces places = find_cgroups();
    std::string filter = seccomp_filter(PerfEvents::denied);
    std::string filter_for_perf = seccomp_filter(PerfEvents::allowed);
    std::string passwd, group;
    std::mutex mutex;
    std::optional<Capabilities> capabilities;

    explicit State(BubblewrapOptions given) : options(std::move(given)) {
        if (!options.run_as) options.run_as = default_identity();
        const auto uid = std::to_string(options.run_as ? options.run_as->uid : ::geteuid());
        const auto gid = std::to_string(options.run_as ? options.run_as->gid : ::getegid());
        passwd = "root:x:0:0:root:/root:/usr/sbin/nologin\nbench:x:" + uid + ":" + gid + ":bench:/tmp:/bin/sh\n";
        group = "root:x:0:\nbench:x:" + gid + ":\n";
    }

    struct Descriptors {
        platform::Fd filter, passwd, group, hosts, status_read, status_write;
    };
    tl::expected<Descriptors, SandboxError> open_descriptors(const Command& command) const;
    std::vector<std::string> arguments(const Command& command, const Descriptors& descriptors) const;
    tl::expected<Result, SandboxError> run(const Command& command, std::stop_token stop) const;
};

tl::expected<BubblewrapSandbox::State::Descriptors, SandboxError> BubblewrapSandbox::State::open_descriptors(
    const Command& command) const {
    Descriptors descriptors{memory_file(command.perf_events ? filter_for_perf : filter),
                            memory_file(passwd),
                            memory_file(group),
                            memory_file("127.0.0.1 localhost\n::1 localhost\n"),
                            {},
                            {}};
    int ends[2];
    if (!descriptors.filter || !descriptors.passwd || !descriptors.group || !descriptors.hosts ||
        ::pipe2(ends, O_CLOEXEC) != 0)
        return tl::unexpected(SandboxError{"cannot prepare the sandbox: " + std::string(std::strerror(errno))});
    descriptors.status_read = platform::Fd(ends[0]);
    descriptors.status_write = platform::Fd(ends[1]);
    return descriptors;
}

std::vector<std::string> BubblewrapSandbox::State::arguments(const Command& command,
                                                             const Descriptors& descriptors) const {
    std::vector<std::string> list{options.program,
                                  "--unshare-all",
                                  "--unshare-user",
                                  "--disable-userns",
                                  "--assert-userns-disabled",
                                  "--die-with-parent",
                                  "--new-session",
                                  "--cap-drop",
                                  "ALL",
                                  "--hostname",
                                  "benchgate",
                                  "--clearenv",
                                  "--ro-bind",
                                  "/usr",
                                  "/usr"};
    const auto add = [&](std::initializer_list<std::string> words) { list.insert(list.end(), words); };
    for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
        std::error_code code;
        // On a merged system these are links into /usr, elsewhere directories of their own.
        if (fs::is_symlink(name, code))
            add({"--symlink", fs::read_symlink(name, code).string(), name});
        else if (fs::is_directory(name, code))
            add({"--ro-bind", name, name});
    }
    for (const char* name : {"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"})
        add({"--ro-bind-try", name, name});
    add({"--ro-bind-data", std::to_string(descriptors.passwd.get()), "/etc/passwd"});
    add({"--ro-bind-data", std::to_string(descriptors.group.get()), "/etc/group"});
    add({"--ro-bind-data", std::to_string(descriptors.hosts.get()), "/etc/hosts"});
    if (command.network) {
        add({"--share-net"});
        for (const char* name : {"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/ssl", "/etc/ca-certificates",
                                 "/etc/pki", "/etc/services"})
            add({"--ro-bind-try", name, name});
    }
    const std::string tmp_bytes = std::to_string(command.limits.tmp_bytes);
    add({"--proc", "/proc", "--dev", "/dev", "--size", tmp_bytes, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"});
    add({"--size", tmp_bytes, "--tmpfs", "/tmp"});
    for (const auto& path : command.read_only) add({"--ro-bind", path.string(), path.string()});
    for (const auto& folder : command.writable) add({"--bind", folder.path.string(), folder.path.string()});
    add({"--bind", command.job_directory.string(), "/src", "--remount-ro", "/"});
    for (const auto& variable : environment_of(command, "/tmp", "/tmp")) {
        const auto equals = variable.find('=');
        add({"--setenv", variable.substr(0, equals), variable.substr(equals + 1)});
    }
    // An empty directory would leave a slash at the end, and the slash in PWD.
    add({"--chdir", command.directory.empty() ? "/src" : "/src/" + command.directory});
    add({"--json-status-fd", std::to_string(descriptors.status_write.get())});
    add({"--seccomp", std::to_string(descriptors.filter.get()), "--"});
    return list;
}

tl::expected<Result, SandboxError> BubblewrapSandbox::State::run(const Command& command, std::stop_token stop) const {
    const auto argv = argv_of(command);
    if (!argv) return tl::unexpected(argv.error());
    auto descriptors = open_descriptors(command);
    if (!descriptors) return tl::unexpected(descriptors.error());
    open_up(command.job_directory);
    for (const auto& folder : command.writable) open_up(folder.path);
    auto cgroup = RunCgroup::make(places, "benchgate-" + platform::random_uuid(), group_limits(command, places));
    if (!cgroup) return tl::unexpected(SandboxError{cgroup.error()});

    platform::SpawnOptions spawn;
    spawn.argv = arguments(command, *descriptors);
    // Set inside: there the kernel counts the processes of this namespace only, not all that the user has.
    if (!places.can_limit_processes()) {
        const std::string most = std::to_string(command.limits.processes);
        for (const auto& word : {std::string("/usr/bin/prlimit"), "--nproc=" + most + ":" + most, std::string("--")})
            spawn.argv.push_back(word);
    }
    spawn.argv.insert(spawn.argv.end(), argv->begin(), argv->end());
    spawn.environment = std::vector<std::string>{};
    spawn.directory = "/";
    spawn.first_victim = true;
    spawn.limits = resource_limits(command.limits);
    spawn.run_as = options.run_as;
    spawn.cpus = command.cpus;
    spawn.join_files = cgroup->join_files();
    spawn.pass_fds = {descriptors->filter.get(), descriptors->passwd.get(), descriptors->group.get(),
                      descriptors->hosts.get(), descriptors->status_write.get()};
    std::optional<TaskClock> clock;
    Counters counters;
    const bool needs_clock = !places.unified && !places.cpuacct_v1;
    if (needs_clock || !command.figures.empty())
        spawn.before_exec = [&](pid_t pid) {
            if (needs_clock) clock = TaskClock::attach(pid);
            counters = Counters::attach(pid, command.figures);
        };
    auto process = platform::Process::spawn(spawn);
    if (!process) return tl::unexpected(SandboxError{process.error().message});
    descriptors->status_write.reset();
    MemoryWatches memory(command, *cgroup, process->pid());

    std::string told = read_status(descriptors->status_read.get(), true);
    const pid_t first = parse_status(told).child;
    // The first process of the namespace ends last, after all others: that is what "nothing is left" means.
    const platform::Fd first_fd(first > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, first, 0)) : -1);
    if (command.on_started && first_fd) command.on_started(first);
    DiskWatches disk(command);
    auto rules = supervision_of(command);
    DiskState disk_state = DiskState::fine;
    rules.watch = [&] {
        cgroup->note_memory();
        return (disk_state = disk.look()) != DiskState::fine;
    };
    rules.signal_tree = [&](platform::Process& bwrap, int signal) {
        // The group inside: the namespace's first process leads it, and ignores what is not SIGKILL.
        if (signal != SIGKILL && first_fd) {
            ::kill(-first, signal);
            return;
        }
        if (first_fd) ::syscall(SYS_pidfd_send_signal, first_fd.get(), SIGKILL, nullptr, 0);
        bwrap.signal_group(SIGKILL);
        cgroup->kill_all();
    };
    auto outcome = platform::supervise(*process, rules, std::move(stop));
    if (first_fd) {
        pollfd ended{first_fd.get(), POLLIN, 0};
        if (::poll(&ended, 1, 0) == 0) ::syscall(SYS_pidfd_send_signal, first_fd.get(), SIGKILL, nullptr, 0);
        ::poll(&ended, 1, 5'000);
    }
    cgroup->kill_all();
    told += read_status(descriptors->status_read.get(), false);
    const bool ended_by_itself = outcome.ending == platform::Ending::exited && outcome.status.code.has_value();
    Result result = result_of(std::move(outcome), command.limits, disk_state);
    memory.add_to(result);
    add_accounting(
        result, {.group = &*cgroup, .clock = clock ? &*clock : nullptr, .tree_usage = nullptr, .counters = &counters},
        command.figures);
    if (ended_by_itself && !parse_status(told).set_up && !result.out_of_memory)
        return tl::unexpected(SandboxError{"the sandbox could not be set up: " + result.err.text()});
    split_shell_status(result);
    return result;
}

BubblewrapSandbox::BubblewrapSandbox(BubblewrapOptions options) : state_(std::make_unique<State>(std::move(options))) {}
BubblewrapSandbox::~BubblewrapSandbox() = default;

Capabilities BubblewrapSandbox::probe() {
    std::lock_guard lock(state_->mutex);
    if (state_->capabilities) return *state_->capabilities;
    Capabilities capabilities;
    capabilities.isolated = true;
    capabilities.unavailable = state_->places.notes;
    const platform::TempDir directory("benchgate-probe");
    Command command;
    command.argv = {"/bin/true"};
    command.job_directory = directory.path();
    command.limits.wall = std::chrono::seconds(10);
    const auto prepared = prepare(directory.path());
    const auto result = prepared ? state_->run(command, {}) : tl::unexpected(prepared.error());
    capabilities.available = result && result->ok();
    if (!capabilities.available) capabilities.why_not = result ? result->describe() : result.error().message;
    state_->capabilities = capabilities;
    return capabilities;
}

tl::expected<void, SandboxError> BubblewrapSandbox::prepare(const fs::path& job_directory) {
    std::error_code code;
    const fs::path full = fs::canonical(job_directory, code);
    if (code || !fs::is_directory(full, code))
        return tl::unexpected(SandboxError{"no directory '" + job_directory.string() + "'"});
    if (!state_->options.run_as) return {};
    const auto [uid, gid] = *state_->options.run_as;
    for (fs::path parent = full.parent_path();; parent = parent.parent_path()) {
        struct stat status {};
        if (::stat(parent.c_str(), &status) != 0) break;
        const mode_t needed = status.st_uid == uid ? S_IXUSR : status.st_gid == gid ? S_IXGRP : S_IXOTH;
        if ((status.st_mode & needed) == 0)
            return tl::unexpected(SandboxError{"user " + std::to_string(uid) + ", as whom jobs run, cannot pass '" +
                                               parent.string() + "': choose a work directory elsewhere, or chmod o+x"});
        if (parent == parent.root_path()) break;
    }
    const auto given = platform::give_tree_to(full, uid, gid);
    if (!given) return tl::unexpected(SandboxError{given.error().message});
    return {};
}

tl::expected<Result, SandboxError> BubblewrapSandbox::run(const Command& command, std::stop_token stop) {
    return state_->run(command, std::move(stop));
}

}
