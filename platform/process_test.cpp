#include "platform/process.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace benchgate::platform {
namespace {

using namespace std::chrono_literals;

SpawnOptions shell(const std::string& line) {
    SpawnOptions options;
    options.argv = {"/bin/sh", "-c", line};
    return options;
}

int open_descriptors() {
    return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// Whether a process of this number exists and is no zombie.
bool alive(const std::string& pid) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string number, name, state;
    stat >> number >> name >> state;
    return !state.empty() && state != "Z" && state != "X";
}

bool ends_soon(const std::string& pid) {
    for (int i = 0; i < 500 && alive(pid); ++i) std::this_thread::sleep_for(10ms);
    return !alive(pid);
}

TEST(Process, OutputStatusAndDirectoryComeThrough) {
    const TempDir dir;
    auto options = shell("pwd; echo error >&2; cat; echo \"$NAME\"; exit 3");
    options.directory = dir.path();
    options.environment = std::vector<std::string>{"NAME=value", "PATH=/usr/bin:/bin"};
    options.input = "typed\n";
    const auto outcome = run(options).value();
    EXPECT_EQ(outcome.status.code, 3);
    EXPECT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.out.text(), dir.path().string() + "\ntyped\nvalue\n");
    EXPECT_EQ(outcome.err.text(), "error\n");
    EXPECT_EQ(outcome.ending, Ending::exited);
}

TEST(Process, ASignalIsReportedAsOne) {
    EXPECT_EQ(run(shell("kill -9 $$")).value().status.signal, SIGKILL);
    EXPECT_EQ(run(shell("kill -USR1 $$")).value().status.signal, SIGUSR1);
}

TEST(Process, WhatCannotStartSaysWhy) {
    SpawnOptions options;
    options.argv = {"no-such-program-anywhere"};
    auto outcome = run(options);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().error_number, ENOENT);
    EXPECT_NE(outcome.error().message.find("no-such-program-anywhere"), std::string::npos);
    options.reap_descendants = true;
    EXPECT_EQ(run(options).error().error_number, ENOENT);
    options = shell("true");
    options.directory = "/no/such/directory";
    EXPECT_NE(run(options).error().message.find("enter the directory"), std::string::npos);
    EXPECT_FALSE(run(SpawnOptions{}));
}

TEST(Process, ArgumentsAreNeverReadByAShell) {
    SpawnOptions options;
    options.argv = {"printf", "%s|", "$(id)", "; echo x", "*"};
    EXPECT_EQ(run(options).value().out.text(), "$(id)|; echo x|*|");
}

TEST(Process, OnlyTheStandardDescriptorsAreInherited) {
    const Fd leak(::dup(0));  // without close-on-exec
    const auto plain = run(shell("ls /proc/self/fd")).value();
    EXPECT_EQ(plain.out.text(), "0\n1\n2\n3\n");  // 3 is the directory that ls reads
    auto options = shell("ls /proc/self/fd");
    options.pass_fds = {leak.get()};
    EXPECT_NE(run(options).value().out.text().find(std::to_string(leak.get())), std::string::npos);
}

