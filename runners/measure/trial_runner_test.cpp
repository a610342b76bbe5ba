#include "runners/measure/trial_runner.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/as_nobody_for_tests.h"
#include "platform/files.h"
#include "runners/sandbox/direct.h"

namespace benchgate::measure {
namespace {

class TrialRunnerTest : public testing::Test {
  protected:
    tl::expected<model::Trial, JobFailure> run(const std::vector<std::string>& benchmarks) {
        TrialRunner runner(sandbox, suite, {directory.path(), directory.path()}, sandbox::Limits{}, cpus);
        return runner.run({model::Side::head, benchmarks}, [](std::string_view) {}, {});
    }
    /// What the run command was given in place of {filter}.
    std::string filter() { return platform::read_below(directory.path(), "filter", 1 << 20).value_or("none"); }

    TrialRunnerTest() {
        suite.format = "google-benchmark";
        suite.run =
            "printf %s {filter} > filter; echo "
            "'{\"context\":{},\"benchmarks\":[{\"name\":\"a\",\"run_type\":\"iteration\","
            "\"iterations\":1,\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"}]}'";
    }
    platform::TempDir directory{"benchgate-trial"};
    sandbox::DirectSandbox sandbox;
    model::Suite suite;
    host::CpuPlan cpus;
};

TEST_F(TrialRunnerTest, OpenBenchmarksAloneRun) {
    const auto trial = run({"a", "b"});
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(trial->values.at(0).series.key.benchmark, "a");
    EXPECT_EQ(filter(), "^(a|b)$");
}

TEST_F(TrialRunnerTest, TrialsRunOnTheirCpusAndNowhereElse) {
    const auto plan = host::plan_cpus();
    if (!plan || plan->bench.empty()) GTEST_SKIP() << "this host tells no CPUs";
    cpus.bench = {plan->bench.back()};
    suite.run = "grep Cpus_allowed_list /proc/self/status > filter; " + suite.run.substr(suite.run.find("echo"));
    const auto trial = run({});
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(filter(), "Cpus_allowed_list:\t" + std::to_string(plan->bench.back()) + "\n");
    EXPECT_TRUE(trial->host.involuntary_switches) << "wait4 sees the whole tree here";
}

