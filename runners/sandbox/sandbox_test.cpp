// The promises of the sandbox, kept by real bubblewrap.
#include "runners/sandbox/sandbox.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/sandbox/bubblewrap.h"
#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Processes of the host whose command line holds a word.
std::set<std::string> processes_with(const std::string& word) {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        if (platform::read_file(entry.path() / "cmdline", 65536).value_or("").find(word) != std::string::npos)
            found.insert(pid);
    }
    return found;
}

class SandboxTest : public testing::Test {
  protected:
    SandboxTest() { ::chmod(dir.path().c_str(), 0755); }

    fs::path job(const std::string& name = "job") {
        const fs::path path = dir.path() / name;
        fs::create_directories(path);
        const auto prepared = box->prepare(path);
        EXPECT_TRUE(prepared) << prepared.error().message;
        return path;
    }

    Command shell(const std::string& line) {
        Command command;
        command.shell_line = line;
        command.job_directory = job();
        command.limits.wall = 30s;
        command.limits.grace = 100ms;
        command.limits.keep_output_bytes = 65536;
        return command;
    }

    Result run(const Command& command, std::stop_token stop = {}) {
        auto result = box->run(command, std::move(stop));
        if (!result) ADD_FAILURE() << result.error().message;
        return result.value_or(Result{});
    }

    platform::TempDir dir;
    std::unique_ptr<Sandbox> box = std::make_unique<BubblewrapSandbox>();
};

TEST_F(SandboxTest, ItWorksHereAndSaysWhatItCannotDo) {
    const Capabilities capabilities = box->probe();
    EXPECT_TRUE(capabilities.available) << capabilities.why_not;
    EXPECT_TRUE(capabilities.isolated);
    EXPECT_EQ(choose({}).value()->name(), "bubblewrap");

    BubblewrapOptions options;
    options.program = "no-such-bwrap";
    BubblewrapSandbox broken(options);
    EXPECT_FALSE(broken.probe().available);
    EXPECT_NE(broken.probe().why_not.find("no-such-bwrap"), std::string::npos);
}

TEST_F(SandboxTest, OutputStatusAndDirectoryComeThrough) {
    auto command = shell("pwd; echo error >&2; echo made > file; exit 3");
    fs::create_directories(command.job_directory / "sub");
    ASSERT_TRUE(box->prepare(command.job_directory));
    command.directory = "sub";
    std::string streamed;
    command.on_output = [&](platform::Stream stream, std::string_view bytes) {
        if (stream == platform::Stream::out) streamed += bytes;
    };
    const Result result = run(command);
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.out.text(), "/src/sub\n");
    EXPECT_EQ(streamed, "/src/sub\n");
    EXPECT_EQ(result.err.text(), "error\n");
    EXPECT_EQ(platform::read_below(command.job_directory, "sub/file", 100).value(), "made\n");
    EXPECT_EQ(result.describe(), "exited with status 3");

    EXPECT_EQ(run(shell("kill -SEGV $$")).signal, SIGSEGV);
    auto direct = shell("");
    direct.argv = {"printf", "%s", "$(id)"};
    EXPECT_EQ(run(direct).out.text(), "$(id)");
}

TEST_F(SandboxTest, TwoJobsSeeTheSamePathAndAnEqualCleanEnvironment) {
    ASSERT_EQ(::setenv("BENCHGATE_TEST_SECRET", "s3cret", 1), 0);
    std::vector<std::string> seen;
    for (const std::string name : {"base", "a-much-longer-name-for-head"}) {
        auto command = shell("pwd; env | sort; ls -A /src; ls /proc/self/fd | wc -l");
        command.job_directory = job(name);
        command.environment = {{"SEED", "1"}};
        seen.push_back(run(command).out.text());
    }
    ::unsetenv("BENCHGATE_TEST_SECRET");
    EXPECT_EQ(seen[0], seen[1]);
    EXPECT_EQ(seen[0].find("s3cret"), std::string::npos);
    EXPECT_NE(seen[0].find("SEED=1\n"), std::string::npos);
    EXPECT_TRUE(seen[0].starts_with("/src\n")) << seen[0];
    EXPECT_TRUE(seen[0].ends_with("\n4\n")) << seen[0];  // standard three and the one that ls opened
}

