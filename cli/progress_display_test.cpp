#include "cli/progress_display.h"

#include <gtest/gtest.h>

#include <sstream>

namespace benchgate::cli {
namespace {

TEST(ProgressDisplay, SaysWhichBlockIsMeasuredAgainAndWhy) {
    std::ostringstream err;
    ProgressDisplay display(err, "micro", false);
    measure::Progress progress;
    progress.phase = model::JobPhase::measure;
    progress.block = 2;
    progress.at_most = 15;
    progress.open = progress.series = 1;
    display.on_progress(progress);
    progress.disturbed = "other processes used 900 ms of CPU time";
    display.on_progress(progress);
    progress.disturbed.clear();
    progress.confirming = true;
    progress.block = progress.open = 0;
    display.on_progress(progress);  // nothing alarmed: no line
    EXPECT_EQ(err.str(),
              "micro: measuring: block 2 of at most 15, 1 of 1 series open\n"
              "micro: measuring: block 3 again, other processes used 900 ms of CPU time\n");
}

TEST(ProgressDisplay, NeverMoreIsOpenThanThereIsAndNoTimeIsNoTime) {
    std::ostringstream err;
    ProgressDisplay display(err, "micro", false);
    measure::Progress progress;
    progress.phase = model::JobPhase::measure;
    progress.at_most = 3;
    progress.open = 2;  // one of them is missing on one side, and no series of both
    progress.series = 1;
    progress.seconds_left = 0;
    display.on_progress(progress);
    EXPECT_EQ(err.str(), "micro: measuring: block 0 of at most 3, 2 of 2 series open\n");
}

TEST(ProgressDisplay, ANoteStaysOnTheTerminalAndTheProgressGoesOnBelowIt) {
    std::ostringstream err;
    {
        ProgressDisplay display(err, "micro", true);
        measure::Progress progress;
        progress.phase = model::JobPhase::build;
        display.on_progress(progress);
        display.note("the time was up");
        display.on_progress(progress);
    }
    EXPECT_EQ(err.str(),
              "\r\033[K\033[?7lmicro: building both sides\033[?7h\r\033[Kmicro: the time was up\n"
              "\r\033[K\033[?7lmicro: building both sides\033[?7h\r\033[K")
        << "progress is not wrapped, a note is";
}

}  // namespace
}  // namespace benchgate::cli
