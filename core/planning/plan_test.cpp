#include "core/planning/plan.h"

#include <gtest/gtest.h>

#include <set>

namespace benchgate::planning {
namespace {

const std::string old_head(40, '1');
const std::string head(40, '2');
const std::string base(40, 'b');

model::Suite suite(const std::string& name, std::vector<std::string> paths = {}) {
    model::Suite made;
    made.name = name;
    made.run = "bench";
    made.on.pull_request_paths = paths;
    made.on.push_paths = std::move(paths);
    return made;
}

PlanInput pull_input(PullRequestAction action = PullRequestAction::opened) {
    PlanInput input;
    input.repository = {7, "acme", "engine", "main", false, ""};
    input.trigger = PullRequestTrigger{action};
    input.pull = PullRequest{12, head, "topic", "acme/engine", "main", base, false, false, true, "ann"};
    input.config.host_class = {"bare-metal"};
    input.config.suites = {suite("micro", {"src/**"}), suite("load", {"server/**"})};
    input.base_sha = base;
    input.changed_paths = std::vector<std::string>{"src/a.cpp"};
    return input;
}

PlanInput command_input(Command command, Permission permission = Permission::write) {
    auto input = pull_input();
    input.trigger = CommandTrigger{std::move(command), 500, "ann", permission};
    return input;
}

ExistingRun existing(const std::string& id, const std::string& sha, model::RunState state) {
    return {id, model::RunKind::pull_request, 12, sha, 1, state, {{"micro", model::JobState::failed}}, std::nullopt};
}

std::vector<std::string> suites(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& run : plan.runs)
        for (const auto& job : run.jobs) names.push_back(job.suite);
    return names;
}

TEST(Plan, PullRequestRunsTheSuitesThatItsPathsConcern) {
    const auto planned = plan(pull_input());
    ASSERT_EQ(suites(planned), std::vector<std::string>{"micro"});
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::pull_request);
    EXPECT_EQ(run.base_sha, base);
    EXPECT_EQ(run.head_sha, head);
    EXPECT_EQ(run.pull_number, 12);
    EXPECT_EQ(run.attempt, 1);
    EXPECT_EQ(run.jobs[0].host_class, std::vector<std::string>{"bare-metal"});
    EXPECT_DOUBLE_EQ(run.jobs[0].false_alarms, 0.01);
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].suite, "load");
    EXPECT_EQ(planned.checks[0].conclusion, "skipped");
    EXPECT_EQ(planned, plan(pull_input()));
}

TEST(Plan, SuitesShareTheRateOfFalseAlarms) {
    auto input = pull_input();
    input.changed_paths.reset();  // unknown: everything runs
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), (std::vector<std::string>{"micro", "load"}));
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.005);
    EXPECT_NE(planned.runs[0].jobs[0].seed, planned.runs[0].jobs[1].seed);
    EXPECT_TRUE(planned.checks.empty());
}

model::Suite load_suite(const std::string& name) {
    auto made = suite(name);
    made.tier = model::Tier::load;
    made.run.clear();
    return made;
}

TEST(Plan, LoadSuitesAreSaidToBeLeftOut) {
    auto input = pull_input();
    input.config.suites[1] = load_suite("load");
    auto planned = plan(input);
    EXPECT_EQ(suites(planned), std::vector<std::string>{"micro"});
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.01);
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].suite, "load");
    EXPECT_EQ(planned.checks[0].conclusion, "skipped");
    EXPECT_EQ(planned.checks[0].title, "Not measured: load suites are not measured yet");

    input.config.suites.erase(input.config.suites.begin());
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 2u);
    EXPECT_EQ(planned.checks[1].title, "Nothing to measure: load suites are not measured yet");
    EXPECT_EQ(planned.reason, "suite load: load suites are not measured yet");
    input.pull.reset();
    input.trigger = PushTrigger{"main", head};
    EXPECT_EQ(plan(input).reason, "suite load: load suites are not measured yet");

    auto asked = command_input({Verb::run, {{"suite", "micro,load"}}, {}});
    asked.config.suites[1] = load_suite("load");
    planned = plan(asked);
    EXPECT_EQ(suites(planned), std::vector<std::string>{"micro"});
    EXPECT_EQ(planned.reply->reaction, "rocket");
    EXPECT_EQ(planned.reply->message, "Suite `load`: load suites are not measured yet.");
    asked = command_input({Verb::run, {{"suite", "load"}}, {}});
    asked.config.suites[1] = load_suite("load");
    planned = plan(asked);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.reply->reaction, "confused");
    EXPECT_EQ(planned.reply->message, "Suite `load`: load suites are not measured yet.");
    asked = command_input({});
    asked.config.suites = {load_suite("load")};
    EXPECT_EQ(plan(asked).reply->message, "Suite `load`: load suites are not measured yet.");
}

