#include "platform/stop.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
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
