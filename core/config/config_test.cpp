#include "core/config/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/config/examples.h"

namespace benchgate::config {
namespace {

using std::chrono::minutes;

/// "LINE:COLUMN: message" of every error, one a line; empty when the text is good.
std::string errors_of(std::string_view yaml) {
    const auto parsed = parse(yaml);
    std::string lines;
    if (!parsed)
        for (const auto& error : parsed.error())
            lines += fmt::format("{}{}:{}: {}", lines.empty() ? "" : "\n", error.line, error.column, error.message);
    return lines;
}

std::string with(std::string_view rest) {
    return fmt::format("suites:\n  a: {{run: x}}\n{}", rest);
}

TEST(Config, ThreeLinesAreEnoughAndDefaultsAreFilledIn) {
    const auto config = parse(smallest_example).value();
    ASSERT_EQ(config.suites.size(), 1u);
    const auto& suite = config.suites[0];
    EXPECT_EQ(suite.name, "micro");
    EXPECT_EQ(suite.line, 2);
    EXPECT_EQ(suite.format, "google-benchmark");
    EXPECT_EQ(suite.max_trials, 60);
    EXPECT_TRUE(suite.on.pull_request);
    EXPECT_TRUE(suite.on.push);
    EXPECT_EQ(suite.timeout, model::Timeouts{});
    EXPECT_TRUE(suite.profile_regressions);
    EXPECT_EQ(config.policy, model::Policy{});
}

TEST(Config, EveryKeyOfTheContractIsUnderstood) {
    ASSERT_EQ(errors_of(full_example), "");
    const auto config = parse(full_example).value();
    EXPECT_EQ(config.host_class, (std::vector<std::string>{"bare-metal", "x86_64"}));
    ASSERT_EQ(config.suites.size(), 4u);
    const auto& micro = config.suites[0];
    EXPECT_EQ(micro.components, (model::Components{{"*", "parser"}}));
    EXPECT_EQ(micro.on.pull_request_paths, (std::vector<std::string>{"src/**", "bench/**"}));
    EXPECT_EQ(micro.on.push_branches, std::vector<std::string>{"main"});
    EXPECT_EQ(micro.on.merge_group, "quick");
    EXPECT_EQ(micro.build.size(), 2u);
    EXPECT_EQ(micro.timeout.build, minutes(20));
    EXPECT_EQ(micro.measure.size(), 5u);
    EXPECT_EQ(micro.artifacts, std::vector<std::string>{"build/bench"});
    const auto& load = config.suites[1];
    EXPECT_EQ(load.tier, model::Tier::load);
    EXPECT_FALSE(load.on.pull_request);
    EXPECT_EQ(load.on.schedule, "0 2 * * *");
    EXPECT_TRUE(load.run.empty());
    EXPECT_EQ(config.policy.levels[1], (model::Level{"major", 0.10, model::Action::review}));
    EXPECT_EQ(config.policy.metrics.at("throughput").levels->at(0).at, 0.15);
    EXPECT_EQ(config.policy.drift_allow, 0.05);
    EXPECT_EQ(config.policy.detect, 0.03);
    EXPECT_EQ(config.budgets.at(0).max, 50e6);
    EXPECT_EQ(config.budgets.at(1).line, 46);
    EXPECT_EQ(config.claims.at(0).at_least, -0.82);
}

TEST(Config, AMistakeIsToldWithItsPlaceAndTheNearestKey) {
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, trails: {max: 8}}\n"),
              "2:15: unknown key 'trails' in suites.a; did you mean 'trials'?");
    EXPECT_EQ(errors_of(with("polcy: {}\n")), "3:1: unknown key 'polcy'; did you mean 'policy'?");
    EXPECT_EQ(errors_of(with("zebra: 1\n")),
              "3:1: unknown key 'zebra'; known: version, host_class, forks, report, merge_group_timeout, suites, "
              "policy, budgets, claims, growth, alerts, retention");
    EXPECT_EQ(errors_of("suites:\n  a:\n    run: x\n    format: google_benchmark\n"),
              "4:13: suites.a.format: unknown 'google_benchmark'; did you mean 'google-benchmark'?");
    EXPECT_EQ(parse("suites:\n  a:\n    run: x\n    format: 'regex:(?P<name>\\w+): (?P<value>[0-9.]+)'\n")
                  .value()
                  .suites[0]
                  .format,
              "regex:(?P<name>\\w+): (?P<value>[0-9.]+)");
    EXPECT_EQ(errors_of("suites:\n  a:\n    run: x\n    format: 'regex:(?P<value>'\n"),
              "4:13: suites.a.format: regex: missing ): (?P<value>");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, tier: macro}\n"),
              "2:21: suites.a.tier: unknown 'macro'; did you mean 'micro'?");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, measure: [time, memory]}\n").substr(0, 36),
              "2:31: suites.a.measure: unknown 'mem");
    EXPECT_TRUE(
        parse("suites:\n  a: {run: x, measure: [time, cpu, peak_memory, average_memory, io, context_switches, "
              "page_faults, instructions, cycles, cache_misses, branch_misses, memory_growth, build_time, "
              "artifact_size]}\n"));
}

