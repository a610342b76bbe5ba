#include "platform/stop.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platform/files.h"

namespace benchgate::platform {

namespace {

// A signal handler can reach globals only.
std::atomic<int> signal_pipe{-1};

void on_signal(int number) {
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(number);
    const int fd = signal_pipe.load();
    // A full pipe holds more signals than anybody counts: a lost one changes nothing.
    if (fd >= 0 && ::write(fd, &byte, 1) < 0) errno = saved;
    errno = saved;
}

constexpr std::array handled_signals{SIGTERM, SIGINT, SIGPIPE};

}

void hold_standard_streams() {
    // open() gives the lowest number that is free: with one of the three closed it is that one.
    for (;;) {
        const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        if (fd < 0) return;
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return;
        }
        ::fcntl(fd, F_SETFD, 0);
    }
}

struct StopSignals::State {
    std::stop_source drain, abort;
    std::atomic<int> first{0};
    Fd read_end, write_end;
    std::array<struct sigaction, handled_signals.size()> former{};
    std::thread reader;

    void read_signals() {
        unsigned char number = 0;
        for (;;) {
            const ssize_t count = ::read(read_end.get(), &number, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count != 1 || number == 0) return;
            int none = 0;
            if (first.compare_exchange_strong(none, number))
                drain.request_stop();
            else
                abort.request_stop();
        }
    }
};

StopSignals::StopSignals() : state_(std::make_unique<State>()) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe for signals");
    state_->read_end = Fd(ends[0]);
    state_->write_end = Fd(ends[1]);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    signal_pipe = ends[1];
    for (std::size_t i = 0; i < handled_signals.size(); ++i) {
        struct sigaction action {};
        action.sa_handler = handled_signals[i] == SIGPIPE ? SIG_IGN : on_signal;
        action.sa_flags = SA_RESTART;
        ::sigaction(handled_signals[i], &action, &state_->former[i]);
    }
    state_->reader = std::thread([state = state_.get()] { state->read_signals(); });
}

StopSignals::~StopSignals() {
    for (std::size_t i = 0; i < handled_signals.size(); ++i)
        ::sigaction(handled_signals[i], &state_->former[i], nullptr);
    signal_pipe = -1;
    state_->write_end.reset();  // end of file: the reader returns
    state_->reader.join();
}

std::stop_token StopSignals::drain() const {
    return state_->drain.get_token();
}
std::stop_token StopSignals::abort() const {
    return state_->abort.get_token();
}
int StopSignals::first_signal() const {
    return state_->first;
}
void StopSignals::request() {
    state_->drain.request_stop();
}

bool sleep_for(std::stop_token stop, std::chrono::nanoseconds duration) {
    std::mutex mutex;
    std::condition_variable_any nothing;
    std::unique_lock lock(mutex);
    nothing.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
}

void wait_for_stop(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any nothing;
    std::unique_lock lock(mutex);
    nothing.wait(lock, stop, [] { return false; });
}

struct StopDescriptor::State {
    struct Raise {
        int fd;
        void operator()() const {
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
        }
    };
    Fd event;
    std::optional<std::stop_callback<Raise>> callback;
};

StopDescriptor::StopDescriptor(std::stop_token stop) : state_(std::make_unique<State>()) {
    state_->event = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state_->event) throw std::system_error(errno, std::generic_category(), "eventfd");
    state_->callback.emplace(std::move(stop), State::Raise{state_->event.get()});
}

StopDescriptor::~StopDescriptor() = default;

int StopDescriptor::fd() const {
    return state_->event.get();
}

}
