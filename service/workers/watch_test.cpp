#include "service/workers/watch.h"

#include <gtest/gtest.h>

#include "service/store/test_database.h"
#include "service/store/trials.h"

namespace benchgate::workers {
namespace {

struct Watch : store::TestDatabase {};

TEST_F(Watch, AServiceThatRunsForMonthsHasAPlaceForNewSamples) {
    const auto in_four_months = start() + std::chrono::days(120);
    const auto partitions = [&] {
        return pool.transaction([&](store::Tx& tx) {
            return store::drop_sample_partitions(tx, in_four_months + std::chrono::days(365)).size();
        });
    };
    EXPECT_EQ(partitions(), 2u) << "this month and the next, made at the start";
    Upkeep upkeep(pool, [&] { return in_four_months; });
    EXPECT_FALSE(upkeep.work({}));
    EXPECT_EQ(partitions(), 2u) << "the month four months on and its next";
}

}  // namespace
}  // namespace benchgate::workers
