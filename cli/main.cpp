// benchgate: for people and for other CI systems. No service, no database.

#include <sys/ioctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "cli/arguments.h"
#include "cli/check_config_command.h"
#include "cli/compare_command.h"
#include "cli/detect_command.h"
#include "cli/judge_command.h"
#include "cli/parse_command.h"
#include "core/model/units.h"
#include "platform/log.h"
#include "platform/stop.h"
#include "runners/load/inside.h"

namespace {

using namespace benchgate;

constexpr int exit_usage = 2;
constexpr int exit_failed = 3;
constexpr std::string_view exit_statuses =
    "Exit status: 0 the gate passes or is neutral, 1 it blocks, 2 usage or configuration error, 3 could not measure.";

struct Commands {
    cli::CompareOptions compare;
    cli::JudgeOptions judge;
    cli::ParseOptions parse;
    cli::DetectCommandOptions detect;
    std::string max_time, parse_json, config_file = ".benchgate.yml";
    std::uint64_t seed = 0;
};

CLI::App* add_compare(CLI::App& app, Commands& c) {
    auto* compare =
        app.add_subcommand("compare", "Measure two commits side by side on this machine and judge the difference");
    compare->add_option("RANGE", c.compare.range,
                        "BASE..HEAD, BASE...HEAD (from their merge-base) or BASE..WORKTREE; default: what this branch "
                        "and the working tree change");
    compare->add_option("--repo", c.compare.repository, "Repository; default: the one around this folder");
    compare->add_option("--config", c.compare.config, "Default: .benchgate.yml of the working tree");
    compare->add_option("--suite", c.compare.suites, "Only this suite; may be repeated")->allow_extra_args(false);
    compare->add_option("--filter", c.compare.filter,
                        "Only benchmarks that match this glob; * stops at a /, ** does not");
    auto* quick = compare->add_flag("--quick", c.compare.quick,
                                    "At most 12 trials a side, and as many again to confirm an alarm");
    compare
        ->add_flag("--full", c.compare.full,
                   "Up to 60 trials a side; default: what the suite says, 60 if it says nothing")
        ->excludes(quick);
    compare->add_option("--max-time", c.max_time, "Stop each suite after this long, e.g. 10m");
    compare->add_option("--seed", c.seed, "Seed of the random order; default: a new one");
    compare->add_option("--bundle", c.compare.bundle, "Keep everything that was measured; `benchgate judge` reads it");
    compare->add_option("--json", c.compare.json, "Report as JSON; - is standard output");
    compare->add_option("--markdown", c.compare.markdown, "Report as Markdown; - is standard output");
    compare->add_option("--html", c.compare.html, "Report as one HTML file; - is standard output");
    compare->add_option("--csv", c.compare.csv, "Verdicts as CSV; - is standard output");
    compare->add_option(
        "--format", c.compare.format,
        "With a command, the format of its output, one of docs/formats.md; default: recognised by its content");
    compare->add_flag("--explain", c.compare.explain,
                      "The numbers behind every verdict, as a tree; with --json as \"explain\" beside it too");
    compare->add_flag("--no-sandbox", c.compare.no_sandbox,
                      "Run builds and benchmarks with your own rights and network");
    compare
        ->add_option("--compiler-cache", c.compare.compiler_cache,
                     "Folder in which ccache keeps what compilers made, apart for bases and each head; needs the "
                     "sandbox")
        ->envname("BENCHGATE_COMPILER_CACHE");
    compare->footer(
        "benchgate compare [OPTIONS] [RANGE] -- COMMAND...\n"
        "needs no .benchgate.yml: nothing is built, the command runs in both checkouts.\n\n"
        "Budgets, claims and growth of the configuration are judged as well; each ref that a claim\n"
        "names is built and measured besides.\n\n" +
        std::string(exit_statuses));
    return compare;
}

CLI::App* add_judge(CLI::App& app, Commands& c) {
    auto* judge =
        app.add_subcommand("judge", "Judge a bundle, or anyone's trials, again; the same verdict as the service");
    auto* bundle = judge->add_option("BUNDLE", c.judge.bundle_file,
                                     "What `benchgate compare --bundle` wrote, or a page links as raw samples");
    judge->add_option("--trials", c.judge.trials_file, "CSV: benchmark,metric,unit,better,block,position,side,value")
        ->excludes(bundle);
    judge
        ->add_option("--benchmarks", c.judge.benchmarks,
                     "Number of tests of the pull request; default: those of the file")
        ->check(CLI::Range(1, 1'000'000));
    judge->add_option("--policy", c.judge.policy_file, "A .benchgate.yml whose policy is used");
    judge->add_option("--json", c.judge.json, "Verdicts as JSON; - is standard output");
    judge->add_flag("--explain", c.judge.explain,
                    "The numbers behind every verdict, as a tree; with --json as \"explain\" beside it");
    judge->footer(std::string(exit_statuses));
    return judge;
}

CLI::App* add_detect(CLI::App& app, Commands& c) {
    auto* detect = app.add_subcommand("detect", "Find where the level of a history changed");
    detect
        ->add_option("SERIES", c.detect.file,
                     "CSV with the columns value and index, time or commit; - is standard input")
        ->required();
    detect->add_option("--json", c.detect.json, "Changes as JSON; - is standard output");
    detect->footer("Exit status: 0 the series was read, with or without changes; 2 it could not be.");
    return detect;
}

CLI::App* add_parse(CLI::App& app, Commands& c) {
    auto* parse = app.add_subcommand("parse", "Show what is read out of a benchmark tool's output");
    parse->add_option("FILE", c.parse.file, "Output of the tool; - is standard input")->required();
    parse->add_option("--format", c.parse.format,
                      "One of docs/formats.md's table, or regex:PATTERN; default: recognised by its content");
    parse->add_option("--json", c.parse_json, "Measurements as JSON; - is standard output");
    parse->footer(
        "What each format must look like: docs/formats.md.\n\n"
        "Exit status: 0 it was read, 2 wrong usage or no such file, 3 it is no result of that format.");
    return parse;
}

bool colours() {
    const char* no_color = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

/// Wide where it is no terminal: a name that a file or another program gets should not be cut.
int columns() {
    constexpr int elsewhere = 250;
    winsize size{};
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                                                    : elsewhere;
}

int compare(Commands& c, bool has_seed) {
    if (!c.max_time.empty()) {
        const auto limit = model::parse_duration(c.max_time);
        if (!limit) {
            std::cerr << "--max-time: write a duration such as 90s, 10m or 1h\n";
            return exit_usage;
        }
        c.compare.max_time = *limit;
    }
    if (has_seed) c.compare.seed = c.seed;
    c.compare.terminal = isatty(STDERR_FILENO);
    c.compare.colour = colours();
    c.compare.columns = columns();
    platform::StopSignals signals;
    return cli::run_compare(c.compare, std::cout, std::cerr, signals.drain());
}

}  // namespace

int main(int argc, char** argv) {
    if (const auto status = benchgate::load::run_inside(argc, argv)) return *status;
    platform::hold_standard_streams();
    CLI::App app{"benchgate: did this change make anything slower? Measures, judges, explains.", "benchgate"};
    Commands commands;
    app.set_version_flag("--version", BENCHGATE_VERSION);
    app.require_subcommand(1);
    auto* compare_command = add_compare(app, commands);
    auto* judge_command = add_judge(app, commands);
    auto* parse_command = add_parse(app, commands);
    auto* detect_command = add_detect(app, commands);
    auto* check = app.add_subcommand("check-config", "Check a .benchgate.yml; mistakes as FILE:LINE:COLUMN: message");
    check->add_option("FILE", commands.config_file, "Default: .benchgate.yml; - is standard input");
    check->footer(
        "Every key: docs/configuration.md.\n\nExit status: 0 it can be used, 2 it has mistakes or cannot be opened.");
    app.footer("benchgate COMMAND --help says more.");
    auto arguments = cli::split_at_dashes(argc, argv);
    if (const auto mistake = cli::unknown_command(arguments, {"compare", "judge", "detect", "parse", "check-config"})) {
        std::cerr << *mistake << '\n';
        return exit_usage;
    }
    commands.compare.command = arguments.command;
    if (arguments.ours.empty() && arguments.command.empty()) {
        std::cerr << app.help();
        return exit_usage;
    }
    try {
        std::reverse(arguments.ours.begin(), arguments.ours.end());  // as CLI11 wants them
        app.parse(std::move(arguments.ours));
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    platform::set_up_log({platform::LogFormat::text, "warn", "benchgate"});
    if (!*compare_command && !commands.compare.command.empty()) {
        std::cerr << "only compare takes a command after --\n";
        return exit_usage;
    }
    try {
        if (*compare_command) return compare(commands, compare_command->count("--seed") > 0);
        if (*judge_command) {
            commands.judge.colour = colours();
            commands.judge.columns = columns();
            return cli::run_judge(commands.judge, std::cout, std::cerr);
        }
        if (*detect_command) {
            commands.detect.columns = columns();
            return cli::run_detect(commands.detect, std::cout, std::cerr);
        }
        if (*parse_command) {
            if (!commands.parse_json.empty()) commands.parse.json = commands.parse_json;
            return cli::run_parse(commands.parse, std::cout, std::cerr);
        }
        return cli::run_check_config(commands.config_file, std::cout, std::cerr);
    } catch (const std::exception& error) {
        std::cerr << "benchgate: " << error.what() << '\n';
        return exit_failed;
    }
}
