// Waivers, bisections, profiles, calibrations.

#include <gtest/gtest.h>

#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;
using model::Action;
using model::RunState;
using model::VerdictKind;
using Names = std::vector<std::string>;

PlanInput with_verdicts(PlanInput input) {
    input.judged = LastJudged{
        head,
        {judged("Sort/8", 1.05, VerdictKind::regressed, Action::block),
         judged("Sort/64", 1.12, VerdictKind::regressed, Action::block),
         judged("Hash", 1.30, VerdictKind::regressed, Action::review), judged("Parse", 1.0, VerdictKind::unchanged)}};
    return input;
}

TEST(PlanWaive, IsStoredWithItsCeilingItsEndAndItsReason) {
    const auto planned = plan(with_verdicts(said("/rebench waive Sort/* max=8% until=2027-01-31 reason=\"see #12\"")));
    ASSERT_EQ(planned.waivers.size(), 1u);
    const auto& [waiver, comment_id] = planned.waivers[0];
    EXPECT_EQ(waiver.benchmark, "Sort/*");
    EXPECT_EQ(waiver.metric, "");
    EXPECT_DOUBLE_EQ(waiver.max, 0.08);
    EXPECT_EQ(waiver.until, "2027-01-31");
    EXPECT_EQ(waiver.reason, "see #12");
    EXPECT_EQ(waiver.author, "ann");
    EXPECT_EQ(comment_id, 500);
    EXPECT_EQ(planned.restated_head, head);
    EXPECT_EQ(planned.reply->reaction, "rocket");
    EXPECT_EQ(answer(planned),
              "Waived to the end of 2027-01-31 (UTC), for changes of up to 8 %: `Sort/*`.\n\nOf the last run's "
              "regressions it "
              "covers 1. 1 above the ceiling and still count:\n\n- `Sort/64` (`time`): 12.0 %");
}

TEST(PlanWaive, RefusesDaysThatArePastOrFarAway) {
    const auto until = [](const std::string& day) {
        return plan(said("/rebench waive Sort max=8% until=" + day + " reason=x"));
    };
    EXPECT_EQ(until("2026-11-21").waivers.size(), 1u);  // today
    EXPECT_EQ(answer(until("2026-11-20")), "`until=2026-11-20` is past: today is 2026-11-21 (UTC).");
    EXPECT_EQ(until("2027-11-22").waivers.size(), 1u);
    EXPECT_EQ(answer(until("2027-11-23")), "A waiver holds for a year at most: to 2027-11-22.");
}

TEST(PlanWaive, KnowsTheBenchmarksOfTheLastRun) {
    const auto planned = plan(with_verdicts(said("/rebench waive sort/8 max=8% until=2027-01-31 reason=x")));
    EXPECT_TRUE(planned.waivers.empty());
    EXPECT_TRUE(holds(answer(planned), "The last run measured no benchmark `sort/8`. Did you mean `Sort/8`"));
    EXPECT_TRUE(holds(answer(plan(said("/rebench waive x max=8% until=2027-01-31 reason=x"))), "Nothing was judged"));
}

TEST(PlanWaive, ReplacesAnEarlierOneAndIsTakenBack) {
    auto input = with_verdicts(said("/rebench waive Sort/* max=8% until=2027-01-31 reason=x"));
    model::Waiver earlier;
    earlier.benchmark = "Sort/*";
    earlier.until = "2026-11-21";
    earlier.max = 0.2;
    input.waivers = {{earlier, 400}};
    auto planned = plan(input);
    EXPECT_EQ(planned.unwaived, Names{"Sort/*"});
    EXPECT_EQ(planned.waivers.size(), 1u);
    EXPECT_TRUE(holds(answer(planned), "It replaces an earlier one."));

    input.trigger = CommandTrigger{{Verb::unwaive, {}, {"Sort/*"}}, 501, "ann", Permission::write};
    planned = plan(input);
    EXPECT_EQ(planned.unwaived, Names{"Sort/*"});
    EXPECT_EQ(planned.restated_head, head);
    EXPECT_EQ(answer(planned), "`Sort/*` counts again.");
    input.waivers[0].waiver.until = "2026-11-20";  // it has ended by itself
    EXPECT_TRUE(holds(answer(plan(input)), "There is no waiver for `Sort/*`"));
    input.waivers[0].waiver.until = "2026-11-21";
    input.trigger = CommandTrigger{{Verb::unwaive, {}, {"Sort*"}}, 501, "ann", Permission::write};
    EXPECT_TRUE(holds(answer(plan(input)), "Did you mean `Sort/*`? Waived: `Sort/*`"));
    EXPECT_TRUE(plan(input).unwaived.empty());
}