TEST(Config, WrongUnitsAndTypes) {
    EXPECT_EQ(errors_of(with("policy: {detect: 5}\n")),
              "3:18: policy.detect: expected a percentage such as 5%, found '5'");
    EXPECT_EQ(errors_of(with("policy: {detect: 0%}\n")),
              "3:18: policy.detect: expected more than 0% and at most 100%, found '0%'");
    EXPECT_EQ(errors_of(with("policy: {false_alarms: 60%}\n")),
              "3:24: policy.false_alarms: expected more than 0% and at most 50%, found '60%'");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, timeout: {build: 20}}\n"),
              "2:32: suites.a.timeout.build: expected a duration such as 500ms, 20m, 1h or 7d, found '20'");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, trials: {max: 100}}\n"),
              "2:29: suites.a.trials.max: expected a whole number from 8 to 60, found '100'");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, trials: {max: \"20\"}}\n"),
              "2:29: suites.a.trials.max: expected a whole number from 8 to 60, found '20'");
    EXPECT_EQ(
        errors_of("suites:\n  a: {run: x, link_orders: 3}\n"),
        "2:28: suites.a.link_orders: expected 1, 2, 4 or 8, so that the trials of a block spread evenly over them, "
        "found 3");
    EXPECT_EQ(parse("suites:\n  a: {run: x, build: make, link_orders: 8}\n").value().suites[0].link_orders, 8);
    EXPECT_FALSE(parse("suites:\n  a: {run: x, link_orders: 8}\n").value().unmet.empty()) << "nothing is built";
    EXPECT_EQ(errors_of("suites:\n  a: {run: [x, y]}\n"), "2:12: suites.a.run: expected a shell line, found a list");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, build: {}}\n"),
              "2:22: suites.a.build: expected a shell line, found a map");
    EXPECT_EQ(errors_of("suites: [a]\n"), "1:9: suites: expected a map of at least one suite");
    EXPECT_EQ(errors_of("suites:\n  a: x\n"), "2:6: suites.a: expected a map, found 'x'");
    EXPECT_EQ(errors_of("- a\n"), "1:1: the file: expected a map, found a list");
    EXPECT_EQ(errors_of(with("budgets: [{benchmark: a, metric: p95, max: 50}]\n")),
              "3:44: budgets.max: expected a time such as 50ms, found '50'");
    EXPECT_EQ(errors_of(with("budgets: [{benchmark: a, metric: peak_memory, max: 50ms}]\n")),
              "3:52: budgets.max: expected a size such as 60MB, found '50ms'");
    EXPECT_EQ(errors_of(with("version: 2\n")), "3:10: version: expected a whole number from 1 to 1, found '2'");
    EXPECT_EQ(
        errors_of("suites:\n  a: {run: x, on: {schedule: \"0 25 * * *\"}}\n"),
        "2:30: suites.a.on.schedule: expected five cron fields such as '0 2 * * *', found '0 25 * * *': the hour is "
        "not a list of numbers or ranges within 0 to 23");
    EXPECT_EQ(
        errors_of("suites:\n  a: {run: x, on: {schedule: \"0 0 30 2 *\"}}\n"),
        "2:30: suites.a.on.schedule: expected five cron fields such as '0 2 * * *', found '0 0 30 2 *': there is no "
        "such day in any year");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, on: {schedule: \"30 2 * jan,feb sat-sun\"}}\n"), "");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, on: {push: maybe}}\n"),
              "2:26: suites.a.on.push: expected true or false, found 'maybe'");
}

