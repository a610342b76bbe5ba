#include "core/reporting/page.h"

#include <gtest/gtest.h>

#include "core/reporting/html.h"
#include "core/reporting/html_view.h"
#include "core/reporting/sample_report.h"

namespace benchgate::reporting {
namespace {

const std::string evil_name = "\"><script>alert(1)</script>";

TEST(Page, ShowsWhatAPersonLooksFor) {
    auto report = sample::regression();
    report.suites[0].host = {{"cpu.governor", model::FactStatus::warn, "powersave", "performance", ""}};
    const auto page = render_page(report);
    for (const auto* part :
         {"<h1>Merging this would slow 1 of 4 benchmarks</h1>",
          "<p>The check fails. Reason: a critical regression blocks.</p>", "<code>BM_Sort/1024</code>",
          "+25.3 % slower", "regressed, critical", "confirmed on fresh blocks", "seed 42", "cpu.governor", "powersave",
          "href=\"https://github.com/acme/engine/pull/12\"", "href=\"/acme/engine\"",
          "<a href=\"https://github.com/acme/engine/commit/aaaaaaa", "<link rel=\"icon\" href=\"/assets/icon.svg\"",
          "<span class=\"tag plain\">measured</span>", "<link rel=\"stylesheet\" href=\"/assets/benchgate.css\">"})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    for (const auto* forbidden : {"<script", "<style", " style=", "onload"})
        EXPECT_EQ(page.find(forbidden), std::string::npos);
    EXPECT_NE(page_stylesheet().find("prefers-color-scheme: dark"), std::string_view::npos);
}

TEST(Page, TellsWhatGitHubDidNotTake) {
    auto report = sample::unchanged();
    EXPECT_EQ(render_page(report).find("<strong>"), std::string::npos);
    report.undelivered = {"GitHub did not take the comment: unprocessable (422): " + evil_name};
    const auto page = render_page(report);
    EXPECT_NE(page.find("GitHub did not take the comment: unprocessable (422)"), std::string::npos);
    EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(Page, StandsAloneAsOneFile) {
    const auto page = render_html(sample::unchanged());
    EXPECT_NE(page.find("prefers-color-scheme: dark"), std::string::npos);
    EXPECT_EQ(page.find("<link"), std::string::npos);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("href=\"/"), std::string::npos);
}

TEST(Page, HostileWordsStayWords) {
    auto report = sample::hostile();
    report.repository = evil_name;
    report.repository_url = "javascript:alert(1)";
    for (const auto& page : {render_page(report), render_html(report)}) {
        for (const auto* bad : {"<script", "<img", "javascript:alert(1)/pull", "\x1b", "\xE2\x80\xAE"})
            EXPECT_EQ(page.find(bad), std::string::npos) << bad;
        EXPECT_NE(page.find("{{headline}} {{{page}}}"), std::string::npos);
    }
    const std::string lists =
        render_repositories({{evil_name, 1, evil_name, evil_name}}) +
        render_repository(
            evil_name, {{evil_name, evil_name, evil_name, evil_name, 1, evil_name, evil_name, evil_name, evil_name}}) +
        render_queue({{evil_name, evil_name, evil_name, 1, evil_name, evil_name, evil_name, evil_name, evil_name,
                       evil_name, evil_name, 0}}) +
        render_runners({{evil_name,
                         evil_name,
                         evil_name,
                         evil_name,
                         evil_name,
                         evil_name,
                         {{evil_name, model::FactStatus::warn, evil_name, evil_name, evil_name}}}}) +
        render_message(evil_name, evil_name);
    EXPECT_EQ(lists.find("<script"), std::string::npos);
}

TEST(Page, ListsSayWhenTheyAreEmpty) {
    EXPECT_NE(render_repositories({}).find("No repository yet."), std::string::npos);
    EXPECT_NE(render_repositories({}).find("<a href=\"/setup\">"), std::string::npos);
    EXPECT_NE(render_repository("acme/engine", {}).find("Nothing was measured here yet."), std::string::npos);
    EXPECT_NE(render_queue({}).find("The queue is empty."), std::string::npos);
    EXPECT_NE(render_runners({}).find("No runner has reported yet."), std::string::npos);
    const auto page =
        render_repository("acme/engine", {{"3", "pull_request", "finished", "action_required", 12, std::string(40, 'a'),
                                           std::string(40, 'b'), "2026-11-21T04:38:43Z", "Inconclusive"}});
    EXPECT_NE(page.find("<a href=\"/acme/engine/pull/12\">Pull request 12</a>"), std::string::npos);
    EXPECT_NE(page.find("needs a person"), std::string::npos);
    EXPECT_NE(page.find("2026-11-21 04:38<"), std::string::npos);
}

TEST(Page, BarsLieWhereTheIntervalLies) {
    auto verdict = sample::verdict("a", model::VerdictKind::regressed, 1.1);
    verdict.interval = {1.05, 1.2};
    const auto bar = interval_bar(verdict, std::log(1.2));
    ASSERT_TRUE(bar);
    EXPECT_EQ(bar->get("kind")->string_value(), "regressed");
    EXPECT_EQ(bar->get("label")->string_value(), "+10 %, interval +5 % to +20 %");
    EXPECT_EQ(bar->get("reach")->get("left")->string_value(), "125.4");
    EXPECT_EQ(bar->get("reach")->get("width")->string_value(), "69.6");
    verdict.interval = {1.05, std::nullopt};  // open: to the edge
    EXPECT_EQ(interval_bar(verdict, std::log(1.2))->get("reach")->get("width")->string_value(), "74.6");
    verdict.ratio.reset();
    verdict.interval = {};
    EXPECT_FALSE(interval_bar(verdict, 1));
    EXPECT_DOUBLE_EQ(bar_reach({}), std::log(1.05));
}

TEST(Page, LooksAgainByItselfUntilItsEnd) {
    auto report = sample::unchanged();
    EXPECT_EQ(render_page(report).find("http-equiv"), std::string::npos);
    report.suites[0].judgement.reset();
    report.suites[0].state = ReportState::in_progress;
    report.state = state_of(report.suites);
    EXPECT_NE(render_page(report).find("<meta http-equiv=\"refresh\" content=\"10\">"), std::string::npos);
    EXPECT_EQ(render_html(report).find("http-equiv"), std::string::npos);
}

TEST(Page, LeadsToTheRawSamples) {
    auto report = sample::unchanged();
    report.suites[0].bundle_url = "/api/v1/jobs/7/bundle";
    EXPECT_NE(render_page(report).find("<a href=\"/api/v1/jobs/7/bundle\">All raw samples</a>"), std::string::npos);
}

TEST(Page, TheQueueSaysWhatForAndLeadsThere) {
    const auto queue = render_queue(
        {{"r1", "pull_request", "acme/engine", 1, "a", "micro", "queued", "", "", "", "", 0},
         {"r2", "calibration", "acme/engine", 1, "a", "micro", "queued", "", "", "", "", 0},
         {"r3", "bisection", "acme/engine", 1, "a", "micro", "queued", "", "", "", "", 0, "", "about 5 min"},
         {"r4", "command", "acme/engine", 1, "a", "micro", "queued", "", "lab", "", "", 0, "ash"}});
    EXPECT_NE(queue.find("lab, but not ash: it confirms what was seen there"), std::string::npos) << queue;
    for (const auto* word :
         {">pull request</td>", ">calibration</td>", ">bisection</td>", "href=\"/acme/engine/pull/1\"",
          "href=\"/acme/engine/runs/r2\"", "href=\"/acme/engine/runs/r3\"", "data-label=\"Takes\">unknown</td>",
          "data-label=\"Takes\">about 5 min</td>"})
        EXPECT_NE(queue.find(word), std::string::npos) << word << "\n" << queue;
}

TEST(Page, ARunnerThatIsUnfitSaysWhyAndWhatMendsIt) {
    const auto page =
        render_runners({{"lab-1",
                         "x",
                         "unfit",
                         "",
                         "",
                         "",
                         {{"disk.free", model::FactStatus::fail, "1.2 GiB", "more than 20 GiB", "free some space"},
                          {"cpu.turbo", model::FactStatus::warn, "0", "1", "echo 1"}}}});
    EXPECT_NE(page.find("disk.free: 1.2 GiB, wanted: more than 20 GiB; free some space"), std::string::npos) << page;
    EXPECT_NE(page.find("<summary>1 warning</summary>"), std::string::npos) << page;
    EXPECT_EQ(page.find("nothing to report"), std::string::npos);
}

TEST(Page, TheListsSayHowManyGoFirstAndWhyARunnerIsAway) {
    QueueRow job{"r1", "pull_request", "acme/engine", 1, "a", "micro", "queued", "", "", "", "", 0};
    job.ahead = 17;
    job.starts = "in about 5 min";
    EXPECT_NE(render_queue({job}).find("data-label=\"Starts\">in about 5 min</td>"), std::string::npos);
    EXPECT_NE(render_queue({job}).find("data-label=\"Ahead\">17</td>"), std::string::npos) << render_queue({job});
    const auto runners = render_runners({{"lab-1", "x", "drained", "", "", "", {}, "new memory"}});
    EXPECT_NE(runners.find("new memory"), std::string::npos) << runners;
    EXPECT_NE(runners.find("benchgate-service resume NAME"), std::string::npos);
}

TEST(Page, ARepositorySaysWhenItsSuitesAreDueAndWhatCameOfTheLastTime) {
    const std::vector<RunRow> runs{{"r7", "schedule", "finished", "success", {}, "a", "b", "", "x"}};
    const auto page = render_repository("acme/engine", runs,
                                        {{"nightly", "0 2 * * *", "2026-11-23T02:00:00Z", "2026-11-22T02:00:01Z",
                                          "skipped: nothing changed, <b> is measured already"},
                                         {"weekly", "0 2 * * 0", "2026-11-29T02:00:00Z", "", ""}});
    for (const auto* part : {"<h2>Schedules</h2>", "<code>0 2 * * *</code>", "2026-11-23 02:00",
                             "2026-11-22 02:00: skipped: nothing changed", "&lt;b&gt; is measured",
                             "<code>weekly</code>", "<a href=\"/acme/engine/runs/r7\">Schedule</a>"})
        EXPECT_NE(page.find(part), std::string::npos) << part << "\n" << page;
    EXPECT_EQ(render_repository("acme/engine", runs).find("Schedules"), std::string::npos);
    const auto queue = render_queue({}, {{"nightly", "0 2 * * *", "2026-11-23T02:00:00Z", "", "", "acme/engine"}});
    EXPECT_NE(queue.find("<li>2026-11-23 02:00 <code>nightly</code> of <a href=\"/acme/engine\">acme/engine</a></li>"),
              std::string::npos)
        << queue;
}

/// On a phone the cells stand below each other and need their column's name.
TEST(Page, EveryCellOfAListKnowsItsColumn) {
    const std::string lists =
        render_repositories({{"acme/engine", 1, "2026-11-21T04:38:43Z", "success"}}) +
        render_repository("acme/engine", {{"3", "push", "finished", "success", {}, "a", "b", "", "x"}},
                          {{"nightly", "0 2 * * *", "2026-11-23T02:00:00Z", "2026-11-22T02:00:01Z", "x"}}) +
        render_queue({{"r", "pull_request", "acme/engine", 1, "a", "micro", "queued", "", "", "", "", 0}}) +
        render_runners({{"lab-1", "x", "idle", "", "", "", {}}});
    for (auto at = lists.find("<td"); at != std::string::npos; at = lists.find("<td", at + 1)) {
        const auto tag = lists.substr(at, lists.find('>', at) - at);
        EXPECT_TRUE(tag.find("data-label=") != std::string::npos || tag == "<td class=\"name\"") << tag;
    }
}

}  // namespace
}  // namespace benchgate::reporting
