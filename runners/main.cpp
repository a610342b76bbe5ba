// benchgate-runner: the composition root of the agent on a benchmark host. The only place that names concrete types.

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "platform/clock.h"
#include "platform/files.h"
#include "platform/http_client.h"
#include "platform/log.h"
#include "platform/stop.h"
#include "runners/agent/agent.h"
#include "runners/host/cpus.h"
#include "runners/load/inside.h"
#include "runners/measure/host_report.h"
#include "runners/preflight_command.h"
#include "runners/sandbox/sandbox.h"
#include "runners/tune_command.h"

namespace {

using namespace benchgate;

constexpr int exit_usage = 2;

constexpr const char* usual_journal = "/var/lib/benchgate-tune/journal";

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    return text;
}

/// What the operator said about the host, as it was typed.
struct HostFlags {
    std::string bench, housekeeping, build, root = "/";
    std::string tune_journal = usual_journal;
    bool tune = false, smt_off = false, swap_off = false;
};

/// Throws CLI::ValidationError: a list that is none, or CPUs that are not there.
host::CpuPlan plan_of(const HostFlags& flags) {
    const auto list = [](const char* flag, const std::string& text) {
        auto cpus = host::parse_cpus(text);
        if (!cpus) throw CLI::ValidationError(flag, cpus.error());
        return std::move(*cpus);
    };
    auto plan = host::plan_cpus({list("--bench-cpus", flags.bench), list("--housekeeping-cpus", flags.housekeeping),
                                 list("--build-cpus", flags.build), flags.root});
    if (!plan) throw CLI::ValidationError(plan.error());
    return std::move(*plan);
}

/// The arguments for the process that tunes, behind "tune".
std::vector<std::string> words_for_tuning(const HostFlags& flags) {
    std::vector<std::string> words{"--tune-journal", flags.tune_journal};
    if (!flags.bench.empty()) words.insert(words.end(), {"--bench-cpus", flags.bench});
    if (!flags.housekeeping.empty()) words.insert(words.end(), {"--housekeeping-cpus", flags.housekeeping});
    if (flags.root != "/") words.insert(words.end(), {"--host-root", flags.root});
    if (flags.smt_off) words.emplace_back("--smt-off");
    if (flags.swap_off) words.emplace_back("--swap-off");
    return words;
}

/// 0 where nobody looks on.
std::size_t columns_of_terminal() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void log_lines(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) spdlog::info("tuning: {}", line);
}

int serve(agent::AgentOptions options, const HostFlags& flags, const std::filesystem::path& token_file,
          bool allow_unsandboxed) {
    if (!token_file.empty()) {
        auto token = platform::read_file(token_file, 4096);
        if (!token) return spdlog::error("--token-file: {}", token.error().message), exit_usage;
        options.join_token = trimmed(*token);
        if (options.join_token.empty())
            return spdlog::error("--token-file: {} is empty", token_file.string()), exit_usage;
    }
    auto chosen = sandbox::choose({.allow_unsandboxed = allow_unsandboxed, .run_as = {}});
    if (!chosen) {
        spdlog::error("no sandbox: {}. Install bubblewrap, or pass --allow-unsandboxed if every repository is trusted.",
                      chosen.error().message);
        return agent::exit_cannot_run;
    }
    platform::StopSignals signals;
    log_lines(restore_leftover(flags.root, flags.tune_journal));
    // Not before: CPUs that a killed process had turned off are there again from here on.
    options.cpus = plan_of(flags);
    // Any folder does: what the rules name is what counts.
    const auto facts = measure::host_report({flags.root, "/", true, options.cpus}, **chosen);
    if (const auto checked = host::check_rules(options.fitness, facts); !checked)
        return spdlog::error("{}", checked.error()), exit_usage;
    if (allow_unsandboxed) options.fitness.tolerate.emplace_back("sandbox");
    std::optional<TuneHelper> tuning;
    if (flags.tune) {
        auto helper = TuneHelper::start(words_for_tuning(flags));
        if (!helper) return spdlog::error("--tune: {}", trimmed(helper.error())), agent::exit_cannot_run;
        tuning.emplace(std::move(*helper));
        log_lines(tuning->said());
        const auto planned = std::exchange(options.cpus, host::online_of(options.cpus, flags.root));
        if (options.cpus.bench.empty() != planned.bench.empty() ||
            options.cpus.housekeeping.empty() != planned.housekeeping.empty())
            return spdlog::error("--smt-off takes all of --bench-cpus or --housekeeping-cpus away"),
                   agent::exit_cannot_run;
    }
    std::error_code none;
    options.is_tuned = std::filesystem::exists(flags.tune_journal, none);
    if (flags.root == "/" && !host::pin_this_thread(options.cpus.bench))
        return spdlog::error("the kernel lets nothing run on CPUs {}: is this in a cgroup with other cpuset.cpus?",
                             host::format_cpus(options.cpus.bench)),
               agent::exit_cannot_run;
    // Threads that are started from here on inherit it; trials and builds have CPUs of their own.
    if (flags.root == "/" && !host::pin_this_thread(options.cpus.housekeeping))
        spdlog::warn("the runner itself cannot be kept on CPUs {}", host::format_cpus(options.cpus.housekeeping));
    spdlog::info("trials on CPUs {}, everything else on {}", host::format_cpus(options.cpus.bench),
                 host::format_cpus(options.cpus.housekeeping));
    platform::SystemClock clock;
    auto http = platform::make_http_client();
    agent::Agent runner(std::move(options), *http, **chosen, clock);
    return runner.run(signals.drain(), signals.abort());
}

}  // namespace

