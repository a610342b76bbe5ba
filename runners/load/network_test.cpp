// Faults of the network in a namespace of the test's own: by a tc that writes down its words, by one that fails as a
// kernel without netem makes it fail, and by the real one, whose effect is measured with bytes.

#include "runners/load/network.h"

#include <unistd.h>
#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::load {
namespace {

using model::FaultKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

model::Fault fault(FaultKind kind, double amount = 0) {
    return {kind, {}, {}, amount};
}

class LoadNetwork : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root makes a network namespace";
        platform::SpawnOptions options;
        options.argv = {"unshare", "--net", "/bin/sh", "-c", "ip link set lo up && echo ready && exec sleep 120"};
        auto process = platform::Process::spawn(options);
        if (!process) GTEST_SKIP() << process.error().message;
        holder = std::move(*process);
        for (int look = 0; look < 200 && !is_up; ++look) {
            char text[16]{};
            is_up = ::read(holder->out_fd(), text, sizeof text - 1) > 0;
            std::this_thread::sleep_for(milliseconds(20));
        }
        if (!is_up) GTEST_SKIP() << "no network namespace, or no ip";
    }

    /// A tc of this test's own, which writes down the words that it got.
    SandboxNetwork with_tc(const std::string& script) {
        std::ofstream(folder.path() / "tc")
            << "#!/bin/sh\necho \"$@\" >> " << (folder.path() / "words").string() << "\n"
            << script;
        std::filesystem::permissions(folder.path() / "tc", std::filesystem::perms(0755));
        return SandboxNetwork(holder->pid(), folder.path().string() + ":/usr/sbin:/usr/bin:/sbin:/bin");
    }

    std::string words() {
        const auto text = platform::read_below(folder.path(), "words", 1 << 16).value_or("");
        std::filesystem::remove(folder.path() / "words");
        return text;
    }

    /// Seconds for so many bytes from one end of the loopback to the other.
    double seconds_for(int bytes) const {
        platform::SpawnOptions options;
        options.argv = {"nsenter", fmt::format("--net=/proc/{}/ns/net", holder->pid()),
                        "--",      "/usr/bin/python3",
                        "-c",
                        R"py(
import socket, sys, threading, time
count = int(sys.argv[1])
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
other, _ = server.accept()
start = time.monotonic()
threading.Thread(target=lambda: client.sendall(bytes(count)), daemon=True).start()
while count > 0: count -= len(other.recv(1 << 16))
print(time.monotonic() - start)
)py",     std::to_string(bytes)};
        platform::Supervision limits;
        limits.wall_limit = seconds(60);
        const auto outcome = platform::run(options, limits);
        EXPECT_TRUE(outcome && outcome->ok());
        return outcome ? std::strtod(outcome->out.text().c_str(), nullptr) : 0;
    }

    platform::TempDir folder{"benchgate-tc"};
    std::optional<platform::Process> holder;
    bool is_up = false;
};

TEST_F(LoadNetwork, TcIsToldWhatWasAskedForAndThatItIsOver) {
    const auto network = with_tc("exit 0\n");
    EXPECT_EQ(network.begin(fault(FaultKind::delay, 20e6)), std::nullopt);
    EXPECT_EQ(network.end(), std::nullopt);
    EXPECT_EQ(words(), "qdisc replace dev lo root netem delay 20000us\nqdisc del dev lo root\n");
    EXPECT_EQ(network.begin(fault(FaultKind::loss, 0.025)), std::nullopt);
    EXPECT_EQ(words(), "qdisc replace dev lo root netem loss 2.5%\n");
    EXPECT_EQ(network.begin(fault(FaultKind::bandwidth, 250e3)), std::nullopt);
    EXPECT_EQ(words(), "qdisc replace dev lo root tbf rate 250000bps burst 128kb latency 400ms\n");
    for (const auto kind : {FaultKind::delay, FaultKind::loss, FaultKind::bandwidth})
        EXPECT_EQ(network.begin(fault(kind)), std::nullopt);
    EXPECT_EQ(words(),
              "qdisc replace dev lo root netem delay 100000us\nqdisc replace dev lo root netem loss 1%\n"
              "qdisc replace dev lo root tbf rate 1000000bps burst 128kb latency 400ms\n")
        << "what the documentation promises";
}

