#include <gtest/gtest.h>

#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/page.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

TEST(Waived, ACoveredRegressionIsFoldedAwayWithItsCeilingEndAndReason) {
    const auto text = render_comment(sample::waived(0.3));
    EXPECT_TRUE(has(text, "**1 of 4 benchmarks regressed and is waived; 1 could not be settled.**")) << text;
    EXPECT_TRUE(has(text, "<details><summary>Waived (1)</summary>")) << text;
    EXPECT_TRUE(has(text, "| 30\u00a0% | 2027-01-31 | ada | known since")) << text;
    EXPECT_FALSE(has(text, "❌")) << text;
    EXPECT_FALSE(has(text, "| @team")) << "the reason breaks the table: " << text;
}

TEST(Waived, AWaiverThatWasOutgrownIsSaidInTheOpen) {
    const auto text = render_comment(sample::waived(0.08));
    EXPECT_TRUE(has(text, "Merging this would slow 1 of 4 benchmarks")) << text;
    EXPECT_TRUE(
        has(text, "- The waiver of <code>BM\\_Sort/1024</code> by ada does not cover it any more: the change of"))
        << text;
    EXPECT_TRUE(has(text, "❌ critical")) << text;
    EXPECT_FALSE(has(text, "Waived (")) << text;
}

TEST(Waived, PageAndJsonTellItToo) {
    const auto page = render_page(sample::waived(0.3));
    EXPECT_TRUE(has(page, "waived by ada up to 30 % until 2027-01-31")) << page;
    const auto document = report_json(sample::waived(0.08));
    const auto& waiver = document["suites"][0]["waivers"][0];
    EXPECT_EQ(waiver["benchmark"], "BM_Sort/1024");
    EXPECT_EQ(waiver["covers"], false);
    EXPECT_EQ(waiver["by"], "ada");
}

TEST(Waived, AWaivedRegressionDoesNotHideWhatElseIsOpen) {
    auto report = sample::waived(0.3);
    auto& verdicts = report.suites[0].judgement->verdicts;
    auto failed = verdicts[1];
    failed.kind = model::VerdictKind::failed;
    failed.series.key.benchmark = "BM_Crash";
    auto open = failed;
    open.kind = model::VerdictKind::inconclusive;
    open.series.key.benchmark = "BM_Noisy";
    verdicts.push_back(failed);
    verdicts.push_back(open);
    EXPECT_TRUE(
        has(render_comment(report), "**1 of 6 benchmarks regressed and is waived; 1 failed; 2 could not be settled.**"))
        << render_comment(report);
}

TEST(Waived, OneWaivedMetricDoesNotHideAnotherThatIsNot) {
    auto report = sample::waived(0.3);
    auto memory = report.suites[0].judgement->verdicts[1];
    memory.series.key.metric = "peak_memory";
    report.suites[0].judgement->verdicts.push_back(memory);
    EXPECT_TRUE(has(render_comment(report), "would slow 1 of 4 benchmarks")) << render_comment(report);
}

TEST(CheckButtons, ARedCheckCanBeMeasuredAgainOrWaived) {
    const auto red = render_check(sample::regression(), {});
    ASSERT_EQ(red.actions.size(), 2u);
    EXPECT_EQ(red.actions[0].identifier, "rerun");
    EXPECT_EQ(red.actions[1].identifier, "waive");
    for (const auto& action : red.actions) {
        EXPECT_LE(action.label.size(), 20u) << action.label;
        EXPECT_LE(action.description.size(), 40u) << action.description;
        EXPECT_LE(action.identifier.size(), 20u);
    }
    EXPECT_EQ(render_check(sample::unchanged(), {}).actions.size(), 1u);
    auto queued = sample::unchanged();
    queued.suites[0].state = ReportState::queued;
    queued.suites[0].judgement.reset();
    queued.state = state_of(queued.suites);
    EXPECT_TRUE(render_check(queued, {}).actions.empty());
}