TEST(Config, ForksAndTheMergeQueueHaveARuleOfTheirOwn) {
    EXPECT_EQ(parse(with("")).value().forks, model::ForkPolicy::approve);
    EXPECT_EQ(parse(with("")).value().merge_group_timeout, minutes(10));
    EXPECT_EQ(parse(with("forks: contributors\nmerge_group_timeout: 5m\n")).value().forks,
              model::ForkPolicy::contributors);
    EXPECT_EQ(parse(with("forks: never\nmerge_group_timeout: 5m\n")).value().merge_group_timeout, minutes(5));
    EXPECT_EQ(errors_of(with("forks: allways\n")), "3:8: forks: unknown 'allways'; did you mean 'always'?");
    EXPECT_EQ(parse(with("")).value().report, model::ReportAs::check);
    EXPECT_EQ(parse(with("report: status\n")).value().report, model::ReportAs::status);
    EXPECT_EQ(errors_of(with("report: statuses\n")), "3:9: report: unknown 'statuses'; did you mean 'status'?");
    EXPECT_EQ(errors_of(with("forks: true\n")).substr(0, 26), "3:8: forks: unknown 'true'");
    EXPECT_EQ(errors_of(with("merge_group_timeout: 7h\n")), "3:22: merge_group_timeout: expected 1m to 6h, found '7h'");
    EXPECT_EQ(errors_of(with("merge_group_timeout: 10\n")),
              "3:22: merge_group_timeout: expected a duration such as 500ms, 20m, 1h or 7d, found '10'");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, on: {merge_group: fast}}\n").substr(0, 40),
              "2:33: suites.a.on.merge_group: unknown '");
}

TEST(Config, WhatIsMissing) {
    EXPECT_EQ(errors_of(""), "1:1: the file is empty; it needs at least one suite");
    EXPECT_EQ(errors_of("# nothing\n"), "1:1: the file is empty; it needs at least one suite");
    EXPECT_EQ(errors_of("version: 1\n"), "1:1: 'suites' is missing");
    EXPECT_EQ(errors_of("suites: {}\n"), "1:9: suites: expected a map of at least one suite");
    EXPECT_EQ(errors_of("suites:\n"), "1:1: suites has no value");
    EXPECT_EQ(errors_of("suites:\n  a:\n"), "2:3: suites.a has no value");
    EXPECT_EQ(errors_of("suites:\n  a: {build: make}\n"), "2:6: suites.a: 'run' is missing");
    EXPECT_EQ(errors_of("suites:\n  a:\n    run:\n"), "3:5: suites.a.run has no value");
    EXPECT_EQ(errors_of("suites:\n  a: {run: \"  \"}\n"), "2:12: suites.a.run: expected a shell line, found '  '");
    EXPECT_EQ(errors_of(with("budgets: [{benchmark: a, metric: b}]\n")), "3:11: budgets: neither max nor min");
}

