#include "core/reporting/comment.h"

#include <gtest/gtest.h>

#include "core/reporting/escape.h"
#include "core/reporting/markdown.h"
#include "core/reporting/sample_report.h"
#include "core/reporting/text_for_tests.h"

namespace benchgate::reporting {
namespace {

std::string first_line(const Report& report) {
    const auto text = render_comment(report);
    return text.substr(0, text.find('\n'));
}

TEST(Comment, SaysAllOfASmallRegression) {
    EXPECT_EQ(render_comment(sample::regression()),
              R"(**Merging this would slow 1 of 4 benchmarks.** The check fails. Reason: a critical regression blocks.

Base [<code>bbbbbbbbb</code>](https://github.com/acme/engine/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) (merge-base with <code>main</code>), head [<code>aaaaaaaaa</code>](https://github.com/acme/engine/commit/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa).

- <code>micro</code>: 20 trials a side in blocks of 4 + 4; changes of 2.1 % or more would have been seen (inconclusive ones aside), on bench-01 (bare-metal, x86\_64), in 12 min 34 s

| | change | benchmark | metric | interval | base → head | confirmed |
|---|---|---|---|---|---|---|
| ❌ critical | +25.3 % slower | <code>BM\_Sort/1024</code> | time | +23.3 % to +27.3 % | 1.23 ms → 1.54 ms | yes |
| ⚡ improved | 9 % faster | <code>BM\_Hash</code> | time | −11 % to −7 % | 1.23 ms → 1.12 ms | yes |

**Next:** Start with the first row. `benchgate compare` measures the same on your own machine, and a push or `/rebench` measures again here.

<details><summary>Inconclusive (1)</summary>

| benchmark | metric | change | interval | smallest change that would have been seen |
|---|---|---|---|---|
| <code>BM\_Copy</code> | time | +4 % | +2 % to +6 % | 2.1 % |

</details>

<details><summary>Everything (4)</summary>

| benchmark | metric | verdict | change | interval | smallest change that would have been seen |
|---|---|---|---|---|---|
| <code>BM\_Sort/1024</code> | time | regressed | +25.3 % slower | +23.3 % to +27.3 % | 2.1 % |
| <code>BM\_Hash</code> | time | improved | 9 % faster | −11 % to −7 % | 2.1 % |
| <code>BM\_Copy</code> | time | inconclusive | +4 % | +2 % to +6 % | 2.1 % |
| <code>BM\_Find</code> | time | unchanged | +0.2 % | −1.8 % to +2.2 % | 2.1 % |

</details>

---
<sub>[Every number](https://bench.example.org/acme/engine/pull/12) · `/rebench` measures again · `/rebench cancel` · `/rebench status` · `/rebench help`</sub>
<!-- benchgate:sticky -->
)");
}

TEST(Comment, FirstLineSaysHowItStands) {
    using model::VerdictKind;
    EXPECT_EQ(first_line(sample::unchanged()), "**No slowdown of 3 % or more in 2 benchmarks.** The check passes.");

    const auto of = [](std::vector<model::Verdict> verdicts, model::Gate gate) {
        return first_line(sample::report({sample::suite("micro", std::move(verdicts), gate)}));
    };
    const auto calm = sample::verdict("a", VerdictKind::unchanged, 1);
    const auto open = sample::verdict("b", VerdictKind::inconclusive, 1.02);
    EXPECT_EQ(of({open}, model::Gate::neutral),
              "**Inconclusive: 1 benchmark could not be settled.** The check is neutral and blocks nothing.");
    EXPECT_EQ(of({calm, open}, model::Gate::action_required),
              "**Inconclusive: 1 of 2 benchmarks could not be settled; no slowdown in the other one.** The check "
              "waits for a "
              "person.");
    EXPECT_EQ(of({calm, sample::verdict("c", VerdictKind::improved, 0.8)}, model::Gate::success),
              "**1 of 2 benchmarks got faster, and no slowdown of 3 % or more.** The check passes.");
    EXPECT_EQ(of({calm, sample::verdict("c", VerdictKind::failed, 1)}, model::Gate::neutral),
              "**1 of 2 benchmarks failed.** The check is neutral and blocks nothing.");
    EXPECT_EQ(of({sample::verdict("c", VerdictKind::added, 1)}, model::Gate::success),
              "**Nothing to compare: 1 benchmark new on the head.** The check passes.");
    auto memory = sample::verdict("c", VerdictKind::regressed, 1.3);
    memory.series.unit = "bytes";
    EXPECT_EQ(of({calm, memory}, model::Gate::failure),
              "**Merging this would worsen 1 of 2 benchmarks.** The check fails.");
}

TEST(Comment, EveryStateOfASuite) {
    SuiteReport suite;
    suite.name = "micro";
    EXPECT_EQ(first_line(sample::report({suite})), "**Queued: 1 suite to measure.**");
    suite.state = ReportState::in_progress;
    suite.progress = "measuring block 3 of at most 15";
    const auto text = render_comment(sample::report({suite}));
    EXPECT_EQ(text.substr(0, text.find('\n')), "**Measuring.**");
    EXPECT_NE(text.find("- <code>micro</code>: measuring block 3 of at most 15\n"), std::string::npos);
    EXPECT_EQ(text.find("**Next:**"), std::string::npos);

    suite.state = ReportState::completed;
    suite.identical = true;
    EXPECT_EQ(first_line(sample::report({suite})),
              "**Nothing to measure: both commits build the same artifacts.** The check passes.");
    suite.identical = false;
    suite.error = SuiteError{"build", "head: the command failed with status 1", "error: no such file\n"};
    const auto failed = render_comment(sample::report({suite}));
    EXPECT_EQ(failed.substr(0, failed.find('\n')),
              "**Could not be measured.** The check is neutral and blocks nothing.");
    EXPECT_NE(failed.find("could not be measured** (build): head&#58; the command failed with status 1\n"),
              std::string::npos);
    EXPECT_NE(failed.find("```text\nerror: no such file\n```\n"), std::string::npos);
    suite.error.reset();
    suite.cancelled = true;
    EXPECT_EQ(first_line(sample::report({suite})),
              "**Cancelled before there was a result.** The check is neutral and blocks nothing.");

    auto broken = sample::report({});
    broken.problems = {{".benchgate.yml", 3, 7, "unknown key \"suite\""}};
    const auto told = render_comment(broken);
    EXPECT_EQ(told.substr(0, told.find('\n')),
              "**Not measured: the configuration has 1 error.** The check is neutral and blocks nothing.");
    EXPECT_NE(told.find("- <code>.benchgate.yml&#58;3&#58;7</code>: unknown key &#34;suite&#34;\n"), std::string::npos);
}

TEST(Comment, MarksAsAnErrorOnlyWhatBlocks) {
    auto slow = sample::verdict("sort", model::VerdictKind::regressed, 1.07);
    slow.level = "minor";
    const auto text = render_comment(sample::report({sample::suite("micro", {slow}, model::Gate::success)}));
    EXPECT_TRUE(has(text, "| ⚠️ minor | +7\u00a0% slower | <code>sort</code> |")) << text;
    EXPECT_FALSE(has(text, "❌")) << "the check passes: " << text;
}

TEST(Comment, AChangeIsNotDeniedTwice) {
    auto fast = sample::verdict("sort", model::VerdictKind::improved, 0.8);
    fast.confirmed = false;
    auto size = sample::verdict("binary", model::VerdictKind::regressed, 1.07);
    size.series.unit = "bytes";
    size.exact = true;
    size.interval = {1.07, 1.07};
    size.minimum_detectable = 0;
    const auto report = sample::report({sample::suite("micro", {fast, size}, model::Gate::success)});
    const auto text = render_comment(report);
    EXPECT_TRUE(has(text, "| 20\u00a0% faster | −22\u00a0% to −18\u00a0% |")) << text;
    EXPECT_TRUE(has(text, "984 µs | – |") || has(text, "984\u00a0µs | – |"))
        << "nobody asked it to be confirmed: " << text;
    EXPECT_TRUE(has(text, "| +7\u00a0% worse | +7\u00a0% |")) << text;
    EXPECT_TRUE(has(text, "| +7\u00a0% | any |")) << text;
}

TEST(Comment, OfThePullRequestOnlyWhereThereIsOne) {
    auto report = sample::regression();
    report.pull_number.reset();
    EXPECT_TRUE(first_line(report).starts_with("**1 of 4 benchmarks got slower.**")) << first_line(report);
    report.page_url.clear();
    EXPECT_FALSE(has(render_markdown(report), "/rebench")) << "nobody would hear it: " << render_markdown(report);
}

TEST(Comment, ShowsTenChangesAndCountsTheRest) {
    std::vector<model::Verdict> verdicts;
    for (int i = 0; i < 25; ++i)
        verdicts.push_back(sample::verdict("b" + std::to_string(i), model::VerdictKind::regressed, 1.2));
    for (auto& verdict : verdicts) verdict.action = model::Action::block;
    const auto text = render_comment(sample::report({sample::suite("micro", verdicts, model::Gate::failure)}));
    EXPECT_EQ(count(text, "| ❌ "), 10u);
    EXPECT_NE(text.find("and 15 more changed; all of them are in the full table."), std::string::npos);
}

TEST(Comment, FitsWhateverThereIsAndCutsOnlyWholeRows) {
    auto many_suites = sample::large(20);
    many_suites.suites.resize(300, many_suites.suites[0]);
    auto failing = sample::report({});
    SuiteReport failed;
    failed.state = ReportState::completed;
    failed.name = std::string(5000, '@');
    failed.error = SuiteError{std::string(5000, '@'), std::string(5000, '@'), std::string(100000, '`')};
    failing.suites.resize(500, failed);
    auto problems = sample::report({});
    problems.problems.resize(5000, {std::string(300, '@'), 1, 1, std::string(5000, '#')});
    auto hostile = sample::hostile();
    hostile.suites[1].error->log_tail.clear();  // shown as it is, in a code block
    for (const auto& report : {sample::large(5000), many_suites, failing, problems, hostile}) {
        const auto text = render_comment(report);
        EXPECT_LT(text.size(), 65536u);
        EXPECT_EQ(count(text, sticky_marker), 1u);
        EXPECT_TRUE(text.ends_with("<!-- benchgate:sticky -->\n"));
        EXPECT_EQ(count(text, "<details>"), count(text, "</details>\n"));
        EXPECT_EQ(count(text, "<code>"), count(text, "</code>"));
    }
    const auto text = render_comment(sample::large(5000));
    EXPECT_GT(text.size(), 30000u);
    EXPECT_NE(text.find("Everything (5,000)"), std::string::npos);
    EXPECT_NE(render_markdown(sample::large(5000)).find("/4999</code>"), std::string::npos);
}

TEST(Comment, HostileNamesAreOnlyNames) {
    auto report = sample::hostile();
    report.suites[1].error->log_tail.clear();  // a log stands in a code block, whose fence escape_test looks at
    for (const auto& text : {render_comment(report), render_markdown(report)}) {
        for (const auto* bad :
             {"<script", "<img", "</pre", "@team", "@example", "http://evil", "www.evil", "\x1b", "|@", ":smile:"})
            EXPECT_EQ(text.find(bad), std::string::npos) << bad;
        // Every row of a table has the number of cells of its head.
        std::size_t cells = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto line = text.substr(at, text.find('\n', at) - at);
            at += line.size() + 1;
            if (!line.starts_with('|')) {
                cells = 0;
            } else if (cells == 0) {
                cells = count(line, "|");
            } else {
                EXPECT_EQ(count(line, "|"), cells) << line;
            }
        }
        EXPECT_NE(text.find("{{headline}}"), std::string::npos);  // a name is never a template
    }
}

TEST(Comment, RemarksAreFoldedAndOnlyWhereThereIsNews) {
    auto report = sample::regression();
    EXPECT_EQ(count(render_comment(report), "Remarks"), 0u);
    auto& verdicts = report.suites[0].judgement->verdicts;
    verdicts[0].reason = "two modes 8 % apart, the fast one holds 70 % of the base and 66 % of the head trials";
    verdicts[3].reason = "still open after 60 trials a side";
    verdicts[2].reason = "exact: identical within each side";
    verdicts[2].exact = true;
    const auto text = render_comment(report);
    EXPECT_NE(text.find("<details><summary>Remarks (2)</summary>\n\n"
                        "- <code>BM\\_Copy</code> time: still open after 60 trials a side\n"
                        "- <code>BM\\_Find</code> time: two modes 8 % apart, the fast one holds 70 % of the base and "
                        "66 % of the head trials\n"),
              std::string::npos)
        << text;
}

}  // namespace
}  // namespace benchgate::reporting
