#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <unistd.h>

#include "platform/process.h"
#include "platform/stop.h"

namespace benchgate::platform {

namespace {

using std::chrono::steady_clock;

class Supervisor {
  public:
    Supervisor(Process& process, const Supervision& rules, std::stop_token stop)
        : process_(process),
          rules_(rules),
          stop_(std::move(stop)),
          stop_event_(stop_),
          out_(rules.keep_bytes),
          err_(rules.keep_bytes) {}

    Outcome follow() {
        if (rules_.wall_limit) deadline_ = start_ + *rules_.wall_limit;
        next_watch_ = start_ + rules_.watch_every;
        while (!process_.try_wait()) {
            wait_for_something();
            drain();
            check();
        }
        outcome_.wall = steady_clock::now() - start_;
        outcome_.status = *process_.try_wait();
        drain();
        process_.close_out();
        process_.close_err();
        outcome_.out = out_.take();
        outcome_.err = err_.take();
        return std::move(outcome_);
    }

  private:
    void wait_for_something() {
        std::array<pollfd, 4> waiting{pollfd{process_.pidfd(), POLLIN, 0}, pollfd{process_.out_fd(), POLLIN, 0},
                                      pollfd{process_.err_fd(), POLLIN, 0},
                                      pollfd{ending_ ? -1 : stop_event_.fd(), POLLIN, 0}};
        auto until = steady_clock::now() + std::chrono::seconds(60);
        if (deadline_) until = std::min(until, *deadline_);
        if (rules_.watch && !ending_) until = std::min(until, next_watch_);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    }

    void drain() {
        if (!read_stream(process_.out_fd(), Stream::out, out_)) process_.close_out();
        if (!read_stream(process_.err_fd(), Stream::err, err_)) process_.close_err();
    }

    /// False at the end of the stream. Reads at most 1 MiB at a time, so that limits are looked at in between.
    bool read_stream(int fd, Stream stream, Capture& capture) {
        if (fd < 0) return true;
        char buffer[65536];
        for (int round = 0; round < 16; ++round) {
            const ssize_t count = ::read(fd, buffer, sizeof buffer);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return errno == EAGAIN;
            if (count == 0) return false;
            const std::string_view bytes(buffer, static_cast<std::size_t>(count));
            capture.add(bytes);
            if (rules_.on_output) rules_.on_output(stream, bytes);
        }
        return true;
    }

    void check() {
        const auto now = steady_clock::now();
        if (ending_) {
            if (!killed_ && deadline_ && now >= *deadline_) kill();
            return;
        }
        if (rules_.output_limit && out_.total_bytes() + err_.total_bytes() > *rules_.output_limit) {
            end(Ending::output_limit);
            kill();  // what floods us is not waited for
        } else if (stop_.stop_requested()) {
            end(Ending::stopped);
        } else if (deadline_ && now >= *deadline_) {
            end(Ending::timed_out);
        } else if (rules_.watch && now >= next_watch_) {
            next_watch_ = now + rules_.watch_every;
            if (rules_.watch()) {
                end(Ending::watch);
                kill();
            }
        }
    }

    void send(int signal) {
        if (rules_.signal_tree)
            rules_.signal_tree(process_, signal);
        else
            process_.signal_group(signal);
    }

    void end(Ending ending) {
        ending_ = true;
        outcome_.ending = ending;
        deadline_ = steady_clock::now() + rules_.grace;
        send(SIGTERM);
    }

    void kill() {
        killed_ = true;
        deadline_.reset();
        send(SIGKILL);
    }

    Process& process_;
    const Supervision& rules_;
    std::stop_token stop_;
    StopDescriptor stop_event_;
    Capture out_, err_;
    Outcome outcome_;
    steady_clock::time_point start_ = steady_clock::now();
    std::optional<steady_clock::time_point> deadline_;
    steady_clock::time_point next_watch_;
    bool ending_ = false;
    bool killed_ = false;
};

}

Outcome supervise(Process& process, const Supervision& supervision, std::stop_token stop) {
    return Supervisor(process, supervision, std::move(stop)).follow();
}

tl::expected<Outcome, ProcessError> run(const SpawnOptions& options, const Supervision& supervision,
                                        std::stop_token stop) {
    auto process = Process::spawn(options);
    if (!process) return tl::unexpected(process.error());
    return supervise(*process, supervision, std::move(stop));
}

}
