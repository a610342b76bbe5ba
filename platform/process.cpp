#include "platform/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/process_child.h"

namespace benchgate::platform {

namespace {

constexpr std::size_t most_input_bytes = 65'536;  // what a pipe takes without a reader

struct Pipe {
    Fd read, write;
};

tl::unexpected<ProcessError> not_started(int number, const std::string& what) {
    return tl::unexpected(ProcessError{number, what + ": " + std::strerror(number)});
}

bool open_pipe(Pipe& pipe) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    pipe.read = Fd(ends[0]);
    pipe.write = Fd(ends[1]);
    return true;
}

std::vector<ChildLimit> limits_of(const ResourceLimits& limits) {
    std::vector<ChildLimit> list;
    const auto add = [&](int resource, const std::optional<std::uint64_t>& value) {
        rlimit now{};
        if (!value || ::getrlimit(static_cast<__rlimit_resource>(resource), &now) != 0) return;
        list.push_back({resource, std::min<rlim_t>(*value, now.rlim_max)});
    };
    add(RLIMIT_NOFILE, limits.open_files);
    add(RLIMIT_CORE, limits.core_bytes);
    add(RLIMIT_FSIZE, limits.file_bytes);
    add(RLIMIT_NPROC, limits.processes);
    add(RLIMIT_CPU, limits.cpu_seconds);
    return list;
}

std::vector<char*> pointers(std::vector<std::string>&&) = delete;  // they would outlive the texts

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

/// All that a spawn opens, in the parent; what is left open closes with it.
struct Plumbing {
    Fd null, in;
    Pipe out, err, report, go, control, last_word;
    std::vector<Fd> joins;

    tl::expected<void, ProcessError> open(const SpawnOptions& options) {
        null = Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
        const bool piped = null && (options.out != StreamTo::capture || open_pipe(out)) &&
                           (options.err != StreamTo::capture || options.err_into_out || open_pipe(err)) &&
                           open_pipe(report) && (!options.before_exec || open_pipe(go)) &&
                           (!options.reap_descendants || (open_pipe(control) && open_pipe(last_word)));
        if (!piped) return not_started(errno, "cannot open a pipe");
        if (options.input) {
            Pipe pipe;
            if (!open_pipe(pipe) || options.input->size() > most_input_bytes)
                return not_started(options.input->size() > most_input_bytes ? E2BIG : errno, "cannot pass the input");
            const auto size = static_cast<ssize_t>(options.input->size());
            if (::write(pipe.write.get(), options.input->data(), options.input->size()) != size)
                return not_started(errno, "cannot pass the input");
            in = std::move(pipe.read);
        }
        for (const auto& file : options.join_files) {
            joins.emplace_back(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
            if (!joins.back()) return not_started(errno, "cannot open '" + file + "'");
        }
        return {};
    }

    static int stream(StreamTo to, const Pipe& pipe, int own, const Fd& nothing) {
        return to == StreamTo::capture ? pipe.write.get() : to == StreamTo::inherit ? own : nothing.get();
    }
};

void fill_plan(ChildPlan& plan, const SpawnOptions& options, const Plumbing& plumbing) {
    plan.directory = options.directory.empty() ? nullptr : options.directory.c_str();
    plan.in_fd = options.input ? plumbing.in.get() : plumbing.null.get();
    plan.out_fd = Plumbing::stream(options.out, plumbing.out, STDOUT_FILENO, plumbing.null);
    plan.err_fd =
        options.err_into_out ? plan.out_fd : Plumbing::stream(options.err, plumbing.err, STDERR_FILENO, plumbing.null);
    plan.report_fd = plumbing.report.write.get();
    plan.reaper_fd = plumbing.last_word.write ? plumbing.last_word.write.get() : -1;
    plan.go_fd = plumbing.go.read ? plumbing.go.read.get() : -1;
    plan.control_fd = plumbing.control.read ? plumbing.control.read.get() : -1;
    plan.drop_identity = options.run_as.has_value();
    if (options.run_as) {
        plan.uid = options.run_as->uid;
        plan.gid = options.run_as->gid;
    }
    plan.own_session = options.own_session;
    plan.die_with_parent = options.die_with_parent;
    plan.parent = ::getpid();
    plan.first_victim = options.first_victim;
    plan.set_affinity = !options.cpus.empty();
    CPU_ZERO(&plan.affinity);
    for (int cpu : options.cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &plan.affinity);
}

/// Forks with every signal blocked, so that no handler of ours runs in the child.
pid_t fork_child(const ChildPlan& plan, const Plumbing& plumbing) {
    sigset_t all, former;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &former);
    const pid_t pid = ::fork();
    if (pid == 0) {
        // Our ends: with them open the child would wait for itself.
        if (plumbing.go.write) ::close(plumbing.go.write.get());
        if (plumbing.control.write) ::close(plumbing.control.write.get());
        become_child(plan);
    }
    ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
    return pid;
}

/// The number of the process that will exec, which is the reaper's child where there is one.
pid_t first_child_of(pid_t reaper) {
    const std::string file = "/proc/" + std::to_string(reaper) + "/task/" + std::to_string(reaper) + "/children";
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto text = read_file(file, 4096);
        if (!text) break;
        const long number = std::strtol(text->c_str(), nullptr, 10);
        if (number > 0) return static_cast<pid_t>(number);
        ::usleep(200);
    }
    return reaper;
}

}

