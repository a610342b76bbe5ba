// How long one delivery takes from its bytes to its plan, without network and database: JSON, event, command,
// configuration, plan.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>

#include "core/config/config.h"
#include "core/planning/plan.h"

namespace {

using namespace benchgate;
using json::Json;

constexpr int suites = 10;
constexpr int earlier_runs = 50;
constexpr int benchmarks_measured = 5000;
constexpr std::size_t payload_bytes = 24'000;  // as GitHub's own example of pull_request.synchronize

const std::string head(40, '2');
const std::string base(40, 'b');

/// An account or repository as GitHub sends it: mostly addresses that nobody reads.
Json with_addresses(Json object, const std::string& path) {
    for (const auto* name :
         {"url", "html_url", "followers_url", "gists_url", "events_url", "hooks_url", "issue_events_url",
          "assignees_url", "branches_url", "tags_url", "blobs_url", "git_tags_url", "statuses_url"})
        object[name] = "https://api.github.com/" + path + "/" + name + "{/sha}";
    return object;
}

Json repository() {
    return with_addresses({{"id", 7},
                           {"name", "engine"},
                           {"full_name", "acme/engine"},
                           {"owner", with_addresses({{"login", "acme"}, {"type", "User"}}, "users/acme")},
                           {"private", false},
                           {"default_branch", "main"},
                           {"clone_url", "https://github.com/acme/engine.git"}},
                          "repos/acme/engine");
}

Json delivery(Json payload) {
    payload["repository"] = repository();
    payload["installation"] = {{"id", 99}};
    payload["sender"] = with_addresses({{"login", "ann"}, {"type", "User"}}, "users/ann");
    for (int i = 0; json::dump(payload).size() < payload_bytes; ++i)
        payload["labels"].push_back(with_addresses({{"id", i}, {"name", "label"}}, "labels/" + std::to_string(i)));
    return payload;
}

std::string pull_request() {
    const auto side = [](const std::string& sha, const char* ref) {
        return Json{{"sha", sha}, {"ref", ref}, {"repo", repository()}};
    };
    return json::dump(delivery({{"action", "synchronize"},
                                {"pull_request",
                                 {{"number", 12},
                                  {"state", "open"},
                                  {"draft", false},
                                  {"user", {{"login", "ann"}}},
                                  {"head", side(head, "topic")},
                                  {"base", side(base, "main")}}}}));
}

std::string comment(const std::string& body) {
    return json::dump(
        delivery({{"action", "created"},
                  {"issue", {{"number", 12}, {"state", "open"}, {"pull_request", {{"url", "x"}}}}},
                  {"comment", {{"id", 5}, {"body", body}, {"user", {{"login", "ann"}, {"type", "User"}}}}}}));
}

std::string configuration() {
    std::string yaml = "host_class: [bare-metal]\nsuites:\n";
    for (int i = 0; i < suites; ++i) {
        const auto name = "suite" + std::to_string(i);
        yaml += "  " + name + ":\n    on: { pull_request: {paths: [\"src/" + name + "/**\", \"common/**\"]} }\n" +
                "    build: [\"cmake -S . -B build\", \"cmake --build build -t " + name + "\"]\n" +
                "    run: \"build/" + name + " --benchmark_format=json\"\n    format: google-benchmark\n";
    }
    return yaml;
}

/// What a busy pull request has behind it.
planning::PlanInput existing_world() {
    planning::PlanInput input;
    input.now = std::chrono::sys_days{std::chrono::November / 21 / 2026};
    input.pull = planning::PullRequest{12, head, "topic", "acme/engine", "main", base, false, false, true, "ann"};
    input.base_sha = base;
    input.changed_paths.emplace();
    for (int i = 0; i < 300; ++i) input.changed_paths->push_back("src/suite" + std::to_string(i % 20) + "/file.cpp");
    for (int i = 0; i < earlier_runs; ++i) {
        planning::ExistingRun run;
        run.id = std::to_string(i);
        run.pull_number = 12;
        run.head_sha = std::string(40, '1');
        run.base_ref = "main";
        run.state = model::RunState::superseded;
        for (int suite = 0; suite < suites; ++suite)
            run.jobs.push_back({"suite" + std::to_string(suite), model::JobState::succeeded});
        input.existing.push_back(std::move(run));
    }
    input.judged.emplace();
    input.judged->head_sha = head;
    for (int i = 0; i < benchmarks_measured; ++i) {
        model::Verdict verdict;
        verdict.series.key = {"BM_Something/with/parameters/" + std::to_string(i), "time"};
        verdict.ratio = 1.2;
        verdict.kind = i % 100 == 0 ? model::VerdictKind::regressed : model::VerdictKind::unchanged;
        input.judged->series.push_back({"suite1", verdict});
    }
    return input;
}

/// Everything between the inbox row and the rows of the plan that is not a look-up.
planning::Plan planned(const std::string& event_name, const std::string& body, const std::string& yaml,
                       planning::PlanInput& world) {
    const auto event = planning::read_event(event_name, json::parse(body).value()).value();
    world.config = config::parse(yaml).value();
    if (const auto* pull = std::get_if<planning::PullRequestEvent>(&event)) {
        world.repository = pull->source.repository;
        world.pull = pull->pull;
        world.trigger = planning::PullRequestTrigger{pull->action};
    } else if (const auto* said = std::get_if<planning::CommentEvent>(&event)) {
        world.repository = said->source.repository;
        const auto command = planning::read_command(said->body);
        const auto* found = std::get_if<planning::Command>(&command);
        world.trigger =
            planning::CommandTrigger{found != nullptr ? *found : planning::Command{planning::Verb::help, {}, {}},
                                     said->comment_id, said->author, planning::Permission::write};
    }
    return planning::plan(world);
}

void run(benchmark::State& state, const std::string& event, const std::string& body) {
    auto world = existing_world();
    const auto yaml = configuration();
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(planned(event, body, yaml, world));
    state.counters["bytes"] = static_cast<double>(body.size());
}

void plan_pull_request(benchmark::State& state) {
    run(state, "pull_request", pull_request());
}
void plan_command(benchmark::State& state) {
    run(state, "issue_comment", comment("/rebench suite=suite1,suite2 trials=20"));
}
void plan_waiver(benchmark::State& state) {
    run(state, "issue_comment",
        comment("/rebench waive BM_Something/with/parameters/* max=25% until=2027-01-31 reason=known"));
}
void plan_hostile_comment(benchmark::State& state) {
    std::string body;
    while (body.size() < 32'000) body += "- [";
    body.resize(65'000, '\n');
    run(state, "issue_comment", comment(body + "/rebench"));
}

BENCHMARK(plan_pull_request)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_command)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_waiver)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_hostile_comment)->Unit(benchmark::kMillisecond);

}  // namespace
