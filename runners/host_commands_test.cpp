// benchgate-runner's preflight and tuning as an operator meets them, on a host made of files.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "core/json/json.h"
#include "platform/process.h"
#include "runners/host/fake_root_for_tests.h"

namespace benchgate {
namespace {

using namespace std::chrono_literals;

class HostCommands : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::permissions(keep.path(), std::filesystem::perms(0711));  // above a runner's work folder
        root.write("proc/sys/kernel/random/boot_id", "first\n");
        root.write("sys/devices/system/cpu/online", "0-3\n");
        root.write("proc/self/status", "Cpus_allowed_list:\t0-3\n");
        for (const char* cpu : {"cpu1", "cpu2", "cpu3"})
            root.write(std::string("sys/devices/system/cpu/") + cpu + "/cpufreq/scaling_governor", "powersave\n");
        root.write("sys/kernel/mm/ksm/run", "1\n");
        root.write("proc/irq/24/smp_affinity_list", "0-3\n");
        before = root.all();
    }
    std::vector<std::string> words(std::vector<std::string> of_command) const {
        std::vector<std::string> argv{RUNNER_PROGRAM};
        argv.insert(argv.end(), of_command.begin(), of_command.end());
        for (const auto& word : {std::string("--host-root"), root.path().string(), std::string("--work"),
                                 (keep.path() / "work").string(), std::string("--tune-journal"), journal().string()})
            argv.push_back(word);
        return argv;
    }
    std::filesystem::path journal() const { return keep.path() / "journal"; }
    platform::Outcome run(std::vector<std::string> of_command) const {
        platform::SpawnOptions spawn;
        spawn.argv = words(std::move(of_command));
        auto outcome = platform::run(spawn, {.wall_limit = 60s});
        if (!outcome) throw std::runtime_error(outcome.error().message);
        return std::move(*outcome);
    }
    platform::Process start(std::vector<std::string> of_command) const {
        platform::SpawnOptions spawn;
        spawn.argv = words(std::move(of_command));
        spawn.out = spawn.err = platform::StreamTo::nothing;
        auto process = platform::Process::spawn(spawn);
        if (!process) throw std::runtime_error(process.error().message);
        return std::move(*process);
    }
    template <class Condition>
    static bool comes_true(Condition condition) {
        for (int i = 0; i < 1200; ++i, std::this_thread::sleep_for(50ms))
            if (condition()) return true;
        return false;
    }
    bool is_tuned() const { return root.read("proc/irq/24/smp_affinity_list") == "0"; }
    bool is_as_before() const { return root.all() == before && !std::filesystem::exists(journal()); }
    /// One that never finds its service.
    platform::Process start_runner(bool is_tuning) const {
        const auto token = keep.path() / "token";
        std::ofstream(token) << "join\n";
        std::vector<std::string> of_command{"--service", "http://127.0.0.1:1", "--token-file", token.string(),
                                            "--allow-unsandboxed"};
        if (is_tuning) of_command.emplace_back("--tune");
        return start(std::move(of_command));
    }

    host::FakeRoot root;
    platform::TempDir keep;
    std::map<std::string, std::string> before;
};

TEST_F(HostCommands, PreflightSaysWhetherTheHostMayMeasureByItsExitStatusToo) {
    const auto facts = [](const platform::Outcome& outcome) {
        return json::parse(outcome.out.text()).value_or(json::Json());
    };
    const auto fit = run({"preflight", "--json", "--tolerate", "*"});
    EXPECT_EQ(fit.status.code, 0) << fit.err.text();
    EXPECT_EQ(json::boolean(facts(fit), "fit"), true);
    const auto unfit = run({"preflight", "--json", "--require", "cpu.governor"});
    EXPECT_EQ(unfit.status.code, 3);
    EXPECT_EQ(json::boolean(facts(unfit), "fit"), false);
    const auto table = run({"preflight", "--tolerate", "*"}).out.text();
    EXPECT_THAT(table, testing::HasSubstr("how to mend"));
    EXPECT_THAT(table, testing::ContainsRegex("cpu.bench +1-3"));
    EXPECT_THAT(table, testing::ContainsRegex("cpu.housekeeping +0"));
}

TEST_F(HostCommands, MistakesOfTheOperatorAreNamed) {
    const auto wrong_fact = run({"preflight", "--require", "cpu.govenor"});
    EXPECT_EQ(wrong_fact.status.code, 2);
    EXPECT_THAT(wrong_fact.err.text(), testing::HasSubstr("cpu.governor"));
    for (const std::string cpus : {"9", "x"}) {
        const auto wrong_cpu = run({"preflight", "--bench-cpus", cpus});
        EXPECT_EQ(wrong_cpu.status.code, 2);
        EXPECT_THAT(wrong_cpu.err.text(), testing::HasSubstr("--bench-cpus"));
    }
}