TEST_F(LoadNetwork, AFaultIsTriedForAMomentAndTakenBack) {
    EXPECT_EQ(with_tc("exit 0\n").unsupported(fault(FaultKind::delay)), std::nullopt);
    EXPECT_EQ(words(), "qdisc replace dev lo root netem delay 100000us\nqdisc del dev lo root\n");
}

TEST_F(LoadNetwork, AKernelWithoutNetemIsSaidInTcsWords) {
    const auto network =
        with_tc("echo 'Error: Specified qdisc kind is unknown.' >&2\necho 'a second line' >&2\nexit 2\n");
    EXPECT_EQ(network.unsupported(fault(FaultKind::delay)), "tc: Error: Specified qdisc kind is unknown.");
    EXPECT_EQ(words(), "qdisc replace dev lo root netem delay 100000us\n") << "what never was is not taken back";
    EXPECT_EQ(with_tc("exit 1\n").begin(fault(FaultKind::loss)), "tc: it failed without a word");
}

TEST_F(LoadNetwork, ADelayThatCannotBeTakenBackIsNotSupported) {
    const auto network = with_tc("case \"$2\" in del) echo 'Error: no' >&2; exit 2 ;; esac\nexit 0\n");
    EXPECT_EQ(network.unsupported(fault(FaultKind::delay)), "tc: Error: no");
}

TEST_F(LoadNetwork, ATcThatHangsIsNotWaitedForLong) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(with_tc("sleep 60\n").begin(fault(FaultKind::delay)));
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(30));
}

TEST_F(LoadNetwork, WithoutTcThePackageIsNamed) {
    const SandboxNetwork network(holder->pid(), folder.path());
    EXPECT_EQ(network.unsupported(fault(FaultKind::bandwidth)), "tc is not installed (apt-get install iproute2)");
}

TEST_F(LoadNetwork, TheRealTcDoesItOrSaysWhyAndLeavesNothing) {
    const SandboxNetwork network(holder->pid());
    for (const auto kind : {FaultKind::delay, FaultKind::loss, FaultKind::bandwidth}) {
        const auto why = network.unsupported(fault(kind));
        if (why) std::printf("%s is unsupported here: %s\n", std::string(model::to_string(kind)).c_str(), why->c_str());
        EXPECT_TRUE(!why || why->starts_with("tc")) << *why;
    }
    platform::SpawnOptions look;
    look.argv = {"nsenter", fmt::format("--net=/proc/{}/ns/net", holder->pid()), "--", "tc", "qdisc", "show"};
    const auto shown = platform::run(look);
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->out.text().find("tbf"), std::string::npos) << shown->out.text();
    EXPECT_EQ(shown->out.text().find("netem"), std::string::npos) << shown->out.text();
}

TEST_F(LoadNetwork, BytesTakeAsLongAsTheBandwidthSaysAndNoLongerAfterwards) {
    const SandboxNetwork network(holder->pid());
    const auto narrow = fault(FaultKind::bandwidth, 250e3);
    if (const auto why = network.unsupported(narrow)) GTEST_SKIP() << "bandwidth is unsupported here: " << *why;
    constexpr int bytes = 750'000;  // of which the first 128 KiB pass at once
    const double before = seconds_for(bytes);
    EXPECT_LT(before, 1);
    ASSERT_EQ(network.begin(narrow), std::nullopt);
    const double meanwhile = seconds_for(bytes);
    ASSERT_EQ(network.end(), std::nullopt);
    EXPECT_GT(meanwhile, 2) << "620 kB at 250 kB a second";
    EXPECT_LT(meanwhile, 12);
    EXPECT_LT(seconds_for(bytes), 1) << "the fault is over";
}

TEST(LoadNetworkOfTheHost, IsNeverTouched) {
    const auto why = SandboxNetwork(::getpid()).unsupported(fault(FaultKind::delay));
    EXPECT_EQ(why, "without a sandbox there is no network apart from the host's");
    EXPECT_EQ(SandboxNetwork(-1).end(), why);
}

}  // namespace
}  // namespace benchgate::load
