#include "runners/host/interrupt_time.h"

#include <gtest/gtest.h>

#include "platform/process.h"
#include "runners/host/fake_root_for_tests.h"

namespace benchgate::host {
namespace {

constexpr const char* apart = "CONFIG_64BIT=y\nCONFIG_IRQ_TIME_ACCOUNTING=y\n";
constexpr const char* together = "CONFIG_64BIT=y\n# CONFIG_IRQ_TIME_ACCOUNTING is not set\n";

TEST(InterruptTime, TheInstalledConfigurationOfTheRunningKernelTells) {
    const FakeRoot root;
    EXPECT_EQ(is_charged_for_interrupts(root.path()), std::nullopt);
    root.write("boot/config-6.1.0-1-amd64", together);
    EXPECT_EQ(is_charged_for_interrupts(root.path()), std::nullopt) << "which kernel runs is not known";
    root.write("proc/sys/kernel/osrelease", "6.1.0-1-amd64\n");
    EXPECT_EQ(is_charged_for_interrupts(root.path()), true);
    root.write("boot/config-6.1.0-1-amd64", apart);
    EXPECT_EQ(is_charged_for_interrupts(root.path()), false);
    root.write("boot/config-6.1.0-1-amd64", "");
    EXPECT_EQ(is_charged_for_interrupts(root.path()), std::nullopt);
}

TEST(InterruptTime, WhatTheKernelKeepsItselfTellsFirst) {
    const FakeRoot root;
    root.write("proc/sys/kernel/osrelease", "6.1.0\n");
    root.write("boot/config-6.1.0", together);
    root.write("proc/config", apart);
    platform::SpawnOptions pack;
    pack.argv = {"gzip", (root.path() / "proc/config").string()};
    ASSERT_TRUE(platform::run(pack)->ok());
    EXPECT_EQ(is_charged_for_interrupts(root.path()), false);
}

}  // namespace
}  // namespace benchgate::host
