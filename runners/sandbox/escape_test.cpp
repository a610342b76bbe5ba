// Attempts to get out of real bubblewrap: at the runner's token, at what the host listens on, and past the end of a
// job. In each kind of run that there is: a build, a trial, one with a network, one that profiles.
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/ids.h"
#include "runners/sandbox/bubblewrap.h"

namespace benchgate::sandbox {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Escape : public testing::Test {
  protected:
    Escape() {
        ::chmod(dir.path().c_str(), 0755);
        fs::create_directories(dir.path() / "job");
    }
    void SetUp() override {
        if (!box.probe().available) GTEST_SKIP() << box.probe().why_not;
        ASSERT_TRUE(box.prepare(dir.path() / "job"));
    }
    Command python(const std::string& program) {
        Command command;
        command.argv = {"python3", "-c", program};
        command.job_directory = dir.path() / "job";
        command.limits.wall = 60s;
        command.limits.grace = 100ms;
        return command;
    }
    Result run(const Command& command) {
        auto result = box.run(command);
        if (!result) ADD_FAILURE() << result.error().message;
        return result.value_or(Result{});
    }
    static int processes_with(const std::string& word) {
        int found = 0;
        for (const auto& entry : fs::directory_iterator("/proc"))
            if (platform::read_file(entry.path() / "cmdline", 65536).value_or("").find(word) != std::string::npos)
                ++found;
        return found;
    }
    static bool vanishes(const std::string& word) {
        for (int look = 0; look < 100 && processes_with(word) > 0; ++look) std::this_thread::sleep_for(50ms);
        return processes_with(word) == 0;
    }

    platform::TempDir dir{"benchgate-escape"};
    BubblewrapSandbox box;
};

/// Whatever a process may look at: environments, descriptors, memory maps and roots of every number that may be a
/// process, all files that are not the system's, and what it inherited.
constexpr const char* search = R"py(
import os, sys
word = ('bgr_' + 'secret').encode()
def look(path, most=1 << 20):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if word in os.read(fd, most): print('found in', path)
        finally: os.close(fd)
    except OSError: pass
for pid in list(range(1, 2000)) + ['self', 'thread-self'] + [int(w) for w in sys.argv[1:]]:
    base = '/proc/%s/' % pid
    for name in ('environ', 'cmdline', 'mem', 'maps', 'root/etc/shadow', 'cwd/token'): look(base + name)
    try:
        for fd in os.listdir(base + 'fd'): look(base + 'fd/' + fd)
    except OSError: pass
for fd in range(3, 1024): look('/dev/fd/%d' % fd)
for top in ('/src', '/tmp', '/dev/shm', '/etc', '/run', '/var', '/root', '/home', '/work', '/mnt', '/opt', '/srv', '/sys'):
    for folder, _, files in os.walk(top):
        for name in files: look(os.path.join(folder, name))
print('searched')
)py";

TEST_F(Escape, TheRunnersTokenIsNowhereToBeFound) {
    const std::string token = "bgr_secret";
    std::ofstream(dir.path() / "token") << token;
    ::setenv("BENCHGATE_TEST_TOKEN", token.c_str(), 1);
    // Open, and not to be closed on exec: as a careless part of the runner might leave it.
    const platform::Fd open_token(::open((dir.path() / "token").c_str(), O_RDONLY));
    fs::create_symlink(dir.path() / "token", dir.path() / "job" / "link");
    auto command = python(search);
    command.argv.push_back(std::to_string(::getpid()));
    command.argv.push_back(std::to_string(::getppid()));
    for (const auto& [network, perf] : {std::pair(false, false), {true, false}, {false, true}}) {
        command.network = network;
        command.perf_events = perf;
        const auto result = run(command);
        EXPECT_EQ(result.out.text(), "searched\n") << "network " << network << ", perf " << perf << result.err.text();
    }
    ::unsetenv("BENCHGATE_TEST_TOKEN");
}

