#include <gtest/gtest.h>

#include <cmath>

#include "core/model/resources.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/questions_json.h"
#include "core/protocol/spec_json.h"

namespace benchgate::protocol {
namespace {

JobSpec full_spec() {
    JobSpec spec;
    spec.repository = "owner/engine";
    spec.pull_request = 7;
    spec.base = {std::string(40, 'a'), {"refs/heads/main"}};
    spec.head = {std::string(40, 'b'), {"refs/pull/7/head"}};
    spec.merge_base = true;
    spec.only = "Parse*";
    spec.suite.name = "micro";
    spec.suite.components = {{"Parse*", "parser"}};
    spec.suite.on.pull_request_paths = {"src/**"};
    spec.suite.on.merge_group = "quick";
    spec.suite.build = {"cmake -S . -B build"};
    spec.suite.run = "build/bench --benchmark_filter={filter}";
    spec.suite.format = "google-benchmark";
    spec.suite.artifacts = {"build/bench"};
    spec.suite.environment = {{"LANG", "C"}};
    spec.suite.timeout.trial = std::chrono::seconds(3);
    spec.experiment.suite = "micro";
    spec.experiment.seed = 18446744073709551615ull;
    spec.experiment.policy.metrics["throughput"].detect = 0.07;
    spec.experiment.policy.metrics["time"].levels = {{{"critical", 0.15, model::Action::block}}};
    spec.experiment.policy.benchmarks.push_back(
        {"parser/*", {model::level_preset("minor-major-critical"), 0.01}, {{"peak_memory", {{}, 0.1}}}});
    spec.experiment.policy.benchmarks.push_back({"startup", {{}, 0.02}, {}});
    spec.experiment.policy.inconclusive = model::InconclusiveAction::block;
    spec.experiment.policy.drift_per = "release";
    return spec;
}

model::Bundle full_bundle() {
    model::Bundle bundle;
    bundle.comparison = {"owner/engine", std::string(40, 'a'), std::string(40, 'b')};
    bundle.experiment = full_spec().experiment;
    bundle.host = {{"cpu.governor", model::FactStatus::ok, "performance", "performance", ""}};
    bundle.base_artifacts = {{"build/bench", "00"}};
    bundle.head_artifacts = {{"build/bench", "01"}};
    bundle.sandbox = "bubblewrap";
    model::Trial trial;
    trial.number = 3;
    trial.phase = model::Phase::confirm;
    trial.block = 1;
    trial.attempt = 2;
    trial.position = 5;
    trial.side = model::Side::head;
    trial.kept = false;
    trial.void_reason = "steal of 120 ms";
    model::Measurement measurement;
    measurement.series = {{"Sort/1024|@team", "time"}, "ns", model::Better::lower, true};
    measurement.params = {{"n", "1024"}};
    measurement.samples = {1.5, 0.1 + 0.2, 3e300};
    model::Measurement summarised;
    summarised.series = {{"x", "p99"}, "ns", model::Better::lower, false};
    summarised.summary = model::Summary{4.25, 0.5, "sd", 30};
    trial.values = {measurement, summarised};
    trial.errors = {{"Broken", "it failed"}};
    trial.host.steal_seconds = 0.12;
    trial.resources.wall_ms = 812.5;
    trial.link_order = 3;
    double value = 800;
    for (const auto& metric : model::resource_metrics())
        trial.resources.*metric.value = model::Sourced{value++, "perf"};
    bundle.trials = {trial};
    bundle.memory = model::MemoryRuns{
        {{model::Side::base, {{0.02, 1048576}, {0.0401, 1052672}}}, {model::Side::head, {}}}, "smaps"};
    return bundle;
}

TEST(Protocol, AJobSpecSurvivesTheWireWithNothingLost) {
    const auto spec = full_spec();
    const auto text = json::dump(to_json(spec));
    const auto read = read_job_spec(json::parse(text).value());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, spec);
}

TEST(Protocol, OnlyAJobThatAsksForWhatIsNewNeedsANewerRunner) {
    JobSpec spec = full_spec();
    spec.measure_identical = false;
    EXPECT_EQ(protocol_for(spec), 1);
    EXPECT_FALSE(to_json(spec).contains("measure_identical"));
    EXPECT_FALSE(read_job_spec(to_json(spec)).value().measure_identical);
    spec.measure_identical = true;
    EXPECT_EQ(protocol_for(spec), 2);
    EXPECT_LE(protocol_for(spec), protocol_version);
    EXPECT_TRUE(read_job_spec(to_json(spec)).value().measure_identical);
    spec.profile = "Sort/8";
    EXPECT_EQ(protocol_for(spec), 3);
    EXPECT_LE(protocol_for(spec), protocol_version);
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
    spec.profile.clear();
    spec.confirm = {{"Sort/8", "time"}, {"Sort/8", "peak_memory"}};
    EXPECT_EQ(protocol_for(spec), 4) << "an older one would measure, and count, all benchmarks";
    EXPECT_LE(protocol_for(spec), protocol_version);
    spec.suite.run = "bench --repetitions={repeats}";
    EXPECT_EQ(protocol_for(spec), 5) << "an older one would hand the word itself to the tool";
    EXPECT_LE(protocol_for(spec), protocol_version);
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
    spec.suite.fetch = {"cargo fetch --locked"};
    EXPECT_EQ(protocol_for(spec), 5) << "an older one would build without what is to be fetched";
    EXPECT_LE(protocol_for(spec), protocol_version);
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
    spec.suite.profile_regressions = false;
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
    EXPECT_FALSE(to_json(spec)["suite"].contains("link_orders"));
    spec.suite.link_orders = 4;
    EXPECT_EQ(protocol_for(spec), 6) << "an older one would measure the luck of one layout";
    EXPECT_LE(protocol_for(spec), protocol_version);
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
    auto odd = to_json(spec);
    odd["suite"]["link_orders"] = 3;
    EXPECT_FALSE(read_job_spec(odd));
    auto wrong = to_json(spec);
    wrong["confirm"] = {{{"benchmark", "Sort/8"}}};
    EXPECT_FALSE(read_job_spec(wrong));
}

model::Questions some_questions() {
    model::Questions questions;
    questions.claims = {{"sort", "time", "v1.0", -0.82, "", model::Action::review, 7}};
    questions.growth = {{"sort/{n}", "time", 0.15, model::Action::block, 9}};
    questions.claim_false_alarms = 0.0025;
    return questions;
}

TEST(Protocol, WhatAJobIsAskedBesidesWaitsForNoNewerRunner) {
    JobSpec spec = full_spec();
    const auto older = json::dump(to_json(spec));
    EXPECT_EQ(older.find("questions"), std::string::npos) << "nothing is asked: the spec is as it ever was";
    EXPECT_TRUE(read_job_spec(json::parse(older).value()).value().questions.empty());
    spec.questions = some_questions();
    EXPECT_EQ(protocol_for(spec), 1);
    EXPECT_EQ(read_job_spec(json::parse(json::dump(to_json(spec))).value()).value(), spec);
    spec.questions.growth.clear();
    spec.questions.alone = true;
    EXPECT_EQ(protocol_for(spec), 1);
    EXPECT_EQ(read_job_spec(to_json(spec)).value(), spec);
}

TEST(Protocol, QuestionsAreHeldToTheirBounds) {
    auto document = to_json(some_questions());
    ASSERT_TRUE(read_questions(document));
    const auto refused = [&](const char* key, const json::Json& value) {
        auto changed = document;
        changed[key] = value;
        const auto read = read_questions(changed);
        return read ? std::string() : read.error().message;
    };
    EXPECT_NE(refused("claim_false_alarms", 0), "");
    EXPECT_EQ(refused("claims", json::Json::array_t(201, document["claims"][0])), "claims: more than 200");
    EXPECT_EQ(refused("growth", json::Json::array({json::Json::object({{"benchmark", "sort/{n}"}})})),
              "growth: metric: expected a text");
    document["alone"] = true;
    EXPECT_EQ(refused("claims", json::Json::array()), "claims: none, and nothing else is asked");
}

TEST(Protocol, AnswersAreKeptWithNothingLost) {
    const model::Series sort{{"sort|@team", "time"}, "ns", model::Better::lower, true};
    model::Answers answers;
    answers.claims = {{sort,
                       "v1.0",
                       true,
                       -0.82,
                       model::ClaimState::broken,
                       0.1 + 0.2,
                       {0.29, {}},
                       250.5,
                       75,
                       28,
                       model::Action::review,
                       "one clause",
                       7}};
    model::GrowthFinding growth;
    growth.series = sort;
    growth.sizes = {8, 64, 512};
    growth.state = model::GrowthState::risen;
    growth.base = 1.0 / 3;
    growth.head = 2;
    growth.difference_interval = {0.9, 1.1};
    growth.margin = 0.1;
    growth.line = 9;
    answers.growth = {growth, {}};
    answers.growth[1].series = sort;
    EXPECT_EQ(read_answers(json::parse(json::dump(to_json(answers))).value()).value(), answers);
    json::Json half;
    half["claims"] = json::Json::array({json::Json::object({{"state", "holds"}})});
    EXPECT_FALSE(read_answers(half));
}

TEST(Protocol, ABundleSurvivesTheWireBitForBit) {
    const auto bundle = full_bundle();
    const auto text = json::dump(to_json(bundle));
    const auto read = read_bundle(json::parse(text).value());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, bundle);
    EXPECT_EQ(json::dump(to_json(*read)), text);
}