TEST(Config, DuplicatesAndNames) {
    EXPECT_EQ(errors_of("suites:\n  a: {run: x}\n  a: {run: y}\n"), "3:3: duplicate key 'a'");
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, run: y}\n"), "2:15: duplicate key 'run'");
    EXPECT_EQ(errors_of("suites:\n  \"a,b\": {run: x}\n"),
              "2:3: 'a,b' is not a suite's name: up to 64 letters, digits, '.', '_' and '-'");
    EXPECT_EQ(errors_of(with("policy: {levels: [{name: a, at: 5%, action: log}, {name: a, at: 6%, action: block}]}\n")),
              "3:58: policy.levels: two levels named 'a'");
}

TEST(Config, SeveralMistakesAtOnceInOrderUpToTwenty) {
    EXPECT_EQ(errors_of("policy: {detect: 5}\nsuites:\n  a: {tier: macro}\n"),
              "1:18: policy.detect: expected a percentage such as 5%, found '5'\n"
              "3:6: suites.a: 'run' is missing\n"
              "3:13: suites.a.tier: unknown 'macro'; did you mean 'micro'?");
    std::string many = "suites: {a: {run: x}}\n";
    for (int i = 0; i < 100; ++i) many += fmt::format("k{}: 1\n", i);
    EXPECT_EQ(parse(many).error().size(), 20u);
    EXPECT_EQ(parse(many).error().front().line, 2);
}

TEST(Config, TriggersMayBeShort) {
    const auto on = [](std::string_view text) {
        return parse(fmt::format("suites:\n  a: {{run: x, on: {}}}\n", text)).value().suites[0].on;
    };
    EXPECT_TRUE(on("{pull_request: }").pull_request);
    EXPECT_FALSE(on("{pull_request: }").push);
    EXPECT_FALSE(on("{push: false}").push);
    EXPECT_TRUE(on("{push: {branches: main}}").push);
    EXPECT_FALSE(parse("suites:\n  a: {run: x, tier: chaos}\n").value().suites[0].on.pull_request);
}

TEST(Config, AliasesShareAValue) {
    const auto config = parse("suites:\n  a: {run: x, timeout: &t {trial: 5m}}\n  b: {run: y, timeout: *t}\n").value();
    EXPECT_EQ(config.suites[1].timeout.trial, minutes(5));
    EXPECT_EQ(errors_of("suites:\n  a: &s {run: x}\n  b: {<<: *s}\n"),
              "3:7: merge keys (<<) are not understood; use an alias for the whole value");
}

