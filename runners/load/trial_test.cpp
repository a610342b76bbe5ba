// Real services under real load: what a user of a load suite meets, from a service that never comes up to the search
// for its breaking point. Each tool by itself is real_tools_test.cpp, what faults do is faults_test.cpp.

#include <gtest/gtest.h>

#include <cmath>

#include "runners/load/inside.h"
#include "runners/load/trial_for_tests.h"
#include "runners/sandbox/direct.h"

int main(int argc, char** argv) {
    // The supervisor inside is this program, started again.
    if (const auto status = benchgate::load::run_inside(argc, argv)) return *status;
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}

namespace benchgate::load {
namespace {

TEST_F(LoadTrialTest, ASteadyLoadGivesLatenciesThroughputAndErrorRate) {
    auto seen = figures();
    EXPECT_GT(seen["steady p99_closed_loop"], 50e6);
    EXPECT_LT(seen["steady p50_closed_loop"], 500e6);
    EXPECT_GT(seen["steady throughput"], 8);
    EXPECT_LT(seen["steady throughput"], 81) << "four clients, 50 ms each";
    EXPECT_EQ(seen["steady error_rate"], 0);
    EXPECT_FALSE(seen.contains("steady p99"));
}

TEST_F(LoadTrialTest, TheServiceHasNoNetworkButItsOwnLoopback) {
    suite.service.start = "ls /sys/class/net > nets; cat /proc/net/dev > dev; " + suite.service.start;
    figures();
    const auto interfaces = platform::read_below(side(), "dev", 1 << 16).value_or("");
    EXPECT_NE(interfaces.find("lo:"), std::string::npos) << interfaces;
    EXPECT_EQ(interfaces.find("eth"), std::string::npos) << interfaces;
}

TEST_F(LoadTrialTest, ServiceAndToolStayOnTheCpusThatMeasure) {
    const auto cpus = platform::read_file("/proc/self/status", 1 << 16).value_or("");
    if (cpus.find("Cpus_allowed_list:\t0-") == std::string::npos) GTEST_SKIP() << "this test has one CPU";
    trial.cpus = {1};
    std::ofstream(side() / "tool")
        << "#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status > of-tool; exec wrk \"$@\"\n";
    std::filesystem::permissions(side() / "tool", std::filesystem::perms(0755));
    suite.load.program = "./tool";
    suite.service.start = "grep Cpus_allowed_list /proc/self/status > of-service; " + suite.service.start;
    suite.load.length = seconds(1);
    figures();
    for (const auto* who : {"of-service", "of-tool"})
        EXPECT_EQ(platform::read_below(side(), who, 1000).value_or("none"), "Cpus_allowed_list:\t1\n") << who;
    EXPECT_NE(errors.find("there is one CPU"), std::string::npos) << errors;
}

TEST_F(LoadTrialTest, AServiceThatLeavesNoProcessToTheToolIsNotTheHostsFault) {
    trial.limits.processes = 60;
    // Started with a moment's delay, so that the service is up before the last process is taken.
    suite.service.start =
        "exec /usr/bin/python3 -c \"\nimport os, runpy, sys, threading, time\n"
        "def leak():\n time.sleep(0.3)\n while True:\n"
        "  try:\n   pid = os.fork()\n"
        "  except OSError:\n   time.sleep(0.01); continue\n"
        "  if pid == 0: time.sleep(1000)\n"
        "threading.Thread(target=leak, daemon=True).start()\n"
        "runpy.run_path('server.py')\n\" {port}";
    suite.service.ready = "command:sleep 1; true";
    const auto result = run();
    ASSERT_FALSE(result);
    EXPECT_FALSE(result.error().infrastructure) << result.error().reason;
    const auto& reason = result.error().reason;
    EXPECT_TRUE(reason.find("cannot start") != std::string::npos || reason.find("annot fork") != std::string::npos)
        << reason;
}

TEST_F(LoadTrialTest, AServiceThatSpeaksInTheSupervisorsPlaceLaysNoBlameOnTheHost) {
    const std::string words = R"({"event":"failed","words":"the host is broken","is_services_fault":false})";
    // Where the runner is no other user than the code, nothing keeps one process from another's streams.
    const auto say = [&](const std::string& what) {
        suite.service.start =
            "S=$(awk '/^PPid/ {print $2}' /proc/$PPID/status); (" + what + ") > /proc/$S/fd/1; kill -9 $S; sleep 100";
        sandbox::DirectSandbox direct;
        const auto start = std::chrono::steady_clock::now();
        const auto result = run_load(direct, suite, loaded(), [](std::string_view) {}, {});
        EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
        EXPECT_FALSE(result);
        return result ? LoadFailure{"none", true, false, false, ""} : result.error();
    };
    const auto blamed = say("echo '" + words + "'");
    EXPECT_FALSE(blamed.infrastructure) << blamed.reason;
    EXPECT_FALSE(say("yes").infrastructure);
    EXPECT_FALSE(say("head -c 60000000 /dev/zero | tr '\\0' a").infrastructure);
    EXPECT_FALSE(say("yes '' | head -c 30000000").infrastructure);
}

TEST_F(LoadTrialTest, AScriptThatOneWordCannotHoldIsPassedAllTheSame) {
    suite.load.length = seconds(1);
    suite.load.targets.assign(16, suite.load.targets[0]);
    for (int i = 0; i < 16; ++i) suite.load.targets[i].name = "t" + std::to_string(i);
    suite.load.level.clients = 16;
    suite.load.options = "-H 'X-Long: " + std::string(12'000, 'a') + "'";
    const auto result = run();
    EXPECT_TRUE(result) << result.error().reason;
    suite.load.options = "-H 'X-Long: " + std::string(100'000, 'a') + "'";
    const auto too_long = run();
    ASSERT_FALSE(too_long);
    EXPECT_FALSE(too_long.error().infrastructure) << too_long.error().reason;
    EXPECT_NE(too_long.error().reason.find("more stages and targets than"), std::string::npos);
}

TEST_F(LoadTrialTest, EachStageOfAProfileIsABenchmarkOfItsOwn) {
    suite.profile = {{"calm", model::StepKind::steady, {2, {}}, 0, 0, 0, seconds(1)},
                     {"peak", model::StepKind::spike, {}, 1, 8, 0, seconds(5)}};
    auto seen = figures();
    for (const auto* name : {"calm", "peak/before", "peak/peak", "peak/after"})
        EXPECT_GT(seen[std::string(name) + " throughput"], 0) << name;
    EXPECT_GT(seen["peak/peak throughput"], 2 * seen["peak/before throughput"]);
}

TEST_F(LoadTrialTest, AMixedLoadRunsAtATimeAndIsTakenApart) {
    suite.load.targets = {{"slow", "http://127.0.0.1:{port}/slow", 3}, {"half", "http://127.0.0.1:{port}/half", 1}};
    const auto start = std::chrono::steady_clock::now();
    auto seen = figures();
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(15));
    EXPECT_EQ(seen["steady/slow error_rate"], 0);
    EXPECT_NEAR(seen["steady/half error_rate"], 0.5, 0.1);
    EXPECT_NE(errors.find("steady/half: "), std::string::npos) << "exit status 0 with errors inside: " << errors;
    suite.load.targets[1].address = "http://127.0.0.1:{port}/fail";
    may_fail_wholly = false;
    EXPECT_EQ(failure().substr(0, 38), "stage steady/half: nothing succeeded: ") << "which of them is said";
}

TEST_F(LoadTrialTest, AServiceThatNeverComesUpOrEndsSaysSoAndWhatItSaidLast) {
    suite.service.start = "echo no database here; exit 4";
    EXPECT_EQ(failure(), "the service exited with status 4 before it was ready");
    EXPECT_NE(log.find("no database here"), std::string::npos) << log;
    suite.service.start = "echo waiting for nothing; sleep 100";
    suite.service.ready_within = milliseconds(500);
    EXPECT_EQ(failure().substr(0, 42), "the service was not ready within 0.5 s (tc");
}

TEST_F(LoadTrialTest, AServiceThatDiesOrHangsUnderLoadIsNoResult) {
    suite.load.targets[0].address = "http://127.0.0.1:{port}/die";
    const auto died = failure();
    EXPECT_EQ(died.substr(0, 34), "the service exited with status 3 0") << died;
    EXPECT_NE(died.find("in stage steady"), std::string::npos) << died;
    suite.load.targets[0].address = "http://127.0.0.1:{port}/hang";
    may_fail_wholly = false;
    EXPECT_NE(failure().find("stage steady: nothing succeeded"), std::string::npos) << failure();
}

TEST_F(LoadTrialTest, AToolThatIsNotThereOrPrintsNonsenseIsNamed) {
    suite.load.program = "wrk-of-yesterday";
    EXPECT_EQ(failure().substr(0, 48), "stage steady: wrk is not installed here, or cann");
    std::ofstream(side() / "tool") << "#!/bin/sh\necho all is well\n";
    std::filesystem::permissions(side() / "tool", std::filesystem::perms(0755));
    suite.load.program = "./tool";
    EXPECT_EQ(failure().substr(0, 18), "stage steady: wrk:");
    EXPECT_NE(failure().find("all is well"), std::string::npos);
}

TEST_F(LoadTrialTest, AGeneratorAtItsLimitIsAFailureAndNoFigure) {
    std::ofstream(side() / "burn") << "#!/usr/bin/python3\nimport time\nend = time.process_time() + 2\n"
                                      "while time.process_time() < end: pass\n";
    std::filesystem::permissions(side() / "burn", std::filesystem::perms(0755));
    suite.load.program = "./burn";
    // A host that has other work gives the tool less than a CPU: then it is not at its own limit.
    const auto said = failure();
    EXPECT_TRUE(said.find("the load tool itself was at its limit") != std::string::npos ||
                said.find("stage steady: wrk") != std::string::npos)
        << said;
}

TEST_F(LoadTrialTest, EveryWayOfBeingReadyIsWaitedFor) {
    for (const auto* ready :
         {"http://127.0.0.1:{port}/", "log:listening soon",
          "command:python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}))'"}) {
        suite.service.ready = ready;
        suite.load.length = seconds(1);
        if (std::string(ready).starts_with("log:")) suite.service.start = "sleep 0; " + suite.service.start;
        const auto result = run();
        EXPECT_TRUE(result) << ready << ": " << result.error().reason;
    }
    suite.service.ready = "http://127.0.0.1:{port}/fail";
    suite.service.ready_within = seconds(2);
    EXPECT_NE(failure().find("was not ready within 2 s"), std::string::npos) << "503 is not ready";
}

TEST_F(LoadTrialTest, APausedAndAKilledServiceComesBackAndHowLongItTookIsMeasured) {
    suite.load.length = seconds(5);
    suite.service.ready = "http://127.0.0.1:{port}/";
    suite.faults = {{model::FaultKind::pause, milliseconds(500), seconds(1), 0},
                    {model::FaultKind::kill, milliseconds(2'500), milliseconds(300), 0}};
    auto seen = figures();
    EXPECT_GT(seen["steady max_closed_loop"], 0.9e9) << "somebody waited for the pause";
    EXPECT_LT(seen["fault/pause@0.5s recovery_time"], 1e9);
    EXPECT_GT(seen["fault/kill@2.5s recovery_time"], 10e6) << "a start of the interpreter";
    EXPECT_GT(seen["steady throughput"], 5);
    EXPECT_GT(seen["steady error_rate"], 0);
}

TEST_F(LoadTrialTest, AFaultThatCannotBeDoneHereIsUnsupportedAndNoPass) {
    suite.load.length = seconds(3);
    suite.faults = {{model::FaultKind::cpu, milliseconds(200), seconds(1), 0},
                    {model::FaultKind::delay, milliseconds(1'500), milliseconds(500), 5e6}};
    auto seen = figures();
    for (const auto* name : {"fault/cpu@0.2s", "fault/delay@1.5s"}) {
        const auto unsupported = std::string(name) + ": unsupported here recovery_time";
        const auto supported = std::string(name) + " recovery_time";
        EXPECT_NE(seen.contains(supported), seen.contains(unsupported)) << name << "\n" << errors;
        if (seen.contains(unsupported)) {
            EXPECT_TRUE(std::isnan(seen[unsupported]));
            EXPECT_NE(errors.find(std::string(name) + ": unsupported here: unsupported: "), std::string::npos)
                << errors;
        }
        if (has("stress-ng") && std::string(name) == "fault/cpu@0.2s") {
            EXPECT_TRUE(seen.contains(supported)) << errors;
        }
    }
}

TEST_F(LoadTrialTest, APressureLargerThanTheHostIsUnsupported) {
    if (!has("stress-ng")) GTEST_SKIP() << "no stress-ng";
    suite.load.length = seconds(3);
    suite.faults = {{model::FaultKind::memory, milliseconds(200), milliseconds(500), 1e15},
                    {model::FaultKind::disk, milliseconds(1'500), milliseconds(500), 1e17}};
    figures();
    EXPECT_NE(errors.find("fault/memory@0.2s: unsupported here: unsupported: 1000000000 MB are asked for"),
              std::string::npos)
        << errors;
    EXPECT_NE(errors.find("fault/disk@1.5s: unsupported here: unsupported: 100000000000 MB are asked for"),
              std::string::npos)
        << errors;
}

TEST_F(LoadTrialTest, ASlowerNetworkIsSlowerWhereTheKernelCan) {
    suite.load.length = seconds(4);
    suite.load.targets[0].address = "http://127.0.0.1:{port}/";
    suite.faults = {{model::FaultKind::bandwidth, milliseconds(200), milliseconds(3'500), 4'000}};
    auto seen = figures();
    if (!seen.contains("fault/bandwidth@0.2s recovery_time")) GTEST_SKIP() << errors;
    const auto hindered = seen["steady throughput"];
    suite.faults.clear();
    EXPECT_LT(hindered, 0.8 * figures()["steady throughput"]);
}

TEST_F(LoadTrialTest, NothingOfATrialOutlivesIt) {
    suite.service.start = "(setsid sleep 12321 &) ; " + suite.service.start;
    suite.load.length = seconds(1);
    figures();
    platform::SpawnOptions look;
    look.argv = {"/bin/sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep 12321'"};
    EXPECT_EQ(platform::run(look).value().out.text(), "1\n") << "the grep's own shell";
}

TEST_F(LoadTrialTest, TheBreakingPointIsWhereTheObjectiveStopsToHold) {
    only_four_at_a_time();
    suite.load.level.clients = {};
    suite.load.length = seconds(2);
    suite.search = model::LoadSearch{2, 2};  // clients: 2, 4, 8, 16
    model::Budget p50;
    p50.benchmark = "**";
    p50.metric = "p50";
    p50.max = 90e6;
    suite.objectives = {p50};
    auto seen = figures();
    EXPECT_GT(seen["search breaking_point"], 40) << log;
    EXPECT_LT(seen["search breaking_point"], 100) << log;
    EXPECT_NE(log.find("search/clients=2: held"), std::string::npos) << log;
}

TEST_F(LoadTrialTest, OfAToolThatHoldsARateTheBreakingPointIsTheHighestThatWasAnswered) {
    if (!has("hey")) GTEST_SKIP() << "no hey";
    only_four_at_a_time();
    suite.load.tool = "hey";
    suite.load.level.clients = 8;
    suite.load.length = seconds(2);
    suite.search = model::LoadSearch{20, 3};  // 20, 60, 180
    auto seen = figures();
    EXPECT_GE(seen["search breaking_point"], 20) << log;
    EXPECT_LT(seen["search breaking_point"], 100) << log;
    EXPECT_NE(log.find("search/rate=180: "), std::string::npos) << log;
    EXPECT_NE(log.find("answered of 180/s offered"), std::string::npos) << log;
}

TEST_F(LoadTrialTest, ALevelAtWhichClientsGiveUpHasFailedAndNotTheSearch) {
    std::ofstream(side() / "pgbench") << R"sh(#!/bin/sh
sleep 0.5
rate=$(echo "$*" | sed 's/.* -R \([0-9]*\).*/\1/')
echo 'transaction type: <builtin: select only>
number of transactions actually processed: 100
number of failed transactions: 0 (0.000%)
latency average = 1.000 ms'
echo "tps = $rate.0 (without initial connection time)"
[ $rate -lt $(cat most) ] || { echo 'pgbench: error: client 3 aborted' >&2; exit 2; }
)sh";
    std::filesystem::permissions(side() / "pgbench", std::filesystem::perms(0755));
    std::ofstream(side() / "most") << "150\n";
    suite.load.tool = "pgbench";
    suite.load.program = "./pgbench";
    suite.load.length = seconds(1);
    suite.search = model::LoadSearch{50, 4};  // 50, 200, 200, 125, 162
    EXPECT_EQ(figures()["search breaking_point"], 125) << log;
    EXPECT_NE(log.find("search/rate=200: stage search/rate=200: pgbench: clients gave up"), std::string::npos) << log;
    std::ofstream(side() / "most") << "1\n";
    EXPECT_NE(failure().find("pgbench: clients gave up"), std::string::npos) << "it has never worked";
}

TEST_F(LoadTrialTest, ADatabaseIsLoadedByPgbench) {
    const std::filesystem::path bin = "/usr/lib/postgresql/15/bin";
    if (!std::filesystem::exists(bin / "pgbench")) GTEST_SKIP() << "no PostgreSQL";
    suite.service.start =
        "B=" + bin.string() +
        "; $B/initdb -D /tmp/db -U bench -A trust >/dev/null && exec $B/postgres -D /tmp/db -p {port} "
        "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off";
    suite.service.ready = "command:" + (bin / "pg_isready").string() + " -q -h 127.0.0.1 -p {port}";
    suite.service.stop = "INT";
    suite.load.tool = "pgbench";
    suite.load.program = bin / "pgbench";
    std::ofstream(side() / "select.sql") << "select 1;\n";
    suite.load.options = "-f select.sql";
    suite.load.targets[0].address = "host=127.0.0.1 port={port} user=bench dbname=postgres";
    suite.load.level = {2, 50.0};
    auto seen = figures();
    EXPECT_NEAR(seen["steady throughput"], 50, 25);
    EXPECT_GT(seen["steady p99"], 0) << "at a rate pgbench is no closed loop";
    EXPECT_GE(seen["steady max"], seen["steady p50"]);
    EXPECT_EQ(seen["steady error_rate"], 0);
}

}  // namespace
}  // namespace benchgate::load
