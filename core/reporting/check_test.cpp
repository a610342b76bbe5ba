#include "core/reporting/check.h"

#include <gtest/gtest.h>

#include "core/reporting/escape.h"
#include "core/reporting/sample_report.h"

namespace benchgate::reporting {
namespace {

TEST(Check, NamesAndConcludesOneSuite) {
    auto report = sample::regression();
    report.suites.push_back(
        sample::suite("load", {sample::verdict("get", model::VerdictKind::unchanged, 1)}, model::Gate::success));
    const auto micro = render_check(report, {"micro"});
    EXPECT_EQ(micro.name, "benchgate/micro");
    EXPECT_EQ(micro.status, "completed");
    EXPECT_EQ(micro.conclusion, "failure");
    EXPECT_EQ(micro.title, "Merging this would slow 1 of 4 benchmarks");
    EXPECT_NE(micro.summary.find("slower | <code>BM\\_Sort/1024</code> |"), std::string::npos);
    EXPECT_NE(micro.text.find("Everything (4)"), std::string::npos);
    EXPECT_EQ(micro.details_url, report.page_url);

    const auto load = render_check(report, {"load"});
    EXPECT_EQ(load.conclusion, "success");
    EXPECT_EQ(load.title, "No slowdown of 3 % or more in 1 benchmark");
    EXPECT_EQ(load.summary.find("BM\\_Sort"), std::string::npos);

    const auto whole = render_check(report, {});
    EXPECT_EQ(whole.name, "benchgate");
    EXPECT_EQ(whole.conclusion, "failure");
    EXPECT_EQ(whole.title, "Merging this would slow 1 of 5 benchmarks");
}

TEST(Check, EveryStateHasItsStatus) {
    SuiteReport suite;
    suite.name = "micro";
    auto check = render_check(sample::report({suite}), {"micro"});
    EXPECT_EQ(check.status, "queued");
    EXPECT_EQ(check.conclusion, "");
    EXPECT_EQ(check.text, "");
    suite.state = ReportState::in_progress;
    check = render_check(sample::report({suite}), {"micro"});
    EXPECT_EQ(check.status, "in_progress");
    EXPECT_EQ(check.title, "Measuring");
    suite.outlook = "expected about 12 min; 1 of 9 benchmarks cannot show 3 %: a|b*c";
    EXPECT_NE(
        render_check(sample::report({suite}), {"micro"}).summary.find("expected about 12 min; 1 of 9 benchmarks "),
        std::string::npos);
    EXPECT_EQ(render_check(sample::report({suite}), {"micro"}).summary.find("a|b*c"), std::string::npos) << "escaped";
    suite.state = ReportState::completed;
    suite.error = SuiteError{"lost", "the runner did not answer any more", ""};
    EXPECT_EQ(render_check(sample::report({suite}), {"micro"}).conclusion, "neutral");
    suite.cancelled = true;
    EXPECT_EQ(render_check(sample::report({suite}), {"micro"}).conclusion, "cancelled");
    suite.error.reset();
    suite.cancelled = false;
    suite.identical = true;
    EXPECT_EQ(render_check(sample::report({suite}), {"micro"}).conclusion, "success");
    for (const auto gate :
         {model::Gate::success, model::Gate::failure, model::Gate::neutral, model::Gate::action_required})
        EXPECT_EQ(render_check(sample::report({sample::suite("micro", {}, gate)}), {"micro"}).conclusion,
                  model::to_string(gate));

    auto broken = sample::report({});
    broken.problems = {{".benchgate.yml", 3, 7, "unknown key"}};
    check = render_check(broken, {});
    EXPECT_EQ(check.conclusion, "neutral");
    EXPECT_EQ(check.title, "Not measured: the configuration has 1 error");
}

TEST(Check, StaysWithinGitHubsBounds) {
    for (const auto& report : {sample::large(5000), sample::hostile()}) {
        const auto check = render_check(report, {});
        EXPECT_LE(characters(check.title), 255u);
        EXPECT_LE(check.summary.size(), 65535u);
        EXPECT_LE(check.text.size(), 65535u);
        EXPECT_FALSE(check.summary.empty());
    }
    EXPECT_EQ(check_name("a\nb"), "benchgate/a b");
}

TEST(Report, TheChangeThatIsSpokenOfIsTheLargestOfTheMetricsThatWereJudged) {
    model::Policy policy;
    policy.metrics["throughput"].detect = 0.07;
    policy.metrics["memory"].detect = 0.5;
    auto slow = sample::verdict("a", model::VerdictKind::unchanged, 1);
    auto throughput = slow;
    throughput.series.key.metric = "throughput";
    auto recorded = slow;
    recorded.series.key.metric = "memory";
    recorded.series.gating = false;
    const auto detect = [&](std::vector<model::Verdict> verdicts) {
        return detect_of(policy, *sample::suite("s", std::move(verdicts), model::Gate::success).judgement);
    };
    EXPECT_EQ(detect({slow}), 0.03);
    EXPECT_EQ(detect({slow, throughput, recorded}), 0.07);
    EXPECT_EQ(detect({throughput}), 0.07);
    EXPECT_EQ(detect({}), 0.03);
    policy.metrics["time"].detect = 0.01;
    EXPECT_EQ(detect({slow}), 0.01);
}

TEST(Report, GateAndStateOfAllSuites) {
    auto good = sample::suite("a", {}, model::Gate::success);
    auto bad = sample::suite("b", {}, model::Gate::failure);
    SuiteReport broken;
    broken.state = ReportState::completed;
    broken.error = SuiteError{};
    EXPECT_EQ(gate_of({good, bad, broken}), model::Gate::failure);
    EXPECT_EQ(gate_of({good, broken}), model::Gate::neutral);
    auto strict = broken;
    strict.inconclusive_blocks = true;
    EXPECT_EQ(gate_of({good, strict}), model::Gate::action_required);
    EXPECT_EQ(gate_of({good}), model::Gate::success);
    EXPECT_EQ(gate_of({}), model::Gate::neutral);
    SuiteReport queued;
    EXPECT_EQ(state_of({queued, queued}), ReportState::queued);
    EXPECT_EQ(state_of({queued, good}), ReportState::in_progress);
    EXPECT_EQ(state_of({good, bad}), ReportState::completed);
    EXPECT_EQ(state_of({}), ReportState::completed);
}

}  // namespace
}  // namespace benchgate::reporting