TEST_F(SandboxTest, TheHostIsOutOfReach) {
    const fs::path secret = dir.path() / "secret";
    std::ofstream(secret) << "s3cret";
    ::chmod(secret.c_str(), 0600);
    std::ofstream(dir.path() / "readable") << "s3cret";
    auto command = shell("cat " + secret.string() + " " + (dir.path() / "readable").string() +
                         " /etc/shadow /proc/1/environ; ls /root /home /work " + dir.path().string() +
                         "; cat /src/link; ps -e 2>/dev/null | wc -l; ls -d /proc/[0-9]* | wc -l");
    fs::create_symlink(secret, command.job_directory / "link");
    const Result result = run(command);
    EXPECT_EQ(result.out.text().find("s3cret"), std::string::npos);
    EXPECT_EQ(result.out.text().find("job"), std::string::npos);
    // Only the sandbox's own processes exist.
    std::istringstream words(result.out.text());
    int all = 1000;
    for (std::string word; words >> word;) all = std::atoi(word.c_str());
    EXPECT_LT(all, 10);
}

TEST_F(SandboxTest, NothingOutsideTheJobAndTmpCanBeWritten) {
    const Result result = run(shell(
        "for d in / /usr /usr/bin /etc /dev /proc /proc/sys/kernel /lib; do echo x > $d/benchgate-test 2>/dev/null &&"
        " echo wrote $d; done; echo x > /src/ok && echo x > /tmp/ok && echo x > /dev/shm/ok && echo x > /dev/null &&"
        " echo fine; echo 1 > /proc/sys/kernel/randomize_va_space && echo wrote sysctl"));
    EXPECT_EQ(result.out.text(), "fine\n");
}

TEST_F(SandboxTest, OneMoreFolderCanBeWrittenOnlyWhereTheCallerSaysSoAndHasABound) {
    const auto shared = job("shared"), shown = job("shown");
    auto command = shell("echo kept >" + shared.string() + "/file; touch " + shown.string() + "/file; echo $?; cat " +
                         shared.string() + "/file");
    command.writable.push_back({shared});
    command.read_only = {shown};
    EXPECT_EQ(run(command).out.text(), "1\nkept\n");
    EXPECT_EQ(run(shell("cat " + shared.string() + "/file || echo not here")).out.text(), "not here\n");
    command = shell("while :; do head -c 4194304 /dev/zero >>" + shared.string() + "/file; sleep 0.05; done");
    command.writable.push_back({shared});
    command.limits.disk_bytes = 16 << 20;
    EXPECT_TRUE(run(command).disk_limit);
}

TEST_F(SandboxTest, ThereIsNoNetworkNotEvenTheHostsLoopback) {
    const platform::Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.get(), 8), 0);
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    const std::string port = std::to_string(ntohs(address.sin_port));
    const std::string line = "import socket; socket.create_connection(('127.0.0.1', " + port + "), 2); print('in')";
    auto command = shell("");
    command.argv = {"python3", "-c", line};
    const Result result = run(command);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.err.text().find("refused"), std::string::npos) << result.err.text();
    command.network = true;
    EXPECT_EQ(run(command).out.text(), "in\n") << "unless what is to be fetched needs one";
    command.network = false;
    // Its own loopback is up: a server under test can be reached by its load generator.
    command.argv[2] =
        "import socket; s=socket.create_server(('127.0.0.1',0));"
        "socket.create_connection(s.getsockname(),2); print('own')";
    EXPECT_EQ(run(command).out.text(), "own\n");
}