TEST(Plan, ANarrowCommandOnADraftIsNoAnswerToItsReadiness) {
    auto input = pull_input(PullRequestAction::ready_for_review);
    input.changed_paths.reset();
    auto run = existing("1", head, model::RunState::finished);
    run.kind = model::RunKind::command;
    run.jobs = {{"micro", model::JobState::succeeded}};
    input.existing = {run};
    EXPECT_EQ(suites(plan(input)), (std::vector<std::string>{"micro", "load"}));
    input.existing[0].jobs.push_back({"load", model::JobState::queued});
    EXPECT_TRUE(plan(input).runs.empty());
    EXPECT_EQ(plan(input).reason, "this head is planned already");
    input.existing[0].jobs.pop_back();
    input.pull->draft = true;
    EXPECT_TRUE(plan(input).checks.empty()) << "what was measured on command is not overwritten";
}

TEST(Plan, SaysWhyNothingRuns) {
    auto input = pull_input();
    input.changed_paths = std::vector<std::string>{"README.md"};
    auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 3u);
    EXPECT_EQ(planned.checks[2].title, "Nothing to measure: no suite matches the changed paths");
    EXPECT_EQ(planned.checks[2].conclusion, "skipped");

    input = pull_input();
    input.pull->draft = true;
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).title, "Not measured while it is a draft");

    input = pull_input();
    input.base_sha.reset();
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).conclusion, "neutral");
}

TEST(Plan, NewHeadReplacesOlderOnes) {
    auto input = pull_input(PullRequestAction::synchronize);
    input.existing = {existing("1", old_head, model::RunState::running),
                      existing("2", old_head, model::RunState::finished)};
    input.existing.push_back(existing("3", old_head, model::RunState::queued));
    input.existing.back().pull_number = 13;  // somebody else's
    const auto planned = plan(input);
    EXPECT_EQ(planned.superseded, std::vector<std::string>{"1"});
    EXPECT_EQ(planned.runs.size(), 1u);
}

TEST(Plan, ReplayedDeliveryDoesNothingTwice) {
    auto input = pull_input();
    for (const auto state :
         {model::RunState::queued, model::RunState::running, model::RunState::finished, model::RunState::failed}) {
        input.existing = {existing("1", head, state)};
        EXPECT_TRUE(plan(input).runs.empty());
        EXPECT_TRUE(plan(input).superseded.empty());
    }
    input.existing = {existing("1", head, model::RunState::cancelled)};
    ASSERT_EQ(plan(input).runs.size(), 1u);
    EXPECT_EQ(plan(input).runs[0].attempt, 2);
}

TEST(Plan, ClosingCancels) {
    auto input = pull_input(PullRequestAction::closed);
    input.existing = {existing("1", head, model::RunState::running),
                      existing("2", old_head, model::RunState::finished)};
    const auto planned = plan(input);
    EXPECT_EQ(planned.cancelled, std::vector<std::string>{"1"});
    EXPECT_TRUE(planned.runs.empty());
}

TEST(Plan, ForkWaitsForAMaintainer) {
    auto input = pull_input();
    input.pull->fork = true;
    auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].conclusion, "action_required");
    EXPECT_NE(planned.checks[0].summary.find("/rebench approve " + head), std::string::npos);

    const auto answer = [](Command command, Permission permission) {
        auto asked = command_input(std::move(command), permission);
        asked.pull->fork = true;
        return plan(asked);
    };
    EXPECT_TRUE(answer({}, Permission::admin).runs.empty());
    EXPECT_TRUE(answer({Verb::approve, {}, {head}}, Permission::read).runs.empty());
    EXPECT_TRUE(answer({Verb::approve, {}, {}}, Permission::write).runs.empty());
    planned = answer({Verb::approve, {}, {old_head}}, Permission::write);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.reply->reaction, "confused");
    EXPECT_NE(planned.reply->message.find("The head has moved"), std::string::npos);
    planned = answer({Verb::approve, {}, {head}}, Permission::write);
    EXPECT_EQ(suites(planned), std::vector<std::string>{"micro"});
    EXPECT_EQ(planned.reply->reaction, "rocket");

    // The approval holds for this head, and not for the next one.
    input = command_input({});
    input.pull->fork = true;
    input.existing = {existing("1", head, model::RunState::finished)};
    EXPECT_EQ(plan(input).runs.size(), 1u);
    input.existing = {existing("1", old_head, model::RunState::finished)};
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(Plan, PushComparesBeforeWithAfter) {
    auto input = pull_input();
    input.pull.reset();
    input.trigger = PushTrigger{"main", head};
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), std::vector<std::string>{"micro"});
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::push);
    EXPECT_EQ(planned.runs[0].base_sha, base);
    EXPECT_EQ(planned.runs[0].head_sha, head);
    EXPECT_LT(planned.runs[0].priority, plan(pull_input()).runs[0].priority);

    input.existing = {{"9", model::RunKind::push, std::nullopt, head, 1, model::RunState::queued, {}, std::nullopt}};
    EXPECT_TRUE(plan(input).runs.empty());
    input.existing.clear();
    input.trigger = PushTrigger{"topic", head};
    EXPECT_TRUE(plan(input).runs.empty());
    input.config.suites[0].on.push_branches = {"release/*", "topic"};
    EXPECT_EQ(plan(input).runs.size(), 1u);
    input.base_sha.reset();
    EXPECT_EQ(plan(input).reason, "the branch is new: there is nothing to compare with");
}

