#pragma once
// The two examples of the contract, read by the tests of the parser and of the schema alike.

#include <string_view>

namespace benchgate::config {

inline constexpr std::string_view smallest_example = R"(suites:
  micro: { build: "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build -t bench",
           run: "build/bench --benchmark_format=json", format: google-benchmark }
)";

inline constexpr std::string_view full_example = R"(version: 1
host_class: [bare-metal, x86_64]
suites:
  micro:
    tier: micro
    component: parser
    on: { pull_request: {paths: ["src/**", "bench/**"]}, push: {branches: [main]}, merge_group: quick }
    build: ["cmake -S . -B build", "cmake --build build"]
    run: "build/bench --benchmark_filter={filter} --benchmark_out={output}"
    format: google-benchmark
    artifacts: ["build/bench"]
    trials: { max: 60 }
    timeout: { build: 20m, trial: 2m, job: 1h }
    measure: [time, peak_memory, cpu, io, instructions]
  load:
    tier: load
    on: { schedule: "0 2 * * *" }
    service: { start: "build/server --port {port}", ready: "tcp:{port}", stop: TERM }
    load: { tool: wrk, target: "http://127.0.0.1:{port}/" }
    profile: [ {name: ramp, from: 100, to: 1000, for: 30s}, {name: spike, clients: 2000, for: 5s} ]
    objectives: [ {metric: p99, max: 500ms}, {metric: error_rate, max: 1%} ]
  breaking-point:
    tier: stress
    on: {schedule: "0 3 * * 0"}
    service: { start: "build/server --port {port}", ready: "tcp:{port}" }
    load: { tool: hey, target: "http://127.0.0.1:{port}/" }
    search: {rate: 100, factor: 1.25}
  faults:
    tier: chaos
    service: { start: "build/server --port {port}", ready: "tcp:{port}" }
    load: { tool: hey, target: "http://127.0.0.1:{port}/", rate: 100, for: 30s }
    faults: [ {at: 10s, for: 5s, kind: pause}, {at: 20s, kind: kill} ]
policy:
  levels: [ {name: minor, at: 5%, action: log}, {name: major, at: 10%, action: review},
            {name: critical, at: 20%, action: block} ]
  metrics:
    throughput: {levels: [ {name: critical, at: 15%, action: block} ]}
    error_rate: {detect: 1%}
    peak_memory: {levels: [ {name: critical, at: 25%, action: block} ]}
  false_alarms: 1%
  detect: 3%
  drift: { per: release, allow: 5% }
  inconclusive: neutral
budgets:
  - { benchmark: "tool_execution/*", metric: p95, max: 50ms }
  - { benchmark: startup, metric: time, max: 60ms }
claims:
  - { benchmark: tool_execution, metric: time, from: v1.0, at_least: -82% }
  - { benchmark: "sort/new/*", metric: time, against: "sort/old/*", at_least: -20%, action: review }
growth:
  - { benchmark: "sort/{n}", metric: time, margin: 0.1, action: review }
alerts:
  - { on: change_point, to: [slack, issue] }
  - { on: "p95 > 1000ms for 5m", severity: warning, to: [slack, pagerduty] }
  - { on: weekly_report, to: [email] }
retention: { raw: 7d, hourly: 30d, daily: 1y, regressions: forever }
)";

}  // namespace benchgate::config