TEST(Process, NothingStaysOpenAndNoZombieIsLeft) {
    static_cast<void>(run(shell("true")));
    const int before = open_descriptors();
    for (int i = 0; i < 20; ++i) {
        auto options = shell("exit 0");
        options.reap_descendants = i % 2 == 1;
        ASSERT_TRUE(run(options).value().ok());
        { auto process = Process::spawn(shell("exec sleep 1000")).value(); }
        options.argv = {"no-such-program-anywhere"};
        ASSERT_FALSE(run(options));
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST(Process, FloodsAreKeptWithinTheirBoundOrEnded) {
    Supervision rules{.keep_bytes = 1000};
    std::uint64_t streamed = 0;
    rules.on_output = [&](Stream, std::string_view bytes) { streamed += bytes.size(); };
    auto outcome = run(shell("head -c 3000000 /dev/zero; printf end"), rules).value();
    EXPECT_TRUE(outcome.ok());
    EXPECT_EQ(outcome.out.total_bytes, 3'000'003u);
    EXPECT_EQ(streamed, 3'000'003u);
    EXPECT_EQ(outcome.out.dropped_bytes, 3'000'003u - 1000);
    EXPECT_TRUE(outcome.out.tail.ends_with("end"));

    rules.output_limit = 100'000;
    outcome = run(shell("yes"), rules).value();
    EXPECT_EQ(outcome.ending, Ending::output_limit);
    EXPECT_FALSE(outcome.ok());
}

TEST(Process, TimeAndStopEndTheWholeGroup) {
    Supervision rules{.wall_limit = 300ms, .grace = 50ms};
    auto outcome = run(shell("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000"), rules).value();
    EXPECT_EQ(outcome.ending, Ending::timed_out);
    EXPECT_EQ(outcome.status.signal, SIGKILL);
    EXPECT_TRUE(ends_soon(outcome.out.text().substr(0, outcome.out.text().find('\n'))));

    std::stop_source source;
    rules = {};
    rules.on_output = [&](Stream, std::string_view) { source.request_stop(); };
    outcome = run(shell("trap 'echo polite; exit 5' TERM; echo ready; while :; do sleep 0.01; done"), rules,
                  source.get_token())
                  .value();
    EXPECT_EQ(outcome.ending, Ending::stopped);
    EXPECT_EQ(outcome.status.code, 5);
    EXPECT_NE(outcome.out.text().find("polite"), std::string::npos);
}

TEST(Process, TheWatchCanEndIt) {
    int asked = 0;
    Supervision rules;
    rules.watch_every = 5ms;
    rules.watch = [&] { return ++asked == 3; };
    EXPECT_EQ(run(shell("sleep 1000"), rules).value().ending, Ending::watch);
    EXPECT_EQ(asked, 3);
}

TEST(Process, TheReaperEndsWhatEscapesTheGroup) {
    const std::string escape = "setsid sh -c 'sleep 1000 & echo $!; echo $$; wait' & sleep 0.2; exit 4";
    auto options = shell(escape);
    options.reap_descendants = true;
    auto outcome = run(options).value();
    EXPECT_EQ(outcome.status.code, 4);
    std::istringstream pids(outcome.out.text());
    int count = 0;
    for (std::string pid; pids >> pid; ++count) EXPECT_FALSE(alive(pid));
    EXPECT_EQ(count, 2);

    Supervision rules{.wall_limit = 500ms, .grace = 50ms};
    options = shell("trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$; sleep 1000; sleep 1000' & wait; wait");
    options.reap_descendants = true;
    outcome = run(options, rules).value();
    EXPECT_EQ(outcome.ending, Ending::timed_out);
    EXPECT_EQ(outcome.status.signal, SIGKILL);
    EXPECT_FALSE(alive(outcome.out.text().substr(0, outcome.out.text().find('\n'))));
}

TEST(Process, TheReaperCountsTheWholeTree) {
    auto options = shell("(sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done' &) ; sleep 0.5");
    options.reap_descendants = true;
    const auto usage = run(options).value().status.usage;
    EXPECT_GT(usage.ru_utime.tv_sec * 1'000'000 + usage.ru_utime.tv_usec, 20'000);
}

TEST(Process, LimitsAndIdentityHold) {
    auto options = shell("ulimit -n; ulimit -c; id -u; id -G; head -c 100000 /dev/zero > file; echo $?");
    const TempDir dir;
    options.limits.open_files = 64;
    options.limits.file_bytes = 1000;
    options.directory = dir.path();
    if (::geteuid() == 0) {
        ASSERT_TRUE(give_tree_to(dir.path(), 65534, 65534));
        options.run_as = Identity{65534, 65534};
        EXPECT_EQ(run(options).value().out.text(), "64\n0\n65534\n65534\n153\n");
    } else {
        EXPECT_TRUE(run(options).value().out.text().starts_with("64\n0\n"));
    }
    options = shell("nproc");
    options.cpus = {0};
    EXPECT_EQ(run(options).value().out.text(), "1\n");
}

TEST(Process, ACounterCanBeAttachedBeforeExec) {
    std::string seen;
    auto options = shell("echo $$");
    options.before_exec = [&](pid_t pid) { seen = std::to_string(pid) + "\n"; };
    EXPECT_EQ(run(options).value().out.text(), seen);
    options.reap_descendants = true;
    EXPECT_EQ(run(options).value().out.text(), seen);
}

}
}
