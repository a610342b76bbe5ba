#include "runners/load/inside.h"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "platform/capture.h"
#include "runners/load/pressure.h"
#include "runners/load/script.h"
#include "runners/load/service_process.h"

namespace benchgate::load {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t most_tool_output = 8 << 20;
constexpr std::size_t most_tool_words = 16 << 10;
constexpr milliseconds tick{50};
constexpr milliseconds stop_grace{10'000};
/// How much longer than its stage a tool may take: for the answers that are still out, and for its sums.
constexpr milliseconds tool_grace{20'000};

/// Ends the trial; the event tells why.
struct Failed {
    std::string words;
    bool is_services_fault = true;
};

void print(const Event& event) {
    const auto line = to_line(event);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds_of(const rusage& usage) {
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A tool that runs, and what it has said.
struct Call {
    platform::Process process;
    Clock::time_point start = Clock::now();
    platform::Capture out{most_tool_output};
    platform::Capture err{most_tool_words};
    bool is_over = false;

    explicit Call(platform::Process given) : process(std::move(given)) {}
    void drain() {
        if (take(process.out_fd(), out)) process.close_out();
        if (take(process.err_fd(), err)) process.close_err();
    }

  private:
    /// True: the stream is at its end.
    static bool take(int fd, platform::Capture& to) {
        char buffer[65536];
        while (fd >= 0) {
            const ssize_t count = ::read(fd, buffer, sizeof buffer);
            if (count <= 0) return count == 0;
            to.add({buffer, static_cast<std::size_t>(count)});
        }
        return false;
    }
};

class Supervisor {
  public:
    explicit Supervisor(const Script& script)
        : script_(script),
          service_(script.service, script.service_cpus, port_),
          pressure_(script.service_cpus, script.service.limits.memory_bytes) {}

    void run() {
        if (port_ == 0) throw Failed{"no port is free", false};
        Event started;
        started.kind = EventKind::started;
        print(started);
        try_faults();
        if (const auto why = service_.start(); !why.empty()) throw Failed{"the service cannot be started: " + why};
        wait_until_ready("the service");
        load_start_ = Clock::now();
        for (std::size_t i = 0; i < script_.stages.size(); ++i) stage(static_cast<int>(i));
        while (next_fault_ < faults_.size() || active_) look(tick);
        Event done;
        if (!service_.stop(stop_grace))
            done.words = fmt::format("the service did not end within {} s of SIG{}, and was killed",
                                     stop_grace.count() / 1000, script_.service.stop);
        print(done);
    }
    std::string last_words() const { return service_.last_words(); }

  private:
    struct Planned {
        int index;
        const model::Fault* fault;
    };

    /// In the order of their times, without those that cannot be done here.
    void try_faults() {
        for (std::size_t i = 0; i < script_.faults.size(); ++i) {
            const auto& fault = script_.faults[i];
            const auto why = is_pressure(fault.kind) ? pressure_.unsupported(fault) : std::nullopt;
            if (why)
                tell(EventKind::unsupported, static_cast<int>(i), *why);
            else
                faults_.push_back({static_cast<int>(i), &fault});
        }
        std::stable_sort(faults_.begin(), faults_.end(),
                         [](const Planned& a, const Planned& b) { return a.fault->at < b.fault->at; });
    }

    static void tell(EventKind kind, int index, const std::string& words = "", double seconds = 0) {
        Event event;
        event.kind = kind;
        event.index = index;
        event.words = words;
        event.seconds = seconds;
        print(event);
    }

    void wait_until_ready(const std::string& who) {
        const auto start = Clock::now();
        while (!service_.is_ready()) {
            if (const auto how = service_.ended()) throw Failed{fmt::format("{} {} before it was ready", who, *how)};
            if (Clock::now() - start > script_.service.ready_within)
                throw Failed{fmt::format("{} was not ready within {:g} s ({})", who,
                                         static_cast<double>(script_.service.ready_within.count()) / 1e3,
                                         with_port(script_.service.ready, port_))};
            service_.drain();
            ::usleep(5'000);
        }
    }

    void stage(int index) {
        const auto& stage = script_.stages[static_cast<std::size_t>(index)];
        name_ = stage.name;
        for (const auto& line : stage.lines) {
            platform::SpawnOptions options;
            options.argv = {"/bin/sh", "-c", with_port(line, port_)};
            options.cpus = script_.generator_cpus;
            options.reap_descendants = true;
            auto process = platform::Process::spawn(options);
            if (!process) throw Failed{process.error().message, false};
            calls_.push_back(std::make_unique<Call>(std::move(*process)));
        }
        const auto limit = Clock::now() + stage.length + std::max(tool_grace, stage.length / 2);
        for (std::size_t left = calls_.size(); left > 0;) {
            look(tick);
            for (std::size_t i = 0; i < calls_.size(); ++i)
                if (!calls_[i]->is_over && finish(index, static_cast<int>(i))) --left;
            if (left > 0 && Clock::now() > limit)
                throw Failed{fmt::format("stage {}: the load tool did not end {} s after the {} s that it was to run",
                                         name_, std::max(tool_grace, stage.length / 2).count() / 1000,
                                         stage.length.count() / 1000)};
        }
        calls_.clear();
    }

    bool finish(int stage, int index) {
        auto& call = *calls_[static_cast<std::size_t>(index)];
        const auto status = call.process.try_wait();
        if (!status) return false;
        call.drain();
        Event event;
        event.kind = EventKind::call;
        event.index = stage;
        event.call = index;
        event.exit_code = status->code.value_or(128 + status->signal.value_or(0));
        event.seconds = seconds_since(call.start);
        event.cpu_seconds = cpu_seconds_of(status->usage);
        event.out = call.out.take().text();
        event.err = call.err.take().text();
        print(event);
        return call.is_over = true;
    }

    /// One turn: waits for whatever happens, takes what was said, begins and ends faults, sees that the service lives.
    void look(milliseconds longest) {
        std::vector<pollfd> waiting;
        const auto add = [&](int fd) {
            if (fd >= 0) waiting.push_back({fd, POLLIN, 0});
        };
        add(service_.out_fd());
        if (!is_down_) add(service_.end_fd());
        for (const auto& call : calls_)
            if (!call->is_over)
                for (const int fd : {call->process.pidfd(), call->process.out_fd(), call->process.err_fd()}) add(fd);
        const auto until = next_moment(Clock::now() + longest);
        const auto wait = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
        ::poll(waiting.data(), waiting.size(), static_cast<int>(std::clamp<long>(wait, 0, longest.count())));
        ::usleep(1'000);  // many small writes must not make this a busy loop beside what is measured
        service_.drain();
        for (auto& call : calls_)
            if (!call->is_over) call->drain();
        turn_faults();
        if (is_down_) return;
        if (const auto how = service_.ended())
            throw Failed{fmt::format("the service {} {:.1f} s after the load had begun, in stage {}", *how,
                                     seconds_since(load_start_), name_)};
    }

    Clock::time_point next_moment(Clock::time_point otherwise) const {
        if (is_recovering_) return Clock::now() + milliseconds(2);
        if (active_) return std::min(otherwise, active_until_);
        if (next_fault_ < faults_.size()) return std::min(otherwise, load_start_ + faults_[next_fault_].fault->at);
        return otherwise;
    }

    void turn_faults() {
        if (is_recovering_) return recover();
        if (active_ && Clock::now() >= active_until_) end_fault();
        if (active_ || is_recovering_ || next_fault_ >= faults_.size()) return;
        const auto& next = faults_[next_fault_];
        if (Clock::now() < load_start_ + next.fault->at) return;
        ++next_fault_;
        begin_fault(next);
    }

    void begin_fault(const Planned& planned) {
        const auto& fault = *planned.fault;
        active_ = planned;
        tell(EventKind::begin, planned.index);
        active_until_ = Clock::now() + fault.length;
        if (fault.kind == model::FaultKind::pause) service_.pause();
        if (fault.kind == model::FaultKind::kill) {
            is_down_ = true;
            service_.kill();
        }
        if (!is_pressure(fault.kind)) return;
        if (const auto why = pressure_.begin(fault)) {
            tell(EventKind::unsupported, planned.index, *why);
            active_.reset();
        }
    }

    void end_fault() {
        const auto& fault = *active_->fault;
        tell(EventKind::end, active_->index);
        recovery_start_ = Clock::now();
        if (fault.kind == model::FaultKind::pause) service_.resume();
        if (fault.kind == model::FaultKind::kill) {
            if (const auto why = service_.start(); !why.empty())
                throw Failed{"the service cannot be started again: " + why};
        }
        if (is_pressure(fault.kind))
            if (const auto why = pressure_.end()) {
                tell(EventKind::unsupported, active_->index, *why);
                active_.reset();
                return;
            }
        is_down_ = false;
        is_recovering_ = true;
        recover();
    }

    void recover() {
        const auto what = fmt::format("after the {} at {:g} s the service", model::to_string(active_->fault->kind),
                                      static_cast<double>(active_->fault->at.count()) / 1e3);
        if (!service_.is_ready()) {
            if (const auto how = service_.ended()) throw Failed{fmt::format("{} {}", what, *how)};
            if (Clock::now() - recovery_start_ > script_.service.ready_within)
                throw Failed{fmt::format("{} was not ready again within {:g} s", what,
                                         static_cast<double>(script_.service.ready_within.count()) / 1e3)};
            return;
        }
        tell(EventKind::recovered, active_->index, "", seconds_since(recovery_start_));
        is_recovering_ = false;
        active_.reset();
    }

    const Script& script_;
    const int port_ = free_port();
    ServiceProcess service_;
    Pressure pressure_;
    std::string name_ = "none";
    std::vector<std::unique_ptr<Call>> calls_;
    std::vector<Planned> faults_;
    std::size_t next_fault_ = 0;
    std::optional<Planned> active_;
    Clock::time_point load_start_, active_until_, recovery_start_;
    bool is_down_ = false;        ///< killed by us and not started again yet
    bool is_recovering_ = false;  ///< the fault is over, the service does not answer yet
};

}  // namespace

std::optional<int> run_inside(int argc, char** argv) {
    if (argc < 3 || std::string_view(argv[1]) != inside_word) return std::nullopt;
    std::string text;
    for (int i = 2; i < argc; ++i) text += argv[i];
    const auto script = read_script(text);
    Event failed;
    failed.kind = EventKind::failed;
    if (!script) {
        failed.words = script.error();
        failed.is_services_fault = false;
        print(failed);
        ::_exit(0);
    }
    if (!script->generator_cpus.empty()) {
        cpu_set_t mine;
        CPU_ZERO(&mine);
        for (const int cpu : script->generator_cpus)
            if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &mine);
        ::sched_setaffinity(0, sizeof mine, &mine);
    }
    {
        Supervisor supervisor(*script);
        try {
            supervisor.run();
        } catch (const Failed& failure) {
            failed.words = failure.words;
            failed.is_services_fault = failure.is_services_fault;
            failed.out = supervisor.last_words();
            print(failed);
        }
    }
    // Nothing of this process is to be looked at any more, by an exit handler least of all.
    ::_exit(0);
}

}  // namespace benchgate::load
