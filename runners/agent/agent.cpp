#include "runners/agent/agent.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include "platform/files.h"
#include "platform/folder_lock.h"
#include "platform/ids.h"
#include "platform/stop.h"
#include "runners/agent/checkout.h"
#include "runners/agent/session.h"
#include "runners/host/facts.h"
#include "runners/measure/host_report.h"
#include "runners/measure/job.h"

namespace benchgate::agent {
namespace {

/// The sandbox's user must get through to the trees below, and nobody see on the way what there is.
constexpr auto for_passing_through = std::filesystem::perms(0711);

/// A folder that the operator made, a disk of its own perhaps, may be somebody else's and is left as it is: whether
/// jobs get through is for the sandbox to say.
void let_pass(const std::filesystem::path& folder) {
    std::error_code refused;
    std::filesystem::permissions(folder, for_passing_through, refused);
}

double chance() {
    static std::mt19937_64 generator(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

int exit_status_for(Next next) {
    return next == Next::upgrade ? exit_upgrade : exit_cannot_run;
}

std::vector<std::string> failing_ids(const std::vector<model::HostFact>& facts) {
    std::vector<std::string> ids;
    for (const auto& fact : facts)
        if (fact.status == model::FactStatus::fail) ids.push_back(fact.id);
    return ids;
}

bool final(Next next) {
    return next == Next::unauthorised || next == Next::upgrade || next == Next::newer_boot || next == Next::refused;
}

}  // namespace

std::string why_not_joined(const CallError& error) {
    if (error.next == Next::unauthorised)
        return error.message +
               ". A join token is valid once, for a day: make a new one with 'benchgate-service runner-token NAME'.";
    if (error.next == Next::refused && error.status == 404)
        return error.message + ". No benchgate service is at this address: see --service.";
    return error.message;
}

Agent::Agent(AgentOptions options, platform::HttpClient& http, sandbox::Sandbox& sandbox, const platform::Clock& clock)
    : options_(std::move(options)),
      sandbox_(sandbox),
      clock_(clock),
      service_(http, options_.service_url, ""),
      boot_id_(platform::random_uuid()) {
    const auto abilities = sandbox_.probe();
    sandbox_note_ = abilities.isolated ? std::string(sandbox_.name()) : fmt::format("none: {}", sandbox_.name());
}

bool Agent::join(std::stop_token stop, int& exit_status) {
    exit_status = exit_cannot_run;
    auto key = load_or_make_key(options_.work);
    if (!key) return spdlog::error("{}", key.error()), false;
    key_ = std::move(*key);
    const auto known = load_identity(options_.work);
    if (!known) return spdlog::error("{}", known.error()), false;
    if (*known) {
        options_.name = (*known)->name;
        service_.use_token((*known)->token);
        spdlog::info("'{}' asks {} for work", options_.name, options_.service_url);
        return true;
    }
    if (options_.join_token.empty()) {
        spdlog::error(
            "this runner has not joined yet (there is no identity in {}): pass --token-file with a token that "
            "'benchgate-service runner-token NAME' prints on the service's host",
            options_.work.string());
        return false;
    }
    protocol::RegisterRequest request{platform::random_uuid(),   options_.join_token,         options_.name,
                                      options_.labels,           key_->public_key().to_pem(), BENCHGATE_VERSION,
                                      protocol::protocol_version};
    for (int attempt = 0;; ++attempt) {
        const auto answer = service_.register_runner(request, stop);
        if (answer) {
            if (auto saved = save_identity(options_.work, {answer->runner, answer->name, answer->token}); !saved)
                return spdlog::error("cannot keep the runner's token: {}", saved.error()), false;
            options_.name = answer->name;
            service_.use_token(answer->token);
            wait_s_ = answer->wait_s;
            spdlog::info("joined {} as '{}'; waits for work", options_.service_url, options_.name);
            return true;
        }
        if (final(answer.error().next)) {
            spdlog::error("cannot join {}: {}", options_.service_url, why_not_joined(answer.error()));
            exit_status = exit_status_for(answer.error().next);
            return false;
        }
        spdlog::warn("cannot reach {} yet: {}{}", options_.service_url, answer.error().message,
                     attempt == 0 ? ". It is asked again until it answers; is --service its address?" : "");
        if (!platform::sleep_for(stop, backoff(attempt, chance()))) return exit_status = exit_ok, false;
    }
}

void Agent::resend_spool(std::stop_token stop) {
    for (const auto& job : Spool::left_behind(options_.work)) {
        Spool spool(options_.work, job);
        const auto finish = spool.finish();
        std::optional<CallError> error;
        if (finish) {
            for (const auto& trial : spool.trials()) {
                if (error && error->next == Next::retry) break;
                if (const auto put = service_.put_trial(job, trial.number, trial.body, stop); !put) error = put.error();
            }
            for (const auto& artifact : spool.artifacts()) {
                if (error && error->next == Next::retry) break;
                if (const auto put = service_.put_artifact(job, artifact.name, artifact.bytes, stop); !put)
                    error = put.error();
            }
            if (!error || error->next != Next::retry) {
                const auto sent = service_.finish(job, *finish, stop);
                error = sent ? std::nullopt : std::optional(sent.error());
            }
        }
        if (error && error->next == Next::retry) {
            spdlog::warn("job {} waits in the spool: {}", job.job, error->message);
            return;
        }
        spdlog::info("job {} of an earlier time: {}", job.job,
                     !finish ? "it had nothing to report"
                     : error ? "its report was not accepted: " + error->message
                             : "its report was sent");
        spool.drop_all();
    }
}

protocol::LeaseRequest Agent::lease_request() {
    protocol::LeaseRequest request;
    request.request_id = platform::random_uuid();
    request.boot_id = boot_id_;
    request.labels = options_.labels;
    request.facts = measure::host_report({options_.host_root, options_.work, false, options_.cpus}, sandbox_);
    host::apply_rules(options_.fitness, request.facts);
    request.wait_s = wait_s_;
    const auto failing = host::why_unfit(request.facts);
    if (is_quarantined_ || !failing.empty()) {
        request.state = "quarantined";
        request.reason = is_quarantined_ ? why_unfit_ : failing;
    }
    // What is wrong is news, and not by how much: loads and pressures differ each time.
    if (auto ids = failing_ids(request.facts); ids != failing_facts_) {
        if (failing.empty())
            spdlog::info("the host is fit to measure again");
        else
            spdlog::warn("not fit to measure, and asks for no job until it is: {}", failing);
        // Else nothing would: mirrors are bounded when a job begins, and none does while the disk is short.
        if (std::ranges::any_of(ids, [](const auto& id) { return id.starts_with("disk."); })) bound_all_mirrors();
        failing_facts_ = std::move(ids);
    }
    return request;
}

std::optional<std::string> Agent::unfit(std::stop_token stop) {
    constexpr int tries = 3;
    if (!canaries_) return std::nullopt;
    std::optional<std::string> why;
    for (int i = 0; i < tries && !stop.stop_requested(); ++i) {
        if (i > 0) platform::sleep_for(stop, options_.canary_pause);
        host::CanaryReading reading;
        {
            const host::PinnedHere here(options_.cpus.bench);
            reading = options_.take_canary();
        }
        why = host::leaves_history(canaries_->readings(), reading);
        if (why) continue;
        if (const auto problem = canaries_->add(reading); !problem.empty()) spdlog::warn("canary: {}", problem);
        return std::nullopt;
    }
    return why;
}

void Agent::rest(protocol::LeaseRequest request, std::stop_token drain) {
    for (; request.state == "quarantined" && !drain.stop_requested(); request = lease_request()) {
        // The answer is known: the service is told, and gives nothing.
        if (const auto told = service_.lease(request, drain); told && *told) return;
        platform::sleep_for(drain, options_.quarantine_for);
        if (drain.stop_requested()) return;
        if (!is_quarantined_) continue;
        const auto why = unfit(drain);
        is_quarantined_ = why.has_value();
        why_unfit_ = why.value_or("");
        if (why)
            spdlog::warn("still not fit to measure: {}", *why);
        else
            spdlog::info("the host is itself again");
    }
}

std::string Agent::why_no_jobs() {
    const auto jobs = options_.work / "jobs", probe = jobs / "probe";
    std::error_code code;
    std::filesystem::create_directories(probe, code);
    // A full disk may have room again when a job comes, and the job says it if not.
    if (code.value() == ENOSPC || code.value() == EDQUOT) return "";
    if (code) return fmt::format("{}: {}", probe.string(), code.message());
    let_pass(jobs);
    const auto prepared = sandbox_.prepare(probe);
    std::filesystem::remove(probe, code);
    return prepared ? "" : prepared.error().message;
}

int Agent::run(std::stop_token drain, std::stop_token abort) {
    std::error_code unmade;
    std::filesystem::create_directories(options_.work, unmade);
    if (unmade || ::access(options_.work.c_str(), W_OK | X_OK) != 0) {
        spdlog::error("{} cannot be used ({}): name a folder that this user may write with --work",
                      options_.work.string(), unmade ? unmade.message() : std::strerror(errno));
        return exit_cannot_run;
    }
    const auto lock = platform::FolderLock::take(options_.work);
    if (!lock) {
        spdlog::error("{}{}", lock.error().message,
                      lock.error().held ? ": stop that runner, or give this one a folder of its own (--work)" : "");
        return exit_cannot_run;
    }
    // Source code and results of private repositories.
    for (const char* name : {"mirrors", "spool"})
        if (auto made = platform::make_private_folder(options_.work / name); !made) {
            spdlog::error("{}", made.error().message);
            return exit_cannot_run;
        }
    // Trees of jobs that an earlier process did not live to remove.
    if (auto removed = platform::remove_tree(options_.work / "jobs");
        !removed && std::filesystem::exists(options_.work / "jobs"))
        spdlog::warn("leftover jobs in {}: {}", options_.work.string(), removed.error().message);
    if (const auto why = why_no_jobs(); !why.empty()) {
        spdlog::error("jobs cannot run below {}: {}", options_.work.string(), why);
        return exit_cannot_run;
    }
    int exit_status = exit_ok;
    if (!join(drain, exit_status)) return exit_status;
    if (options_.canary) {
        const auto host = host::describe_host(host::collect_facts({}));
        canaries_.emplace(options_.work / "canary.json", options_.is_tuned ? host + ", tuned" : host);
    }
    if (options_.build_cache_bytes > 0) {
        auto cache = measure::BuildCache::open({options_.work / "builds", options_.build_cache_bytes});
        if (!cache) return spdlog::error("the cache of builds: {}", cache.error()), exit_cannot_run;
        builds_ = std::move(*cache);
    }
    if (!options_.compiler_cache.empty()) {
        auto cache = measure::CompilerCache::open({options_.compiler_cache, options_.compiler_cache_bytes}, sandbox_);
        if (!cache) return spdlog::error("the compiler cache: {}", cache.error()), exit_cannot_run;
        compilers_ = std::move(*cache);
    }
    bound_all_mirrors();
    auto request = lease_request();
    for (int failures = 0; !drain.stop_requested();) {
        resend_spool(drain);
        if (is_quarantined_ || request.state == "quarantined") {
            rest(lease_request(), drain);
            request = lease_request();
            continue;
        }
        auto lease = service_.lease(request, drain);
        if (drain.stop_requested() && !(lease && *lease)) break;
        if (!lease) {
            if (final(lease.error().next)) {
                spdlog::error("{}", lease.error().message);
                if (lease.error().next == Next::unauthorised)
                    spdlog::error("To join anew, remove {} and pass --token-file with a new join token.",
                                  (options_.work / "identity.json").string());
                return exit_status_for(lease.error().next);
            }
            spdlog::warn("no lease: {}", lease.error().message);
            // The same request_id: if the answer got lost, the service gives the same lease again.
            const auto wait = lease.error().retry_after ? std::chrono::milliseconds(*lease.error().retry_after)
                                                        : backoff(failures++, chance());
            platform::sleep_for(drain, wait);
            continue;
        }
        failures = 0;
        if (*lease) {
            try {
                do_job(**lease, drain, abort);
            } catch (const std::exception& error) {
                give_up(**lease, error.what());
            }
            if (options_.once) break;
        } else {
            platform::sleep_for(drain, std::chrono::milliseconds(int(500 * chance())));
        }
        request = lease_request();
    }
    if (drain.stop_requested()) say_goodbye(abort);
    return exit_ok;
}

void Agent::bound_all_mirrors() const {
    const auto mirrors = options_.work / "mirrors";
    bound_mirrors(mirrors, {}, most_mirror_bytes(mirrors));
}

/// What nobody expected is the host's fault, a full disk most likely: another one may do better.
void Agent::give_up(const protocol::LeaseAnswer& lease, const std::string& reason) {
    spdlog::error("job {}: {}", lease.job, reason);
    protocol::FinishRequest request;
    request.request_id = platform::random_uuid();
    request.outcome = "failed";
    request.phase = model::JobPhase::fetch;
    request.reason = reason;
    request.infrastructure = true;
    if (const auto told = service_.finish({lease.job, lease.epoch}, request, {}); !told)
        spdlog::warn("the service does not know yet that the job failed: {}", told.error().message);
}

void Agent::say_goodbye(std::stop_token abort) {
    auto request = lease_request();
    if (request.state != "ready") return;  // nobody counts on it anyway
    request.state = "draining";
    request.reason = "its process was told to end";
    request.wait_s = 0;
    service_.tell(request, abort);
}

void Agent::do_job(const protocol::LeaseAnswer& lease, std::stop_token drain, std::stop_token abort) {
    const JobRef job{lease.job, lease.epoch};
    spdlog::info("job {} (epoch {}): {}suite '{}' of {}", job.job, job.epoch,
                 lease.spec.profile.empty() ? "" : "a profile in ", lease.spec.suite.name, lease.spec.repository);
    Session session(service_, {job, options_.work, lease.heartbeat_s, drain}, abort);
    if (const auto why = unfit(session.stop()); why && !session.lost() && !abort.stop_requested()) {
        is_quarantined_ = true;
        why_unfit_ = *why;
        spdlog::warn(
            "job {} {}: this host is not itself: {}. Nothing is measured here until it is; if it is meant to be so "
            "from "
            "now on, remove {} and restart the runner.",
            job.job, session.give_back("the host is not itself") ? "goes back to the queue" : "could not be given back",
            *why, canaries_->file().string());
        return;
    }
    std::filesystem::create_directories(options_.work / "jobs");
    let_pass(options_.work / "jobs");
    platform::TempDir directory("job-", options_.work / "jobs");
    std::filesystem::permissions(directory.path(), for_passing_through);
    const auto log = [&](std::string_view bytes) { session.on_log(bytes); };

    const auto mirrors = options_.work / "mirrors";
    auto trees = check_out({mirrors, directory.path(), &lease.spec, lease.clone, most_mirror_bytes(mirrors)}, log,
                           session.stop());
    const auto is_given_back = [&] {
        if (abort.stop_requested() && !session.lost())
            spdlog::warn("job {} {}", job.job,
                         session.give_back("the runner was told to break off") ? "goes back to the queue"
                                                                               : "could not be given back");
        return abort.stop_requested();
    };
    if (!trees) {
        if (!session.lost() && !is_given_back()) session.finish_failed(trees.error());
        return;
    }
    measure::JobInput input;
    input.comparison = {lease.spec.repository, trees->base_sha, trees->head_sha};
    input.suite = lease.spec.suite;
    input.experiment = lease.spec.experiment;
    input.sides = trees->sides;
    input.only = lease.spec.only;
    input.confirm = lease.spec.confirm;
    input.measure_identical = lease.spec.measure_identical;
    // A calibration: one commit on both sides.
    input.shuffle_links = lease.spec.measure_identical && trees->base_sha == trees->head_sha;
    input.profile = lease.spec.profile;
    input.questions = lease.spec.questions;
    input.may_fetch = options_.allow_fetch;
    input.builds = builds_ ? &*builds_ : nullptr;
    input.compilers = compilers_ ? &*compilers_ : nullptr;
    if (lease.spec.pull_request) input.head_origin = fmt::format("pull request {}", *lease.spec.pull_request);
    input.runner = options_.name;
    input.sandbox_note = sandbox_note_;
    input.host_root = options_.host_root;
    input.cpus = options_.cpus;
    input.limits = options_.limits;
    if (input.limits.disk_bytes > 0)
        input.limits.file_bytes = std::min(input.limits.file_bytes, input.limits.disk_bytes);
    auto bundle = measure::run_job(input, sandbox_, session, clock_, session.stop());
    if (session.lost()) return spdlog::warn("job {} is not ours any more; dropped", job.job);
    if (bundle)
        session.finish_measured(*bundle, *key_);
    else if (!is_given_back())
        session.finish_failed(bundle.error());
}

}  // namespace benchgate::agent
