// What a suite under load says, and how its mistakes are told.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/config/config.h"

namespace benchgate::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string mistakes_in(const std::string& text) {
    const auto config = parse(text);
    if (config) return "";
    std::string lines;
    for (const auto& error : config.error())
        lines += fmt::format("{}{}:{}: {}", lines.empty() ? "" : "\n", error.line, error.column, error.message);
    return lines;
}

/// A suite of a service and wrk with more keys, each on a line of its own from line 5 on.
std::string suite_with(const std::string& more, const std::string& load = "tool: wrk, target: x") {
    return "suites:\n  a:\n    service: {start: s}\n    load: {" + load + "}\n" + more;
}

TEST(LoadReader, TheWholeSectionIsRead) {
    const auto config = parse(
        "suites:\n  shop:\n    tier: chaos\n"
        "    service: {start: 'serve {port}', ready: 'http://127.0.0.1:{port}/', ready_within: 5s, stop: INT, limits: "
        "{cpus: 2, memory: 512MB, open_files: 64}}\n"
        "    load: {tool: hey, program: bin/hey, options: -disable-compression, cpus: 1, clients: 20, for: 4s, mix: "
        "[{name: read, target: /r, weight: 9}, {name: write, target: /w}]}\n"
        "    profile: [{name: calm, rate: 50, for: 10s}, {name: up, from: 50, to: 500, count: 3, for: 9s},\n"
        "      {name: b, kind: burst, from: 5, to: 50, for: 7s}]\n"
        "    objectives: [{metric: p99, max: 500ms}, {stage: calm, metric: error_rate, max: 1%}]\n"
        "    faults: [{at: 1s, for: 2s, kind: delay, amount: 20ms}, {at: 5s, kind: kill}, {at: 8s, for: 1s, kind: "
        "memory, amount: 64MB}]\n");
    ASSERT_TRUE(config) << config.error().front().message;
    EXPECT_TRUE(config->unmet.empty());
    const auto& suite = config->suites.at(0);
    ASSERT_TRUE(suite.load);
    const auto& load = *suite.load;
    EXPECT_EQ(load.service.stop, "INT");
    EXPECT_EQ(load.service.ready_within, seconds(5));
    EXPECT_EQ(load.service.limits, (model::ServiceLimits{2, 512e6, 64}));
    EXPECT_EQ(load.load.program, "bin/hey");
    EXPECT_EQ(load.load.level, (model::LoadLevel{20, {}}));
    EXPECT_EQ(load.load.targets, (std::vector<model::LoadTarget>{{"read", "/r", 9}, {"write", "/w", 1}}));
    ASSERT_EQ(load.profile.size(), 3U);
    EXPECT_EQ(load.profile[0].level.rate, 50);
    EXPECT_EQ(load.profile[1].kind, model::StepKind::ramp);
    EXPECT_EQ(load.profile[1].count, 3);
    EXPECT_EQ(load.profile[2].kind, model::StepKind::burst);
    EXPECT_EQ(load.objectives.at(0).max, 500e6);
    EXPECT_EQ(load.objectives.at(1).benchmark, "calm");
    EXPECT_EQ(load.objectives.at(1).max, 0.01);
    EXPECT_EQ(load.faults.at(0), (model::Fault{model::FaultKind::delay, seconds(1), seconds(2), 20e6}));
    EXPECT_EQ(load.faults.at(2).amount, 64e6);
}

TEST(LoadReader, AnObjectiveIsABudgetOnEveryStageAndOnTheClosedLoopsName) {
    const auto config =
        parse(suite_with("    objectives: [{metric: p99, max: 5ms}, {stage: s, metric: max, max: 9ms}]\n"));
    const auto budgets = model::budgets_of(*config.value().suites[0].load);
    std::string named;
    for (const auto& budget : budgets) named += budget.benchmark + " " + budget.metric + "\n";
    EXPECT_EQ(named, "** p99\n** p99_closed_loop\ns max\ns max_closed_loop\ns/** max\ns/** max_closed_loop\n");
    EXPECT_EQ(budgets[0].line, 5);
}

