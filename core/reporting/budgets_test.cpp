// What readers see of absolute limits: broken ones first, all of them somewhere, and never a green word over a red one.

#include <gtest/gtest.h>

#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/html.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

/// Nothing regressed, one limit is broken and one is kept.
Report broken() {
    auto report = sample::unchanged();
    auto& suite = report.suites[0];
    for (const bool over : {true, false}) {
        model::BudgetFinding finding;
        finding.verdict = over ? 0 : 1;
        finding.state = over ? model::BudgetState::over : model::BudgetState::within;
        finding.value = suite.judgement->verdicts.at(finding.verdict).head_value;
        finding.interval = {1'200'000, 1'260'000};
        finding.max = over ? 1'000'000 : 2'000'000;
        finding.line = over ? 12 : 13;
        suite.budgets.push_back(finding);
    }
    suite.judgement->gate = model::Gate::failure;
    suite.judgement->gate_reason = "1 budget is broken";
    report.gate = gate_of(report.suites);
    return report;
}

TEST(Budgets, ABrokenOneIsSaidFirstAndShownAboveTheFold) {
    const auto text = render_comment(broken());
    EXPECT_TRUE(
        text.starts_with("**1 budget is broken; no slowdown of 3 % or more in 2 benchmarks.** The check fails. "
                         "Reason: 1 budget is broken."))
        << text;
    const auto row = text.find("| ❌ budget | ");
    ASSERT_NE(row, std::string::npos) << text;
    EXPECT_LT(row, text.find("<details>"));
    EXPECT_TRUE(has(text, "<details><summary>Budgets (2)</summary>")) << text;
    EXPECT_TRUE(has(text, "| within | ")) << text;
    EXPECT_TRUE(has(text, "at most 1\u00a0ms")) << text;
    EXPECT_TRUE(has(text, "**Next:** A budget is an absolute limit")) << text;
}

TEST(Budgets, TheNextStepIsAboutWhatMakesTheCheckFail) {
    auto report = broken();
    auto& minor = report.suites[0].judgement->verdicts[1];
    minor.kind = model::VerdictKind::regressed;
    minor.level = "minor";
    minor.action = model::Action::log;
    EXPECT_TRUE(has(render_comment(report), "**Next:** A budget is an absolute limit")) << render_comment(report);
    minor.action = model::Action::block;
    EXPECT_TRUE(has(render_comment(report), "**Next:** Start with the first row.")) << render_comment(report);
}

TEST(Budgets, TheCheckMarksTheLineOfTheBrokenOne) {
    const auto check = render_check(broken(), {});
    ASSERT_EQ(check.annotations.size(), 1u);
    EXPECT_EQ(check.annotations[0].path, ".benchgate.yml");
    EXPECT_EQ(check.annotations[0].line, 12);
    EXPECT_EQ(check.annotations[0].title, "Budget broken");
    EXPECT_TRUE(has(check.annotations[0].message, "1.2 ms to 1.26 ms), allowed is at most 1 ms"))
        << check.annotations[0].message;
    EXPECT_EQ(check.conclusion, "failure");
}

TEST(Budgets, PageTextAndJsonTellThemToo) {
    EXPECT_TRUE(has(render_html(broken()), "<h3>Budgets</h3>"));
    EXPECT_TRUE(has(render_text(broken(), {}), "  budget over: ")) << render_text(broken(), {});
    const auto budgets = report_json(broken())["suites"][0]["budgets"];
    ASSERT_EQ(budgets.size(), 2u);
    EXPECT_EQ(budgets[0]["state"], "over");
    EXPECT_EQ(budgets[0]["max"], 1'000'000);
    EXPECT_EQ(budgets[0]["line"], 12);
}

TEST(Budgets, ThousandsOfThemFit) {
    auto report = sample::large(5000);
    for (std::size_t v = 0; v < report.suites[0].judgement->verdicts.size(); ++v)
        report.suites[0].budgets.push_back({v, model::BudgetState::over, 1.5, {1.0, 2.0}, 0.5, std::nullopt, 3});
    EXPECT_LT(render_comment(report).size(), 65'536u);
    const auto check = render_check(report, {});
    EXPECT_LT(check.text.size(), 65'536u);
    EXPECT_EQ(check.annotations.size(), 50u);
}

TEST(Budgets, ALevelIsNamedAndOnlyWhatAsksForMoreIsBroken) {
    auto report = broken();
    auto& over = report.suites[0].budgets[0];
    over.level = "yellow";
    over.action = model::Action::review;
    EXPECT_TRUE(has(render_comment(report), "| ⚠️ yellow | ")) << render_comment(report);
    EXPECT_EQ(render_check(report, {}).annotations.at(0).level, "warning");
    EXPECT_TRUE(has(render_text(report, {}), "  budget over (yellow): "));
    EXPECT_EQ(report_json(report)["suites"][0]["budgets"][0]["action"], "review");
    over.level = "green";
    over.action = model::Action::log;
    report.suites[0].judgement->gate = report.gate = model::Gate::success;
    const auto text = render_comment(report);
    EXPECT_FALSE(has(text, "❌")) << text;
    EXPECT_FALSE(has(text, "broken;")) << text;
    EXPECT_TRUE(has(text, "| over (green) | ")) << "it stays in the folded list: " << text;
    EXPECT_TRUE(render_check(report, {}).annotations.empty());
}

}  // namespace
}  // namespace benchgate::reporting
