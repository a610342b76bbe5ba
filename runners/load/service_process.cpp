#include "runners/load/service_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "platform/files.h"

namespace benchgate::load {
namespace {

constexpr std::size_t kept_words = 16 << 10;
constexpr std::chrono::seconds command_limit{5};
constexpr long answer_microseconds = 200'000;

/// A stream to the loopback whose every step has a limit.
platform::Fd connected_to(int port) {
    platform::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{0, answer_microseconds};
    if (!fd) return fd;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
    return fd;
}

int number_behind(std::string_view text, std::size_t at) {
    const auto digits = text.substr(at, text.find_first_not_of("0123456789", at) - at);
    const long number = digits.empty() || digits.size() > 5 ? 0 : std::strtol(std::string(digits).c_str(), nullptr, 10);
    return number > 0 && number < 65536 ? static_cast<int>(number) : 0;
}

std::string describe(const platform::ExitStatus& status) {
    if (status.signal) return fmt::format("was ended by signal {} ({})", *status.signal, ::strsignal(*status.signal));
    return fmt::format("exited with status {}", status.code.value_or(-1));
}

int signal_number(const std::string& name) {
    static const std::map<std::string, int, std::less<>> numbers{
        {"TERM", SIGTERM}, {"INT", SIGINT}, {"QUIT", SIGQUIT}, {"HUP", SIGHUP}, {"KILL", SIGKILL}};
    const auto found = numbers.find(name);
    return found == numbers.end() ? SIGTERM : found->second;
}

void add_children(pid_t pid, std::vector<pid_t>& all) {
    constexpr std::size_t most = 10'000;
    const auto text = platform::read_file(fmt::format("/proc/{0}/task/{0}/children", pid), 1 << 20);
    if (!text) return;
    for (const char* place = text->c_str(); all.size() < most;) {
        char* end = nullptr;
        const long child = std::strtol(place, &end, 10);
        if (end == place || child <= 0) return;
        place = end;
        all.push_back(static_cast<pid_t>(child));
        add_children(static_cast<pid_t>(child), all);
    }
}

}  // namespace

int free_port() {
    const platform::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return 0;
    return ntohs(address.sin_port);
}

std::string with_port(std::string text, int port) {
    constexpr std::string_view placeholder = "{port}";
    const auto number = std::to_string(port);
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + number.size()))
        text.replace(at, placeholder.size(), number);
    return text;
}

std::vector<pid_t> descendants(pid_t pid) {
    std::vector<pid_t> all;
    add_children(pid, all);
    return all;
}

ServiceProcess::ServiceProcess(const model::ServiceUnderTest& service, std::vector<int> cpus, int port)
    : service_(service), cpus_(std::move(cpus)), port_(port) {}

std::string ServiceProcess::start() {
    platform::SpawnOptions options;
    options.argv = {"/bin/sh", "-c", with_port(service_.start, port_)};
    options.cpus = cpus_;
    options.reap_descendants = true;
    options.err_into_out = true;
    if (service_.limits.open_files > 0)
        options.limits.open_files = static_cast<std::uint64_t>(service_.limits.open_files);
    auto process = platform::Process::spawn(options);
    if (!process) return process.error().message;
    process_ = std::move(*process);
    said_ready_ = false;
    return "";
}

bool ServiceProcess::answers_http(const std::string& address) const {
    // http://HOST:PORT/PATH, where every host is the loopback: there is no other network.
    const auto host = address.substr(std::strlen("http://"));
    const auto slash = host.find('/');
    const auto authority = host.substr(0, slash);
    const auto path = slash == std::string::npos ? "/" : host.substr(slash);
    const auto colon = authority.rfind(':');
    const int port = colon == std::string::npos ? 80 : number_behind(authority, colon + 1);
    const auto fd = connected_to(port);
    if (!fd) return false;
    const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, authority);
    if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return false;
    char answer[64]{};
    const ssize_t count = ::recv(fd.get(), answer, sizeof answer - 1, 0);
    // "HTTP/1.1 200 OK": what is neither a mistake of ours nor of theirs is ready.
    return count >= 12 && std::string_view(answer).starts_with("HTTP/") && (answer[9] == '2' || answer[9] == '3');
}

bool ServiceProcess::succeeds(const std::string& line) const {
    platform::SpawnOptions options;
    options.argv = {"/bin/sh", "-c", line};
    platform::Supervision limits;
    limits.wall_limit = command_limit;
    limits.grace = std::chrono::milliseconds(100);
    const auto outcome = platform::run(options, limits);
    return outcome && outcome->ok();
}

bool ServiceProcess::is_ready() {
    const auto ready = with_port(service_.ready, port_);
    if (ready.starts_with("tcp:")) {
        const auto colon = ready.rfind(':');
        return static_cast<bool>(connected_to(number_behind(ready, colon + 1)));
    }
    if (ready.starts_with("http://")) return answers_http(ready);
    if (ready.starts_with("log:")) {
        drain();
        return said_ready_;
    }
    return succeeds(ready.substr(ready.find(':') + 1));
}

std::optional<std::string> ServiceProcess::ended() {
    if (!process_) return "does not run";
    const auto status = process_->try_wait();
    if (!status) return std::nullopt;
    drain();
    return describe(*status);
}

void ServiceProcess::drain() {
    if (!process_ || process_->out_fd() < 0) return;
    char buffer[65536];
    for (int turn = 0; turn < 16; ++turn) {
        const ssize_t count = ::read(process_->out_fd(), buffer, sizeof buffer);
        if (count < 0) return;
        if (count == 0) return process_->close_out();
        said_.append(buffer, static_cast<std::size_t>(count));
        if (service_.ready.starts_with("log:") && !said_ready_)
            said_ready_ = said_.find(with_port(service_.ready.substr(4), port_)) != std::string::npos;
        if (said_.size() > kept_words) said_.erase(0, said_.size() - kept_words);
    }
}

std::string ServiceProcess::last_words() const {
    return said_;
}

int ServiceProcess::out_fd() const {
    return process_ ? process_->out_fd() : -1;
}

int ServiceProcess::end_fd() const {
    return process_ ? process_->pidfd() : -1;
}

void ServiceProcess::pause() {
    if (!process_) return;
    // What is born between two looks is stopped with the next: a stopped process has no children.
    for (int look = 0; look < 10; ++look) {
        std::size_t before = stopped_.size();
        for (const auto pid : descendants(process_->pid()))
            if (std::find(stopped_.begin(), stopped_.end(), pid) == stopped_.end() && ::kill(pid, SIGSTOP) == 0)
                stopped_.push_back(pid);
        if (stopped_.size() == before) return;
    }
}

void ServiceProcess::resume() {
    for (const auto pid : stopped_) ::kill(pid, SIGCONT);
    stopped_.clear();
}

void ServiceProcess::kill() {
    process_.reset();  // its destruction kills the tree and waits for it
    stopped_.clear();
}

bool ServiceProcess::stop(std::chrono::milliseconds grace) {
    if (!process_) return true;
    resume();
    process_->signal_group(signal_number(service_.stop));
    const auto until = std::chrono::steady_clock::now() + grace;
    while (std::chrono::steady_clock::now() < until) {
        drain();
        if (process_->wait_until(std::min(until, std::chrono::steady_clock::now() + std::chrono::milliseconds(20)))) {
            drain();
            process_.reset();
            return true;
        }
    }
    kill();
    return service_.stop == "KILL";
}

}  // namespace benchgate::load
