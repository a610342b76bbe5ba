#include "core/model/resources.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/model/metrics.h"

namespace benchgate::model {
namespace {

TEST(Resources, TheirNamesSayTheUnitAndDirectionThatTheyHave) {
    std::set<std::string_view> names, fields;
    for (const auto& metric : resource_metrics()) {
        const auto kind = metric_kind(metric.metric);
        ASSERT_TRUE(kind) << metric.metric;
        EXPECT_EQ(kind->unit, metric.unit) << metric.metric;
        EXPECT_EQ(kind->better, Better::lower) << metric.metric;
        EXPECT_TRUE(names.insert(metric.metric).second && fields.insert(metric.field).second);
    }
    EXPECT_EQ(metric_kind(measure_memory_growth)->name, "growth");
    EXPECT_EQ(metric_kind(measure_artifact_size)->unit, "bytes");
    EXPECT_EQ(metric_kind(measure_build_time)->unit, "ns");
}

TEST(Resources, EachWordIsThereOnce) {
    const auto words = measure_words();
    EXPECT_EQ(std::set<std::string_view>(words.begin(), words.end()).size(), words.size());
    EXPECT_EQ(words.front(), "time");
    for (const auto& metric : resource_metrics())
        EXPECT_NE(std::find(words.begin(), words.end(), metric.word), words.end()) << metric.word;
}

}  // namespace
}  // namespace benchgate::model
