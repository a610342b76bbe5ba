// The tables of docs/metrics.md are what the code does: every row is read and held against it.

#include "core/model/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

using Row = std::vector<std::string>;

std::string trimmed(std::string text) {
    text.erase(0, text.find_first_not_of(' '));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// The rows below the table's head in docs/metrics.md.
std::vector<Row> table(const std::string& head) {
    std::ifstream file("docs/metrics.md");
    std::vector<Row> rows;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(head)) {
            inside = true;
            std::getline(file, line);
            continue;
        }
        if (!inside) continue;
        if (!line.starts_with("|")) break;
        std::istringstream cells(line.substr(1));
        Row row;
        for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> names_in(const std::string& cell) {
    std::vector<std::string> names;
    for (auto at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
        const auto end = cell.find('`', at + 1);
        names.push_back(cell.substr(at + 1, end - at - 1));
        at = end;
    }
    return names;
}

double nth(int i) {
    return 1 + 0.0007 * ((i * 7 + i / 3) % 13);
}

/// Three blocks of 4 + 4.
std::vector<Block> blocks(double base, double head, bool constant = false) {
    std::vector<Block> made(3);
    for (int i = 0; i < 12; ++i) {
        made[static_cast<std::size_t>(i / 4)].base.push_back(base * (constant ? 1 : nth(i)));
        made[static_cast<std::size_t>(i / 4)].head.push_back(head * (constant ? 1 : nth(i + 5)));
    }
    return made;
}

std::vector<model::Trial> trials_of(const std::vector<Block>& values, const model::Series& series) {
    std::vector<model::Trial> trials;
    for (std::size_t b = 0; b < values.size(); ++b)
        for (const auto side : {model::Side::base, model::Side::head})
            for (std::size_t i = 0; i < 4; ++i) {
                const auto& of = side == model::Side::base ? values[b].base : values[b].head;
                model::Trial trial;
                trial.block = static_cast<int>(b);
                trial.side = side;
                if (i < of.size()) {
                    model::Measurement measurement;
                    measurement.series = series;
                    measurement.samples = {of[i]};
                    trial.values.push_back(std::move(measurement));
                }
                trials.push_back(std::move(trial));
            }
    return trials;
}

Explained judged(const std::vector<model::Trial>& trials) {
    JudgeOptions options;
    options.confirmation_required = false;
    return judge_explained(JobBlocks{collect_blocks(trials, model::Phase::measure), {}}, options);
}

model::Series series(std::string metric, std::string unit, model::Better better = model::Better::lower) {
    return {{"b", std::move(metric)}, std::move(unit), better, true};
}

TEST(MetricsPage, EveryNameHasItsUnitAndDirection) {
    const auto rows = table("| kind | names |");
    ASSERT_GE(rows.size(), 10u) << "docs/metrics.md";
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), 6u) << row[0];
        const auto names = names_in(row[1]);
        EXPECT_FALSE(names.empty()) << row[0];
        for (const auto& name : names) {
            SCOPED_TRACE(name);
            const auto kind = model::metric_kind(name);
            ASSERT_TRUE(kind);
            EXPECT_EQ(kind->name, row[0]);
            EXPECT_EQ(kind->unit.empty() ? "any" : kind->unit, row[2]);
            EXPECT_EQ(kind->better == model::Better::none ? "as stated" : to_string(kind->better), row[3]);
            EXPECT_EQ(row[5], "3 %");
            EXPECT_EQ(detect_for(model::Policy{}, {"b", name}), 0.03);
        }
    }
    for (const auto* own : {"points", "score", "p", "px", "", "times_called", "rate"})
        EXPECT_FALSE(model::metric_kind(own)) << own;
}

TEST(MetricsPage, EveryKindIsComparedAsItSays) {
    for (const auto& row : table("| kind | names |"))
        for (const auto& name : names_in(row[1])) {
            SCOPED_TRACE(name);
            const auto kind = model::metric_kind(name).value();
            const auto better = kind.better == model::Better::none ? model::Better::lower : kind.better;
            const auto of = series(name, kind.unit.empty() ? "widgets" : std::string(kind.unit), better);
            const bool higher = better == model::Better::higher;
            const auto constant = judged(trials_of(blocks(1000, higher ? 900 : 1100, true), of));
            const auto& exact = constant.judgement.verdicts.at(0);
            EXPECT_EQ(exact.exact, row[4] == "exact, then ratio");
            EXPECT_EQ(exact.exact, exact.kind == model::VerdictKind::regressed)
                << "two values of a clock are no measurement";
            const auto varied = judged(trials_of(blocks(1000, higher ? 900 : 1100), of));
            EXPECT_EQ(varied.judgement.verdicts.at(0).kind, model::VerdictKind::regressed);
            EXPECT_FALSE(varied.judgement.verdicts.at(0).exact);
            EXPECT_FALSE(varied.explanations.at(0).measured.absolute) << "a ratio";
            auto with_zero = blocks(1000, higher ? 900 : 1100);
            with_zero[1].base[2] = 0;
            const auto differences = judged(trials_of(with_zero, of));
            EXPECT_TRUE(differences.explanations.at(0).measured.absolute) << "differences";
        }
}

