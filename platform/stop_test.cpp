#include "platform/stop.h"

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace benchgate::platform {
namespace {

using namespace std::chrono_literals;

TEST(Stop, TheFirstSignalDrainsAndTheSecondAborts) {
    StopSignals signals;
    EXPECT_FALSE(signals.drain().stop_requested());
    EXPECT_EQ(signals.first_signal(), 0);

    ::kill(::getpid(), SIGTERM);
    wait_for_stop(signals.drain());
    EXPECT_EQ(signals.first_signal(), SIGTERM);
    EXPECT_FALSE(signals.abort().stop_requested());

    ::kill(::getpid(), SIGINT);
    wait_for_stop(signals.abort());
    EXPECT_EQ(signals.first_signal(), SIGTERM);
}

TEST(Stop, ClosedStandardStreamsAreNotTheNextFilesNumber) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (const int fd : {0, 1, 2}) ::close(fd);
        hold_standard_streams();
        const int next = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
        char byte = 0;
        const bool held = next > 2 && ::write(1, "x", 1) == 1 && ::write(2, "x", 1) == 1 && ::read(0, &byte, 1) == 0;
        ::_exit(held ? 7 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Stop, AWriteToAClosedPipeIsAnErrorAndNotTheEnd) {
    StopSignals signals;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    EXPECT_EQ(::write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
    ::close(ends[1]);
}

TEST(Stop, SleepingEndsEarlyWhenAStopIsAskedFor) {
    std::stop_source source;
    EXPECT_TRUE(sleep_for(source.get_token(), 1ms));
    std::jthread stopper([&] { source.request_stop(); });
    EXPECT_FALSE(sleep_for(source.get_token(), 1h));
}

TEST(Stop, TheDescriptorTurnsReadable) {
    std::stop_source source;
    StopDescriptor descriptor(source.get_token());
    pollfd waiting{descriptor.fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 0), 0);
    source.request_stop();
    EXPECT_EQ(::poll(&waiting, 1, 0), 1);

    StopDescriptor late(source.get_token());
    waiting.fd = late.fd();
    EXPECT_EQ(::poll(&waiting, 1, 0), 1);
}

}
}
