#include "runners/sandbox/counters.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "platform/files.h"
#include "runners/sandbox/bubblewrap.h"
#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {
namespace {

const std::set<Figure> everything{Figure::average_memory,  Figure::read_bytes,       Figure::written_bytes,
                                  Figure::read_operations, Figure::write_operations, Figure::context_switches,
                                  Figure::page_faults,     Figure::instructions,     Figure::cycles,
                                  Figure::cache_misses,    Figure::branch_misses};

Command burning(const platform::TempDir& directory) {
    Command command;
    command.shell_line = "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; sleep 0.2; /bin/true";
    command.job_directory = directory.path();
    command.figures = everything;
    return command;
}

TEST(Counters, WhatIsAskedForIsReadOrMissingWithAReasonAndNothingElse) {
    const platform::TempDir directory{"benchgate-counters"};
    BubblewrapSandbox isolated;
    DirectSandbox direct;
    for (Sandbox* box : {static_cast<Sandbox*>(&isolated), static_cast<Sandbox*>(&direct)}) {
        SCOPED_TRACE(std::string(box->name()));
        if (!box->probe().available) continue;
        ASSERT_TRUE(box->prepare(directory.path()));
        auto command = burning(directory);
        const auto result = box->run(command);
        ASSERT_TRUE(result) << result.error().message;
        ASSERT_TRUE(result->ok()) << result->err.text();
        for (const auto figure : everything) {
            EXPECT_NE(result->figures.contains(figure), result->missing.contains(figure)) << static_cast<int>(figure);
            if (result->missing.contains(figure)) {
                EXPECT_FALSE(result->missing.at(figure).empty());
            }
            if (result->figures.contains(figure)) {
                EXPECT_FALSE(result->figures.at(figure).source.empty());
            }
        }
        if (const auto faults = result->figures.find(Figure::page_faults); faults != result->figures.end()) {
            EXPECT_GT(faults->second.value, 50) << "a shell and what it starts touch more pages";
        }
        if (const auto memory = result->figures.find(Figure::average_memory); memory != result->figures.end()) {
            EXPECT_GT(memory->second.value, 10'000);
            EXPECT_LE(memory->second.value, result->peak_memory_bytes->value);
        }
        command.figures.clear();
        const auto plain = box->run(command);
        ASSERT_TRUE(plain);
        EXPECT_TRUE(plain->figures.empty() && plain->missing.empty());
    }
}

TEST(Counters, AProcessThatEndsAtOnceHasNoAverage) {
    const platform::TempDir directory{"benchgate-counters"};
    DirectSandbox box;
    auto command = burning(directory);
    command.shell_line = "true";
    const auto result = box.run(command);
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->figures.contains(Figure::average_memory));
    EXPECT_FALSE(result->missing.at(Figure::average_memory).empty());
}

TEST(Counters, TheReasonSaysWhatHelps) {
    EXPECT_NE(counter_refused(EACCES, true).find("sysctl kernel.perf_event_paranoid=1"), std::string::npos);
    EXPECT_EQ(counter_refused(ENOENT, true), "this machine shows no such counter, as most virtual ones");
    EXPECT_EQ(counter_refused(ENOENT, false), "this kernel has no such counter");
    EXPECT_EQ(counter_refused(ENOSYS, false), "this kernel has no perf events");
    EXPECT_NE(counter_refused(EMFILE, false).find("Too many open files"), std::string::npos);
}

}
}
