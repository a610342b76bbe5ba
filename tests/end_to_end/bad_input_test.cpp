// Bad input, case by case, and the test that has it. What a user of the service meets is in the files of this folder;
// the finer points of each door are tested in the room that owns it.
//
// - wrong signature: BadRequest.WrongSignatures..., WebhookTest.RefusesWhatIsNotFromGitHub
// - wrong event: BadRequest.EventsThatNobodyKnows..., BadRequest.WrongSignatures...
// - nonsense JSON: BadRequest.SignedNonsense...
// - 100,000 levels of nesting: BadRequest.SignedNonsense...; in a configuration: BadInput.EveryKindOfMistake...
// - a body of 26 MB: BadRequest.BodiesThatAreTooLarge..., EdgeTest.LargeBodiesPassOnlyWhereAllowed
// - chunked, compressed: BadRequest.BodiesThatAreTooLarge..., EdgeTest.ChunkedCompressedAndDoubleLengthBodies...
// - endless, slow: BadRequest.RequestsWithoutEnd..., EdgeTest.AnEndlessHeadIsCut, EdgeTest.SlowHeadsAreCut...
// - a mistaken configuration: BadInput.EveryKindOfMistake..., BadInput.AConfigurationThatIsTooLarge..., Config.*
// - no configuration: BadInput.WithoutAConfigurationNothingIsPosted
// - a delivery that comes twice: BadInput.ADeliveryThatComesTwiceIsOneRun
// - a push into a measurement: BadInput.NewPushSupersedesTheMeasurementThatRuns
// - a build that fails: BadJob.FailingBuild...
// - a build that hangs, forks forever, fills the disk: BadJob.BuildsThatDoNotEnd..., SandboxTest.*, DiskWatch.*
// - a build that prints a gigabyte: BadJob.ABuildThatPrintsAGigabyte..., SessionTest.ALogThatIsTooLong...
// - a benchmark that prints nothing, half a document, NaN, a flood: BadJob.BenchmarksThatPrintNonsense
// - a million rows: BadJob.AMillionRowsAreTooMany, Room.*
// - names made to break Markdown: BadJob.NamesMadeToBreakMarkdownAreOnlyNames, and the tests of core/reporting
// - a runner that dies: Failure.ARunnerThatDies...; is stopped: Failure.ARunnerThatIsStopped..., Failure.BreakingOff...
// - a runner without a sandbox that is stopped: Failure.WithoutASandboxNothingIsLeftBehindEither
// - a runner with an old epoch: Failure.ARunnerThatDies..., RunnerApiTest.TheEpochFencesEveryCall
// - a runner that lies: Failure.ARunnerThatLies..., RunnerApiTest.ALogHasNoHoles..., SessionTest.ATrialThatIsRefused...
// - a service that is restarted: Failure.AServiceThatIsRestarted..., Failure.AReportThatNobodyTook...
// - a database that is killed: Failure.ADatabaseThatIsKilled...
// - GitHub answers 401, 403, 404, 500, 502, or nothing: BadGitHub.BadDays..., RateLimit.*, OutboxStep.*
// - GitHub answers 422: BadGitHub.WhatItDoesNotTake..., BadGitHub.AReportThat..., OutboxTest.WhatWasGivenUp...
// - GitHub does it and its answer is lost: BadGitHub.AnswersThatAreLost..., OutboxTest.ANewerItemKnows...

#include <fmt/format.h>

#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using testing::HasSubstr;

using BadInput = SharedWorld;

TEST_F(BadInput, NewPushSupersedesTheMeasurementThatRuns) {
    world().make_repository("superseded", quick_suite(1000));
    world().commit("superseded", "change", long_suite(1500));
    world().commit("superseded", "again", quick_suite(1500), "change");
    auto pull = world().open_pull("superseded", "change");
    std::vector<std::string> seen;
    const auto is_measured = [&] {
        for (const auto& check : world().checks(pull.repository, pull.head_sha)) {
            const auto status = json::text(check, "status").value_or("");
            if (seen.empty() || seen.back() != status) seen.push_back(status);
        }
        return !seen.empty() && seen.back() == "in_progress";
    };
    ASSERT_TRUE(wait_until(is_measured)) << "the check never was in_progress";
    const auto old = pull;
    world().push(pull, "again");

    const auto check = world().completed_check(pull);
    EXPECT_EQ(conclusion(check), "failure") << words(check);
    EXPECT_TRUE(is_told_once(pull));
    EXPECT_TRUE(is_told_once(old)) << "and one check on the old head";
    EXPECT_EQ(conclusion(world().checks(old.repository, old.head_sha).at(0)), "cancelled");
    EXPECT_THAT(comment(pull), HasSubstr("sorted"));
}