tl::expected<Process, ProcessError> Process::spawn(const SpawnOptions& options) {
    if (options.argv.empty()) return not_started(EINVAL, "cannot start a program without a name");
    const std::string what = "cannot start '" + options.argv[0] + "'";
    Plumbing plumbing;
    if (auto opened = plumbing.open(options); !opened) return tl::unexpected(opened.error());

    const auto argv = pointers(options.argv);
    const std::vector<std::string> none;
    const auto environment = pointers(options.environment ? *options.environment : none);
    const auto limits = limits_of(options.limits);
    std::vector<int> joins;
    for (const auto& fd : plumbing.joins) joins.push_back(fd.get());
    auto pass = options.pass_fds;
    std::sort(pass.begin(), pass.end());
    ChildPlan plan{};
    plan.argv = argv.data();
    plan.environment = options.environment ? environment.data() : nullptr;
    plan.limits = limits.data();
    plan.limit_count = static_cast<int>(limits.size());
    plan.join_fds = joins.data();
    plan.join_count = static_cast<int>(joins.size());
    plan.pass_fds = pass.data();
    plan.pass_count = static_cast<int>(pass.size());
    fill_plan(plan, options, plumbing);

    Process process;
    process.pid_ = fork_child(plan, plumbing);
    if (process.pid_ < 0) return not_started(errno, what);
    process.own_group_ = options.own_session;
    process.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid_, 0)));
    process.out_ = std::move(plumbing.out.read);
    process.err_ = std::move(plumbing.err.read);
    process.reaper_control_ = std::move(plumbing.control.write);
    for (const Fd* fd : {&process.out_, &process.err_})
        if (*fd) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    plumbing.report.write.reset();
    if (options.before_exec) {
        options.before_exec(options.reap_descendants ? first_child_of(process.pid_) : process.pid_);
        plumbing.go.write.reset();
    }

    process.reaper_report_ = std::move(plumbing.last_word.read);
    plumbing.last_word.write.reset();

    // End of file: exec has happened.
    ChildReport report;
    ssize_t count;
    while ((count = ::read(plumbing.report.read.get(), &report, sizeof report)) < 0 && errno == EINTR) continue;
    if (count != sizeof report) return process;
    process.wait();
    report.step[sizeof report.step - 1] = '\0';
    return tl::unexpected(
        ProcessError{report.error_number, what + " (" + report.step + "): " + std::strerror(report.error_number)});
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      own_group_(other.own_group_),
      pidfd_(std::move(other.pidfd_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      reaper_control_(std::move(other.reaper_control_)),
      reaper_report_(std::move(other.reaper_report_)),
      exit_(other.exit_) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this == &other) return *this;
    this->~Process();
    return *new (this) Process(std::move(other));
}

Process::~Process() {
    if (pid_ < 0 || exit_) return;
    signal_group(SIGKILL);
    wait();
}

void Process::note_exit(int status, const rusage& usage) {
    if (reaper_report_) {
        ChildReport report;
        if (::read(reaper_report_.get(), &report, sizeof report) == sizeof report) status = report.wait_status;
        reaper_report_.reset();
    }
    ExitStatus exit;
    exit.usage = usage;
    if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
    exit_ = exit;
    kill_group_leftovers();
}

void Process::kill_group_leftovers() {
    // While a member of the group lives, its number is not given to anybody else; when none does, this hits nobody
    // unless the number was taken in this very moment by a group leader, which the kernel hands out last.
    if (own_group_ && !reaper_control_) ::kill(-pid_, SIGKILL);
}

std::optional<ExitStatus> Process::try_wait() {
    if (exit_ || pid_ < 0) return exit_;
    int status = 0;
    rusage usage{};
    const pid_t ended = ::wait4(pid_, &status, WNOHANG, &usage);
    if (ended == pid_) note_exit(status, usage);
    return exit_;
}

ExitStatus Process::wait() {
    while (!try_wait()) {
        pollfd waiting{pidfd_.get(), POLLIN, 0};
        ::poll(&waiting, 1, pidfd_ ? -1 : 10);
    }
    return *exit_;
}

std::optional<ExitStatus> Process::wait_until(std::chrono::steady_clock::time_point deadline) {
    while (!try_wait()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        pollfd waiting{pidfd_.get(), POLLIN, 0};
        ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left.count(), pidfd_ ? 60'000 : 10)));
    }
    return exit_;
}

void Process::signal_group(int signal) {
    if (exit_ || pid_ < 0) return;
    if (reaper_control_ && signal == SIGKILL) {
        [[maybe_unused]] const ssize_t count = ::write(reaper_control_.get(), "k", 1);
        return;
    }
    // The reaper leads a session of its own; the program leads another one, below it.
    const pid_t target = reaper_control_ ? first_child_of(pid_) : pid_;
    if (target == pid_ && reaper_control_) return;
    ::kill(own_group_ ? -target : target, signal);
}

ExitStatus Process::terminate(std::chrono::milliseconds grace) {
    signal_group(SIGTERM);
    if (auto exit = wait_until(std::chrono::steady_clock::now() + grace)) return *exit;
    signal_group(SIGKILL);
    return wait();
}

}