int main(int argc, char** argv) {
    if (const auto status = load::run_inside(argc, argv)) return *status;
    platform::hold_standard_streams();
    CLI::App app{
        "benchgate-runner: measures on this host what a benchgate service asks for.\n"
        "Join once with a token from 'benchgate-service runner-token NAME'; later starts need none.",
        "benchgate-runner"};
    agent::AgentOptions options;
    options.labels = {"linux"};
    std::string token_file, work = "/var/lib/benchgate-runner", log_format = "text", log_level = "info";
    bool allow_unsandboxed = false, json = false, restore = false;
    int until_closed = -1;
    HostFlags flags;
    app.set_version_flag("--version", BENCHGATE_VERSION);
    app.option_defaults()->always_capture_default();  // for --help
    app.add_option("--service", options.service_url, "Address of the service, e.g. https://bench.example.org")
        ->envname("BENCHGATE_SERVICE");
    app.add_option("--token-file", token_file, "File with the join token; used once")
        ->envname("BENCHGATE_RUNNER_TOKEN_FILE");
    app.add_option("--labels", options.labels, "What this host is, e.g. bare-metal,x86_64")
        ->delimiter(',')
        ->envname("BENCHGATE_RUNNER_LABELS");
    app.add_option("--name", options.name, "Name on pages and in reports; default: the join token's")
        ->envname("BENCHGATE_RUNNER_NAME");
    app.add_option("--work", work, "Folder for mirrors, jobs, spool and identity")->envname("BENCHGATE_RUNNER_WORK");
    app.add_option("--job-disk", options.limits.disk_bytes,
                   "Disk that each side of a job may take, e.g. 16GiB; more ends the build or the trial")
        ->transform(CLI::AsSizeValue(false))
        ->default_str("16GiB")
        ->envname("BENCHGATE_RUNNER_JOB_DISK");
    app.add_flag(
           "--allow-fetch", options.allow_fetch,
           "Give the `fetch` lines of suites this host's network, with all that it reaches; nothing else gets any")
        ->envname("BENCHGATE_RUNNER_ALLOW_FETCH");
    app.add_option("--build-cache", options.build_cache_bytes,
                   "Disk for builds that are taken again where tree, commands and system are the same; 0: none")
        ->transform(CLI::AsSizeValue(false))
        ->default_str("20GiB")
        ->envname("BENCHGATE_RUNNER_BUILD_CACHE");
    app.add_option(
           "--compiler-cache", options.compiler_cache,
           "Folder in which ccache keeps what compilers made in builds, apart for each repository and each pull "
           "request; default: none")
        ->default_str("")
        ->envname("BENCHGATE_RUNNER_COMPILER_CACHE");
    app.add_option("--compiler-cache-size", options.compiler_cache_bytes, "Disk for it")
        ->transform(CLI::AsSizeValue(false))
        ->default_str("20GiB")
        ->envname("BENCHGATE_RUNNER_COMPILER_CACHE_SIZE");
    app.add_option("--job-processes", options.limits.processes, "Processes and threads that a job may have at a time")
        ->check(CLI::Range(16, 1'000'000))
        ->envname("BENCHGATE_RUNNER_JOB_PROCESSES");
    app.add_option("--canary", options.canary,
                   "Time a little fixed work before each job, and give the job back while this host is not as fast as "
                   "it used to be")
        ->default_str("true")
        ->envname("BENCHGATE_RUNNER_CANARY");
    app.add_option("--bench-cpus", flags.bench,
                   "CPUs that trials are pinned to, e.g. 2-7; default: what the kernel isolates, or all but the first "
                   "core where there are more than two CPUs")
        ->default_str("")
        ->envname("BENCHGATE_RUNNER_BENCH_CPUS");
    app.add_option("--housekeeping-cpus", flags.housekeeping,
                   "CPUs of the runner itself: heartbeats, logs, uploads; default: all others")
        ->default_str("")
        ->envname("BENCHGATE_RUNNER_HOUSEKEEPING_CPUS");
    app.add_option("--build-cpus", flags.build,
                   "CPUs of builds, while nothing is measured; default: all but isolated ones")
        ->default_str("")
        ->envname("BENCHGATE_RUNNER_BUILD_CPUS");
    app.add_option("--require", options.fitness.require,
                   "Facts of preflight that must be ok, e.g. cpu.governor,load.*; no job is asked for while one is not")
        ->delimiter(',')
        ->envname("BENCHGATE_RUNNER_REQUIRE");
    app.add_option("--tolerate", options.fitness.tolerate,
                   "Facts that are only warned of when they fail, e.g. disk.free")
        ->delimiter(',')
        ->envname("BENCHGATE_RUNNER_TOLERATE");
    app.add_flag("--tune", flags.tune,
                 "Make the host quiet while the runner runs, by a process of its own (see tune); needs root")
        ->envname("BENCHGATE_RUNNER_TUNE");
    app.add_flag("--smt-off", flags.smt_off, "Tuning: turn the second thread of each core off");
    app.add_flag("--swap-off", flags.swap_off, "Tuning: turn swap off");
    app.add_option("--tune-journal", flags.tune_journal, "Where tuning keeps the old values")
        ->envname("BENCHGATE_RUNNER_TUNE_JOURNAL");
    app.add_option("--host-root", flags.root)->group("");  // another one in tests
    app.add_flag("--once", options.once, "End after one job");
    app.add_flag("--allow-unsandboxed", allow_unsandboxed, "Run jobs without isolation where bubblewrap cannot work");
    app.add_option("--log-format", log_format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->envname("BENCHGATE_RUNNER_LOG_FORMAT");
    app.add_option("--log-level", log_level, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->envname("BENCHGATE_RUNNER_LOG_LEVEL");
    app.fallthrough();  // preflight looks at the folder of --work too
    auto* check = app.add_subcommand("preflight", "Print what this host is and whether it is fit to measure on");
    check->add_flag("--json", json, "One JSON document instead of the table");
    check->footer(
        "--work FOLDER has the disk of that folder looked at, --require and --tolerate change what fails. Exit status: "
        "0 it can measure, 2 wrong usage, 3 something must be mended first.");
    auto* tuning =
        app.add_subcommand("tune", "Make this host quiet until a signal, then put everything back; needs root");
    tuning->add_flag("--restore", restore, "Only put back what a process that was killed left");
    tuning->add_option("--until-closed", until_closed)->group("");  // of the runner that started it
    tuning->footer(
        "Governor, frequencies, turbo, huge pages, page merging, NUMA balancing, watchdog, timers, interrupts and idle "
        "states; --smt-off and --swap-off when asked for. Old values are on the disk (--tune-journal) before new ones "
        "are "
        "written, so that they come back even after kill -9. Exit status: 0 everything is as before, 3 it is not.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    platform::set_up_log({log_format == "json" ? platform::LogFormat::json_lines : platform::LogFormat::text, log_level,
                          "benchgate-runner"});
    options.work = work;
    options.host_root = flags.root;
    try {
        if (*check)
            return preflight({flags.root, options.work, flags.tune_journal, plan_of(flags), options.fitness,
                              allow_unsandboxed, json, columns_of_terminal()},
                             std::cout, std::cerr);
        if (*tuning)
            return tune({{flags.root, {}, flags.smt_off, flags.swap_off},
                         flags.tune_journal,
                         restore,
                         until_closed,
                         [&] { return plan_of(flags); }},
                        std::cout, std::cerr);
        if (options.service_url.empty()) {
            std::cerr << "--service is missing. Example: benchgate-runner --service https://bench.example.org "
                         "--token-file token --labels bare-metal,x86_64\n";
            return exit_usage;
        }
        if (!options.service_url.starts_with("https://") && !options.service_url.starts_with("http://")) {
            std::cerr << "--service must look like https://bench.example.org, not '" << options.service_url << "'\n";
            return exit_usage;
        }
        return serve(std::move(options), flags, token_file, allow_unsandboxed);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        return agent::exit_cannot_run;
    }
}