TEST(Protocol, AProfileTravelsWithoutItsStacks) {
    auto bundle = full_bundle();
    bundle.profile =
        model::Profile{"Sort/8", "cpu-clock:u", 999, true, {5000, 5, "ab", "all;main 5000\n"}, {4000, 5, "cd", ""}};
    const auto manifest = read_manifest(json::parse(manifest_of(bundle, {})).value());
    ASSERT_TRUE(manifest) << manifest.error().message;
    bundle.profile->base.folded.clear();
    EXPECT_EQ(manifest->bundle.profile, bundle.profile);
    auto wrong = to_json(bundle);
    wrong["profile"]["base"]["samples"] = -1;
    EXPECT_FALSE(read_bundle(wrong));
    wrong["profile"].erase("base");
    EXPECT_FALSE(read_bundle(wrong));
}

TEST(Protocol, ANotANumberStaysOne) {
    auto trial = full_bundle().trials[0];
    trial.values[0].samples = {std::nan("")};
    const auto read = read_trial(json::parse(json::dump(to_json(trial))).value());
    ASSERT_TRUE(read);
    EXPECT_TRUE(std::isnan(read->values[0].samples[0]));
}

TEST(Protocol, AManifestNamesEveryTrialByItsDigest) {
    auto bundle = full_bundle();
    const auto read = read_manifest(json::parse(manifest_of(bundle, {"d0", "d1"})).value());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->trial_digests, (std::vector<std::string>{"d0", "d1"}));
    bundle.trials.clear();
    EXPECT_EQ(read->bundle, bundle);
}

