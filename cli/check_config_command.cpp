#include "cli/check_config_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <fstream>
#include <iostream>

#include "core/config/config.h"

namespace benchgate::cli {
namespace {

/// One byte more than may be parsed, so that the parser itself says what is too long.
std::string bounded(std::istream& stream) {
    std::string bytes(config::max_bytes + 1, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return bytes;
}

std::string when(const model::Triggers& on) {
    std::string text;
    const auto add = [&](bool use, const std::string& what) {
        if (use) text += (text.empty() ? "" : ", ") + what;
    };
    add(on.pull_request, "pull requests");
    add(on.push, "pushes");
    add(on.schedule.has_value(), "schedule " + on.schedule.value_or(""));
    add(on.merge_group.has_value(), "merge group (" + on.merge_group.value_or("") + ")");
    return text.empty() ? "on command only" : text;
}

}  // namespace

int run_check_config(const std::string& path, std::ostream& out, std::ostream& err) {
    const std::string name = path == "-" ? "standard input" : path;
    std::string bytes;
    if (path == "-") {
        bytes = bounded(std::cin);
    } else {
        std::ifstream file(path, std::ios::binary);
        if (!file || !file.good()) {
            fmt::print(err, "{}: cannot be read\n", name);
            return 2;
        }
        bytes = bounded(file);
        if (file.bad()) {
            fmt::print(err, "{}: cannot be read\n", name);
            return 2;
        }
    }
    const auto parsed = config::parse(bytes);
    if (!parsed) {
        for (const auto& error : parsed.error())
            fmt::print(err, "{}:{}:{}: {}\n", name, error.line, error.column, error.message);
        return 2;
    }
    fmt::print(out, "{}: {} suite{}, {} budget{}, {} claim{}\n", name, parsed->suites.size(),
               parsed->suites.size() == 1 ? "" : "s", parsed->budgets.size(), parsed->budgets.size() == 1 ? "" : "s",
               parsed->claims.size(), parsed->claims.size() == 1 ? "" : "s");
    for (const auto& suite : parsed->suites)
        fmt::print(out, "  {} ({}): {}, at most {} trials a side; {}\n", suite.name, model::to_string(suite.tier),
                   suite.run.empty() ? "driven by its load tool" : "format " + suite.format, suite.max_trials,
                   when(suite.on));
    return 0;
}

}  // namespace benchgate::cli
