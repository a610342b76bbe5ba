// What readers see of claims and growth: what is broken first, all of them somewhere, foreign names only as names.

#include "core/reporting/findings.h"

#include <gtest/gtest.h>

#include "core/reporting/comment.h"
#include "core/reporting/html.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

model::ClaimFinding claim(model::ClaimState state) {
    model::ClaimFinding finding;
    finding.series = {{"tool_execution", "time"}, "ns", model::Better::lower, true};
    finding.compared = "v1.0";
    finding.at_least = -0.82;
    finding.state = state;
    finding.ratio = 0.2;
    finding.interval = {0.19, 0.21};
    finding.before = 250e6;
    finding.after = 50e6;
    finding.line = 12;
    return finding;
}

Report with_claims() {
    auto report = sample::unchanged();
    auto& suite = report.suites[0];
    suite.claims = {claim(model::ClaimState::holds), claim(model::ClaimState::broken)};
    suite.judgement->gate = model::Gate::failure;
    suite.judgement->gate_reason = "1 claim does not hold";
    report.gate = gate_of(report.suites);
    return report;
}

TEST(Findings, AClaimThatDoesNotHoldIsSaidFirstAndShownAboveTheFold) {
    const auto text = render_comment(with_claims());
    EXPECT_TRUE(
        text.starts_with("**1 claim does not hold; no slowdown of 3 % or more in 2 benchmarks.** The check "
                         "fails. Reason: 1 claim does not hold."))
        << text;
    const auto row = text.find("| ❌ claim | <code>tool\\_execution</code> | time | −82\u00a0% since v1.0 |");
    ASSERT_NE(row, std::string::npos) << text;
    EXPECT_LT(row, text.find("<details>"));
    EXPECT_TRUE(has(text, "<details><summary>Claims (2)</summary>")) << text;
    EXPECT_TRUE(has(text, "| holds | −80\u00a0% | −81\u00a0% to −79\u00a0% | 250\u00a0ms → 50\u00a0ms |")) << text;
    EXPECT_TRUE(has(text, "**Next:** A claim says what the head must reach")) << text;
}

TEST(Findings, TerminalPageAndJsonTellThemToo) {
    const auto text = render_text(with_claims(), {});
    EXPECT_TRUE(has(text, "  Claims\n")) << text;
    EXPECT_TRUE(has(text, "−82 % since v1.0  does not hold")) << text;
    EXPECT_TRUE(has(render_html(with_claims()), "<h3>Claims</h3>"));
    const auto claims = report_json(with_claims())["suites"][0]["claims"];
    ASSERT_EQ(claims.size(), 2u);
    EXPECT_EQ(claims[0]["from"], "v1.0");
    EXPECT_EQ(claims[1]["state"], "does not hold");
    EXPECT_EQ(claims[1]["line"], 12);
}

TEST(Findings, AComparisonOfTwoBenchmarksNamesTheOther) {
    auto variant = claim(model::ClaimState::unshown);
    variant.between_refs = false;
    variant.compared = "old|@team";
    auto report = sample::unchanged();
    report.suites[0].claims = {variant};
    EXPECT_EQ(claim_text(variant), "−82 % against old|@team");
    EXPECT_FALSE(has(render_comment(report), "old|@team")) << "a name is only a name";
    EXPECT_EQ(report_json(report)["suites"][0]["claims"][0]["against"], "old|@team");
}

TEST(Findings, AnExponentThatHasRisenIsSaid) {
    auto report = sample::unchanged();
    model::GrowthFinding finding;
    finding.series = {{"sort/{n}", "time"}, "ns", model::Better::lower, true};
    finding.sizes = {8, 64, 512};
    finding.state = model::GrowthState::risen;
    finding.base = 1.02;
    finding.base_interval = {0.99, 1.05};
    finding.head = 1.98;
    finding.difference = 0.96;
    finding.difference_interval = {-0.9, std::nullopt};
    report.suites[0].growth = {finding};
    const auto text = render_text(report, {});
    EXPECT_TRUE(has(text, "sort/{n}")) << text;
    EXPECT_TRUE(has(text, "steeper")) << text;
    EXPECT_TRUE(has(text, "1.02 (0.99 to 1.05)")) << text;
    EXPECT_TRUE(has(text, "0.96 (−0.90 to ?)")) << text;
    EXPECT_TRUE(has(text, "3 of 8 to 512")) << text;
    const auto comment = render_comment(report);
    EXPECT_TRUE(comment.starts_with("**1 benchmark grows faster with the size; no slowdown of 3 %")) << comment;
    EXPECT_TRUE(has(comment, "| ⚠️ growth | <code>sort/{n}</code> |")) << "it asks for a review: " << comment;
    EXPECT_TRUE(has(comment, "<details><summary>Growth with the size (1)</summary>")) << comment;
    EXPECT_EQ(report_json(report)["suites"][0]["growth"][0]["state"], "steeper");
}

TEST(Findings, AGrowthOfMemoryIsToldWithItsInterval) {
    auto report = sample::unchanged();
    model::Verdict leak;
    leak.series = {{"whole-command", "memory_growth"}, "bytes/s", model::Better::lower, true};
    leak.kind = model::VerdictKind::regressed;
    leak.action = model::Action::review;
    leak.base_value = 14'000;
    leak.head_value = 326'000;
    leak.reason = "memory grows faster: 13.7 KiB/s on base, 318 KiB/s on head, difference 124 KiB/s to 477 KiB/s";
    report.suites[0].judgement->verdicts.push_back(leak);
    const auto text = render_comment(report);
    EXPECT_TRUE(has(text, "| ⚠️ regressed | +305\u00a0KiB/s | <code>whole-command</code> | memory\\_growth |"))
        << text;
    EXPECT_TRUE(has(text, "| 13.7\u00a0KiB/s → 318\u00a0KiB/s | – |")) << "it is outside of the blocks: " << text;
    EXPECT_TRUE(has(text, "difference 124 KiB/s to 477 KiB/s")) << "the interval is among the remarks: " << text;
    EXPECT_FALSE(has(render_html(report), "not confirmed"));
}

TEST(Findings, ThousandsOfThemFit) {
    auto report = sample::unchanged();
    for (int i = 0; i < 5000; ++i) report.suites[0].claims.push_back(claim(model::ClaimState::broken));
    EXPECT_LT(render_comment(report).size(), 65'536u);
}

TEST(Findings, IdenticalArtifactsDoNotHideAClaimThatDoesNotHold) {
    Report report;
    report.suites.resize(1);
    report.suites[0].state = ReportState::completed;
    report.suites[0].identical = true;
    report.suites[0].claims = {claim(model::ClaimState::broken)};
    EXPECT_EQ(gate_of(report.suites), model::Gate::success);
    report.suites[0].claims_gate = model::Gate::failure;
    EXPECT_EQ(gate_of(report.suites), model::Gate::failure);
}

TEST(Findings, WhatNothingAnswersIsNoted) {
    const auto report = with_claims();
    std::vector<model::Claim> asked{{"tool_execution", "time", "v1.0", -0.82}, {"startup", "time", "v1.0", -0.5}};
    asked[0].line = 12;
    asked[1].line = 13;
    EXPECT_EQ(
        notes_of(report.suites, asked),
        (std::vector<std::string>{"Note: the claim in line 13 was not measured: nothing that was measured here is "
                                  "\"startup\" with the metric \"time\""}));
}

}  // namespace
}  // namespace benchgate::reporting