TEST(Protocol, AMissingFieldIsNamed) {
    auto document = to_json(full_spec());
    document["experiment"]["policy"].erase("detect");
    const auto read = read_job_spec(document);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "experiment: policy: detect: expected a number");
    EXPECT_FALSE(read_lease_request(json::parse("[]").value()));
    EXPECT_FALSE(read_lease_request(json::parse(R"({"request_id":"a","boot_id":"b","wait_s":26})").value()));
    EXPECT_TRUE(read_lease_request(
        json::parse(R"({"request_id":"a","boot_id":"b","wait_s":25,"from_the_future":[]})").value()));
}

TEST(Protocol, AnIntegerThatDoesNotFitIsRefusedInsteadOfCut) {
    constexpr std::int64_t wraps_to_one = (std::int64_t{1} << 32) + 1;
    json::Json ask{{"request_id", "r"}, {"join_token", "t"}, {"public_key", "k"}, {"protocol", 1}};
    EXPECT_TRUE(read_register_request(ask));
    ask["protocol"] = wraps_to_one;
    EXPECT_EQ(read_register_request(ask).error().message, "protocol: expected a whole number from 0 to 1000000");
    json::Json answer{{"runner", "r"}, {"token", "t"}, {"wait_s", wraps_to_one}};
    EXPECT_FALSE(read_register_answer(answer));
    answer["wait_s"] = 25;
    EXPECT_TRUE(read_register_answer(answer));
    answer["heartbeat_s"] = -1;
    EXPECT_FALSE(read_register_answer(answer));
    EXPECT_FALSE(read_heartbeat_request({{"phase", "measure"}, {"block", wraps_to_one}}));
    for (const auto* key : {"max_trials", "build_timeout_ms", "trial_timeout_ms", "job_timeout_ms", "line"})
        for (const std::int64_t wrong : {std::int64_t{-1}, INT64_MAX}) {
            auto spec = to_json(full_spec());
            spec["suite"][key] = wrong;
            EXPECT_FALSE(read_job_spec(spec)) << key << wrong;
        }
    for (const auto* key : {"max_trials", "tests"}) {
        auto spec = to_json(full_spec());
        spec["experiment"][key] = wraps_to_one;
        EXPECT_FALSE(read_job_spec(spec)) << key;
    }
}

TEST(Protocol, AnUnknownWordOfThePolicyIsNoDefault) {
    auto spec = to_json(full_spec());
    spec["experiment"]["policy"]["inconclusive"] = "blok";
    EXPECT_EQ(read_job_spec(spec).error().message, "experiment: policy: inconclusive: unknown word");
    spec = to_json(full_spec());
    auto& benchmarks = spec["experiment"]["policy"]["benchmarks"];
    for (int i = 0; i < 200; ++i) benchmarks.push_back(json::Json(benchmarks[0]));
    EXPECT_FALSE(read_job_spec(spec)) << "more than the bound";
    spec = to_json(full_spec());
    spec["experiment"]["policy"].erase("benchmarks");
    const auto without = read_job_spec(spec);
    EXPECT_TRUE(without) << without.error().message << "an older service does not send them";
    spec["experiment"]["policy"]["benchmarks"] = "none";
    EXPECT_FALSE(read_job_spec(spec));
}

TEST(Protocol, EveryMessageReadsBackWhatWasWritten) {
    const auto finish = read_finish_request(
        to_json(FinishRequest{"r", "failed", model::JobPhase::build, "exit 2", false, "{}", "sig"}));
    ASSERT_TRUE(finish);
    EXPECT_EQ(finish->phase, model::JobPhase::build);
    EXPECT_EQ(finish->manifest, "{}");
    LeaseAnswer lease{"job", 4, full_spec(), {"http://x/y.git", "token", "later"}, "then", "end"};
    const auto read = read_lease_answer(to_json(lease));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->spec, lease.spec);
    EXPECT_EQ(read->clone.token, "token");
    const auto beat = read_heartbeat_answer(to_json(HeartbeatAnswer{"t", "superseded"}));
    ASSERT_TRUE(beat);
    EXPECT_EQ(beat->cancel, "superseded");
}

}  // namespace
}  // namespace benchgate::protocol
