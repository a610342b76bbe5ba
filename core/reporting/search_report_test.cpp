#include "core/reporting/search_report.h"

#include <gtest/gtest.h>

#include "core/reporting/sample_report.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

using model::VerdictKind;

SearchReport search() {
    SearchReport report;
    report.repository_url = "https://github.com/acme/engine";
    report.page_url = "https://bench.example.org/acme/engine/runs/1";
    report.benchmark = "sort";
    report.metric = "time";
    report.good_sha = std::string(40, 'a');
    report.bad_sha = std::string(40, 'f');
    report.commits = 5;
    report.steps = {{std::string(40, 'f'), "bad", sample::verdict("sort", VerdictKind::regressed, 1.5), ""},
                    {std::string(40, 'd'), "", {}, ""}};
    report.steps_left = 3;
    return report;
}

TEST(SearchReport, FollowsTheSteps) {
    const auto text = render_search_progress(search());
    EXPECT_TRUE(has(text, "Looks for the first of 5 commits after [<code>aaaaaaaaa</code>](")) << text;
    EXPECT_TRUE(has(text, "made <code>sort</code> (time) worse: step 2 of about 4.")) << text;
    EXPECT_TRUE(has(text, "| bad | +50 % slower (+48 % to +52 %) |")) << text;
    EXPECT_TRUE(has(text, "| under way | – |")) << text;
    EXPECT_EQ(render_search_answer(search()), "");
}

TEST(SearchReport, NamesTheFirstBadCommitWithoutCallingAnybody) {
    auto report = search();
    report.outcome = SearchOutcome::found;
    report.found = FoundCommit{report.bad_sha, "Sort twice <b> @team #12", "Ann @ann", std::string(40, 'e')};
    const auto text = render_search_answer(report);
    EXPECT_TRUE(has(text, "[<code>fffffffff</code>](https://github.com/acme/engine/commit/" + report.bad_sha +
                              ") is the first of 5 commits that made <code>sort</code> (time) worse."))
        << text;
    EXPECT_TRUE(has(text, "+50 % slower (+48 % to +52 %)")) << text;
    EXPECT_TRUE(has(text, "Sort twice") && has(text, "by Ann")) << text;
    EXPECT_FALSE(has(text, "@team") || has(text, "@ann") || has(text, "<b>") || has(text, "#12")) << text;
    EXPECT_TRUE(has(text, "<code>eeeeeeeee</code>](") && has(text, "has not got this change")) << text;
    EXPECT_TRUE(has(text, "[Every number](https://bench.example.org")) << text;
    report.found->before.clear();
    EXPECT_TRUE(has(render_search_answer(report), "the good end"));
    EXPECT_TRUE(has(render_search_progress(report), "the answer is in a comment of its own"));
}

TEST(SearchReport, AUnitIsOnlyAWord) {
    auto report = search();
    report.found = FoundCommit{report.bad_sha, "Sort twice", "Ann", ""};
    for (const auto& name : sample::hostile_names()) {
        report.steps[0].compared = sample::from_zero("sort", name.substr(0, 50));
        for (const auto outcome : {SearchOutcome::under_way, SearchOutcome::found}) {
            report.outcome = outcome;
            const auto text = render_search_progress(report) + render_search_answer(report);
            for (const auto* bad : {"<script", "<img", "@team", "@example", "http://evil", "www.evil", "\x1b", "|@"})
                EXPECT_FALSE(has(text, bad)) << bad << text;
            EXPECT_FALSE(has(text, "\n| c |")) << text;
        }
    }
}

TEST(SearchReport, SaysWhyItIsUndecided) {
    auto report = search();
    report.outcome = SearchOutcome::undecided;
    report.why = "The bad end could not be compared: head: build 'make' ended with status 2";
    report.suspects = {report.bad_sha};
    EXPECT_TRUE(has(render_search_answer(report), "is undecided.** The bad end could not be compared"))
        << render_search_answer(report);
    report.suspects.assign(3000, std::string(40, 'c'));
    const auto text = render_search_answer(report);
    EXPECT_TRUE(has(text, "one of 3,000 commits")) << text;
    EXPECT_TRUE(has(text, "and 2990 more up to")) << text;
    EXPECT_LT(text.size(), 10'000u);
    report.outcome = SearchOutcome::not_reproduced;
    EXPECT_TRUE(has(render_search_answer(report), "no bad commit to look for"));
    report.outcome = SearchOutcome::cancelled;
    EXPECT_EQ(render_search_answer(report), "");
    EXPECT_TRUE(has(render_search_progress(report), "was cancelled"));
}

}  // namespace
}  // namespace benchgate::reporting
