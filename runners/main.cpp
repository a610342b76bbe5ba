// benchgate-runner: the composition root of the agent on a benchmark host. The only place that names concrete types.

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>

#include "platform/clock.h"
#include "platform/files.h"
#include "platform/http_client.h"
#include "platform/log.h"
#include "platform/stop.h"
#include "runners/agent/agent.h"
#include "runners/host/facts.h"
#include "runners/load/inside.h"
#include "runners/sandbox/sandbox.h"

namespace {

using namespace benchgate;

constexpr int exit_usage = 2;

int preflight(const std::filesystem::path& work) {
    host::FactOptions options;
    options.work_directory = work;
    const auto facts = host::collect_facts(options);
    std::cout << host::facts_table(facts);
    auto chosen = sandbox::choose({.allow_unsandboxed = false, .run_as = {}});
    std::cout << (chosen ? "sandbox: " + std::string((*chosen)->name()) : "sandbox: none, " + chosen.error().message)
              << '\n';
    return host::overall(facts) == model::FactStatus::fail || !chosen ? agent::exit_cannot_run : agent::exit_ok;
}

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    return text;
}

int serve(agent::AgentOptions options, const std::filesystem::path& token_file, bool allow_unsandboxed) {
    if (!token_file.empty()) {
        auto token = platform::read_file(token_file, 4096);
        if (!token) return spdlog::error("--token-file: {}", token.error().message), exit_usage;
        options.join_token = trimmed(*token);
    }
    auto chosen = sandbox::choose({.allow_unsandboxed = allow_unsandboxed, .run_as = {}});
    if (!chosen) {
        spdlog::error("no sandbox: {}. Install bubblewrap, or pass --allow-unsandboxed if every repository is trusted.",
                      chosen.error().message);
        return agent::exit_cannot_run;
    }
    platform::StopSignals signals;
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
    bool allow_unsandboxed = false;
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
    app.add_option("--job-processes", options.limits.processes, "Processes and threads that a job may have at a time")
        ->check(CLI::Range(16, 1'000'000))
        ->envname("BENCHGATE_RUNNER_JOB_PROCESSES");
    app.add_option("--canary", options.canary,
                   "Time a little fixed work before each job, and give the job back while this host is not as fast as "
                   "it used to be")
        ->default_str("true")
        ->envname("BENCHGATE_RUNNER_CANARY");
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
    check->footer(
        "--work FOLDER has the disk of that folder looked at. Exit status: 0 it can measure, 3 something must be "
        "mended "
        "first.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    platform::set_up_log({log_format == "json" ? platform::LogFormat::json_lines : platform::LogFormat::text, log_level,
                          "benchgate-runner"});
    options.work = work;
    try {
        if (*check) return preflight(options.work);
        if (options.service_url.empty()) {
            std::cerr << "--service is missing. Example: benchgate-runner --service https://bench.example.org "
                         "--token-file token --labels bare-metal,x86_64\n";
            return exit_usage;
        }
        if (!options.service_url.starts_with("https://") && !options.service_url.starts_with("http://")) {
            std::cerr << "--service must look like https://bench.example.org, not '" << options.service_url << "'\n";
            return exit_usage;
        }
        return serve(std::move(options), token_file, allow_unsandboxed);
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        return agent::exit_cannot_run;
    }
}
