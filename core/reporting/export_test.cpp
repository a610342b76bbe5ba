#include <gtest/gtest.h>

#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/csv.h"
#include "core/reporting/html.h"
#include "core/reporting/markdown.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text.h"

namespace benchgate::reporting {
namespace {

TEST(Json, HasTheShapeOfTheContract) {
    auto report = sample::regression();
    report.suites[0].judgement->verdicts[0].interval.high.reset();
    const auto document = json::parse(json::dump(report_json(report)));
    ASSERT_TRUE(document);
    EXPECT_EQ((*document)["schema_version"], 1);
    EXPECT_EQ((*document)["judge_version"], "1");
    EXPECT_EQ((*document)["gate"], "failure");
    EXPECT_EQ((*document)["exit_status"], 1);
    const auto& verdicts = (*document)["suites"][0]["verdicts"];
    ASSERT_EQ(verdicts.size(), 4u);
    EXPECT_EQ(verdicts[0]["benchmark"], "BM_Find");
    EXPECT_TRUE(verdicts[0]["interval"][1].is_null());
    EXPECT_EQ(verdicts[1]["verdict"], "regressed");
    EXPECT_EQ(verdicts[1]["level"], "critical");
    EXPECT_DOUBLE_EQ(verdicts[1]["ratio"], 1.253);
    EXPECT_EQ(verdicts[1]["trials_used"], 20);
    EXPECT_TRUE(verdicts[0]["level"].is_null());
    const auto judged = judgement_json(*report.suites[0].judgement);
    EXPECT_EQ(judged["verdicts"].size(), 4u);
    EXPECT_EQ(judged["gate"], "failure");
    EXPECT_TRUE(json::parse(json::dump(report_json(sample::hostile()))));
}

TEST(Json, ExitStatusFollowsTheGate) {
    EXPECT_EQ(exit_status(sample::unchanged()), 0);
    EXPECT_EQ(exit_status(sample::regression()), 1);
    SuiteReport broken;
    broken.state = ReportState::completed;
    broken.error = SuiteError{"build", "", ""};
    EXPECT_EQ(exit_status(sample::report({broken})), 3);
    auto wrong = sample::unchanged();
    wrong.problems = {{".benchgate.yml", 1, 1, "x"}};
    EXPECT_EQ(exit_status(wrong), 2);
    SuiteReport same;
    same.state = ReportState::completed;
    same.identical = true;
    EXPECT_EQ(exit_status(sample::report({same})), 0);
}

TEST(Notes, WhatIsNotJudgedIsSaidInEveryReport) {
    auto report = sample::unchanged();
    report.notes = notes_of(
        {{3, 1, "claims are not judged by this version", true}, {4, 1, "alerts are not sent by this version", false}});
    EXPECT_EQ(report_json(report)["notes"], (std::vector<std::string>{"Note: claims are not judged by this version"}));
    EXPECT_NE(render_text(report, {}).find("\nNote: claims are not judged by this version.\n"), std::string::npos);
    for (const auto& text : {render_comment(report), render_markdown(report), render_check(report, {}).summary})
        EXPECT_NE(text.find("\nNote&#58; claims are not judged by this version.\n"), std::string::npos) << text;
    EXPECT_NE(render_html(report).find("<p>Note: claims are not judged by this version.</p>"), std::string::npos);
}

TEST(Csv, HasOneRowASeries) {
    auto report = sample::unchanged();
    report.suites[0].judgement->verdicts.resize(1);
    report.suites[0].judgement->verdicts[0].interval.high.reset();
    EXPECT_EQ(render_csv(report),
              "suite,benchmark,metric,unit,better,gating,verdict,level,ratio,interval_low,interval_high,minimum_"
              "detectable,base,"
              "head,p,trials_used,confirmed,reason\r\n"
              "micro,BM_Find,time,ns,lower,yes,unchanged,,1.002,0.982,,0.021,1230000,1232460,0.0001,20,no,\r\n");
    const auto hostile = render_csv(sample::hostile());
    EXPECT_EQ(hostile.find("\n="), std::string::npos);
    EXPECT_EQ(hostile.find(",="), std::string::npos);
    EXPECT_NE(hostile.find(",'=cmd|"), std::string::npos);
}

TEST(Text, IsAnAlignedTable) {
    EXPECT_EQ(
        render_text(sample::unchanged(), {}),
        "micro: 20 trials a side in blocks of 4 + 4; changes of 2.1 % or more would have been seen, in 12 min 34 s\n"
        "  benchmark  metric  verdict    change  interval          would see\n"
        "  BM_Find    time    unchanged  +0.2 %  −1.8 % to +2.2 %  2.1 %\n"
        "  BM_Hash    time    unchanged  −0.2 %  −2.2 % to +1.8 %  2.1 %\n"
        "\n"
        "No slowdown of 3 % or more in 2 benchmarks. The check passes.\n");
    const auto coloured = render_text(sample::regression(), {true, 100});
    EXPECT_NE(coloured.find("\x1b[31mregressed (critical)\x1b[0m"), std::string::npos);
    const auto hostile = render_text(sample::hostile(), {});
    EXPECT_EQ(hostile.find('\x1b'), std::string::npos);
    EXPECT_EQ(hostile.find('\x07'), std::string::npos);
    EXPECT_EQ(hostile.find("\xE2\x80\xAE"), std::string::npos);
    EXPECT_EQ(hostile.find("\n| c |"), std::string::npos);
    EXPECT_NE(hostile.find("  | ````\n"), std::string::npos);
}

TEST(Text, NamesAreWholeInAFileAndLoseTheirMiddleOnANarrowTerminal) {
    auto report = sample::unchanged();
    report.suites[0].judgement->verdicts[0].series.key.benchmark = "example.com/long/package.BenchmarkMap/n=5-2";
    EXPECT_NE(render_text(report, {}).find("  example.com/long/package.BenchmarkMap/n=5-2  time "), std::string::npos);
    const auto narrow = render_text(report, {false, 90});
    EXPECT_NE(narrow.find("  example.co…ge.BenchmarkMap/n=5-2  time "), std::string::npos) << narrow;
    EXPECT_NE(render_text(report, {false, 20}).find("  examp…kMap/n=5-2  time "), std::string::npos);
}

TEST(Text, SaysWhyABenchmarkHasNoResult) {
    auto report = sample::unchanged();
    auto& gone = report.suites[0].judgement->verdicts[1];
    gone.kind = model::VerdictKind::missing;
    gone.ratio.reset();
    gone.interval = {};
    gone.reason = "not on head; the tool said: no input file";
    const auto text = render_text(report, {});
    EXPECT_NE(text.find("\n  BM_Hash time: not on head; the tool said: no input file\n"), std::string::npos) << text;
}

TEST(Text, ALogBeginsAtTheCommandThatFailed) {
    auto report = sample::unchanged();
    report.suites[0].judgement.reset();
    report.suites[0].error =
        SuiteError{"build", "head: status 2", "[base] $ make\nall is well\n[head] $ make\nno such file\n\n"};
    const auto text = render_text(report, {});
    EXPECT_NE(text.find("  build: head: status 2\n  | [head] $ make\n  | no such file\n\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("all is well"), std::string::npos);
}

}  // namespace
}  // namespace benchgate::reporting
