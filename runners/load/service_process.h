#pragma once
// Owns the service under test while it runs, inside the sandbox: its process tree, its port, whether it is ready, and
// what it said last. Does not own when it is started, broken or stopped.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/model/load.h"
#include "platform/process.h"

namespace benchgate::load {

/// A port of the loopback that nobody listens on, chosen by the kernel; 0: there is none.
int free_port();

/// {port} replaced, everywhere.
std::string with_port(std::string text, int port);

/// All descendants of a process, itself not among them.
std::vector<pid_t> descendants(pid_t pid);

class ServiceProcess {
  public:
    ServiceProcess(const model::ServiceUnderTest& service, std::vector<int> cpus, int port);

    /// Empty, or why it could not be started.
    std::string start();
    /// Asked once; takes a fifth of a second at the most (a command: five).
    bool is_ready();
    /// How it ended, where it did: "exited with status 1".
    std::optional<std::string> ended();
    /// Takes what it has said by now, so that it never waits for us.
    void drain();
    /// The last that it said, both streams.
    std::string last_words() const;
    int out_fd() const;
    /// A descriptor that can be read when it has ended; -1: it does not run.
    int end_fd() const;

    void pause();
    void resume();
    void kill();
    /// Asks it by its signal and ends it after the grace; false: it had to be ended.
    bool stop(std::chrono::milliseconds grace);
    const std::vector<int>& cpus() const { return cpus_; }

  private:
    bool answers_http(const std::string& address) const;
    bool succeeds(const std::string& line) const;
    const model::ServiceUnderTest& service_;
    std::vector<int> cpus_;
    int port_;
    std::optional<platform::Process> process_;
    std::string said_;            ///< the last part
    bool said_ready_ = false;     ///< a log:TEXT that has been seen
    std::vector<pid_t> stopped_;  ///< by pause()
};

}  // namespace benchgate::load
