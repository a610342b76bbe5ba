#include "cli/check_config_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <chrono>
#include <ostream>

#include "cli/config_file.h"
#include "core/planning/cron.h"
#include "core/reporting/numbers.h"
#include "platform/clock.h"

namespace benchgate::cli {
namespace {

/// With the next time, so that nobody has to read cron to see what he wrote.
std::string schedule_text(const std::string& written) {
    const auto line = model::read_cron(written);
    const auto next = line ? planning::next_after(*line, std::chrono::system_clock::now()) : std::nullopt;
    return fmt::format("schedule {}{}", written, next ? " (next " + platform::format_utc(*next) + ")" : "");
}

std::string when(const model::Triggers& on) {
    std::string text;
    const auto add = [&](bool use, const std::string& what) {
        if (use) text += (text.empty() ? "" : ", ") + what;
    };
    add(on.pull_request, "pull requests");
    add(on.push, "pushes");
    if (on.schedule) add(true, schedule_text(*on.schedule));
    add(on.merge_group.has_value(), "merge group (" + on.merge_group.value_or("") + ")");
    return text.empty() ? "on command only" : text;
}

}  // namespace

int run_check_config(const std::string& path, std::ostream& out, std::ostream& err) {
    const auto config = read_config(path);
    if (!config) {
        fmt::print(err, "{}\n", config.error());
        return 2;
    }
    const auto name = config_name(path);
    for (const auto& unmet : config->unmet)
        fmt::print(err, "{}:{}:{}: warning: {}\n", name, unmet.line, unmet.column, unmet.message);
    const auto counted = [](std::size_t count, std::string_view noun) {
        return reporting::counted(static_cast<long long>(count), noun);
    };
    fmt::print(out, "{}: {}, {}, {}\n", name, counted(config->suites.size(), "suite"),
               counted(config->budgets.size(), "budget"), counted(config->claims.size(), "claim"));
    for (const auto& suite : config->suites) {
        const auto unmeasured = unmeasured_because(suite);
        const auto how = suite.load ? "under load by " + suite.load->load.tool : "format " + suite.format;
        fmt::print(out, "  {} ({}): {}; {}\n", suite.name, model::to_string(suite.tier),
                   unmeasured.empty() ? fmt::format("{}, at most {} trials a side", how, suite.max_trials)
                                      : std::string(unmeasured),
                   when(suite.on));
    }
    return 0;
}

}  // namespace benchgate::cli