TEST(Config, HostileTextsAreRefusedWithAPlace) {
    EXPECT_EQ(errors_of("suites: " + std::string(100'000, '[')), "1:41: more than 64 levels of nesting");
    EXPECT_EQ(errors_of(std::string(26'000'000, 'a')), "1:1: the file has more than 262144 bytes");
    EXPECT_EQ(errors_of("suites:\n\ta: 1\n"), "2:1: a tab in the indentation; YAML wants blanks");
    EXPECT_EQ(errors_of("suites:\n  a: \xff\n"), "2:6: not UTF-8");
    EXPECT_EQ(errors_of(std::string("suites:\n  a: \0x", 15)), "2:6: a control character");
    EXPECT_EQ(errors_of("suites: &a [*a]\n"), "1:13: a cycle: the alias lies inside of what it stands for");
    EXPECT_EQ(errors_of("a: 1\n---\nb: 1\n"), "2:1: a second document; the file holds one");
    EXPECT_EQ(errors_of("a: !!binary eA==\n").substr(0, 16), "1:4: the tag 'ta");
    EXPECT_EQ(errors_of("[a]: 1\n"), "1:1: a key that is not text");
    EXPECT_EQ(errors_of("a: *none\n").substr(0, 20), "1:4: not valid YAML:");
    EXPECT_EQ(errors_of("a: 'open\n"), "2:1: not valid YAML: a quote that is never closed");
    EXPECT_EQ(errors_of("a: " + std::string(64, '[') + std::string(64, ']')), "1:67: more than 64 levels of nesting");
    EXPECT_EQ(errors_of("a: " + std::string(63, '[') + std::string(63, ']')).find("nesting"), std::string::npos);
}

TEST(Config, AMessageIsOneShortLineWhateverTheKeysAreCalled) {
    const std::string longest(900, 'k');
    const std::vector<std::string> files{R"(suites: {a: {run: x, component: {"g\nb\e[31m": []}}})",
                                         "suites: {a: {run: x, component: {" + longest + ": []}}}",
                                         R"(suites: {"a\nb": {run: []}})",
                                         R"(suites: {"a\nb": })",
                                         R"({suites: {a: {run: x}}, policy: {metrics: {"t\e[31m": {detect: 5}}}})",
                                         "{suites: {a: {run: x}}, policy: {metrics: {" + longest + ": {detect: 5}}}}"};
    for (const auto& yaml : files) {
        const auto parsed = parse(yaml);
        ASSERT_FALSE(parsed) << yaml.substr(0, 100);
        for (const auto& error : parsed.error()) {
            EXPECT_LT(error.message.size(), 300u);
            for (const char c : error.message) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << error.message;
        }
    }
}

TEST(Config, DeepBlocksAndManyAnchors) {
    std::string deep;
    for (int i = 0; i < 300; ++i) deep += std::string(i, ' ') + "k:\n";
    EXPECT_NE(errors_of(deep).find("more than 64 levels of nesting"), std::string::npos) << errors_of(deep);
    std::string anchors = "suites:\n";
    for (int i = 0; i < 10'000; ++i) anchors += fmt::format("  a{}: &a{} 1\n", i, i);
    EXPECT_EQ(errors_of(anchors), "202:9: more than 200 anchors and aliases");
    std::string million = "a:\n";
    while (million.size() < 10'000'000) million += "- &x 1\n";
    EXPECT_NE(errors_of(million).find("more than 262144 bytes"), std::string::npos);
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        laughs += fmt::format("a{}: &a{} [", i, i);
        for (int j = 0; j < 9; ++j) laughs += fmt::format("*a{}, ", i - 1);
        laughs += fmt::format("*a{}]\n", i - 1);
    }
    EXPECT_NE(errors_of(laughs).find("more than 20000 values, with every alias counted in full"), std::string::npos)
        << errors_of(laughs);
    std::string wide = "a: [";
    for (int i = 0; i < 30'000; ++i) wide += "1,";
    EXPECT_NE(errors_of(wide + "1]").find("more than 20000 values"), std::string::npos);
}

std::string unmet_of(std::string_view yaml) {
    std::string lines;
    const auto config = parse(yaml).value();
    for (const auto& unmet : config.unmet)
        lines += fmt::format("{}:{}: {}{}\n", unmet.line, unmet.column, unmet.message, unmet.concerns_gate ? "!" : "");
    return lines;
}

TEST(Config, WhatThisVersionDoesNotDoIsToldWithItsPlace) {
    EXPECT_EQ(unmet_of(smallest_example), "");
    EXPECT_EQ(unmet_of(with("budgets: [{benchmark: a, metric: time, max: 5ms}]\n"
                            "claims: [{benchmark: a, metric: time, from: v1, at_least: -5%}]\n"
                            "retention: {raw: 7d}\nalerts: [{on: regression, to: [slack]}]\n")),
              "5:1: retention is not applied by this version\n"
              "6:1: alerts are not sent by this version\n");
    EXPECT_EQ(
        unmet_of("suites:\n"
                 "  l: {tier: load, on: {schedule: \"0 2 * * *\"}, service: {start: y}, load: {tool: wrk, target: x}, "
                 "objectives: "
                 "[{metric: p99, max: 5ms}]}\n"
                 "  r:\n    run: x\n    on: {pull_request: , merge_group: quick}\n    component: c\n"
                 "    measure: [time, io]\n    service: {start: y}\n    objectives: [{metric: p99, max: 5ms}]\n"),
        "6:5: suite r: components are not shown by this version\n"
        "8:5: suite r: service is not carried out where run says what to do\n"
        "9:5: suite r: objectives are judged of a load, not of run!\n");
    EXPECT_EQ(unmet_of("suites: {a: {run: x, measure: [time]}}\n"), "");
}

TEST(Config, AClaimComparesWithARefOrWithAnotherBenchmark) {
    const auto config =
        parse(with("claims:\n"
                   "  - {benchmark: a, metric: time, from: v1, at_least: -5%}\n"
                   "  - {benchmark: 'new/*', metric: throughput, against: 'old/*', at_least: 50%, action: log}\n"))
            .value();
    ASSERT_EQ(config.claims.size(), 2u);
    EXPECT_EQ(config.claims[0].from, "v1");
    EXPECT_EQ(config.claims[0].action, model::Action::block);
    EXPECT_EQ(config.claims[0].line, 4);
    EXPECT_EQ(config.claims[1].against, "old/*");
    EXPECT_EQ(config.claims[1].at_least, 0.5);
    EXPECT_EQ(config.claims[1].action, model::Action::log);
    const std::string either = "3:10: claims: either 'from' (a ref) or 'against' (another benchmark) is needed";
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: time, at_least: -5%}]\n")), either);
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: time, from: v1, against: b, at_least: -5%}]\n")), either);
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: time, against: 'b/*', at_least: -5%}]\n")),
              "3:48: claims.against: a wildcard here stands for the only one of 'benchmark'");
}