TEST_F(Escape, WhatTheHostListensOnCannotBeReached) {
    const std::string name = "benchgate-" + platform::random_uuid();
    const platform::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.get(), 8), 0);
    const std::string program =
        "import socket, sys\n"
        "def tried(what, family, kind, address, protocol=0):\n"
        "  try:\n"
        "    s = socket.socket(family, kind, protocol); s.settimeout(1)\n"
        "    if kind == socket.SOCK_DGRAM: s.sendto(b'x', address)\n"
        "    else: s.connect(address)\n"
        "    print('reached', what)\n"
        "  except (OSError, AttributeError) as e: pass\n"
        "I, I6 = socket.AF_INET, socket.AF_INET6\n"
        "T, U = socket.SOCK_STREAM, socket.SOCK_DGRAM\n"
        "tried('abstract socket', socket.AF_UNIX, T, '\\0" +
        name +
        "')\n"
        "for a in ('169.254.169.254', '8.8.8.8', '10.0.0.1', '255.255.255.255'):\n"
        "  tried('tcp ' + a, I, T, (a, 80)); tried('udp ' + a, I, U, (a, 53))\n"
        "tried('udp6', I6, U, ('2001:4860:4860::8888', 53))\n"
        "tried('raw', I, socket.SOCK_RAW, ('127.0.0.1', 0), socket.IPPROTO_ICMP)\n"
        "for path in ('/run/docker.sock', '/var/run/docker.sock', '/run/dbus/system_bus_socket',\n"
        "             '/run/systemd/private', '/var/run/postgresql/.s.PGSQL.5432'):\n"
        "  tried(path, socket.AF_UNIX, T, path)\n"
        "print(sorted(n for _, n in socket.if_nameindex()))\n";
    EXPECT_EQ(run(python(program)).out.text(), "['lo']\n");
}

