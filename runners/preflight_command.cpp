#include "runners/preflight_command.h"

#include <fmt/format.h>

#include "runners/agent/agent.h"
#include "runners/measure/host_report.h"
#include "runners/sandbox/bubblewrap.h"

namespace benchgate {
namespace {

constexpr int exit_usage = 2;

/// Work folders are made when the runner starts; the disk is that of the nearest folder above that exists.
std::filesystem::path existing(std::filesystem::path folder) {
    std::error_code error;
    folder = std::filesystem::absolute(folder, error);
    while (!std::filesystem::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
    return folder;
}

std::string summary(const std::vector<model::HostFact>& facts) {
    int counts[4] = {};
    for (const auto& fact : facts) ++counts[static_cast<int>(fact.status)];
    using model::FactStatus;
    const auto count = [&](FactStatus status) { return counts[static_cast<int>(status)]; };
    return fmt::format("{} ok, {} to look at, {} unknown here, {} that must be mended: {}\n", count(FactStatus::ok),
                       count(FactStatus::warn), count(FactStatus::unknown), count(FactStatus::fail),
                       count(FactStatus::fail) > 0 ? "this host is not fit to measure on" : "this host may measure");
}

}  // namespace

int preflight(const PreflightOptions& options, std::ostream& out, std::ostream& err) {
    sandbox::BubblewrapSandbox bubblewrap{sandbox::BubblewrapOptions{}};
    auto facts = measure::host_report({options.root, existing(options.work), true, options.cpus}, bubblewrap);
    std::error_code error;
    if (std::filesystem::exists(options.tune_journal, error))
        facts.push_back({"tuning", model::FactStatus::warn,
                         fmt::format("set, by the journal {}", options.tune_journal.string()), "put back, or running",
                         "if no benchgate-runner tune runs: benchgate-runner tune --restore"});
    if (const auto checked = host::check_rules(options.fitness, facts); !checked)
        return err << checked.error() << '\n', exit_usage;
    auto rules = options.fitness;
    if (options.allow_unsandboxed) rules.tolerate.push_back("sandbox");
    host::apply_rules(rules, facts);
    if (options.json)
        out << host::facts_json(facts);
    else
        out << host::facts_table(facts, options.columns) << summary(facts);
    return host::overall(facts) == model::FactStatus::fail ? agent::exit_cannot_run : agent::exit_ok;
}

}  // namespace benchgate
