#include "runners/tune_command.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "runners/agent/agent.h"

namespace benchgate {
namespace {

constexpr const char* ready_line = "tuned; SIGTERM puts everything back\n";
constexpr std::chrono::seconds longest_start{120};  // swapping in may take its time
constexpr std::chrono::seconds longest_end{60};

/// True: everything is as before, or there was nothing to put back.
bool put_back(const TuneCommand& command, std::ostream& out, std::ostream& err, bool say_none) {
    const auto restored = host::restore_host(command.host.root, {.journal = command.journal});
    if (!restored) return err << restored.error() << '\n', false;
    if (!*restored) {
        if (say_none) out << "nothing to put back: there is no journal " << command.journal.string() << '\n';
        return true;
    }
    out << host::steps_text((*restored)->steps);
    if (!(*restored)->note.empty()) out << (*restored)->note << '\n';
    if (!(*restored)->is_complete)
        err << "the kernel refused some of it; the journal is kept: try benchgate-runner tune --restore again\n";
    return (*restored)->is_complete;
}

/// Until a signal, or, beside a runner, until that has let go of the other end of the pipe.
void wait_for_the_end(int until_closed, const platform::StopSignals& signals) {
    if (until_closed < 0) return platform::wait_for_stop(signals.drain());
    // A service manager tells all processes of a service at once, and the runner first finishes its job: its end is
    // ours, and only a second signal comes before it.
    const platform::StopDescriptor stop(signals.abort());
    pollfd watched[] = {{stop.fd(), POLLIN, 0}, {until_closed, POLLIN, 0}};
    while (::poll(watched, 2, -1) < 0 && errno == EINTR) {
    }
}

}  // namespace

int tune(const TuneCommand& command, std::ostream& out, std::ostream& err) {
    const bool is_this_host = command.host.root == "/";
    if (is_this_host && ::geteuid() != 0) {
        err << "benchgate-runner tune writes the kernel's settings and needs root: start it with sudo, or as a service "
               "of its own beside the runner (docs/hosts.md)\n";
        return agent::exit_cannot_run;
    }
    if (command.restore) return put_back(command, out, err, true) ? agent::exit_ok : agent::exit_cannot_run;
    // Before anything is changed, so that no signal finds it half done.
    const platform::StopSignals signals;
    std::error_code error;
    std::filesystem::create_directories(command.journal.parent_path(), error);
    if (!put_back(command, out, err, false)) return agent::exit_cannot_run;
    auto options = command.host;
    if (command.plan) options.cpus = command.plan();
    auto tuned = host::TunedHost::tune(options, {.journal = command.journal});
    if (!tuned) return err << tuned.error() << '\n', agent::exit_cannot_run;
    out << host::steps_text(tuned->steps()) << ready_line << std::flush;
    wait_for_the_end(command.until_closed, signals);
    if (const auto let = std::move(*tuned).let_go(); !let) return err << let.error() << '\n', agent::exit_cannot_run;
    const bool is_back = put_back(command, out, err, false);
    out << std::flush;
    return is_back ? agent::exit_ok : agent::exit_cannot_run;
}

std::string restore_leftover(const std::filesystem::path& root, const std::filesystem::path& journal) {
    std::error_code error;
    if (!std::filesystem::exists(journal, error)) return "";
    if (root == "/" && ::geteuid() != 0)
        return fmt::format(
            "{} says that this host is tuned: if no benchgate-runner tune runs, sudo benchgate-runner tune --restore "
            "puts "
            "everything back",
            journal.string());
    std::ostringstream said;
    TuneCommand command;
    command.host.root = root;
    command.journal = journal;
    put_back(command, said, said, false);
    return said.str();
}

tl::expected<TuneHelper, std::string> TuneHelper::start(const std::vector<std::string>& words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return tl::unexpected(std::string(std::strerror(errno)));
    const platform::Fd theirs(ends[0]);
    platform::Fd ours(ends[1]);
    platform::SpawnOptions spawn;
    spawn.argv = {"/proc/self/exe", "tune"};
    spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
    for (const auto& word : {std::string("--until-closed"), std::to_string(theirs.get())}) spawn.argv.push_back(word);
    spawn.pass_fds = {theirs.get()};
    // The end of the pipe tells it of our death; SIGKILL would leave the host as it is.
    spawn.die_with_parent = false;
    spawn.err_into_out = true;
    auto process = platform::Process::spawn(spawn);
    if (!process) return tl::unexpected(process.error().message);
    TuneHelper helper(std::move(*process), std::move(ours));
    const auto until = std::chrono::steady_clock::now() + longest_start;
    while (std::chrono::steady_clock::now() < until && helper.listen())
        if (helper.said_.ends_with(ready_line)) return helper;
    return tl::unexpected(helper.said_.empty() ? std::string("it did not become ready") : helper.said_);
}

bool TuneHelper::listen() {
    pollfd watched{process_->out_fd(), POLLIN, 0};
    if (watched.fd < 0) return false;
    ::poll(&watched, 1, 100);
    char buffer[4096];
    for (;;) {
        const auto count = ::read(watched.fd, buffer, sizeof buffer);
        if (count > 0) said_.append(buffer, static_cast<std::size_t>(count));
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN || errno == EINTR;
    }
}

TuneHelper::~TuneHelper() {
    if (!process_) return;
    hold_.reset();
    const auto until = std::chrono::steady_clock::now() + longest_end;
    while (std::chrono::steady_clock::now() < until && listen()) {
    }
    process_->wait_until(until);
}

}  // namespace benchgate
