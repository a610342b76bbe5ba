#include "runners/agent/spool.h"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/files.h"

namespace benchgate::agent {
namespace {

const JobRef job{"11111111-1111-4111-8111-111111111111", 3};

TEST(Spool, KeepsTrialsAndReportAcrossARestart) {
    const platform::TempDir work;
    protocol::FinishRequest request;
    request.request_id = "r";
    request.outcome = "succeeded";
    request.manifest = R"({"exact": 1.50})";
    request.signature = "c2lnbmVk";
    {
        Spool spool(work.path(), job);
        for (const int number : {10, 2, 9}) EXPECT_TRUE(spool.keep_trial(number, "body " + std::to_string(number)));
        spool.drop_trial(9);
        EXPECT_TRUE(spool.keep_finish(request));
    }
    const auto left = Spool::left_behind(work.path());
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].job, job.job);
    EXPECT_EQ(left[0].epoch, 3);
    const Spool spool(work.path(), left[0]);
    const auto trials = spool.trials();
    ASSERT_EQ(trials.size(), 2u);
    EXPECT_EQ(trials[0].number, 2) << "in the order of their numbers, not of their names";
    EXPECT_EQ(trials[1].body, "body 10");
    ASSERT_TRUE(spool.finish());
    EXPECT_EQ(spool.finish()->manifest, request.manifest) << "the bytes that were signed";
    EXPECT_EQ(spool.finish()->signature, request.signature);
}

TEST(Spool, IsGoneWhenTheJobIsDoneWith) {
    const platform::TempDir work;
    Spool spool(work.path(), job);
    EXPECT_TRUE(spool.keep_trial(0, "x"));
    spool.drop_all();
    EXPECT_TRUE(Spool::left_behind(work.path()).empty());
    EXPECT_TRUE(spool.trials().empty());
    EXPECT_FALSE(spool.finish());
}

TEST(Spool, WhatSomebodyElsePutThereIsNotTakenForWork) {
    const platform::TempDir work;
    EXPECT_TRUE(Spool::left_behind(work.path()).empty()) << "no spool yet";
    Spool spool(work.path(), job);
    const auto folder = work.path() / "spool" / (job.job + ".3");
    for (const char* name : {"trial-", "trial-x", "trial-1.tmp", "trial--1", "other"})
        std::ofstream(folder / name) << "x";
    std::ofstream(folder / "finish") << "{ half a docum";
    std::filesystem::create_directories(work.path() / "spool" / "no-epoch");
    std::filesystem::create_directories(work.path() / "spool" / "epoch.x");
    EXPECT_TRUE(spool.trials().empty());
    EXPECT_FALSE(spool.finish());
    EXPECT_EQ(Spool::left_behind(work.path()).size(), 1u);
}

}  // namespace
}  // namespace benchgate::agent