TEST_F(Escape, TheNetworkCannotBeChangedByNetlink) {
    // RTM_NEWLINK of a dummy interface, a default route, and the kernel's own events.
    const auto result = run(python(R"py(
import socket, struct, errno
def ask(kind, flags, body):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    s.settimeout(2)
    s.send(struct.pack('=IHHII', 16 + len(body), kind, flags, 1, 0) + body)
    answer = s.recv(4096)
    return errno.errorcode.get(-struct.unpack('=i', answer[16:20])[0], 'done')
name = b'dummy0\0\0'
print(ask(16, 0x605, struct.pack('=BxHiII', 0, 0, 0, 0, 0) + struct.pack('=HH', 4 + len(name), 3) + name))
print(ask(24, 0x605, struct.pack('=BBBBBBBBI', 2, 0, 0, 0, 254, 3, 0, 1, 0)))
)py"));
    EXPECT_EQ(result.out.text(), "EPERM\nEPERM\n") << result.err.text();
}

TEST_F(Escape, CallsOfAnotherArchitectureDoNotPassByTheFilter) {
#if defined(__x86_64__)
    // getpid (20) and ptrace (26) by the gate of 32-bit programs, then ptrace with the bit of the x32 ABI.
    const auto call = [&](const std::string& bytes) {
        return run(
            python("import ctypes, mmap\n"
                   "m = mmap.mmap(-1, 4096, prot=7)\n"
                   "m.write(" +
                   bytes +
                   ")\n"
                   "f = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\n"
                   "print('answered', f())\n"));
    };
    EXPECT_EQ(call("b'\\xb8\\x05\\x00\\x00\\x00\\xc3'").out.text(), "answered 5\n") << "that is how it is called";
    for (const auto* bytes : {"b'\\x53\\xb8\\x1a\\x00\\x00\\x00\\x31\\xdb\\xcd\\x80\\x5b\\xc3'",
                              "b'\\xb8\\x65\\x00\\x00\\x40\\x31\\xff\\x31\\xf6\\x31\\xd2\\x0f\\x05\\xc3'"}) {
        const auto result = call(bytes);
        EXPECT_TRUE(result.signal == SIGSYS || result.signal == SIGSEGV ||
                    result.out.text().find("answered -") != std::string::npos)
            << bytes << ": " << result.out.text() << result.describe();
    }
#else
    GTEST_SKIP() << "machine code of another machine";
#endif
}

TEST_F(Escape, NothingOutlivesARunnerThatIsKilled) {
    const std::string mark = "benchgate-outlives-" + platform::random_uuid();
    const pid_t runner = ::fork();
    ASSERT_GE(runner, 0);
    if (runner == 0) {
        BubblewrapSandbox own;
        Command command;
        command.shell_line = "(setsid sh -c 'trap \"\" TERM HUP INT; : " + mark +
                             "; while :; do sleep 1000; done' &) ; (sh -c '(setsid sh -c \": " + mark +
                             "; sleep 1000; :\" &)' &); sleep 1000";
        command.job_directory = dir.path() / "job";
        static_cast<void>(own.run(command));
        ::_exit(0);
    }
    for (int look = 0; look < 200 && processes_with(mark) < 3; ++look) std::this_thread::sleep_for(50ms);
    EXPECT_GE(processes_with(mark), 3) << "the test's own attempt";
    ::kill(runner, SIGKILL);
    ::waitpid(runner, nullptr, 0);
    EXPECT_TRUE(vanishes(mark));
}

TEST_F(Escape, ADaemonThatHoldsTheStreamsHoldsNobodyUp) {
    const std::string mark = "benchgate-holds-" + platform::random_uuid();
    Command command;
    command.shell_line = "setsid sh -c ': " + mark + "; sleep 1000; :' & sleep 0.2; echo done";
    command.job_directory = dir.path() / "job";
    const auto start = std::chrono::steady_clock::now();
    const auto result = run(command);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    EXPECT_EQ(result.out.text(), "done\n");
    EXPECT_TRUE(vanishes(mark));
}

TEST_F(Escape, WhatIsCountedCannotBeTurnedOffOrRunAwayFrom) {
    auto command = python(R"py(
import ctypes, os, time
ctypes.CDLL(None).prctl(31, 0, 0, 0, 0)  # PR_TASK_PERF_EVENTS_DISABLE
memory = bytearray(b'x') * (120 << 20)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: pass
    os._exit(0)
time.sleep(0.6)
)py");
    command.figures = {Figure::page_faults};
    const auto result = run(command);
    ASSERT_TRUE(result.ok()) << result.err.text();
    // The host may be busy and give the burner less than it could burn.
    if (result.cpu_seconds) {
        EXPECT_GT(result.cpu_seconds->value, 0.25) << result.cpu_seconds->source;
    }
    if (const auto faults = result.figures.find(Figure::page_faults); faults != result.figures.end()) {
        EXPECT_GT(faults->second.value, 20'000) << "of 30,000 pages";
    }
}

TEST_F(Escape, NoDeviceAndNoFileOfRootIsMade) {
    Command command;
    command.shell_line =
        "mknod d c 1 1 2>/dev/null && echo device; mknod b b 8 0 2>/dev/null && echo disk; cp /bin/sh s && chmod 6755 "
        "s &&"
        " ./s -c 'id -u'; chown 0 s 2>/dev/null && echo given; ln /etc/passwd h 2>/dev/null && echo linked; true";
    command.job_directory = dir.path() / "job";
    const auto text = run(command).out.text();
    EXPECT_EQ(text.find_first_not_of("0123456789\n"), std::string::npos) << text;
    EXPECT_NE(text, "0\n");
    struct stat made {};
    ASSERT_EQ(::stat((dir.path() / "job" / "s").c_str(), &made), 0);
    EXPECT_NE(made.st_uid, 0u) << "a file with this bit that belongs to root would be the end";
}

}
}