TEST_F(SandboxTest, PrivilegesAreGone) {
    const Result result =
        run(shell("grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t';"
                  "id -u; unshare -Ur true && echo userns; mount -t tmpfs x /tmp && echo mounted"));
    const std::string text = result.out.text();
    EXPECT_NE(text.find("CapEff:0000000000000000\n"), std::string::npos) << text;
    EXPECT_NE(text.find("NoNewPrivs:1\n"), std::string::npos);
    EXPECT_NE(text.find("Seccomp:2\n"), std::string::npos);
    EXPECT_EQ(text.find("\n0\n"), std::string::npos);
    EXPECT_EQ(text.find("userns"), std::string::npos);
    EXPECT_EQ(text.find("mounted"), std::string::npos);

    auto command = shell("");
    command.argv = {"python3", "-c",
                    "import ctypes\nc=ctypes.CDLL(None,use_errno=True)\n"
                    "for n in (101,298,321,425,250,165,272):\n c.syscall(n,0,0,0,0,0); print(n,ctypes.get_errno())"};
    // ptrace, perf_event_open, bpf, io_uring_setup, keyctl, mount, unshare
    EXPECT_EQ(run(command).out.text(), "101 1\n298 1\n321 1\n425 38\n250 1\n165 1\n272 1\n");
}

TEST_F(SandboxTest, CountersAreOpenedOnlyWhereTheyWereAskedFor) {
    auto command = shell("");
    // EPERM is the filter's word, EFAULT the kernel's on an address that is none.
    command.argv = {"python3", "-c",
                    "import ctypes\nc=ctypes.CDLL(None,use_errno=True)\n"
                    "for n in (298,101,321):\n c.syscall(n,0,0,0,0,0); print(n,ctypes.get_errno())"};
    EXPECT_EQ(run(command).out.text(), "298 1\n101 1\n321 1\n");
    command.perf_events = true;
    EXPECT_EQ(run(command).out.text(), "298 14\n101 1\n321 1\n") << "more than perf_event_open was let through";
}

TEST_F(SandboxTest, SocketsThatReachPastTheNetworkNamespaceDoNotExist) {
    auto command = shell("");
    // Unix, IPv4, IPv6, netlink, then packet, vsock (the hypervisor), alg, and vsock with a bit that the kernel
    // ignores.
    command.argv = {"python3", "-c",
                    "import ctypes\nc=ctypes.CDLL(None,use_errno=True)\n"
                    "for n in (1,2,10,16,17,40,38,(1<<32)+40,(1<<40)+1,1<<20):\n"
                    " r=c.syscall(41,ctypes.c_ulong(n),3 if n==16 else 1,0); print(n & 0xffffffff, r >= 0 or "
                    "ctypes.get_errno())"};
    EXPECT_EQ(run(command).out.text(),
              "1 True\n2 True\n10 True\n16 True\n17 97\n40 97\n38 97\n40 97\n1 True\n1048576 97\n");
}

TEST_F(SandboxTest, AJobCannotLockTheRunnerOutOfItsOwnDirectory) {
    EXPECT_TRUE(run(shell("echo kept > file; chmod 000 /src")).ok());
    auto command = shell("");
    command.shell_line = "cat file";
    const auto result = box->run(command);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->out.text(), "kept\n");
}

TEST_F(SandboxTest, WhenMemoryIsShortTheKernelTakesTheSandboxFirst) {
    const Result result = run(shell("cat /proc/1/oom_score_adj /proc/self/oom_score_adj"));
    EXPECT_EQ(result.out.text(), "1000\n1000\n");
    const auto own = platform::read_file("/proc/self/oom_score_adj", 100);
    ASSERT_TRUE(own);
    EXPECT_NE(*own, "1000\n");
}

