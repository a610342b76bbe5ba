#include "core/reporting/calibration.h"

#include <gtest/gtest.h>

#include "core/reporting/sample_report.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

using model::VerdictKind;

Report calibration(int benchmarks, VerdictKind first = VerdictKind::unchanged) {
    std::vector<model::Verdict> verdicts;
    for (int i = 0; i < benchmarks; ++i) {
        verdicts.push_back(sample::verdict("b" + std::to_string(i), VerdictKind::unchanged, 1.0));
        verdicts.back().minimum_detectable = 0.01 + 0.001 * i;
    }
    if (!verdicts.empty() && first != VerdictKind::unchanged) verdicts[0] = sample::verdict("b0", first, 1.12);
    auto report = sample::report({sample::suite("micro", verdicts, model::Gate::success)});
    report.base_sha = report.head_sha;
    return report;
}

TEST(Calibration, SaysThatNothingAlarmedAndWhatThatMeans) {
    const auto text = render_calibration(calibration(24));
    EXPECT_TRUE(has(text,
                    "**0 of 24 benchmarks alarmed: same code against itself, and no change was found.** The "
                    "policy allows an alarm, for the worse or the better, in 2 % of such runs."))
        << text;
    EXPECT_TRUE(has(text, "on both sides, each side built by itself")) << text;
    EXPECT_TRUE(has(text, "24 benchmarks, 0 alarmed; 20 trials a side")) << text;
    EXPECT_FALSE(has(text, "False alarms"));
    EXPECT_FALSE(has(text, "benchgate:sticky")) << "it is not the pull request's comment";
}

TEST(Calibration, CallsEveryAlarmAFalseOne) {
    for (const auto kind : {VerdictKind::regressed, VerdictKind::improved}) {
        const auto text = render_calibration(calibration(24, kind));
        EXPECT_TRUE(has(text, "**1 of 24 benchmarks alarmed: same code against itself, so that is a false alarm.**"))
            << text;
        EXPECT_TRUE(has(text, "| <code>b0</code> | time | +12 % | +10 % to +14 % |")) << text;
    }
}

TEST(Calibration, ShowsTheTenNoisiestAndFoldsTheRest) {
    const auto text = render_calibration(calibration(24));
    const auto fold = text.find("<details><summary>The other 14</summary>");
    ASSERT_NE(fold, std::string::npos) << text;
    EXPECT_LT(text.find("<code>b23</code> | time | 3.3 %"), fold) << text;
    EXPECT_LT(text.find("<code>b14</code>"), fold);
    EXPECT_GT(text.find("<code>b13</code>"), fold);
    EXPECT_GT(text.find("<code>b0</code> | time | 1 %"), fold);
    EXPECT_FALSE(has(render_calibration(calibration(10)), "<details>"));
}

TEST(Calibration, StaysWithinGitHubsBoundWhateverTheNames) {
    auto report = calibration(5000);
    for (auto& verdict : report.suites[0].judgement->verdicts)
        verdict.series.key.benchmark = std::string(300, '<') + "@team|" + verdict.series.key.benchmark;
    const auto text = render_calibration(report);
    EXPECT_LT(text.size(), 65'536u);
    EXPECT_FALSE(has(text, "@team"));
    EXPECT_TRUE(has(text, "0 of 5,000 benchmarks alarmed")) << text.substr(0, 200);
}

TEST(Calibration, AUnitIsOnlyAWord) {
    for (const auto& name : sample::hostile_names()) {
        const auto alarm = sample::from_zero("sort", name.substr(0, 50));
        const auto text = render_calibration(sample::report({sample::suite("micro", {alarm}, model::Gate::failure)}));
        EXPECT_TRUE(has(text, "| <code>sort</code> | time | +5")) << text;
        for (const auto* bad : {"<script", "<img", "@team", "@example", "http://evil", "www.evil", "\x1b", "|@"})
            EXPECT_FALSE(has(text, bad)) << bad << text;
        EXPECT_FALSE(has(text, "\n| c |")) << text;
    }
}

TEST(Calibration, SaysWhatCouldNotBeMeasured) {
    auto report = calibration(0);
    report.suites[0].judgement.reset();
    report.suites[0].error = SuiteError{"build", "head: build 'make' ended with status 2", ""};
    const auto text = render_calibration(report);
    EXPECT_TRUE(has(text, "Nothing was judged")) << text;
    EXPECT_TRUE(has(text, "ended with status 2")) << text;
}

}  // namespace
}  // namespace benchgate::reporting
