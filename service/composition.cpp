#include "service/composition.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <iostream>

#include "platform/clock.h"
#include "platform/crypto.h"
#include "platform/folder_lock.h"
#include "platform/http_client.h"
#include "platform/ids.h"
#include "platform/stop.h"
#include "service/app_access.h"
#include "service/database.h"
#include "service/github/key_file.h"
#include "service/github/rest.h"
#include "service/github/tokens.h"
#include "service/http/api.h"
#include "service/http/fleet.h"
#include "service/http/github_gauges.h"
#include "service/http/history.h"
#include "service/http/pages.h"
#include "service/http/runner_api.h"
#include "service/http/server.h"
#include "service/http/store_inbox.h"
#include "service/http/waiting_runners.h"
#include "service/http/work_gauges.h"
#include "service/identity/app_identity.h"
#include "service/set_up.h"
#include "service/store/listener.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/settings.h"
#include "service/workers/calibrations.h"
#include "service/workers/change_measuring.h"
#include "service/workers/closing.h"
#include "service/workers/history.h"
#include "service/workers/inbox.h"
#include "service/workers/intake.h"
#include "service/workers/judge.h"
#include "service/workers/loop.h"
#include "service/workers/mirrors.h"
#include "service/workers/outbox.h"
#include "service/workers/reconcile.h"
#include "service/workers/recovery.h"
#include "service/workers/renames.h"
#include "service/workers/schedules.h"
#include "service/workers/searches.h"
#include "service/workers/senders.h"
#include "service/workers/series_watch.h"
#include "service/workers/watch.h"

