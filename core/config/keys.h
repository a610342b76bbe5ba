#pragma once
// Every key that `.benchgate.yml` knows, by section: what the reader accepts, what an error suggests, and what the test
// holds against the JSON Schema.

#include <string_view>
#include <utility>
#include <vector>

namespace benchgate::config {

using Keys = std::vector<std::string_view>;

/// Section (the schema's $defs of the same name) -> its keys.
inline const std::vector<std::pair<std::string_view, Keys>>& sections() {
    static const std::vector<std::pair<std::string_view, Keys>> all{
        {"config",
         {"version", "host_class", "forks", "report", "merge_group_timeout", "suites", "policy", "budgets", "claims",
          "growth", "alerts", "retention"}},
        {"suite", {"tier",      "component",   "on",      "fetch",      "build",   "run",         "format",
                   "artifacts", "link_orders", "trials",  "timeout",    "measure", "environment", "profile_regressions",
                   "service",   "load",        "profile", "objectives", "search",  "faults"}},
        {"on", {"pull_request", "push", "schedule", "merge_group"}},
        {"pull_request", {"paths"}},
        {"push", {"branches", "paths"}},
        {"trials", {"max"}},
        {"timeout", {"build", "trial", "job"}},
        {"service", {"start", "ready", "ready_within", "stop", "limits"}},
        {"service_limits", {"cpus", "memory", "open_files"}},
        {"load", {"tool", "program", "options", "target", "mix", "clients", "rate", "for", "cpus"}},
        {"mix", {"name", "target", "weight"}},
        {"step", {"name", "kind", "from", "to", "count", "clients", "rate", "for"}},
        {"objective", {"stage", "metric", "max", "min"}},
        {"search", {"rate", "clients", "factor"}},
        {"fault", {"at", "for", "kind", "amount"}},
        {"policy", {"levels", "metrics", "benchmarks", "false_alarms", "detect", "drift", "inconclusive"}},
        {"level", {"name", "at", "action"}},
        {"metric", {"levels", "detect"}},
        {"benchmark_policy", {"levels", "detect", "metrics"}},
        {"drift", {"per", "allow"}},
        {"budget", {"benchmark", "metric", "max", "min", "levels"}},
        {"claim", {"benchmark", "metric", "from", "against", "at_least", "action"}},
        {"growth", {"benchmark", "metric", "margin", "action"}},
        {"alert", {"on", "severity", "to"}},
        {"retention", {"raw", "hourly", "daily", "regressions"}}};
    return all;
}

inline const Keys& keys_of(std::string_view section) {
    for (const auto& [name, keys] : sections())
        if (name == section) return keys;
    static const Keys none;
    return none;
}

}  // namespace benchgate::config
