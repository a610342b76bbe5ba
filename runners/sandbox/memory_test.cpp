#include "runners/sandbox/memory.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/files.h"

namespace benchgate::sandbox {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

TEST(Memory, AJobLeavesSomethingToTheRunnerOnEveryHost) {
    EXPECT_EQ(spared_of(1 * gibibyte), gibibyte * 3 / 4);
    EXPECT_EQ(spared_of(10 * gibibyte), 9 * gibibyte);
    EXPECT_EQ(spared_of(512 * gibibyte), 508 * gibibyte);
}

TEST(Memory, TheGroupAroundUsCountsIfItMayTakeLessThanTheHost) {
    const platform::TempDir dir("benchgate-memory");
    CgroupPlaces places;
    const std::uint64_t of_host = spare_memory(places);
    EXPECT_GT(of_host, 0u);
    const auto with = [&](const std::string& file, const std::string& text) {
        std::ofstream(dir.path() / file) << text << '\n';
        return spare_memory(places);
    };
    places.memory_v1 = dir.path();
    EXPECT_EQ(with("memory.limit_in_bytes", "9223372036854771712"), of_host);
    EXPECT_EQ(with("memory.limit_in_bytes", "4194304"), spared_of(4194304));
    places = {};
    places.unified = dir.path();
    places.unified_memory = true;
    EXPECT_EQ(with("memory.max", "max"), of_host);
    EXPECT_EQ(with("memory.max", "8388608"), spared_of(8388608));
}

}
}