TEST_F(TrialRunnerTest, SoManyBenchmarksThatTheirNamesFitIntoNoCommandAllRun) {
    std::vector<std::string> names;
    for (int i = 0; i < 5'000; ++i) names.push_back("BM_with_a_rather_long_name/" + std::to_string(i));
    const auto trial = run(names);
    ASSERT_TRUE(trial) << trial.error().reason;
    EXPECT_EQ(filter(), ".");
    // Quotes take four bytes in the shell's line for one in the name.
    ASSERT_TRUE(run({std::string(40'000, '\'')}));
    EXPECT_EQ(filter(), ".");
}

TEST_F(TrialRunnerTest, WhatTheWholeCommandUsedIsAMetricWhileAllOfItRuns) {
    suite.measure = {"time", "cpu", "artifact_size"};
    const auto names = [](const model::Trial& trial) {
        std::string all;
        for (const auto& value : trial.values) all += value.series.key.benchmark + " " + value.series.key.metric + ", ";
        return all;
    };
    const auto whole = run({});
    ASSERT_TRUE(whole) << whole.error().reason;
    EXPECT_EQ(names(*whole), "a time, a cpu_time, whole-command cpu_time, ");
    EXPECT_GT(whole->values.back().samples.at(0), 0);
    const auto some = run({"a"});
    ASSERT_TRUE(some);
    EXPECT_EQ(names(*some), "a time, a cpu_time, ") << "a part of the command is not comparable with the whole";
    suite.measure = {"time"};
    EXPECT_EQ(names(*run({})), "a time, a cpu_time, ");
}

TEST_F(TrialRunnerTest, ABenchmarkThatCallsItselfTheWholeCommandIsNotBelieved) {
    suite.measure = {"time", "cpu"};
    suite.run =
        "echo '{\"context\":{},\"benchmarks\":[{\"name\":\"a\",\"run_type\":\"iteration\",\"iterations\":1,"
        "\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"},{\"name\":\"whole-command\",\"run_type\":\"iteration\","
        "\"iterations\":1,\"real_time\":1,\"cpu_time\":1,\"time_unit\":\"ns\"},{\"name\":\"whole-build\","
        "\"run_type\":\"iteration\",\"iterations\":1,\"real_time\":1,\"cpu_time\":1,\"time_unit\":\"ns\"}]}'";
    const auto trial = run({});
    ASSERT_TRUE(trial) << trial.error().reason;
    int whole = 0;
    for (const auto& value : trial->values)
        if (value.series.key.benchmark != "a") {
            ++whole;
            EXPECT_EQ(value.series.key, (model::SeriesKey{"whole-command", "cpu_time"}));
            EXPECT_GT(value.samples.at(0), 1000) << "what a process costs at the very least";
        }
    EXPECT_EQ(whole, 1);
    ASSERT_EQ(trial->errors.size(), 1u);
    EXPECT_NE(trial->errors[0].message.find("names of what this host itself counts"), std::string::npos);
}

TEST_F(TrialRunnerTest, WhateverStandsInPlaceOfTheResultIsTheSidesFaultAndGoneAtTheNextTrial) {
    const std::string good = suite.run.substr(suite.run.find("echo")) + " > {output}";
    const auto secret = directory.path() / "host-secret";
    ASSERT_TRUE(platform::write_file_atomically(secret, "BenchmarkSecret 1 5 ns/op", 0600));
    for (const std::string hostile :
         {"mkfifo {output}", "mkdir -p {output}/a/b", "ln -s ../../../../../../etc/passwd {output}",
          "ln -s host-secret {output}", "ln -s . {output}", "truncate -s 7G {output}", "true",
          "mkdir {output}; chmod 000 {output}", "ln -s {output} {output}", "head -c 70000000 /dev/zero > {output}",
          "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"'{output}'\")'"}) {
        suite.run = hostile;
        const auto start = std::chrono::steady_clock::now();
        const auto trial = run({});
        ASSERT_FALSE(trial) << hostile;
        EXPECT_FALSE(trial.error().infrastructure) << hostile << ": " << trial.error().reason;
        EXPECT_EQ(trial.error().side, model::Side::head) << hostile;
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << hostile;
        suite.run = good;
        const auto next = run({});
        EXPECT_TRUE(next) << "after " << hostile << ": " << next.error().reason;
    }
}

TEST_F(TrialRunnerTest, ACommandThatClosesItsOwnFolderBlamesNobodyElse) {
    ASSERT_TRUE(::geteuid() != 0 || ::chown(directory.path().c_str(), platform::nobody, platform::nobody) == 0);
    suite.run = suite.run.substr(suite.run.find("echo")) + " > {output}; chmod 000 .";
    const auto blamed_on_host = platform::status_as_nobody([&] {
        sandbox::DirectSandbox own;
        TrialRunner runner(own, suite, {directory.path(), directory.path()}, sandbox::Limits{});
        const auto trial = [&] { return runner.run({model::Side::head, {}}, [](std::string_view) {}, {}); };
        const auto first = trial(), second = trial();
        for (const auto* one : {&first, &second})
            if (!*one) std::fprintf(stderr, "%s\n", one->error().reason.c_str());
        return (!first && first.error().infrastructure) + (!second && second.error().infrastructure);
    });
    EXPECT_EQ(blamed_on_host, 0) << "three such jobs would take the host out of the fleet";
}

TEST_F(TrialRunnerTest, AToolThatEndsWellWithErrorsInsideHasThemKept) {
    suite.run =
        "echo '{\"context\":{},\"benchmarks\":[{\"name\":\"a\",\"run_type\":\"iteration\",\"iterations\":1,"
        "\"real_time\":5,\"cpu_time\":5,\"time_unit\":\"ns\"},{\"name\":\"b\",\"run_type\":\"iteration\","
        "\"error_occurred\":true,\"error_message\":\"no data\",\"iterations\":0,\"real_time\":0,\"cpu_time\":0,"
        "\"time_unit\":\"ns\"}]}'";
    const auto trial = run({});
    ASSERT_TRUE(trial) << trial.error().reason;
    for (const auto& value : trial->values) EXPECT_EQ(value.series.key.benchmark, "a");
    ASSERT_EQ(trial->errors.size(), 1u);
    EXPECT_EQ(trial->errors[0].benchmark, "b");
    EXPECT_NE(trial->errors[0].message.find("no data"), std::string::npos);
}

TEST_F(TrialRunnerTest, TheToolIsToldToDrawItsOrderUnlessTheSuiteSaysOtherwise) {
    const std::string result = suite.run;
    suite.run = result + "; printf %s \"$BENCHMARK_ENABLE_RANDOM_INTERLEAVING\" > filter";
    ASSERT_TRUE(run({}));
    EXPECT_EQ(filter(), "true");
    suite.environment = {{"BENCHMARK_ENABLE_RANDOM_INTERLEAVING", "false"}};
    ASSERT_TRUE(run({}));
    EXPECT_EQ(filter(), "false");
    suite.run = result + "; printf '%s %s' {repeats} {seed} > filter";
    TrialRunner runner(sandbox, suite, {directory.path(), directory.path()}, sandbox::Limits{});
    EXPECT_TRUE(runner.can_repeat());
    EXPECT_EQ(runner.order().observed, "drawn by {seed} of the run command");
    ASSERT_TRUE(runner.run({model::Side::head, {}, {}, 7, 99}, [](std::string_view) {}, {}));
    EXPECT_EQ(filter(), "7 99");
    suite.format = "hyperfine";
    suite.run = "x";
    TrialRunner fixed(sandbox, suite, {directory.path(), directory.path()}, sandbox::Limits{});
    EXPECT_EQ(fixed.order().observed, "as the tool has it, the same in each trial");
}

/// A sandbox that does nothing and always answers the same.
struct Answering final : sandbox::Sandbox {
    sandbox::Result answer;
    std::string_view name() const override { return "answering"; }
    sandbox::Capabilities probe() override { return {true, "", true, {}}; }
    tl::expected<void, sandbox::SandboxError> prepare(const std::filesystem::path&) override { return {}; }
    tl::expected<sandbox::Result, sandbox::SandboxError> run(const sandbox::Command&, std::stop_token) override {
        return answer;
    }
};

TEST_F(TrialRunnerTest, AHostThatWasShortOfMemoryTakesTheBlame) {
    Answering killed;
    killed.answer.exit_code = 137;
    killed.answer.signal = 9;
    killed.answer.out_of_memory = killed.answer.host_was_short = true;
    const auto log = [](std::string_view) {};
    TrialRunner runner(killed, suite, {directory.path(), directory.path()}, sandbox::Limits{});
    suite.build = {"make"};
    const auto trial = runner.run({model::Side::head, {}}, log, {});
    ASSERT_FALSE(trial);
    const auto built = build(killed, {model::Side::head, directory.path(), &suite, {}}, log, {});
    ASSERT_FALSE(built);
    for (const auto& failure : {trial.error(), built.error()}) {
        EXPECT_TRUE(failure.infrastructure) << failure.reason;
        EXPECT_FALSE(failure.side);
        EXPECT_NE(failure.reason.find("this host was short of memory"), std::string::npos) << failure.reason;
    }
    killed.answer.host_was_short = false;
    EXPECT_EQ(runner.run({model::Side::head, {}}, log, {}).error().side, model::Side::head);
    EXPECT_EQ(build(killed, {model::Side::head, directory.path(), &suite, {}}, log, {}).error().side,
              model::Side::head);
}

TEST_F(TrialRunnerTest, AFullDiskIsTheHostsFaultAndSaysWhatToDo) {
    const auto place = directory.path() / "small";
    std::filesystem::create_directory(place);
    if (::mount("benchgate-test", place.c_str(), "tmpfs", 0, "size=2m") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    suite.run = "head -c 4000000 /dev/zero > rest; echo '{\"context\":{},\"benchm'";
    TrialRunner runner(sandbox, suite, {place, place}, sandbox::Limits{});
    const auto trial = runner.run({model::Side::head, {}}, [](std::string_view) {}, {});
    ::umount(place.c_str());
    ASSERT_FALSE(trial);
    EXPECT_TRUE(trial.error().infrastructure);
    EXPECT_FALSE(trial.error().side);
    EXPECT_NE(trial.error().reason.find("is full (less than 1 MiB is free): make room"), std::string::npos)
        << trial.error().reason;
}

TEST_F(TrialRunnerTest, WhoFillsTheDiskHimselfTakesTheBlame) {
    const auto place = directory.path() / "large";
    std::filesystem::create_directory(place);
    if (::mount("benchgate-test", place.c_str(), "tmpfs", 0, "size=1700m") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    suite.run = "head -c 4000000000 /dev/zero > rest; exit 1";
    TrialRunner runner(sandbox, suite, {place, place}, sandbox::Limits{});
    const auto trial = runner.run({model::Side::head, {}}, [](std::string_view) {}, {});
    ::umount(place.c_str());
    ASSERT_FALSE(trial);
    EXPECT_FALSE(trial.error().infrastructure) << "the next host would be filled as well";
    EXPECT_EQ(trial.error().side, model::Side::head);
    EXPECT_NE(trial.error().reason.find("and this side itself takes 1."), std::string::npos) << trial.error().reason;
}

TEST_F(TrialRunnerTest, WhoFillsTheDiskByTheCompilerCacheTakesTheBlameToo) {
    const auto place = directory.path() / "shared";
    std::filesystem::create_directory(place);
    if (::mount("benchgate-test", place.c_str(), "tmpfs", 0, "size=1700m") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    CompilerFolders compilers;
    compilers.own = place / "own";
    const auto built_with = [&](const std::string& line) {
        for (const auto* folder : {"own", "tree"}) std::filesystem::create_directory(place / folder);
        suite.build = {line + "; exit 1"};
        BuildRequest request{model::Side::head, place / "tree", &suite, {}};
        request.compilers = &compilers;
        return build(sandbox, request, [](std::string_view) {}, {}).error();
    };
    const auto junk = (compilers.own / "junk").string();
    const auto filled = built_with("head -c 4000000000 /dev/zero >" + junk);
    EXPECT_FALSE(filled.infrastructure) << "the next host would be filled as well";
    EXPECT_EQ(filled.side, model::Side::head);
    EXPECT_NE(filled.reason.find("and this side itself takes 1."), std::string::npos) << filled.reason;
    compilers.bytes_before = platform::tree_size(compilers.own, 100)->bytes;
    EXPECT_TRUE(built_with("head -c 4000000000 /dev/zero >rest").infrastructure) << "that was there before this job";
    ::umount(place.c_str());
}

TEST_F(TrialRunnerTest, WhoFillsTheDiskAndHidesItTakesTheBlameToo) {
    const auto place = directory.path() / "hidden";
    std::filesystem::create_directory(place);
    if (::geteuid() != 0 || ::mount("benchgate-test", place.c_str(), "tmpfs", 0, "size=2m,uid=65534,gid=65534") != 0)
        GTEST_SKIP() << "no file system can be mounted here";
    ASSERT_EQ(::chown(directory.path().c_str(), platform::nobody, platform::nobody), 0);
    const auto blamed_on_host = platform::status_as_nobody([&] {
        sandbox::DirectSandbox own;
        TrialRunner runner(own, suite, {place, place}, sandbox::Limits{});
        int blamed = 0;
        for (const std::string closed : {"d", "."}) {
            suite.run = "mkdir -p d; head -c 4000000 /dev/zero > d/rest; chmod 000 " + closed + "; exit 1";
            const auto trial = runner.run({model::Side::head, {}}, [](std::string_view) {}, {});
            blamed += trial || trial.error().infrastructure;
            if (!trial) std::fprintf(stderr, "%s\n", trial.error().reason.c_str());
            std::filesystem::permissions(place, std::filesystem::perms::owner_all);
            static_cast<void>(platform::remove_tree(place / "d"));
        }
        return blamed;
    });
    ::umount(place.c_str());
    EXPECT_EQ(blamed_on_host, 0) << "three such jobs would take the host out of the fleet";
}

}  // namespace
}  // namespace benchgate::measure