TEST(Config, ASuiteMayDoWithoutProfilesOfItsRegressions) {
    EXPECT_FALSE(parse("suites:\n  a: {run: x, profile_regressions: false}\n").value().suites[0].profile_regressions);
    EXPECT_EQ(errors_of("suites:\n  a: {run: x, profile_regressions: never}\n"),
              "2:36: suites.a.profile_regressions: expected true or false, found 'never'");
}

TEST(Config, AClaimOfAChangeForTheWorseIsAMistake) {
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: time, from: v1, at_least: 82%}]\n")),
              "3:59: claims.at_least: 82% of time is a change for the worse, less is better; did you mean '-82%'?");
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: throughput, from: v1, at_least: -20%}]\n")),
              "3:65: claims.at_least: -20% of throughput is a change for the worse, more is better; did you mean "
              "'20%'?");
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: words, from: v1, at_least: 82%}]\n")), "")
        << "the direction of a metric of one's own is the tool's to state";
    EXPECT_EQ(errors_of(with("claims: [{benchmark: a, metric: hit_rate, from: v1, at_least: 2%}]\n")), "");
}

TEST(Config, ThereIsAnEndToClaims) {
    std::string many = "claims:\n";
    for (int i = 0; i < 201; ++i) many += "  - {benchmark: a, metric: time, from: v1, at_least: -5%}\n";
    EXPECT_EQ(errors_of(with(many)), "204:5: claims: more than 200");
}

TEST(Config, GrowthNamesThePlaceOfTheSize) {
    const auto config = parse(with("growth: [{benchmark: 'sort/{n}'}, {benchmark: 'a/{n}/*', metric: cpu_time, margin: "
                                   "0.25, action: block}]\n"))
                            .value();
    ASSERT_EQ(config.growth.size(), 2u);
    EXPECT_EQ(config.growth[0], (model::Growth{"sort/{n}", "time", 0.1, model::Action::review, 3}));
    EXPECT_EQ(config.growth[1], (model::Growth{"a/{n}/*", "cpu_time", 0.25, model::Action::block, 3}));
    const std::string place = "growth.benchmark: {n} must stand once where the size is, as in \"sort/{n}\"";
    EXPECT_EQ(errors_of(with("growth: [{benchmark: sort}]\n")), "3:22: " + place);
    EXPECT_EQ(errors_of(with("growth: [{benchmark: '{n}/{n}'}]\n")), "3:22: " + place);
}