TEST_F(HostCommands, TuningLastsUntilASignal) {
    auto tuning = start({"tune"});
    ASSERT_TRUE(comes_true([&] { return is_tuned(); }));
    EXPECT_EQ(run({"tune"}).status.code, 3) << "one at a time";
    EXPECT_TRUE(is_tuned());
    tuning.signal_group(SIGTERM);
    EXPECT_EQ(tuning.wait().code, 0);
    EXPECT_TRUE(is_as_before());
}

TEST_F(HostCommands, AfterKillNineRestorePutsEverythingBack) {
    auto tuning = start({"tune"});
    ASSERT_TRUE(comes_true([&] { return is_tuned(); }));
    tuning.signal_group(SIGKILL);
    tuning.wait();
    EXPECT_THAT(run({"preflight", "--tolerate", "*"}).out.text(), testing::HasSubstr("tune --restore"));
    const auto restored = run({"tune", "--restore"});
    EXPECT_EQ(restored.status.code, 0) << restored.err.text();
    EXPECT_TRUE(is_as_before()) << restored.out.text();
}

TEST_F(HostCommands, ARunnerThatDiesLeavesNoTunedHost) {
    for (const int signal : {SIGTERM, SIGKILL}) {
        auto runner = start_runner(true);
        ASSERT_TRUE(comes_true([&] { return is_tuned(); }));
        ::kill(runner.pid(), signal);
        runner.wait();
        EXPECT_TRUE(comes_true([&] { return is_as_before(); })) << "after signal " << signal;
    }
}

TEST_F(HostCommands, ASignalToAllLeavesTheHostTunedUntilTheRunnerHasFinished) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    platform::Fd theirs(ends[0]), ours(ends[1]);
    platform::SpawnOptions spawn;
    spawn.argv = words({"tune", "--until-closed", std::to_string(theirs.get())});
    spawn.out = spawn.err = platform::StreamTo::nothing;
    spawn.pass_fds = {theirs.get()};
    auto tuning = platform::Process::spawn(spawn);
    ASSERT_TRUE(tuning) << tuning.error().message;
    theirs.reset();
    ASSERT_TRUE(comes_true([&] { return is_tuned(); }));
    tuning->signal_group(SIGTERM);
    EXPECT_FALSE(tuning->wait_until(std::chrono::steady_clock::now() + 1s)) << "the job at hand is still measured";
    EXPECT_TRUE(is_tuned());
    ours.reset();
    EXPECT_EQ(tuning->wait().code, 0);
    EXPECT_TRUE(is_as_before());
}

TEST_F(HostCommands, CpusThatAKilledOneTurnedOffAreTurnedOnBeforeAnybodyMissesThem) {
    root.write("sys/devices/system/cpu/smt/control", "on\n");
    before = root.all();
    const auto token = keep.path() / "token";
    std::ofstream(token) << "join\n";
    const std::vector<std::vector<std::string>> next_ones{
        {"tune", "--restore"},
        {"tune"},
        {"--service", "http://127.0.0.1:1", "--token-file", token.string(), "--allow-unsandboxed"}};
    for (auto next : next_ones) {
        auto tuning = start({"tune", "--smt-off", "--bench-cpus", "1,3"});
        ASSERT_TRUE(comes_true([&] { return root.read("sys/devices/system/cpu/smt/control") == "off"; }));
        tuning.signal_group(SIGKILL);
        tuning.wait();
        // What the kernel makes of it; files alone do not come back by themselves.
        root.write("sys/devices/system/cpu/online", "0-1\n");
        next.insert(next.end(), {"--bench-cpus", "1,3"});
        const auto outcome = run(next);
        EXPECT_EQ(outcome.status.code, next.at(1) == "--restore" ? 0 : 2) << outcome.err.text();
        root.write("sys/devices/system/cpu/online", "0-3\n");
        EXPECT_TRUE(is_as_before()) << next.front() << ": " << outcome.err.text();
    }
}

TEST_F(HostCommands, ARunnerThatStartsPutsBackWhatItFinds) {
    auto tuning = start({"tune"});
    ASSERT_TRUE(comes_true([&] { return is_tuned(); }));
    tuning.signal_group(SIGKILL);
    tuning.wait();
    const auto runner = start_runner(false);
    EXPECT_TRUE(comes_true([&] { return is_as_before(); }));
}

}  // namespace
}  // namespace benchgate