namespace benchgate::service {
namespace {

constexpr std::size_t kept_connections = 16;  // to GitHub
constexpr std::chrono::hours join_token_life{24};
constexpr int inbox_loop_count = 4;
constexpr rlim_t own_descriptors = 256;  // besides the connections to the web side

/// A key that was put into the operator's file since the start is taken into use; the former one stays as the second.
void look_for_new_key(github::KeyFile& file, std::int64_t app_id, github::Tokens& tokens, bool look_inside) {
    const auto pem = file.changed(look_inside);
    if (!pem) return spdlog::error("the App's key: {}; the former one stays in use", pem.error());
    if (!*pem) return;
    use_key(**pem, app_id, tokens);
    spdlog::info("a new key of the App is in use");
}

/// The key in use, PEM; empty: the settings name no App.
std::string set_up_app(const Settings& settings, github::KeyFile& key_file, github::Tokens& tokens) {
    if (settings.app_id.empty()) {
        return "";
    }
    if (settings.webhook_secret.empty())
        throw std::invalid_argument(
            "BENCHGATE_WEBHOOK_SECRET is missing: without it every delivery would have to be refused");
    const auto pem = key_file.read();
    if (!pem) throw std::invalid_argument("BENCHGATE_PRIVATE_KEY_FILE: " + pem.error());
    const auto app_id = app_id_of(settings);
    use_key(*pem, app_id, tokens);
    tokens.on_refused_key([&key_file, &tokens, app_id] { look_for_new_key(key_file, app_id, tokens, true); });
    return *pem;
}

/// The hash of the admin token: the operator's, or one made at the first start, which is printed this once.
std::string admin_token_hash(const Settings& settings, store::Pool& pool) {
    if (!settings.admin_token.empty()) return platform::sha256_hex(settings.admin_token);
    const auto made = platform::random_token("bga_");
    const auto hash = platform::sha256_hex(made);
    auto stored = pool.transaction([&](store::Tx& tx) {
        return store::put_setting_once(tx, "admin_token_hash", hash, std::chrono::system_clock::now());
    });
    if (stored == hash) std::cout << "admin token (printed only this once): " << made << std::endl;
    return stored;
}

/// What a runner clones with: the installation is looked up, the token reads this one repository.
tl::expected<protocol::CloneAccess, http::NoClone> clone_access(store::Pool& pool, github::Tokens& tokens,
                                                                const workers::MirrorOptions& mirrors,
                                                                std::int64_t repository_id, std::stop_token stop) {
    const auto row = pool.transaction([&](store::Tx& tx) { return store::find_repository(tx, repository_id); });
    if (!row) return tl::unexpected(http::NoClone{"the service does not know it", true});
    const github::Repository repository{row->installation_id, row->repository_id, row->owner, row->name};
    const auto token = tokens.runner_clone_token(repository, stop);
    if (!token) {
        using Kind = github::ErrorKind;
        const auto kind = token.error().kind;
        const bool lost =
            kind == Kind::not_found || kind == Kind::forbidden || kind == Kind::gone || kind == Kind::unprocessable;
        return tl::unexpected(http::NoClone{"a token for the clone: " + token.error().message, lost});
    }
    return protocol::CloneAccess{workers::clone_url(mirrors, repository), token->text,
                                 platform::format_utc(token->expires_at)};
}

/// Every runner that waits for work holds a connection; the usual limit of 1024 is too low for a thousand of them.
void allow_descriptors(rlim_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        spdlog::warn("only {} open files are allowed (ulimit -n): as many connections cannot be held", limit.rlim_cur);
}

http::RunnerTimes runner_times(const Settings& settings) {
    http::RunnerTimes times;
    times.lease_ttl = std::chrono::seconds(settings.lease_seconds);
    times.heartbeat = times.lease_ttl / 6;
    return times;
}

}  // namespace

std::string make_runner_token(const Settings& settings, const std::string& name) {
    Database database(settings, false);
    auto token = platform::random_token("bgj_");
    database.pool().transaction([&](store::Tx& tx) {
        const auto runners = store::list_runners_briefly(tx);
        if (std::any_of(runners.begin(), runners.end(), [&](const auto& runner) { return runner.name == name; }))
            spdlog::warn("there is a runner '{}': whoever joins with this token takes its place, and it is let go",
                         name);
        store::create_join_token(tx, platform::sha256_hex(token), name,
                                 std::chrono::system_clock::now() + join_token_life);
    });
    return token;
}

void serve(const Settings& settings, std::stop_token stop) {
    std::filesystem::create_directories(settings.state_dir);
    const auto lock = platform::FolderLock::take(settings.state_dir);
    if (!lock)
        throw std::runtime_error(lock.error().message +
                                 (lock.error().held
                                      ? ": stop that service, or set another BENCHGATE_STATE_DIR. Services may share a "
                                        "database (BENCHGATE_DATABASE_URL), never a state folder"
                                      : ""));
    const auto now = [] { return std::chrono::system_clock::now(); };
    Database database(settings, true);
    auto& pool = database.pool();
    const auto addresses = addresses_of(settings);

    auto http_client = platform::make_http_client({.idle_connections = kept_connections});
    const auto timing = github::real_timing();
    const github::Api api(api_options_of(settings), *http_client, timing);
    github::Tokens tokens(api);
    github::KeyFile key_file(settings.private_key_file);
    identity::AppIdentity identity(pool, secret_key_of(settings), tokens, now);
    take_identity(settings, set_up_app(settings, key_file, tokens), identity);
    github::Rest rest(api, tokens);
    workers::Renames renames(pool, now);
    rest.on_renamed([&](const github::RepositoryInfo& repository) { renames.note(repository); });

    workers::Mirrors mirrors({settings.state_dir / "mirrors", git_url_of(settings)}, tokens);
    workers::GithubAsking asking(&pool, rest, mirrors, addresses);
    workers::Intake intake(asking, addresses);
    workers::InboxWorker inbox(pool, intake, now);
    workers::OutboxWorker outbox(pool, rest, timing);
    workers::JudgeWorker judge(pool, addresses, now);
    workers::Reaper reaper(pool, now);
    workers::Closer closer(pool, now);
    workers::ProgressWatch progress(pool, addresses, now);
    const auto describe = [&mirrors](const github::Repository& repository, const std::string& sha, std::stop_token s) {
        return mirrors.describe(repository, sha, s);
    };
    workers::SearchWorker searches(pool, addresses, now, describe);
    workers::HistoryWorker history(
        pool, now,
        [&mirrors](const github::Repository& repository, const std::string& branch, const std::string& sha,
                   std::size_t limit, std::stop_token s) { return mirrors.line(repository, branch, sha, limit, s); },
        [&mirrors](const github::Repository& repository, std::stop_token s) { return mirrors.tags_of(repository, s); });
    workers::SeriesWatch series_watch(pool, now);
    workers::ChangeMeasuring change_measuring(pool, addresses, now, describe);
    workers::Upkeep upkeep(pool, now);
    github::AppRest app(api, tokens);
    const std::chrono::seconds recovery_interval(settings.recovery_seconds);
    workers::RecoveryWorker recovery(pool, tokens, app, now, {.interval = recovery_interval});
    workers::ReconcileWorker reconcile(pool, tokens, app, rest, now, {});

    workers::CalibrationSchedule calibrations(pool, now, std::chrono::days(settings.calibrate_days));
    workers::ScheduleWorker schedules(pool, now);

    const platform::SystemClock clock;
    http::StoreInbox stored_inbox(pool, clock);
    http::DeliveryWriter writer(stored_inbox, {});
    http::Metrics metrics;
    http::gauge_work(metrics, pool);
    http::gauge_github(metrics, api.counts(), pool, now);
    http::WaitingRunners waiting_runners(
        [&] { return pool.transaction([&](store::Tx& tx) { return store::waiting_jobs(tx, now()); }); });

    const auto endpoint = endpoint_of(settings.listen);
    auto edge_options = http::service_edge_options(endpoint.host, endpoint.port, metrics);
    edge_options.certificate_file = settings.tls_certificate_file;
    edge_options.key_file = settings.tls_key_file;
    allow_descriptors(edge_options.connections + own_descriptors);
    http::Edge edge(edge_options);

    const http::RunnerApi runner_api{
        pool, clock, waiting_runners,
        [&](std::int64_t repository_id) { return clone_access(pool, tokens, mirrors.options(), repository_id, stop); },
        runner_times(settings)};
    const http::ReadyCheck database_ready{"database", [&]() -> std::optional<std::string> {
                                              if (pool.ping()) return std::nullopt;
                                              return "PostgreSQL does not answer";
                                          }};
    http::open_doors(
        edge, {writer, [&identity] { return identity.webhook_secrets(); }, runner_api, {database_ready}, metrics});
    // Before the pages: /api/v1/... would fit /{owner}/{repo}/... too, and the first route that fits is taken.
    const auto reads = std::make_shared<http::Reads>(http::reads_of(pool));
    const auto admin_hash = admin_token_hash(settings, pool);
    http::serve_setup(edge, setup_pages({pool, identity, api, addresses, admin_hash, now, stop}));
    http::serve_api(edge, {pool, reads, addresses, admin_hash});
    http::serve_fleet(edge, {pool, reads, admin_hash, now});
    http::serve_history(edge, {pool, reads, addresses, admin_hash, now});
    http::serve_pages(edge, {pool, reads, addresses, now});

    using std::chrono::milliseconds;
    // One stuck fetch or slow answer holds up its own repository only.
    std::deque<workers::Loop> inbox_loops;
    for (int i = 0; i < inbox_loop_count; ++i)
        inbox_loops.emplace_back(workers::Loop::Options{"inbox", milliseconds(1000)},
                                 [&](std::stop_token s) { return inbox.work(s); });
    workers::Senders senders(outbox, {});
    workers::Loop judge_loop({"judge", milliseconds(2000)}, [&](std::stop_token s) { return judge.work(s); });
    workers::Loop reaper_loop({"reaper", milliseconds(5000)}, [&](std::stop_token s) { return reaper.work(s); });
    workers::Loop closer_loop({"closer", std::chrono::minutes(1)}, [&](std::stop_token s) { return closer.work(s); });
    workers::Loop progress_loop({"progress", milliseconds(1500)}, [&](std::stop_token s) { return progress.work(s); });
    workers::Loop search_loop({"searches", milliseconds(1000)}, [&](std::stop_token s) { return searches.work(s); });
    workers::Loop history_loop({"history", milliseconds(1000)}, [&](std::stop_token s) {
        return history.work(s) || series_watch.work(s) || change_measuring.work(s);
    });
    workers::Loop rename_loop({"renames", milliseconds(2000)}, [&](std::stop_token s) { return renames.work(s); });
    workers::Loop key_loop({"app key", milliseconds(5000)}, [&](std::stop_token) {
        if (!settings.app_id.empty()) look_for_new_key(key_file, tokens.app_id(), tokens, false);
        return false;
    });
    // Another process on the same database may have set the App up, or changed its secrets.
    workers::Loop identity_loop({"app identity", milliseconds(5000)}, [&](std::stop_token) {
        identity.refresh();
        return false;
    });
    const auto look = std::min<milliseconds>(recovery_interval, milliseconds(15'000));
    workers::Loop recovery_loop({"recovery", look}, [&](std::stop_token s) { return recovery.work(s); });
    workers::Loop reconcile_loop({"reconcile", look}, [&](std::stop_token s) { return reconcile.work(s); });
    workers::Loop calibration_loop({"calibrations", std::chrono::hours(1)},
                                   [&](std::stop_token s) { return calibrations.work(s); });
    workers::Loop schedule_loop({"schedules", std::chrono::seconds(10)},
                                [&](std::stop_token s) { return schedules.work(s); });
    workers::Loop upkeep_loop({"upkeep", std::chrono::hours(1)}, [&](std::stop_token s) { return upkeep.work(s); });
    store::Listener listener(database.url(), [&](store::Channel channel) {
        switch (channel) {
            case store::Channel::inbox:
                for (auto& loop : inbox_loops) loop.wake();
                return;
            case store::Channel::outbox:
                return senders.wake();
            case store::Channel::finished:
                return judge_loop.wake();
            case store::Channel::jobs:
                return waiting_runners.wake();
        }
    });

    edge.start();
    if (settings.public_url.empty() && !settings.app_id.empty())
        spdlog::warn("BENCHGATE_PUBLIC_URL is not set: the links on GitHub lead to {}", addresses.public_url);
    spdlog::info("benchgate {} serves {} (listening on {}:{})", BENCHGATE_VERSION, addresses.public_url, endpoint.host,
                 edge.port());
    if (identity.summary().origin == identity::Origin::none)
        spdlog::warn("no GitHub App yet: open {}/setup (or by hand, see docs/setup.md)", addresses.public_url);
    platform::wait_for_stop(stop);
    spdlog::info("stopping");
    edge.stop();
}

}  // namespace benchgate::service