TEST(PlanWaive, AHundredAreEnough) {
    auto input = said("/rebench waive x max=8% until=2027-01-31 reason=x");
    model::Waiver other;
    other.until = "2026-11-21";
    for (int i = 0; i < 100; ++i) {
        other.benchmark = std::to_string(i);
        input.waivers.push_back({other, std::nullopt});
    }
    EXPECT_TRUE(holds(answer(plan(input)), "100 waivers"));
    input.waivers[0].waiver.until = "2026-11-20";
    EXPECT_EQ(plan(input).waivers.size(), 1u);
}

PlanInput button(Permission permission = Permission::write) {
    auto input = with_verdicts(pull_input());
    input.trigger = CheckTrigger{CheckRequest::waive, head, "carol", permission};
    return input;
}

TEST(PlanWaiveButton, CoversEveryRegressionThatBlocks) {
    const auto planned = plan(button());
    ASSERT_EQ(planned.waivers.size(), 2u);
    const auto& waiver = planned.waivers[0].waiver;
    EXPECT_EQ(waiver.benchmark, "Sort/8");
    EXPECT_EQ(waiver.metric, "time");
    EXPECT_DOUBLE_EQ(waiver.max, 0.062);  // the far end of its interval
    EXPECT_EQ(waiver.until, "2026-12-21");
    EXPECT_EQ(waiver.reason, "by button");
    EXPECT_EQ(waiver.author, "carol");
    EXPECT_FALSE(planned.waivers[0].comment_id);
    EXPECT_EQ(planned.restated_head, head);
    const auto pressed = button();
    for (const auto& series : pressed.judged->series)
        if (series.verdict.action == Action::block) {
            EXPECT_TRUE(std::any_of(planned.waivers.begin(), planned.waivers.end(), [&](const auto& stated) {
                return speaks_of(stated.waiver, series.verdict.series.key) &&
                       within_ceiling(stated.waiver, series.verdict);
            }));
        }

    auto again = button();
    again.waivers = planned.waivers;
    EXPECT_TRUE(plan(again).waivers.empty());
    EXPECT_TRUE(holds(answer(plan(again)), "nothing was waived"));
}

TEST(PlanWaiveButton, TakesTheSideThatIsWorseAndSaysWhatItCannot) {
    auto input = button();
    auto& series = input.judged->series;
    series = {judged("Rate", 0.80, VerdictKind::regressed, Action::block),
              judged("Open", 1.50, VerdictKind::regressed, Action::block),
              judged("Nothing", 1.0, VerdictKind::regressed, Action::block)};
    series[0].verdict.series.better = model::Better::higher;
    series[0].verdict.interval = {0.755, 0.85};
    series[1].verdict.interval = {1.4, std::nullopt};  // an open end
    series[1].verdict.nominal = {};
    series[2].verdict.ratio.reset();  // from nothing to something
    const auto planned = plan(input);
    ASSERT_EQ(planned.waivers.size(), 2u);
    EXPECT_DOUBLE_EQ(planned.waivers[0].waiver.max, 0.245);
    EXPECT_DOUBLE_EQ(planned.waivers[1].waiver.max, 0.5);
    EXPECT_TRUE(holds(answer(planned), "`Nothing`"));
}

TEST(PlanWaiveButton, NeedsWriteAccessAndTheVerdictOfThisHead) {
    auto planned = plan(button(Permission::read));
    EXPECT_TRUE(planned.waivers.empty());
    EXPECT_TRUE(holds(answer(planned), "takes write access")) << "a refusal that nobody sees";
    EXPECT_EQ(planned.restated_head, head) << "GitHub has reset the check";
    auto input = button();
    input.judged->head_sha = old_head;
    planned = plan(input);
    EXPECT_TRUE(planned.waivers.empty());
    EXPECT_EQ(planned.restated_head, head);
    input = button();
    input.trigger = CheckTrigger{CheckRequest::waive, old_head, "carol", Permission::write};
    EXPECT_TRUE(plan(input).waivers.empty());
}

PlanInput bisect_input() {
    auto input = with_verdicts(said("/rebench bisect Sort/8 v1.0..main"));
    input.range = ResolvedRange{std::string(40, 'c'),
                                std::string(40, 'f'),
                                {std::string(40, 'd'), std::string(40, 'e'), std::string(40, 'f')},
                                "main"};
    return input;
}