TEST_F(BadInput, EveryKindOfMistakeInTheConfigurationIsShownWithItsPlace) {
    const std::string suite = "suites:\n  quick: { run: \"sh bench.sh\", format: json }\n";
    std::string anchors = "suites:\n", laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 0; i < 10'000; ++i) anchors += fmt::format("  a{}: &a{} 1\n", i, i);
    for (int i = 1; i < 10; ++i) {
        const auto last = fmt::format("*a{}", i - 1);
        laughs += fmt::format("a{}: &a{} [{}", i, i, last);
        for (int j = 0; j < 9; ++j) laughs += ", " + last;
        laughs += "]\n";
    }
    const std::vector<std::tuple<std::string, std::string, std::vector<std::string>>> mistakes{
        {"several",
         "suites:\n  quick:\n    run: \"sh bench.sh\"\n    fromat: json\n    timeout: { trial: 20 parsecs }\n",
         {".benchgate.yml:4:5: unknown key", "did you mean 'format'?", ".benchgate.yml:5:", "a duration such as"}},
        {"missing", "suites:\n  quick: { build: make }\n", {":2:10: suites.quick: 'run' is missing"}},
        {"twice", suite + suite, {":3:1: duplicate key 'suites'"}},
        {"type", "suites: [quick]\n", {":1:9: suites: expected a map"}},
        {"empty", "# nothing\n", {":1:1: the file is empty"}},
        {"syntax", "suites: 'open\n", {"not valid YAML: a quote that is never closed"}},
        {"tab", "suites:\n\tquick: 1\n", {":2:1: a tab in the indentation"}},
        {"bytes", "suites:\n  quick: \xff\n", {":2:10: not UTF-8"}},
        {"cycle", "suites: &a [*a]\n", {"a cycle: the alias lies inside"}},
        {"nesting", "suites: " + std::string(100'000, '[') + "\n", {"more than 64 levels of nesting"}},
        {"anchors", anchors, {"more than 200 anchors and aliases"}},
        {"laughs", laughs, {"more than 20000 values"}},
        {"long", std::string(300'000, '#') + "\n" + suite, {"more than 262144 bytes"}},
    };
    std::vector<Pull> pulls;
    for (const auto& [name, text, words] : mistakes) {
        auto main = quick_suite(1000);
        main[".benchgate.yml"] = text;
        pulls.push_back(pull_after("config-" + name, main, {{"README", "x"}}));
    }
    for (std::size_t i = 0; i < pulls.size(); ++i) {
        SCOPED_TRACE(std::get<0>(mistakes[i]));
        const auto check = world().completed_check(pulls[i]);
        EXPECT_EQ(conclusion(check), "neutral");
        EXPECT_THAT(title(check), HasSubstr("in .benchgate.yml"));
        for (const auto& part : std::get<2>(mistakes[i])) EXPECT_THAT(words(check), HasSubstr(part));
    }
    EXPECT_TRUE(world().calms_down());
    for (const auto& pull : pulls) {
        EXPECT_EQ(world().checks(pull.repository, pull.head_sha).size(), 1u) << pull.repository;
        EXPECT_EQ(comments(pull), 0u) << pull.repository;
    }
}

TEST_F(BadInput, AConfigurationThatIsTooLargeToBeReadSaysSoOnTheCheck) {
    auto main = quick_suite(1000);
    main[".benchgate.yml"] = std::string(5'000'000, '#') + "\n";
    const auto check = world().completed_check(pull_after("huge", main, {{"README", "x"}}));
    EXPECT_EQ(conclusion(check), "neutral");
    EXPECT_EQ(title(check), "Could not be planned");
    EXPECT_THAT(words(check), HasSubstr(".benchgate.yml: "));
}

TEST_F(BadInput, WithoutAConfigurationNothingIsPosted) {
    const auto pull = pull_after("bare", {{"README", "x"}}, {{"README", "y"}});
    const auto is_seen = [&] {
        return world().log_of("service").find("maintainer/bare: no .benchgate.yml") != std::string::npos;
    };
    ASSERT_TRUE(wait_until(is_seen));
    EXPECT_TRUE(world().calms_down());
    EXPECT_EQ(world().checks("bare", pull.head_sha).size(), 0u);
    EXPECT_EQ(comments(pull), 0u);
}

TEST_F(BadInput, ADeliveryThatComesTwiceIsOneRun) {
    world().make_repository("twice", quick_suite(1000));
    world().commit("twice", "change", quick_suite(1001));
    world().control("POST", "/relay", {{"duplicate", 1}, {"event", "pull_request"}});
    const auto pull = world().open_pull("twice", "change");
    EXPECT_NE(conclusion(world().completed_check(pull)), "none");
    EXPECT_TRUE(is_told_once(pull));
    EXPECT_EQ(leases_of("twice"), 1u);
    int sent = 0;
    for (const auto& one : world().control("GET", "/deliveries"))
        if (json::text(one, "event") == "pull_request" && json::dump(one).find(pull.head_sha) != std::string::npos)
            ++sent;
    EXPECT_EQ(sent, 2);
}

}  // namespace
}  // namespace benchgate::end_to_end