TEST(Config, LaterKeysAreCheckedForShape) {
    EXPECT_EQ(errors_of(with("retention: {raw: 7}\n")),
              "3:18: retention.raw: expected a duration such as 500ms, 20m, 1h or 7d, found '7'");
    EXPECT_EQ(errors_of(with("alerts: [{on: \"p95 > 1000 for 5m\", to: [slack]}]\n")).substr(0, 20),
              "3:15: alerts.on: exp");
    EXPECT_EQ(errors_of(with("alerts: [{on: change_piont, to: [slak]}]\n")),
              "3:15: alerts.on: unknown 'change_piont'; did you mean 'change_point'?\n3:34: alerts.to: unknown 'slak'; "
              "did you mean 'slack'?");
}

TEST(Config, LevelsMayBeAPresetPerMetricPerBenchmarkAndOverABudget) {
    const auto config =
        parse(with("policy:\n"
                   "  levels: minor-major-critical\n"
                   "  metrics: {peak_memory: {levels: notice-warning-critical}}\n"
                   "  benchmarks:\n"
                   "    \"parser/*\": {levels: notice-warning-critical, detect: 1%,\n"
                   "                 metrics: {peak_memory: {detect: 10%}}}\n"
                   "    startup: {levels: [{name: any, at: 2%, action: block}]}\n"
                   "budgets: [{benchmark: startup, metric: time, max: 60ms, levels: green-yellow-red}]\n"))
            .value();
    const auto& policy = config.policy;
    EXPECT_EQ(policy.levels, model::level_preset("minor-major-critical"));
    EXPECT_EQ(levels_for(policy, {"a", "peak_memory"}), model::level_preset("notice-warning-critical"));
    ASSERT_EQ(policy.benchmarks.size(), 2u);
    EXPECT_EQ(policy.benchmarks[0].benchmark, "parser/*") << "in the order of the file";
    EXPECT_EQ(detect_for(policy, {"parser/x", "peak_memory"}), 0.10);
    EXPECT_EQ(detect_for(policy, {"parser/x", "time"}), 0.01);
    EXPECT_EQ(levels_for(policy, {"startup", "time"}).at(0).action, model::Action::block);
    EXPECT_EQ(config.budgets.at(0).levels, model::level_preset("green-yellow-red"));
}

TEST(Config, MistakesInLevelsHaveTheirPlace) {
    EXPECT_EQ(errors_of(with("policy: {levels: minor-major}\n")),
              "3:18: policy.levels: unknown 'minor-major'; known: minor-major-critical, notice-warning-critical");
    EXPECT_EQ(errors_of(with("policy: {levels: green-yellow-red}\n")),
              "3:18: policy.levels: unknown 'green-yellow-red'; known: minor-major-critical, notice-warning-critical");
    EXPECT_EQ(errors_of(with("policy:\n  benchmarks: [a]\n")),
              "4:15: policy.benchmarks: expected a map of benchmark names or globs");
    EXPECT_EQ(errors_of(with("policy:\n  benchmarks: {\"a/*\": {level: x}}\n")),
              "4:24: unknown key 'level' in policy.benchmarks.a/*; did you mean 'levels'?");
    EXPECT_EQ(errors_of(with("policy:\n  benchmarks: {a: {metrics: {time: {detect: 3}}}}\n")),
              "4:45: policy.benchmarks.a.metrics.time.detect: expected a percentage such as 5%, found '3'");
    std::string many = "policy: {levels: [";
    for (int i = 0; i < 21; ++i) many += fmt::format("{{name: l{}, at: {}%, action: log}}, ", i, i + 1);
    EXPECT_EQ(errors_of(with(many + "]}\n")), "3:18: policy.levels: more than 20 levels");
    many = "policy:\n  benchmarks: {";
    for (int i = 0; i < 201; ++i) many += fmt::format("b{}: {{detect: 5%}}, ", i);
    EXPECT_EQ(errors_of(with(many + "}\n")), "4:15: policy.benchmarks: more than 200 entries");
}

}  // namespace
}  // namespace benchgate::config