TEST(Plan, CommandMeasuresWhatItNames) {
    auto planned = plan(command_input({}));
    EXPECT_EQ(suites(planned), (std::vector<std::string>{"micro", "load"}));
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::command);
    EXPECT_EQ(planned.runs[0].comment_id, 500);
    EXPECT_EQ(planned.reply->reaction, "rocket");

    planned = plan(command_input(
        {Verb::run,
         {{"suite", "load"}, {"filter", "get/*"}, {"profile", "quick"}, {"host", "arm64, ci"}, {"base", "v1"}},
         {}}));
    ASSERT_EQ(suites(planned), std::vector<std::string>{"load"});
    EXPECT_EQ(planned.runs[0].jobs[0].filter, "get/*");
    EXPECT_EQ(planned.runs[0].jobs[0].max_trials, 12);
    EXPECT_EQ(planned.runs[0].jobs[0].host_class, (std::vector<std::string>{"arm64", "ci"}));
    EXPECT_EQ(planned.runs[0].base_ref, "v1");
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.01);
    EXPECT_EQ(plan(command_input({Verb::run, {{"trials", "20"}}, {}})).runs[0].jobs[0].max_trials, 20);

    planned = plan(command_input({Verb::run, {{"suite", "laod"}}, {}}));
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.reply->message, "There is no suite `laod`. Did you mean `load`? Suites: `micro` `load`");

    auto input = command_input({Verb::run, {{"base", "gone"}}, {}});
    input.base_sha.reset();
    EXPECT_EQ(
        plan(input).reply->message,
        "`gone` is no branch, tag or commit of this repository that has history in common with this pull request.");
}

TEST(Plan, CommandsNeedAuthorityAndAnOpenPullRequest) {
    for (const auto permission : {Permission::none, Permission::read}) {
        for (const auto verb : {Verb::run, Verb::cancel, Verb::retry}) {
            auto input = command_input({verb, {}, {}}, permission);
            input.existing = {existing("1", head, model::RunState::running)};
            EXPECT_EQ(plan(input).reply->reaction, "confused");
            EXPECT_TRUE(plan(input).runs.empty());
            EXPECT_TRUE(plan(input).cancelled.empty());
        }
        EXPECT_EQ(plan(command_input({Verb::status, {}, {}}, permission)).reply->reaction, "eyes");
    }
    auto input = command_input({});
    input.pull->open = false;
    EXPECT_EQ(plan(input).reply->message, "This pull request is closed.");
    EXPECT_EQ(plan(command_input({Verb::bisect, {}, {"a", "b..c"}})).reply->reaction, "confused");
}

TEST(Plan, CancelRetryStatusAndReplays) {
    auto input = command_input({Verb::cancel, {}, {}});
    EXPECT_EQ(plan(input).reply->message, "Nothing is queued or under way.");
    input.existing = {existing("1", head, model::RunState::running)};
    EXPECT_EQ(plan(input).cancelled, std::vector<std::string>{"1"});

    input = command_input({Verb::retry, {}, {}});
    input.existing = {existing("1", head, model::RunState::finished)};
    input.existing[0].jobs.push_back({"load", model::JobState::succeeded});
    EXPECT_EQ(suites(plan(input)), std::vector<std::string>{"micro"});
    EXPECT_EQ(plan(input).runs[0].attempt, 2);

    input.trigger = CommandTrigger{{Verb::status, {}, {}}, 501, "bob", Permission::none};
    EXPECT_EQ(plan(input).reply->message,
              "Head `222222222`, attempt 1: finished.\n\n- `micro`: failed\n- `load`: succeeded");

    input.existing[0].comment_id = 501;
    EXPECT_FALSE(plan(input).reply);

    // A wider command replaces the run under way, a narrower one leaves it alone.
    input = command_input({});
    input.existing = {existing("1", head, model::RunState::running)};
    EXPECT_EQ(plan(input).superseded, std::vector<std::string>{"1"});
    input.trigger = CommandTrigger{{Verb::run, {{"suite", "load"}}, {}}, 502, "ann", Permission::write};
    EXPECT_TRUE(plan(input).superseded.empty());
}

TEST(Plan, SeedIsTheSameForeverAndDiffersByEachPart) {
    std::set<std::uint64_t> seeds{derive_seed({7, head, "micro", 1}), derive_seed({8, head, "micro", 1}),
                                  derive_seed({7, base, "micro", 1}), derive_seed({7, head, "load", 1}),
                                  derive_seed({7, head, "micro", 2})};
    EXPECT_EQ(seeds.size(), 5u);
    EXPECT_LT(*seeds.rbegin(), std::uint64_t{1} << 53);
    // Computed independently from the documented formula; stored bundles name their seeds, so it must never change.
    EXPECT_EQ(derive_seed({1, "", "", 1}), 8976731780753903u);
}

}  // namespace
}  // namespace benchgate::planning
