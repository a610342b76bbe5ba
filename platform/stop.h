// Owns the way a program is asked to end: SIGTERM and SIGINT become stop tokens. The first signal asks to drain, the
// second to break off. Also ignores SIGPIPE, since a peer that went away must be an error of one write, not the end of
// the program; and that the three standard streams are there. Does not own what is done about it.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

namespace benchgate::platform {

/// Where standard input, output or error came closed, /dev/null stands in. Otherwise the next file or socket would get
/// the number, and whatever is printed would go there. To be called before anything is opened.
void hold_standard_streams();

/// One object a program, made first thing in main. The former handlers are put back when it goes.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Asked for by the first signal, or by request().
    std::stop_token drain() const;
    /// Asked for by the second signal.
    std::stop_token abort() const;
    /// The signal that came first; 0: none yet.
    int first_signal() const;
    /// Ends the program from within, as a first signal would.
    void request();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Sleeps until the time has passed (true) or a stop is asked for (false).
bool sleep_for(std::stop_token stop, std::chrono::nanoseconds duration);

/// Blocks until a stop is asked for.
void wait_for_stop(std::stop_token stop);

/// A file descriptor that turns readable when a stop is asked for: lets poll(2) wait for both.
class StopDescriptor {
  public:
    explicit StopDescriptor(std::stop_token stop);
    ~StopDescriptor();
    StopDescriptor(const StopDescriptor&) = delete;
    StopDescriptor& operator=(const StopDescriptor&) = delete;
    int fd() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}
