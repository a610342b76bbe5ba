#include "cli/series_csv.h"

#include <gtest/gtest.h>

#include <sstream>

namespace benchgate::cli {
namespace {

SeriesTable read(const std::string& text) {
    std::istringstream stream(text);
    auto table = read_series(stream, "s.csv");
    EXPECT_TRUE(table) << table.error();
    return table.value_or(SeriesTable{});
}

std::string mistake(const std::string& text) {
    std::istringstream stream(text);
    const auto table = read_series(stream, "s.csv");
    return table ? "none" : table.error();
}

using Values = std::vector<double>;

TEST(SeriesCsv, ValuesStandInTheOrderOfTheirIndex) {
    const auto table = read("index,value\n0,1.5\n1,2.5\n2,-3e5\n");
    EXPECT_EQ(table.axis, "index");
    EXPECT_EQ(table.values, (Values{1.5, 2.5, -3e5}));
    EXPECT_EQ(table.row(2), 2u);
    EXPECT_EQ(table.label(2), "2");
    EXPECT_EQ(table.rows, 3u);
    EXPECT_EQ(table.unsorted + table.doubled + table.gaps + table.left_out_count, 0u);
}

TEST(SeriesCsv, UnsortedRowsArePutIntoOrderAndCounted) {
    const auto table = read("value,index\n30,3\n10,1\n20,2\n40,4\n");
    EXPECT_EQ(table.values, (Values{10, 20, 30, 40}));
    EXPECT_EQ(table.unsorted, 2u);
    EXPECT_EQ(table.label(0), "1");
    EXPECT_EQ(table.row(0), 0u);
}

TEST(SeriesCsv, TheMedianCountsWhereABuildHasSeveralValues) {
    const auto table = read("index,value\n0,1\n1,5\n1,9\n1,6\n2,2\n");
    EXPECT_EQ(table.values, (Values{1, 6, 2}));
    EXPECT_EQ(table.doubled, 2u);
    EXPECT_EQ(table.row(2), 4u) << "the place among all rows";
}

TEST(SeriesCsv, CommitsKeepTheOrderOfTheFileAndAreOneBuildWhereverTheyStand) {
    const auto table = read("commit,value\nbbb,1\naaa,2\nbbb,3\n\"c,\"\"c\",4\n");
    EXPECT_EQ(table.axis, "commit");
    EXPECT_EQ(table.values, (Values{2, 2, 4}));
    EXPECT_EQ(table.doubled, 1u);
    EXPECT_EQ(table.unsorted, 0u);
    EXPECT_EQ(table.label(0), "bbb");
    EXPECT_EQ(table.label(2), "c,\"c");
    EXPECT_EQ(table.row(2), 3u);
}

TEST(SeriesCsv, TimesAreSecondsOrIso8601) {
    const auto table = read(
        "time,value,commit\n2026-01-02T00:00:00Z,2,b\n2026-01-01,1,a\n2026-01-02T03:00:00+02:00,3,c\n1767400000,4,d\n");
    EXPECT_EQ(table.values, (Values{1, 2, 3, 4}));
    EXPECT_EQ(table.axis, "time");
    EXPECT_EQ(table.label(0), "a") << "a commit names a build";
    EXPECT_EQ(mistake("time,value\nyesterday,1\n"), "s.csv:2: time must be seconds or ISO 8601");
}

TEST(SeriesCsv, RowsWithoutAFiniteValueAreLeftOutAndNamed) {
    const auto table = read("index,value\n0,1\n1,\n2,nan\n3,inf\n4,-inf\n5,2\n");
    EXPECT_EQ(table.values, (Values{1, 2}));
    EXPECT_EQ(table.row(1), 5u);
    EXPECT_EQ(table.gaps, 0u) << "these rows are there, if without a value";
    EXPECT_EQ(table.left_out_count, 4u);
    ASSERT_EQ(table.left_out.size(), 4u);
    EXPECT_EQ(table.left_out[0].line, 3u);
    EXPECT_EQ(table.left_out[0].reason, "no value");
    EXPECT_EQ(table.left_out[1].reason, "not a finite number");
    std::string many = "index,value\n";
    for (int i = 0; i < 1000; ++i) many += std::to_string(i) + ",nan\n";
    EXPECT_EQ(read(many).left_out.size(), max_listed_rows);
    EXPECT_EQ(read(many).left_out_count, 1000u);
}

TEST(SeriesCsv, GapsOfTheIndexAreCounted) {
    EXPECT_EQ(read("index,value\n10,1\n11,1\n20,1\n").gaps, 8u);
    EXPECT_EQ(read("index,value\n0.5,1\n7.25,1\n").gaps, 0u);
    EXPECT_GT(read("index,value\n-1e300,1\n1e300,1\n").gaps, 1000u);
}

TEST(SeriesCsv, OrdinaryFilesOfOtherProgramsAreRead) {
    EXPECT_EQ(read("\xef\xbb\xbfindex,value\r\n0, 1\r\n1,\t2 \r\n\r\n").values, (Values{1, 2}));
    EXPECT_EQ(read("host,index,note,value\na,0,\"x,y\",1\na,1,,2\n").values, (Values{1, 2}));
    EXPECT_EQ(read("index,value\n0,1").values, Values{1});
    EXPECT_TRUE(read("index,value\n").values.empty());
}

TEST(SeriesCsv, MistakesHaveTheirLine) {
    EXPECT_EQ(mistake(""), "s.csv:1: the file is empty");
    EXPECT_EQ(mistake("\n\n"), "s.csv:1: the file is empty");
    EXPECT_EQ(mistake("index\n1\n"), "s.csv:1: the column value is missing");
    EXPECT_EQ(mistake("value\n1\n"), "s.csv:1: one of the columns index, time, commit is missing");
    EXPECT_EQ(mistake("index,value,value\n"), "s.csv:1: the column value stands twice");
    EXPECT_EQ(mistake("index,value,unit,unit\n"), "s.csv:1: the column unit stands twice");
    EXPECT_EQ(mistake("index,value\n0,1\n1\n"), "s.csv:3: 1 fields where the header has 2");
    EXPECT_EQ(mistake("index,value\n0,fast\n"), "s.csv:2: value must be a number");
    EXPECT_EQ(mistake("index,value\n0,1e999\n"), "s.csv:2: value must be a number");
    EXPECT_EQ(mistake("index,value\nx,1\n"), "s.csv:2: index must be a number");
    EXPECT_EQ(mistake("index,value\nnan,1\n"), "s.csv:2: index must be a number");
    EXPECT_EQ(mistake("commit,value\n,1\n"), "s.csv:2: commit must not be empty");
    EXPECT_EQ(mistake("index,value\n0,\"1\n"), "s.csv:2: a quote that is not closed");
    EXPECT_EQ(mistake("commit,value\n" + std::string(201, 'a') + ",1\n"), "s.csv:2: commit of more than 200 bytes");
    EXPECT_EQ(mistake("index,value\n" + std::string(20'000, '1') + ",1\n"), "s.csv:2: a line of more than 16384 bytes");
}

TEST(SeriesCsv, AHistoryIsOfOneUnitDirectionAndBenchmark) {
    EXPECT_EQ(mistake("index,value,unit,better\n0,1,ms,lower\n1,2,ms,lower\n"), "none");
    EXPECT_EQ(mistake("index,value,unit\n0,1,ms\n1,2000,us\n"),
              "s.csv:3: unit is \"us\" here and \"ms\" in the first row; a history is one series");
    EXPECT_EQ(mistake("index,value,better\n0,1,lower\n1,2,higher\n"),
              "s.csv:3: better is \"higher\" here and \"lower\" in the first row; a history is one series");
    EXPECT_EQ(mistake("benchmark,index,value\nA,0,1\nB,0,2\n"),
              "s.csv:3: benchmark is \"B\" here and \"A\" in the first row; a history is one series");
}

}  // namespace
}  // namespace benchgate::cli