TEST(CheckAnnotations, AMistakeOfTheConfigurationIsMarkedAtItsLine) {
    Report report = sample::report({});
    for (int line = 0; line < 60; ++line) report.problems.push_back({".benchgate.yml", line, 3, "unknown key\n@team"});
    const auto check = render_check(report, {});
    ASSERT_EQ(check.annotations.size(), 50u) << "GitHub takes 50 at once";
    EXPECT_EQ(check.annotations[0].line, 1) << "a line is never 0";
    EXPECT_EQ(check.annotations[7].line, 7);
    EXPECT_EQ(check.annotations[7].path, ".benchgate.yml");
    EXPECT_FALSE(has(check.annotations[7].message, "\n"));
}

TEST(SecondComment, OnlyAVerdictThatTurnsRedGetsOne) {
    using model::Gate;
    EXPECT_FALSE(needs_new_comment(std::nullopt, Gate::failure)) << "the first comment is made anyway";
    EXPECT_TRUE(needs_new_comment(Gate::success, Gate::failure));
    EXPECT_TRUE(needs_new_comment(Gate::neutral, Gate::failure));
    EXPECT_FALSE(needs_new_comment(Gate::failure, Gate::failure));
    EXPECT_FALSE(needs_new_comment(Gate::failure, Gate::success));
    EXPECT_FALSE(needs_new_comment(Gate::success, Gate::neutral));
}

TEST(SecondComment, TheFormerOneIsFoldedAwayAndPointsToTheNewer) {
    const auto fold = [](const Report& report, const std::string& newer) {
        return fold_comment({comment_title(report), render_comment(report)}, newer);
    };
    const auto text = fold(sample::unchanged(), "https://github.com/acme/engine/pull/12#issuecomment-9");
    EXPECT_FALSE(has(text, sticky_marker)) << "it would be found and edited again";
    EXPECT_TRUE(text.starts_with("An earlier result; see [a newer comment](https://github.com/acme/")) << text;
    EXPECT_TRUE(
        has(text, "<details><summary><code>aaaaaaaaa</code>: No slowdown of 3 % or more in 2 benchmarks</summary>"))
        << text;
    EXPECT_FALSE(has(fold(sample::unchanged(), "x) [evil](y"), "[evil]"));
    for (const auto& large : {sample::hostile(), sample::large(5000)})
        EXPECT_LT(fold(large, "https://github.com/" + std::string(400, 'a')).size(), 65'536u);
}

Report advised() {
    Report made = sample::regression();
    made.suites[0].advisories = {{1, {5, 2, 0.01}}};
    made.suites[0].judgement->gate = model::Gate::success;
    made.suites[0].judgement->gate_reason = "1 result is only advice, and nothing else asks for a stop";
    made.gate = gate_of(made.suites);
    return made;
}

TEST(Advised, AnAlarmOfWhatAlarmsOnUnchangedCodeIsFoldedAwayWithItsCount) {
    const auto text = render_comment(advised());
    EXPECT_TRUE(has(text, "; 1 alarm is only advice.**")) << text;
    EXPECT_FALSE(has(text, "would slow")) << text;
    EXPECT_FALSE(has(text, "❌")) << text;
    EXPECT_TRUE(has(text, "<details><summary>Only advice: alarms on unchanged code, too (1)</summary>")) << text;
    EXPECT_TRUE(has(text, "| alarmed 2 times in 5 comparisons of a commit with itself on this host |")) << text;
}

TEST(Advised, PageAndJsonTellItToo) {
    const auto page = render_page(advised());
    EXPECT_TRUE(has(page, "holds nothing: it alarmed 2 times in 5 comparisons of a commit with itself")) << page;
    const auto document = report_json(advised());
    const auto& note = document["suites"][0]["advisories"][0];
    EXPECT_EQ(note["benchmark"], "BM_Sort/1024");
    EXPECT_EQ(note["comparisons"], 5);
    EXPECT_EQ(note["alarms"], 2);
}

}  // namespace
}  // namespace benchgate::reporting
