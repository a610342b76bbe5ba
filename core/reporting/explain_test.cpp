#include "core/reporting/explain.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"

namespace benchgate::reporting {
namespace {

SuiteReport explained(Report report) {
    auto suite = std::move(report.suites.at(0));
    suite.explanations.resize(suite.judgement->verdicts.size());
    return suite;
}

TEST(ExplainText, WaiversAndBudgetsStandWithTheirVerdict) {
    auto suite = explained(sample::waived(0.08));
    suite.budgets = {{1, model::BudgetState::over, 1'540'000, {1'500'000, 1'600'000}, 1'400'000, {}, 3}};
    const auto text = explain_text(suite);
    const auto slow = text.find("BM_Sort/1024 time: regressed (critical), 20 trials a side\n");
    const auto next = text.find("BM_Hash time: ");
    ASSERT_NE(slow, std::string::npos) << text;
    for (const auto* line :
         {"waiver of ada, up to 8 % until 2027-01-31: does not cover it, the change of 25.3 % is over "
          "its ceiling\n",
          "budget over: 1.54 ms (1.5 ms to 1.6 ms), allowed is at most 1.4 ms\n"}) {
        EXPECT_GT(text.find(line), slow) << text;
        EXPECT_LT(text.find(line), next) << text;
    }
    EXPECT_NE(text.find("\ngate: failure: a critical regression blocks\n"), std::string::npos) << text;
}

TEST(ExplainText, ForeignNamesBreakNoLineAndReachNoTerminal) {
    auto suite = explained(sample::hostile());
    for (auto& one : suite.explanations) one.measured.interval.emplace();
    const auto text = explain_text(suite);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
    EXPECT_EQ(text.find("\n| c |"), std::string::npos);
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        EXPECT_LT(end - begin, 4000u);
        begin = end + 1;
    }
}

TEST(ExplainText, WithoutVerdictsThatIsSaid) {
    SuiteReport suite;
    suite.name = "micro";
    const auto* nothing = "micro: no verdict was reached by measuring, so there is none to explain\n";
    EXPECT_EQ(explain_text(suite), nothing);
    suite.judgement = model::Judgement{};
    EXPECT_EQ(explain_text(suite), nothing);
}

TEST(ExplainJson, WhatIsAbsentOrEndlessIsNull) {
    model::Explanation explanation;
    explanation.worse = std::numeric_limits<double>::infinity();
    explanation.measured.looks.resize(1);
    const auto json = explanation_json(explanation);
    EXPECT_TRUE(json["supported_loss"].is_null());
    EXPECT_TRUE(json["confirmation"].is_null());
    EXPECT_TRUE(json["interval"].is_null());
    EXPECT_TRUE(json["looks"][0]["clear"].is_null());
    EXPECT_TRUE(json["looks"][0]["worse"]["critical"].is_null());
    EXPECT_EQ(json["looks"][0]["outcome"], "open");
    explanation.confirmation.emplace();
    EXPECT_EQ(explanation_json(explanation)["confirmation"]["fresh_blocks"], false);
}

TEST(ExplainJson, StandsBesideEachVerdictOnlyWhereAskedFor) {
    auto report = sample::regression();
    EXPECT_FALSE(report_json(report)["suites"][0]["verdicts"][0].contains("explain"));
    report.suites[0] = explained(report);
    const auto verdicts = report_json(report)["suites"][0]["verdicts"];
    for (const auto& verdict : verdicts) EXPECT_TRUE(verdict["explain"].is_object());
    EXPECT_TRUE(
        judgement_json(*report.suites[0].judgement, report.suites[0].explanations)["verdicts"][3].contains("explain"));
}

TEST(ExplainText, TwoModesShowTheirSharesAndWhatOfThemMayBlock) {
    auto suite = explained(sample::regression());
    auto& verdict = suite.judgement->verdicts.at(1);
    verdict.modes = model::Modes{1'000'000, 1'500'000, 0.75, 0.1, {0.99, 1.01}};
    verdict.drift = 0.042;
    verdict.action = model::Action::review;
    auto& explanation = suite.explanations.at(1);
    explanation.worse = 0.24;
    explanation.levels_worse = 0.0;
    explanation.levels = {{"critical", 0.2, model::Action::block, true, true}};
    const auto text = explain_text(suite);
    for (const auto* line :
         {"two modes, at 1 ms and 1.5 ms\n", "the better one holds 75 % of the base and 10 % of the head trials\n",
          "each mode compared with itself, interval of 95 %, unadjusted: −1 % to +1 %\n",
          "drift: the blocks' levels span 4.2 %; only values of one block are compared\n",
          "each of its modes compared with itself supports 0 %; only that may block\n",
          "critical begins at 20 % (block): reached by the mix of its modes alone\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    const auto json = verdict_json(verdict);
    EXPECT_EQ(json["modes"]["head_share"], 0.1);
    EXPECT_EQ(json["drift"], 0.042);
    EXPECT_FALSE(verdict_json(suite.judgement->verdicts.at(0)).contains("modes"));
}

}  // namespace
}  // namespace benchgate::reporting