std::map<std::string, std::vector<model::Trial>> cases() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const auto time = series("time", "ns"), count = series("allocations", "count"),
               rate = series("error_rate", "ratio");
    std::map<std::string, std::vector<model::Trial>> made;
    made["all equal, a counter"] = trials_of(blocks(7, 7, true), count);
    made["all equal, a time"] = trials_of(blocks(7, 7, true), time);
    made["a counter, constant on each side, 10 % more"] = trials_of(blocks(1000, 1100, true), count);
    made["a counter, constant on each side, 1 % more"] = trials_of(blocks(1000, 1010, true), count);
    made["0 on base, 12 on head, a counter"] = trials_of(blocks(0, 12, true), count);
    made["0 on both sides"] = trials_of(blocks(0, 0, true), rate);
    auto some_zeros = blocks(0.01, 0.05);
    for (auto& block : some_zeros) block.base[1] = 0;
    made["some zeros, 5 times as much on head"] = trials_of(some_zeros, rate);
    made["negative values, greater on head"] = trials_of(blocks(-10, -8), series("memory_growth", "bytes/s"));
    const std::vector<Block> ticks(3, Block{{10, 20, 10, 20}, {20, 20, 10, 20}});
    made["steps of a timer coarser than `detect`"] = trials_of(ticks, time);
    for (const double broken : {nan, std::numeric_limits<double>::infinity(), 1e308}) {
        auto values = blocks(1000, 1000);
        values[0].head[1] = broken;
        auto& of = made["a NaN, an infinity or 1e308 on head"];
        if (!of.empty()) {
            EXPECT_EQ(judged(trials_of(values, time)).judgement.verdicts.at(0).kind, model::VerdictKind::failed);
        }
        of = trials_of(values, time);
    }
    auto one_sided = blocks(1000, 1000);
    for (auto& block : one_sided) block.base.clear();
    made["no value on base"] = trials_of(one_sided, time);
    for (auto& block : one_sided) std::swap(block.base, block.head);
    made["no value on head"] = trials_of(one_sided, time);
    auto gaps = blocks(1000, 1000);
    for (auto& block : gaps) block.head.resize(2);
    made["every second trial of head without a value"] = trials_of(gaps, time);
    made["another unit in a later trial"] = trials_of(blocks(1000, 1000), time);
    made["another unit in a later trial"].back().values.at(0).series.unit = "bytes";
    made["another direction in a later trial"] = trials_of(blocks(1000, 1000), time);
    made["another direction in a later trial"].back().values.at(0).series.better = model::Better::higher;
    auto& twice = made["a series measured twice in one trial"] = trials_of(blocks(1000, 1000), time);
    for (auto& trial : twice) {
        trial.values.push_back(trial.values.at(0));
        trial.values.back().samples = {trial.side == model::Side::head ? 5000.0 : 1.0};
    }
    return made;
}

TEST(MetricsPage, EveryOddValueHasTheAnswerThatItSays) {
    auto known = cases();
    const auto rows = table("| values | verdict |");
    for (const auto& row : rows) {
        ASSERT_EQ(row.size(), 3u);
        SCOPED_TRACE(row[0]);
        const auto found = known.find(row[0]);
        ASSERT_NE(found, known.end()) << "a row that no test knows";
        const auto verdict = judged(found->second).judgement.verdicts.at(0);
        EXPECT_EQ(to_string(verdict.kind), row[1]);
        if (row[2].starts_with("nothing: "))
            EXPECT_EQ(verdict.reason, "");
        else
            EXPECT_EQ(verdict.reason, row[2]);
        known.erase(found);
    }
    for (const auto& [name, trials] : known) ADD_FAILURE() << "docs/metrics.md does not have: " << name;
}

}  // namespace
}  // namespace benchgate::judging