TEST(PlanBisect, BeginsWithTheBadEndAgainstTheGoodOne) {
    const auto input = bisect_input();
    const auto planned = plan(input);
    ASSERT_TRUE(planned.bisection);
    EXPECT_EQ(planned.bisection->suite, "micro");
    EXPECT_EQ(planned.bisection->commits.size(), 3u);
    ASSERT_EQ(planned.runs.size(), 1u);
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::bisection);
    EXPECT_EQ(run.base_sha, std::string(40, 'c'));
    EXPECT_EQ(run.head_sha, std::string(40, 'f'));
    EXPECT_EQ(run.jobs.at(0).filter, "Sort/8");
    EXPECT_EQ(run.priority, 50);
    EXPECT_EQ(run.base_ref, "main");
    EXPECT_EQ(run.head_ref, "main") << "not the pull request's head, which may be a fork's";
    EXPECT_EQ(run, run_of_step(*planned.bisection, planned.bisection->bad_sha, input));
}

TEST(PlanBisect, RefusesWhatCannotBeSearched) {
    auto input = bisect_input();
    input.range->bad.reset();
    EXPECT_EQ(
        answer(plan(input)),
        "`main` is no branch or tag of this repository, nor a commit that one of them holds. Commits of forks are "
        "not taken.");
    input = bisect_input();
    input.range->commits.clear();
    EXPECT_EQ(answer(plan(input)), "`v1.0` does not come before `main` along first parents.");
    input = bisect_input();
    input.range->commits.assign(10'001, std::string(40, 'f'));
    EXPECT_TRUE(holds(answer(plan(input)), "more than 10000 commits between `v1.0` and `main`"));
    input.range->commits.assign(10'000, std::string(40, 'f'));
    EXPECT_TRUE(plan(input).bisection);
    input = bisect_input();
    std::get<CommandTrigger>(input.trigger).command.words[0] = "Sort/9";
    EXPECT_TRUE(holds(answer(plan(input)), "Did you mean `Sort/8`"));
    input.judged.reset();
    EXPECT_TRUE(holds(answer(plan(input)), "Nothing was judged here yet"));
    input.config.suites.resize(1);
    EXPECT_TRUE(plan(input).bisection);
}

ExistingSearch search(const std::string& id, const std::string& benchmark) {
    ExistingSearch made;
    made.id = id;
    made.benchmark = benchmark;
    made.commits = 100;
    made.steps = 2;
    made.steps_left = 6;
    made.created_at = now;
    made.request = "comment:1";
    return made;
}

TEST(PlanBisect, HasOneOpenSearchABenchmarkAndAFewAPullRequest) {
    auto input = bisect_input();
    input.searches = {search("1", "Sort/8")};
    EXPECT_TRUE(holds(answer(plan(input)), "under way since 2026-11-21 07:30 UTC"));
    EXPECT_TRUE(plan(input).runs.empty() && !plan(input).bisection);
    input.searches[0].open = false;
    EXPECT_TRUE(plan(input).bisection);
    input.searches = {search("1", "Hash")};
    EXPECT_TRUE(plan(input).bisection);
    input.searches.assign(5, search("1", "Hash"));
    EXPECT_TRUE(holds(answer(plan(input)), "5 searches"));
}

TEST(PlanBisect, AReplayedCommandBeginsNoSecondSearch) {
    auto input = bisect_input();
    input.searches = {search("1", "Sort/8")};
    input.searches[0].open = false;
    input.searches[0].request = "comment:500";
    const auto planned = plan(input);
    EXPECT_TRUE(!planned.bisection && !planned.reply);
}

TEST(PlanBisect, SearchesEndWithThePullRequestAndOnCommandAndAreShown) {
    auto input = pull_input(PullRequestAction::closed);
    input.pull->open = false;
    input.searches = {search("1", "Sort/8"), search("2", "Hash")};
    input.searches[1].open = false;
    EXPECT_EQ(plan(input).cancelled_searches, Names{"1"});
    auto command = said("/rebench cancel");
    command.searches = input.searches;
    EXPECT_EQ(plan(command).cancelled_searches, Names{"1"});
    EXPECT_EQ(plan(command).reply->reaction, "rocket");
    command = said("/rebench status", Permission::none);
    command.searches = input.searches;
    EXPECT_TRUE(
        holds(answer(plan(command)),
              "A search for the first of 100 commits that made `Sort/8` worse, since 2026-11-21 07:30 UTC: step 2 "
              "of about 8."))
        << answer(plan(command));
}

TEST(PlanBisect, TheCommentThatAskedIsKnownFromTheRequest) {
    EXPECT_EQ(comment_of("comment:500"), 500);
    EXPECT_EQ(comment_of("comment:500:0123456789abcdef"), 500);
    for (const char* other : {"", "comment:", "comment:x", "comment:5x", "comment:-5", "72d3162e-cc78-11e3-81ab"})
        EXPECT_EQ(comment_of(other), std::nullopt) << other;
}

TEST(PlanProfile, IsARunOfItsOwn) {
    auto input = with_verdicts(said("/rebench profile Sort/8"));
    input.existing = {existing("1", head, RunState::running)};
    const auto planned = plan(input);
    ASSERT_EQ(planned.runs.size(), 1u);
    EXPECT_EQ(planned.runs[0].profile, "Sort/8");
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::profile);
    EXPECT_EQ(planned.runs[0].jobs.size(), 1u);
    EXPECT_TRUE(planned.superseded.empty()) << "what is measured goes on";
    input.existing[0].kind = model::RunKind::profile;
    input.existing[0].profile = "Sort/8";
    EXPECT_TRUE(plan(input).runs.empty());
    EXPECT_EQ(plan(input).reply->reaction, "eyes");
    auto status = said("/rebench status");
    status.existing = input.existing;
    EXPECT_NE(plan(status).reply->message.find("a profile of `Sort/8`, head `"), std::string::npos)
        << plan(status).reply->message;
    EXPECT_EQ(plan(said("/rebench profile Sort/9")).reply->reaction, "confused") << "an unknown benchmark";
    input.existing[0].profile = "Sort/16";
    input.existing.resize(5, input.existing[0]);
    EXPECT_TRUE(plan(input).runs.empty()) << "a sixth one at once";
    input.existing.clear();
    input.pull->fork = true;
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(PlanCalibration, MeasuresTheBaseAgainstItself) {
    auto input = said("/rebench aa suite=load");
    input.pull->fork = true;  // nothing of the fork runs
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"load"});
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::calibration);
    EXPECT_EQ(planned.runs[0].base_sha, base);
    EXPECT_EQ(planned.runs[0].head_sha, base);
    EXPECT_EQ(planned.runs[0].priority, 5);
    input.existing = {existing("1", base, RunState::queued)};
    input.existing[0].kind = model::RunKind::calibration;
    EXPECT_TRUE(plan(input).runs.empty());
    EXPECT_TRUE(holds(answer(plan(said("/rebench aa suite=x"))), "There is no suite `x`"));
}

