// What a fault really does, seen from outside of the sandbox while a trial runs: the CPU time, memory and bytes that
// stress-ng takes, on whose CPUs, from when to when, and that nothing of it is left. And what a host that cannot do it
// says.

#include <sched.h>
#include <unistd.h>
#include <cstdlib>

#include <set>
#include <thread>

#include "runners/load/pressure.h"
#include "runners/load/service_process.h"
#include "runners/load/stages.h"
#include "runners/load/trial_for_tests.h"

namespace benchgate::load {
namespace {

std::vector<int> cpus_of(pid_t pid) {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(pid, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

std::string text_of(pid_t pid, const char* file) {
    return platform::read_file("/proc/" + std::to_string(pid) + "/" + file, 64 << 10).value_or("");
}

double figure_behind(const std::string& text, const std::string& word) {
    const auto at = text.find(word);
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + word.size(), nullptr);
}

/// User and system time: the 14th and 15th field, counted from behind the name, which may hold anything.
double cpu_seconds_of(pid_t pid) {
    const auto text = text_of(pid, "stat");
    const char* place = text.c_str() + std::min(text.size(), text.rfind(')'));
    for (int field = 2; field < 14 && *place != '\0'; ++place) field += *place == ' ';
    char* end = nullptr;
    const double user = std::strtod(place, &end);
    return (user + std::strtod(end, nullptr)) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// Looks at this test's own descendants every few milliseconds. What stress-ng does before the load tool runs is the
/// trial of the fault, and does not count.
class Watch {
  public:
    Watch()
        : thread_([this](std::stop_token stop) {
              while (!stop.stop_requested()) {
                  look();
                  std::this_thread::sleep_for(milliseconds(15));
              }
          }) {}
    void stop() {
        thread_.request_stop();
        thread_.join();
    }

    double begin = -1, end = -1;  ///< seconds from the first look at the load tool
    double load_end = 0;
    double most_resident = 0;  ///< bytes of all of them at one moment
    std::set<std::vector<int>> cpus;
    bool is_io_readable = false;
    double cpu_seconds() const { return sum(cpu_seconds_); }
    double written() const { return sum(written_); }
    double read() const { return sum(read_); }

  private:
    static double sum(const std::map<pid_t, double>& parts) {
        double all = 0;
        for (const auto& [pid, part] : parts) all += part;
        return all;
    }

    void look() {
        double resident = 0;
        for (const auto pid : descendants(::getpid())) {
            const auto name = text_of(pid, "comm");
            if (name == "wrk\n") {
                if (!load_start_) load_start_ = std::chrono::steady_clock::now();
                load_end = now();
            }
            if (!load_start_ || !name.starts_with("stress-ng")) continue;
            if (begin < 0) begin = now();
            end = now();
            if (auto its = cpus_of(pid); !its.empty()) cpus.insert(std::move(its));
            auto& used = cpu_seconds_[pid];
            used = std::max(used, cpu_seconds_of(pid));
            const auto status = text_of(pid, "status");
            resident += 1024 * (figure_behind(status, "RssAnon:") + figure_behind(status, "RssShmem:"));
            const auto io = text_of(pid, "io");
            if (io.empty()) continue;
            is_io_readable = true;
            written_[pid] = std::max(written_[pid], figure_behind(io, "wchar:"));
            read_[pid] = std::max(read_[pid], figure_behind(io, "rchar:"));
        }
        most_resident = std::max(most_resident, resident);
    }

    double now() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - *load_start_).count();
    }

    std::optional<std::chrono::steady_clock::time_point> load_start_;
    std::map<pid_t, double> cpu_seconds_, written_, read_;
    std::jthread thread_;
};

class LoadFaults : public LoadTrialTest {
  protected:
    void SetUp() override {
        LoadTrialTest::SetUp();
        suite.load.length = milliseconds(4'500);
        suite.load.level.clients = 1;
    }

    /// One fault from 0.5 s to 2 s of a load of 4.5 s.
    void watch(model::FaultKind kind, double amount) {
        if (!has("stress-ng")) GTEST_SKIP() << "no stress-ng";
        suite.faults = {{kind, milliseconds(500), milliseconds(1'500), amount}};
        Watch watching;
        const auto result = run();
        watching.stop();
        ASSERT_TRUE(result) << result.error().reason << "\n" << result.error().log;
        const auto name = "fault/" + std::string(model::to_string(kind)) + "@0.5s";
        bool is_measured = false;
        for (const auto& value : result->measured.values) is_measured |= value.series.key.benchmark == name;
        for (const auto& error : result->measured.errors) EXPECT_EQ(error.message, "") << error.benchmark;
        EXPECT_TRUE(is_measured);
        EXPECT_GT(watching.begin, 0.4) << "not before its time";
        EXPECT_LT(watching.begin, 1.3);
        EXPECT_GT(watching.end, 1.7) << "not shorter than it was asked for";
        EXPECT_GT(watching.load_end, watching.end) << "the load goes on when the fault is over";
        EXPECT_EQ(watching.cpus, std::set{split_cpus(cpus_of(0), 0, 0).service}) << "the tool's CPUs are left alone";
        for (const auto pid : descendants(::getpid())) EXPECT_FALSE(text_of(pid, "comm").starts_with("stress-ng"));
        for (const auto& entry : std::filesystem::directory_iterator(side()))
            EXPECT_NE(entry.path().filename(), ".benchgate-pressure") << "nothing of it stays in the working copy";
        begin = watching.begin;
        cpu_seconds = watching.cpu_seconds();
        most_resident = watching.most_resident;
        peak = result->used.peak_memory_bytes ? result->used.peak_memory_bytes->value : 0;
        if (watching.is_io_readable) io = {watching.read(), watching.written()};
    }

    /// A stress-ng of this test's own, found before the real one.
    void fake_stress_ng(const std::string& script) {
        std::filesystem::create_directory(side() / "bin");
        std::ofstream(side() / "bin/stress-ng") << "#!/bin/sh\n" << script;
        std::filesystem::permissions(side() / "bin/stress-ng", std::filesystem::perms(0755));
        trial.environment["PATH"] = "/src/bin:/usr/bin:/bin";
    }

    /// What a trial with one fault says about it.
    std::string errors_with(model::FaultKind kind) {
        suite.load.length = seconds(2);
        suite.faults = {{kind, milliseconds(200), milliseconds(800), 0}};
        auto seen = figures();
        const auto name = "fault/" + std::string(model::to_string(kind)) + "@0.2s";
        EXPECT_FALSE(seen.contains(name + " recovery_time")) << "no pass";
        EXPECT_TRUE(seen.contains(name + ": unsupported here recovery_time"));
        EXPECT_GT(seen["steady throughput"], 0) << "the rest of the trial is measured";
        return errors;
    }

    double begin = 0, cpu_seconds = 0, most_resident = 0, peak = 0;
    std::optional<std::pair<double, double>> io;  ///< bytes read and written; none: only root may see it
};

TEST_F(LoadFaults, PressureOnTheCpuUsesTheServicesCpus) {
    watch(model::FaultKind::cpu, 0);
    if (IsSkipped() || HasFatalFailure()) return;
    EXPECT_GT(cpu_seconds, 0.3) << "of 1.5 s on a host that has other work, too";
}

TEST_F(LoadFaults, PressureOnTheMemoryTakesIt) {
    watch(model::FaultKind::memory, 200e6);
    if (IsSkipped() || HasFatalFailure()) return;
    EXPECT_GT(most_resident, 195e6);
    EXPECT_LT(most_resident, 260e6) << "as much as was asked for, and the program itself";
    if (peak > 0) {
        EXPECT_GT(peak, 195e6) << "the trial's own figure tells of it";
    }
}

TEST_F(LoadFaults, WithoutAnAmountAQuarterOfWhatTheTrialMayHaveIsTaken) {
    suite.service.limits.memory_bytes = 800e6;
    watch(model::FaultKind::memory, 0);
    if (IsSkipped() || HasFatalFailure()) return;
    EXPECT_GT(most_resident, 195e6);
    EXPECT_LT(most_resident, 260e6) << "and not of the whole host's, which would end the trial";
}

TEST_F(LoadFaults, PressureOnTheDiskWritesTheBytes) {
    watch(model::FaultKind::disk, 32e6);
    if (IsSkipped() || HasFatalFailure()) return;
    if (!io) GTEST_SKIP() << "what others write is not to be seen here";
    EXPECT_GT(io->second, 31e6);
}

TEST_F(LoadFaults, PressureOnTheInputAndOutputReadsAndWrites) {
    watch(model::FaultKind::io, 0);
    if (IsSkipped() || HasFatalFailure()) return;
    if (!io) GTEST_SKIP() << "what others read and write is not to be seen here";
    EXPECT_GT(io->first + io->second, 1e6);
    EXPECT_GT(io->second, 1e5);
}

TEST_F(LoadFaults, WithoutStressNgEachPressureIsUnsupportedAndTheRemedyIsSaid) {
    suite.load.program = "/usr/bin/wrk";
    trial.environment["PATH"] = "/nowhere";
    const auto said = errors_with(model::FaultKind::cpu);
    EXPECT_NE(said.find("fault/cpu@0.2s: unsupported here: unsupported: "), std::string::npos) << said;
    EXPECT_NE(said.find("(apt-get install stress-ng)"), std::string::npos) << said;
}

TEST_F(LoadFaults, AStressNgThatRefusesIsUnsupportedInItsOwnWords) {
    fake_stress_ng("echo 'stress-ng: error: [3] no such stressor' >&2\nexit 1\n");
    const auto said = errors_with(model::FaultKind::io);
    EXPECT_NE(said.find("unsupported: stress-ng: stress-ng: error: [3] no such stressor"), std::string::npos) << said;
}

TEST_F(LoadFaults, AStressNgThatEndsInItsMidstIsNoPressureAndNoPass) {
    // It is tried with one operation, and that works.
    fake_stress_ng("case \"$*\" in *-ops*) exit 0 ;; esac\necho 'stress-ng: error: [3] no memory left'\nexit 2\n");
    const auto said = errors_with(model::FaultKind::memory);
    EXPECT_NE(said.find("unsupported: stress-ng ended by itself: stress-ng: error: [3] no memory left"),
              std::string::npos)
        << said;
}

TEST(StressOptions, AnAmountIsWorkersOrBytesAndTheRestIsBounded) {
    const auto words = [](model::FaultKind kind, double amount, double memory = 1e9) {
        std::string line;
        for (const auto& word : stress_options({kind, {}, {}, amount}, 2, memory)) line += word + " ";
        return line;
    };
    EXPECT_EQ(words(model::FaultKind::cpu, 0), "--cpu 2 ");
    EXPECT_EQ(words(model::FaultKind::cpu, 7), "--cpu 7 ");
    EXPECT_EQ(words(model::FaultKind::memory, 0), "--vm 1 --vm-keep --vm-bytes 250000000 ");
    EXPECT_EQ(words(model::FaultKind::memory, 0, 0), "--vm 1 --vm-keep --vm-bytes 64000000 ") << "none is known";
    EXPECT_EQ(words(model::FaultKind::disk, 0), "--hdd 1 --hdd-bytes 256000000 ");
    EXPECT_EQ(words(model::FaultKind::io, 3), "--iomix 3 --iomix-bytes 64m ");
}

}  // namespace
}  // namespace benchgate::load
