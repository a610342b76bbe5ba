#include "cli/trials_csv.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace benchgate::cli {
namespace {

const std::string header = "benchmark,metric,unit,better,block,position,side,value\n";

tl::expected<TrialsTable, std::string> read_table(const std::string& text) {
    std::istringstream input(text);
    return read_trials(input, "t.csv");
}

std::string error_of(const std::string& rows) {
    const auto table = read_table(header + rows);
    return table ? "no error" : table.error();
}

TEST(TrialsCsv, RowsBecomeBlocksOfSeries) {
    const auto table = read_table(header +
                                  "Sort/8,time,ns,lower,1,0,head,4\n"
                                  "Sort/8,time,ns,lower,0,0,base,1\r\n"
                                  "Sort/8,time,ns,lower,0,1,head,2e3\n"
                                  "\n"
                                  "\"a,\"\"b\"\"\",rate,1/s,higher,0,0,base,nan\n"
                                  "Sort/8,notes,count,none,0,0,base,3");
    ASSERT_TRUE(table) << table.error();
    ASSERT_EQ(table->series.size(), 2u);
    EXPECT_EQ(table->series[0].series.key.benchmark, "Sort/8");
    EXPECT_EQ(table->series[0].blocks, (std::vector<judging::Block>{{{1}, {2000}}, {{}, {4}}}));
    EXPECT_EQ(table->series[1].series.key.benchmark, "a,\"b\"");
    EXPECT_EQ(table->series[1].series.better, model::Better::higher);
    EXPECT_TRUE(std::isnan(table->series[1].blocks[0].base[0]));
    EXPECT_EQ(table->without_direction, 1u);
}

TEST(TrialsCsv, ColumnsMayStandInAnyOrder) {
    const auto table =
        read_table("host,value,side,position,block,better,unit,metric,benchmark\nh,5,head,0,0,lower,ns,time,A\n");
    ASSERT_TRUE(table) << table.error();
    EXPECT_EQ(table->series[0].series.key, (model::SeriesKey{"A", "time"}));
    EXPECT_EQ(table->series[0].blocks[0].head, std::vector<double>{5});
}

TEST(TrialsCsv, EveryMistakeHasItsPlace) {
    EXPECT_EQ(read_table("").error(), "t.csv:1: the file is empty");
    EXPECT_EQ(read_table("benchmark,metric\n").error(), "t.csv:1: the column unit is missing");
    EXPECT_EQ(read_table("value," + header).error(), "t.csv:1: the column value stands twice");
    EXPECT_TRUE(read_table("\xef\xbb\xbf" + header)) << "as spreadsheets write it";
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,base\n"), "t.csv:2: 7 fields where the header has 8");
    EXPECT_EQ(error_of(",time,ns,lower,0,0,base,1\n"), "t.csv:2: benchmark and metric must not be empty");
    EXPECT_EQ(error_of("A,time,ns,less,0,0,base,1\n"), "t.csv:2: better must be lower, higher or none");
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,left,1\n"), "t.csv:2: side must be base or head");
    EXPECT_EQ(error_of("A,time,ns,lower,-1,0,base,1\n"), "t.csv:2: block must be a whole number from 0 to 9999");
    EXPECT_EQ(error_of("A,time,ns,lower,10000,0,base,1\n"), "t.csv:2: block must be a whole number from 0 to 9999");
    EXPECT_EQ(error_of("A,time,ns,lower,0,64,base,1\n"), "t.csv:2: position must be a whole number from 0 to 63");
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,base,1ms\n"), "t.csv:2: value must be a number");
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,base,\n"), "t.csv:2: value must be a number");
    EXPECT_EQ(error_of("\"A,time,ns,lower,0,0,base,1\n"), "t.csv:2: a quote that is not closed");
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,base,1\nA,time,ns,lower,0,0,head,1\n"),
              "t.csv:3: block 0 has position 0 twice");
    EXPECT_EQ(error_of("A,time,ns,lower,0,0,base,1\nA,time,ms,lower,0,1,head,1\n"),
              "t.csv:3: unit and better differ from an earlier row of this benchmark and metric");
}

TEST(TrialsCsv, EverythingIsBounded) {
    EXPECT_EQ(error_of(std::string(max_trial_line + 1, 'x')), "t.csv:2: a line of more than 16384 bytes");
    std::string rows;
    for (int i = 0; i < 33; ++i) rows += "A,time,ns,lower,0," + std::to_string(i) + ",base,1\n";
    EXPECT_EQ(error_of(rows), "t.csv:34: block 0 has more than 32 trials a side");
}

}  // namespace
}  // namespace benchgate::cli