PlanInput branch_calibration(std::vector<std::string> suites = {}) {
    auto input = pull_input();
    input.pull.reset();
    input.trigger = CalibrationTrigger{"main", std::move(suites)};
    return input;
}

TEST(PlanCalibration, TheOperatorsComparesTheDefaultBranchWithItself) {
    const auto plan = planning::plan(branch_calibration());
    ASSERT_EQ(plan.runs.size(), 1u) << plan.reason;
    const auto& run = plan.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::calibration);
    EXPECT_EQ(run.base_sha, base);
    EXPECT_EQ(run.head_sha, base);
    EXPECT_EQ(run.head_ref, "main");
    EXPECT_FALSE(run.pull_number);
    EXPECT_EQ(run.priority, priority::calibration);
    EXPECT_EQ(run.jobs.size(), 2u);
    EXPECT_FALSE(plan.reply) << "nobody on GitHub asked";
}

TEST(PlanCalibration, OfTheSuitesAskedForOrNone) {
    const auto one = planning::plan(branch_calibration({"load", "nonsense"}));
    ASSERT_EQ(one.runs.size(), 1u);
    ASSERT_EQ(one.runs[0].jobs.size(), 1u);
    EXPECT_EQ(one.runs[0].jobs[0].suite, "load");
    EXPECT_TRUE(planning::plan(branch_calibration({"nonsense"})).runs.empty());
}

TEST(PlanCalibration, IsNotAskedForTwiceAtATimeButAgainLater) {
    auto input = branch_calibration();
    ExistingRun before;
    before.kind = model::RunKind::calibration;
    before.head_sha = base;
    before.state = model::RunState::queued;
    input.existing = {before};
    EXPECT_TRUE(planning::plan(input).runs.empty());
    input.existing[0].state = model::RunState::finished;
    ASSERT_EQ(planning::plan(input).runs.size(), 1u);
    EXPECT_EQ(planning::plan(input).runs[0].attempt, 2) << "another order of the blocks";
    input.existing[0].state = model::RunState::queued;
    input.existing[0].pull_number = 12;
    EXPECT_EQ(planning::plan(input).runs.size(), 1u) << "that one was asked for on a pull request";
}

}  // namespace
}  // namespace benchgate::planning
