// benchgate-service: the composition root of the service. Reads the settings and runs one command.

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>

#include "platform/log.h"
#include "platform/stop.h"
#include "service/calibrate.h"
#include "service/composition.h"
#include "service/database.h"
#include "service/replay.h"
#include "service/runner_orders.h"
#include "service/settings.h"
#include "service/simulate.h"
#include "service/store/migrate.h"
#include "service/store/runners.h"

namespace {

using namespace benchgate;

constexpr int exit_usage = 2;
constexpr int exit_cannot_run = 3;
constexpr const char* about_settings =
    "It needs the settings that the service runs with, the state folder or the database above all:\n"
    "benchgate-service --help lists them.";

/// Root's home is closed to the user that PostgreSQL runs as, so root serves from where daemons keep their state.
std::filesystem::path default_state_dir() {
    if (geteuid() == 0) return "/var/lib/benchgate";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::filesystem::path(home) / ".local/state/benchgate";
    return "/var/lib/benchgate";
}

void add_settings(CLI::App& app, service::Settings& s) {
    app.add_option("--listen", s.listen, "Address of the web side")->envname("BENCHGATE_LISTEN");
    app.add_option("--public-url", s.public_url,
                   "Address that people and GitHub reach, e.g. https://bench.example.org; default: from --listen")
        ->envname("BENCHGATE_PUBLIC_URL");
    app.add_option("--database-url", s.database_url,
                   "postgresql://USER@HOST/NAME; default: a private cluster in the state folder")
        ->envname("BENCHGATE_DATABASE_URL");
    app.add_option("--state-dir", s.state_dir, "Git mirrors, private cluster")->envname("BENCHGATE_STATE_DIR");
    app.add_option("--github-url", s.github_url, "API base; Enterprise Server: https://HOST/api/v3")
        ->envname("BENCHGATE_GITHUB_URL");
    app.add_option("--github-git-url", s.github_git_url, "Base of clone addresses; default: from --github-url")
        ->envname("BENCHGATE_GITHUB_GIT_URL");
    app.add_option("--github-timeout", s.github_timeout_seconds, "Seconds that GitHub may take for one answer")
        ->check(CLI::Range(1, 60))
        ->envname("BENCHGATE_GITHUB_TIMEOUT");
    app.add_option("--app-id", s.app_id, "GitHub App id")->envname("BENCHGATE_APP_ID");
    app.add_option("--private-key-file", s.private_key_file, "GitHub App private key (PEM)")
        ->envname("BENCHGATE_PRIVATE_KEY_FILE");
    app.add_option("--webhook-secret", s.webhook_secret, "Secret of the App's webhook")
        ->envname("BENCHGATE_WEBHOOK_SECRET");
    app.add_option("--webhook-secret-old", s.webhook_secret_old, "The former secret, while it is being changed")
        ->envname("BENCHGATE_WEBHOOK_SECRET_OLD");
    app.add_option("--secret-key", s.secret_key,
                   "Key for secrets in the database, 64 hexadecimal digits; default: secret.key in the state folder")
        ->envname("BENCHGATE_SECRET_KEY");
    app.add_option("--admin-token", s.admin_token,
                   "Bearer token of the administrative API; default: made and printed once")
        ->envname("BENCHGATE_ADMIN_TOKEN");
    app.add_option("--lease-seconds", s.lease_seconds, "A runner silent for longer has lost its job")
        ->check(CLI::Range(6, 3600))
        ->envname("BENCHGATE_LEASE_SECONDS");
    app.add_option("--recovery-interval", s.recovery_seconds,
                   "Seconds between two looks for webhooks that GitHub could not deliver")
        ->check(CLI::Range(1, 86'400))
        ->envname("BENCHGATE_RECOVERY_INTERVAL");
    app.add_option("--calibrate-every", s.calibrate_days,
                   "Days after which a repository in use is measured against itself again; 0: only when asked")
        ->check(CLI::Range(0, 365))
        ->envname("BENCHGATE_CALIBRATE_EVERY");
    app.add_option("--tls-certificate", s.tls_certificate_file,
                   "Certificate chain (PEM file); default: plain HTTP, for a proxy in front")
        ->envname("BENCHGATE_TLS_CERTIFICATE");
    app.add_option("--tls-key", s.tls_key_file, "Key of the certificate (PEM file)")->envname("BENCHGATE_TLS_KEY");
}

CLI::App* add_simulate(CLI::App& app, service::SimulateOptions& o) {
    auto* command = app.add_subcommand(
        "simulate",
        "Tell what a delivery would lead to, and post nothing. Exit status: 0 it was told, 2 wrong usage or no\n"
        "delivery, 3 something that must be known could not be");
    command
        ->add_option("DELIVERY.json", o.file,
                     "A webhook's payload, or what GitHub's API gives as /app/hook/deliveries/{id}; -: standard input")
        ->required();
    command->add_option("--event", o.event,
                        "Which event it is (X-GitHub-Event); default: as the file says, or guessed");
    command->add_option(
        "--config", o.config,
        "A .benchgate.yml that stands for the repository's own (before the command: the settings' file)");
    command->add_option("--permission", o.permission, "Of whoever commands, where GitHub is not asked")
        ->check(CLI::IsMember({"none", "read", "write", "admin"}));
    command->add_flag("--offline", o.offline, "Do not ask GitHub");
    command->add_option("--json", o.json,
                        "Write a JSON document to this file; -: to standard output, without the text");
    command->footer(about_settings);
    return command;
}

int migrate(const service::Settings& settings) {
    service::Database database(settings, false);
    std::cout << "schema " << store::schema_version(database.pool()) << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    platform::hold_standard_streams();
    CLI::App app{
        "benchgate-service: webhooks in, jobs out to runners, verdicts back to GitHub.\n"
        "Without a command it serves. Settings: flags, then environment, then --config FILE.",
        "benchgate-service"};
    service::Settings settings;
    settings.state_dir = default_state_dir();
    std::string log_format = "text", log_level = "info", runner_name;
    app.set_version_flag("--version", BENCHGATE_VERSION);
    app.option_defaults()->always_capture_default();  // for --help
    app.set_config("--config", "", "File with the same settings, one a line: listen = \"0.0.0.0:8080\"");
    app.allow_config_extras(false);  // a misspelt setting must not be taken for its default
    app.fallthrough();               // settings may stand behind the command too
    add_settings(app, settings);
    app.add_option("--log-format", log_format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->envname("BENCHGATE_LOG_FORMAT");
    app.add_option("--log-level", log_level, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->envname("BENCHGATE_LOG_LEVEL");
    app.add_subcommand("serve", "Serve (the default)");
    auto* migrate_command = app.add_subcommand("migrate", "Bring the database to this program's schema, then end");
    auto* token_command =
        app.add_subcommand("runner-token", "Print a join token for a runner; it can be used once, within a day");
    token_command->add_option("NAME", runner_name, "Name of the runner")
        ->required()
        ->check([](const std::string& name) {
            return store::is_runner_name(name) ? "" : "a name is 1 to 100 printable characters without blanks and /";
        });
    token_command->footer(
        "Put it into a file; then, on the benchmark host:\n"
        "benchgate-runner --service https://bench.example.org --token-file FILE --labels bare-metal,x86_64\n\n" +
        std::string(about_settings));
    std::string delivery;
    auto* replay_command = app.add_subcommand(
        "replay",
        "Handle a delivery once more, or fetch one that never came from GitHub's log and handle it;\n"
        "nothing is said twice by that. Exit status: 0 it is due, 1 there is no such delivery,\n"
        "2 wrong usage, 3 GitHub or the database could not be asked");
    replay_command->add_option("DELIVERY", delivery, "GUID (X-GitHub-Delivery), or the number in GitHub's API")
        ->required();
    replay_command->footer(about_settings);
    migrate_command->footer(about_settings);
    service::CalibrateOptions calibration;
    auto* calibrate_command = app.add_subcommand(
        "calibrate",
        "Have a repository's default branch measured against itself, on a runner that nothing else asks for.\n"
        "Every alarm of that is a false one. Exit status: 0 it was asked for, 1 no such repository, 2 wrong usage,\n"
        "3 the database could not be asked");
    calibrate_command->add_option("REPOSITORY", calibration.repository, "OWNER/NAME")->required();
    calibrate_command->add_option("--suite", calibration.suites, "Only this suite; may be given several times");
    calibrate_command->footer(about_settings);
    std::string drain_reason;
    auto* drain_command =
        app.add_subcommand("drain",
                           "Let a runner finish the job that it has, and give it no more until it is resumed.\n"
                           "Exit status: 0 done, 1 no such runner, 2 wrong usage, 3 the database could not be asked");
    drain_command->add_option("NAME", runner_name, "Name of the runner")->required();
    drain_command->add_option("--reason", drain_reason, "Shown on the page of runners");
    drain_command->footer(about_settings);
    auto* resume_command =
        app.add_subcommand("resume",
                           "Give a runner jobs again that was drained, or quarantined for its failures.\n"
                           "Exit status: 0 done, 1 no such runner, 2 wrong usage, 3 the database could not be asked");
    resume_command->add_option("NAME", runner_name, "Name of the runner")->required();
    resume_command->footer(about_settings);
    service::SimulateOptions simulation;
    auto* simulate_command = add_simulate(app, simulation);
    app.require_subcommand(0, 1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ConfigError& error) {
        std::cerr << "the file of --config: " << error.what() << "\nbenchgate-service --help names every setting\n";
        return exit_usage;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    platform::set_up_log({log_format == "json" ? platform::LogFormat::json_lines : platform::LogFormat::text, log_level,
                          "benchgate-service"});
    try {
        if (*migrate_command) return migrate(settings);
        if (*token_command) {
            std::cout << service::make_runner_token(settings, runner_name) << '\n';
            return 0;
        }
        if (*replay_command) return service::replay(settings, delivery);
        if (*calibrate_command) return service::calibrate(settings, calibration);
        if (*simulate_command) return service::simulate(settings, simulation);
        if (*drain_command) return service::drain(settings, runner_name, drain_reason);
        if (*resume_command) return service::resume(settings, runner_name);
        service::check(settings);
        platform::StopSignals signals;
        service::serve(settings, signals.drain());
        return 0;
    } catch (const std::invalid_argument& error) {
        spdlog::critical("{}", error.what());
        return exit_usage;
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        return exit_cannot_run;
    }
}
