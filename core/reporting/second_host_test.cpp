#include <gtest/gtest.h>

#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/page.h"
#include "core/reporting/report_json.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

using model::SecondAnswer;
using model::SecondHostState;

Report with_second_host(SecondHostNote note) {
    Report made = sample::regression();
    made.suites[0].second_host = std::move(note);
    return made;
}

TEST(SecondHost, WhileItIsWaitedForTheWordsAreCalm) {
    auto waiting = with_second_host({SecondHostState::pending, "oak", "", {}, ""});
    auto& suite = waiting.suites[0];
    suite.state = ReportState::in_progress;
    suite.progress = "a regression was seen on ash and is being confirmed on oak, building both commits";
    suite.judgement->verdicts[1].kind = model::VerdictKind::inconclusive;
    waiting.state = state_of(waiting.suites);
    const auto check = render_check(waiting, {});
    EXPECT_EQ(check.status, "in_progress");
    EXPECT_EQ(check.title, "A regression was seen and is being confirmed on another host");
    for (const auto& text : {check.summary, render_comment(waiting)}) {
        EXPECT_TRUE(has(text, suite.progress)) << text;
        EXPECT_FALSE(has(text, "would slow")) << text;
        EXPECT_FALSE(has(text, "❌")) << text;
    }
    auto other = sample::suite("load", {}, model::Gate::success);
    other.state = ReportState::in_progress;
    waiting.suites.push_back(other);
    EXPECT_EQ(render_check(waiting, {}).title, "Measuring: 0 of 2 suites done") << "the other one is not measured yet";
}

TEST(SecondHost, RedSaysWhereItWasConfirmed) {
    const model::SecondFinding seen{1, SecondAnswer::confirmed, 1.25, {1.2, 1.3}, 1.24, {1.19, 1.29}};
    auto red = with_second_host({SecondHostState::answered, "oak <&>", "", {seen}, "/api/v1/jobs/8/bundle"});
    red.suites[0].bundle_url = "/api/v1/jobs/7/bundle";
    EXPECT_TRUE(has(render_comment(red), "; regression confirmed on oak &#60;")) << render_comment(red);
    const auto page = render_page(red);
    EXPECT_TRUE(has(page, "Regression confirmed on oak &lt;&amp;&gt;.")) << page;
    EXPECT_FALSE(has(page, "the same verdict from them")) << "the first host's samples are half of it";
    EXPECT_TRUE(has(page, "<a href=\"/api/v1/jobs/8/bundle\">Those of the confirmation on oak")) << page;
    const auto told = report_json(red)["suites"][0]["second_host"];
    EXPECT_EQ(told["state"], "answered");
    EXPECT_EQ(told["findings"][0]["benchmark"], "BM_Sort/1024");
    EXPECT_EQ(told["findings"][0]["first_ratio"], 1.25);
    EXPECT_EQ(told["findings"][0]["interval"][1], 1.29);
}

TEST(SecondHost, WhatItDoesNotSeeIsNotCalledNoise) {
    const model::SecondFinding unseen{1, SecondAnswer::not_confirmed, 1.25, {1.2, 1.3}, 1.0, {0.99, 1.01}};
    auto split = with_second_host({SecondHostState::answered, "oak", "", {unseen}, ""});
    split.suites[0].judgement->verdicts[1].kind = model::VerdictKind::inconclusive;
    EXPECT_EQ(render_check(split, {}).title,
              "Inconclusive: 2 of 4 benchmarks could not be settled, about 1 of them two hosts disagree; no slowdown "
              "among the other 2");
    split.suites[0].judgement->verdicts[3].kind = model::VerdictKind::unchanged;
    split.suites[0].judgement->verdicts[2].kind = model::VerdictKind::unchanged;
    EXPECT_EQ(render_check(split, {}).title,
              "Inconclusive: two hosts disagree about 1 of 4 benchmarks; no slowdown among the other 3");
    const auto comment = render_comment(split);
    EXPECT_TRUE(has(comment, "; regression not confirmed on oak")) << comment;
    EXPECT_TRUE(has(comment, "**Next:** One host saw a slowdown that another one of its class did not")) << comment;
    EXPECT_FALSE(has(comment, "quieter host")) << comment;
}

TEST(SecondHost, OneHostAloneIsSaidToo) {
    const auto alone = with_second_host({SecondHostState::unavailable, "", "no other host took it", {}, ""});
    EXPECT_TRUE(has(render_comment(alone), "regressions confirmed on one host only&#58; no other host took it"))
        << render_comment(alone);
    auto told_once = alone;
    told_once.suites[0].judgement->verdicts[1].reason = "confirmed on bench-01 only: no other host took it";
    EXPECT_FALSE(has(render_comment(told_once), "Remarks")) << "the line of the suite says it for all";
    EXPECT_TRUE(has(render_page(alone), "Regressions confirmed on one host only: no other host took it."));
    EXPECT_EQ(report_json(alone)["suites"][0]["second_host"]["why"], "no other host took it");
    EXPECT_TRUE(report_json(sample::regression())["suites"][0]["second_host"].is_null()) << "nobody was to be asked";
}

}  // namespace
}  // namespace benchgate::reporting