TEST_F(SandboxTest, TimeEndsTheWholeTreeEvenWhatHides) {
    const std::string mark = "benchgate-mark-" + std::to_string(::getpid());
    const std::string hide = "setsid sh -c 'trap \"\" TERM HUP; : " + mark +
                             "; while :; do sleep 1000; done' &"
                             " (setsid sh -c ': " +
                             mark + "; sleep 1000; :' &) ";
    auto command = shell(hide + "; sleep 0.1; exit 0");
    EXPECT_EQ(run(command).exit_code, 0);
    EXPECT_TRUE(processes_with(mark).empty());

    command = shell("trap '' TERM; " + hide + "; sleep 1000; sleep 1000");
    command.limits.wall = 300ms;
    const Result result = run(command);
    EXPECT_TRUE(result.timed_out);
    EXPECT_FALSE(result.ok());
    EXPECT_TRUE(processes_with(mark).empty());
    EXPECT_NE(result.describe().find("longer than allowed"), std::string::npos);
}

TEST_F(SandboxTest, AStopIsPoliteFirst) {
    std::stop_source source;
    auto command = shell("trap 'echo polite; exit 5' TERM; echo ready; while :; do sleep 0.01; done");
    command.limits.grace = 10s;
    command.on_output = [&](platform::Stream, std::string_view) { source.request_stop(); };
    const Result result = run(command, source.get_token());
    EXPECT_TRUE(result.stopped);
    EXPECT_EQ(result.exit_code, 5);
    EXPECT_NE(result.out.text().find("polite"), std::string::npos);
}

TEST_F(SandboxTest, AForkBombBurnsOut) {
    auto command = shell("b() { i=0; while [ $i -lt 400 ]; do sleep 1000 & i=$((i+1)); done; echo all; }; b");
    command.limits.processes = 40;
    command.limits.wall = 5s;
    const Result result = run(command);
    EXPECT_EQ(result.out.text().find("all"), std::string::npos);
    EXPECT_NE(result.err.text().find("fork"), std::string::npos) << result.err.text();
    EXPECT_NE(result.describe().find("as many processes as the 40 allowed"), std::string::npos) << result.describe();
}

TEST_F(SandboxTest, FloodsOfOutputAreCappedOrEnded) {
    auto command = shell("head -c 1073741824 /dev/zero; echo end");
    Result result = run(command);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.out.total_bytes, 1073741824u + 4);
    EXPECT_LE(result.out.head.size() + result.out.tail.size(), 65536u);
    EXPECT_TRUE(result.out.tail.ends_with("end\n"));

    command = shell("yes");
    command.limits.output_bytes = 1 << 20;
    result = run(command);
    EXPECT_TRUE(result.output_limit);
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(result.describe(), "ended: more output than the 1 MiB allowed");
}

TEST_F(SandboxTest, AFullDiskIsNotTheHosts) {
    auto command = shell("i=0; while :; do head -c 4194304 /dev/zero > f$i; i=$((i+1)); sleep 0.05; done");
    command.limits.disk_bytes = 16 << 20;
    Result result = run(command);
    EXPECT_TRUE(result.disk_limit);
    EXPECT_FALSE(result.timed_out);
    EXPECT_EQ(result.describe(), "ended: more disk space than the 16 MiB allowed");

    command =
        shell("head -c 2000000 /dev/zero > big; echo $?; wc -c < big; head -c 9000000 /dev/zero > /tmp/t; echo $?");
    command.limits.file_bytes = 1'000'000;
    command.limits.tmp_bytes = 4 << 20;
    result = run(command);
    EXPECT_TRUE(result.out.text().starts_with("153\n1000000\n")) << result.out.text();
    EXPECT_FALSE(result.out.text().ends_with("\n0\n"));
}