TEST(LoadReader, MistakesAreToldWithTheirPlaces) {
    EXPECT_EQ(mistakes_in("suites:\n  a: {load: {tool: wrk}, service: {start: s}}\n"),
              "2:13: suites.a.load: 'target' is missing");
    EXPECT_EQ(mistakes_in("suites:\n  a: {load: {tool: wrk, target: x}}\n"),
              "2:6: suites.a.service is missing: nothing outside of the trial can be reached");
    EXPECT_EQ(mistakes_in(suite_with("", "tool: wrkk, target: x")),
              "4:18: suites.a.load.tool: unknown 'wrkk'; did you mean 'wrk'?");
    EXPECT_EQ(
        mistakes_in(suite_with("", "tool: wrk, target: x, rate: 100")),
        "4:40: suites.a.load.rate: wrk sends as fast as it is answered and holds no rate: say clients, or take one "
        "of hey, autocannon, pgbench, vegeta");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, for: 100ms}]\n")),
              "5:30: suites.a.profile.for: expected 1s to 6h, found '100ms'");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, from: 1, for: 5s}]\n")),
              "5:15: suites.a.profile: a ramp, burst or spike goes from one level to another: say from and to");
    EXPECT_EQ(
        mistakes_in(suite_with("    profile: [{name: p, kind: burst, from: 1, to: 9, count: 100, for: 5s}]\n")),
        "5:15: suites.a.profile: its time is shared by stages of 0.024 s, and a tool takes at least 1 s for each: a "
        "longer time, or a smaller count");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, from: 1, to: 3, count: 100, for: 5s}]\n")), "");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, for: 5s}, {name: p, for: 5s}]\n")),
              "5:35: suites.a.profile: two steps named 'p'");
    EXPECT_EQ(mistakes_in(suite_with("    faults: [{at: 1s, kind: pause}]\n")),
              "5:14: suites.a.faults: how long? 'for' is missing");
    EXPECT_EQ(mistakes_in(suite_with("    faults: [{at: 8s, for: 3s, kind: pause}]\n")),
              "5:14: suites.a.faults: it would last until 11 s, and the load ends after 10 s");
    EXPECT_EQ(mistakes_in(suite_with("    faults: [{at: 1s, for: 3s, kind: pause}, {at: 2s, kind: kill}]\n")),
              "5:46: suites.a.faults: two faults at a time");
    EXPECT_EQ(mistakes_in(suite_with("    search: {clients: 2}\n    profile: [{name: p, for: 5s}]\n")),
              "6:14: suites.a.profile: a search makes its own stages");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, from: 1, to: 3, clients: 2, for: 5s}]\n")),
              "5:15: suites.a.profile: from and to say how much; beside them no rate, and clients only where to is a "
              "rate");
    EXPECT_EQ(mistakes_in(suite_with("    profile: [{name: p, from: 1, to: 3, clients: 2, for: 5s}]\n",
                                     "tool: hey, target: x")),
              "");
    EXPECT_EQ(mistakes_in(suite_with("    search: {clients: 2}\n", "tool: hey, target: x")),
              "5:13: suites.a.search: a rate is searched for; how many clients stands in load");
    EXPECT_EQ(mistakes_in("suites:\n  a: {run: x, faults: [{at: 10, kind: kill}]}\n").substr(0, 26),
              "2:29: suites.a.faults.at: ");
    EXPECT_EQ(mistakes_in("suites:\n  a: {run: x, objectives: [{metric: p99, max: 5%}]}\n"),
              "2:47: suites.a.objectives.max: expected a time such as 50ms, found '5%'");
    EXPECT_EQ(mistakes_in("suites:\n  a: {run: x, service: {start: y, ready: port}}\n"),
              "2:42: suites.a.service.ready: expected tcp:PORT, http://..., log:TEXT or command:LINE, found 'port'");
}

TEST(LoadReader, ASearchBeginsWithClientsWhereTheToolHoldsNoRate) {
    EXPECT_EQ(parse(suite_with("    search: {clients: 4, factor: 1.5}\n")).value().suites[0].load->search,
              (model::LoadSearch{4, 1.5}));
    EXPECT_EQ(parse(suite_with("    search: {}\n")).value().suites[0].load->search, (model::LoadSearch{1, 1.25}));
    EXPECT_EQ(parse(suite_with("    search: {rate: 50}\n", "tool: hey, target: x")).value().suites[0].load->search,
              (model::LoadSearch{50, 1.25}));
}

}  // namespace
}  // namespace benchgate::config