TEST_F(SandboxTest, TheTreesTimeAndMemoryAreCountedWithTheirSource) {
    auto command = shell("");
    command.argv = {"sh", "-c",
                    "python3 -c \"import time; b=bytearray(80<<20)\nwhile time.process_time()<0.3: pass\" & wait"};
    const Result result = run(command);
    ASSERT_TRUE(result.ok()) << result.err.text();
    if (result.cpu_seconds) {
        EXPECT_GE(result.cpu_seconds->value, 0.29);
        EXPECT_FALSE(result.cpu_seconds->source.empty());
    }
    if (result.peak_memory_bytes) {
        EXPECT_GE(result.peak_memory_bytes->value, 80 << 20);
        EXPECT_LT(result.peak_memory_bytes->value, 400 << 20);
    }
    const auto notes = box->probe().unavailable;
    EXPECT_EQ(!result.peak_memory_bytes, std::any_of(notes.begin(), notes.end(), [](const auto& note) {
        return note.find("memory") != std::string::npos;
    }));
}

TEST_F(SandboxTest, MemoryIsLimitedWhereAGroupCanBe) {
    if (!find_cgroups().can_limit_memory()) GTEST_SKIP() << "no memory control group can be written here";
    auto command = shell("");
    command.argv = {"python3", "-c", "b=bytearray(b'x')*(400<<20); print('got it')"};
    command.limits.memory_bytes = 64 << 20;
    const Result result = run(command);
    EXPECT_TRUE(result.out_of_memory);
    EXPECT_FALSE(result.ok());
    EXPECT_FALSE(result.host_was_short);
    EXPECT_EQ(result.out.text(), "");

    // Version 1 ends the one process, and the shell goes on as if nothing had been.
    auto survivor = shell("python3 -c \"b=bytearray(b'x')*(400<<20)\"; true");
    survivor.limits.memory_bytes = 64 << 20;
    const Result half = run(survivor);
    EXPECT_FALSE(half.ok()) << "half a result would be measured";
    EXPECT_EQ(half.describe(), "ended: more memory than allowed");
}

TEST_F(SandboxTest, MistakesOfTheCallerAreErrorsOfTheSandbox) {
    auto command = shell("true");
    command.argv = {"true"};
    EXPECT_FALSE(box->run(command));
    command = shell("true");
    command.directory = "../..";
    EXPECT_FALSE(box->run(command));
    command = shell("true");
    command.job_directory = dir.path() / "absent";
    const auto result = box->run(command);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("could not be set up"), std::string::npos);
    EXPECT_FALSE(box->prepare(dir.path() / "absent"));
}

TEST_F(SandboxTest, NoGroupAndNoDescriptorIsLeftBehind) {
    static_cast<void>(run(shell("true")));
    const auto count = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
    const auto groups = [] {
        const auto places = find_cgroups();
        int found = 0;
        for (const auto& place : {places.unified, places.memory_v1, places.pids_v1, places.cpuacct_v1})
            if (place)
                for (const auto& entry : fs::directory_iterator(*place))
                    found += entry.path().filename().string().starts_with("benchgate-") ? 1 : 0;
        return found;
    };
    const auto before = count();
    const int groups_before = groups();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(run(shell("true")).ok());
    EXPECT_EQ(count(), before);
    EXPECT_LE(groups(), groups_before);
}

TEST_F(SandboxTest, WithoutIsolationTheTreeEndsTooAndItSaysSo) {
    box = std::make_unique<DirectSandbox>();
    EXPECT_FALSE(box->probe().isolated);
    const std::string mark = "benchgate-direct-" + std::to_string(::getpid());
    auto command = shell("pwd; setsid sh -c ': " + mark + "; sleep 1000; :' & sleep 0.1; exit 7");
    const Result result = run(command);
    EXPECT_EQ(result.exit_code, 7);
    EXPECT_EQ(result.out.text(), fs::canonical(command.job_directory).string() + "\n");
    EXPECT_TRUE(processes_with(mark).empty());
    ASSERT_TRUE(result.cpu_seconds);
    EXPECT_FALSE(result.cpu_seconds->source.empty());
}

}
}
