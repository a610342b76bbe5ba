#pragma once
// The runner's one loop: join if needed, send what an earlier process left in the spool, ask for a lease, do the job,
// ask again. Owns the work folder. Does not own measuring (runners/measure) or a job's conversation (session.h).

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/clock.h"
#include "platform/http_client.h"
#include "runners/agent/identity.h"
#include "runners/agent/service_client.h"
#include "runners/host/canary.h"
#include "runners/host/cpus.h"
#include "runners/host/fitness.h"
#include "runners/measure/build_cache.h"
#include "runners/measure/compiler_cache.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::agent {

struct AgentOptions {
    std::string service_url;
    std::string join_token;  ///< used once, when this work folder has no identity yet
    std::string name;        ///< empty: the one that the join token was made for
    std::vector<std::string> labels;
    std::filesystem::path work;
    bool once = false;                                          ///< end after one job
    bool canary = true;                                         ///< time a little fixed work before each job
    sandbox::Limits limits;                                     ///< of each command of a job
    bool allow_fetch = false;                                   ///< `fetch` lines of suites get the host's network
    std::uint64_t build_cache_bytes = std::uint64_t{20} << 30;  ///< 0: every job builds both sides
    std::filesystem::path compiler_cache;                       ///< empty: none
    std::uint64_t compiler_cache_bytes = std::uint64_t{20} << 30;
    host::CpuPlan cpus;  ///< the process itself is on cpus.housekeeping already; empty: nothing is pinned
    host::FitnessRules fitness;
    bool is_tuned = false;  ///< such a host has a speed of its own
    std::filesystem::path host_root = "/";
    std::function<host::CanaryReading()> take_canary = host::take_canary;
    std::chrono::milliseconds canary_pause{2000};      ///< between two tries
    std::chrono::milliseconds quarantine_for{60'000};  ///< between two looks of a host that is not itself
};

/// Exit statuses of the program.
inline constexpr int exit_ok = 0;
inline constexpr int exit_cannot_run = 3;
inline constexpr int exit_upgrade = 75;

/// For the operator of a runner whose join was refused: what the service said, and what to do about it.
std::string why_not_joined(const CallError& error);

class Agent {
  public:
    Agent(AgentOptions options, platform::HttpClient& http, sandbox::Sandbox& sandbox, const platform::Clock& clock);
    /// Until `drain` (the job at hand is finished first) or `abort`. The answer is the exit status.
    int run(std::stop_token drain, std::stop_token abort);

  private:
    bool join(std::stop_token stop, int& exit_status);
    /// What an earlier process, or a job that ended while the service was away, left in the spool.
    void resend_spool(std::stop_token stop);
    void do_job(const protocol::LeaseAnswer& lease, std::stop_token drain, std::stop_token abort);
    /// Between jobs.
    void bound_all_mirrors() const;
    /// So that nobody counts on this runner from now on. One try, and no waiting for a service that does not answer.
    void say_goodbye(std::stop_token abort);
    void give_up(const protocol::LeaseAnswer& lease, const std::string& reason);
    /// A folder that the user of jobs cannot reach is said at the start, and not by each job; empty: there is nothing
    /// to say.
    std::string why_no_jobs();
    /// With the facts of this moment. Its state is "quarantined" while a fact fails or the host is not itself.
    protocol::LeaseRequest lease_request();
    /// Why no job should be measured here now: the host is not as fast, or as slow, as it used to be. Several tries, so
    /// that a moment is not taken for a state.
    std::optional<std::string> unfit(std::stop_token stop);
    /// Asks for nothing until the host is itself again and no fact fails; the service hears of it, and gives nothing.
    void rest(protocol::LeaseRequest request, std::stop_token drain);

    AgentOptions options_;
    sandbox::Sandbox& sandbox_;
    const platform::Clock& clock_;
    ServiceClient service_;
    std::optional<host::CanaryHistory> canaries_;
    std::optional<measure::BuildCache> builds_;
    std::optional<measure::CompilerCache> compilers_;
    bool is_quarantined_ = false;             ///< by the canary
    std::string why_unfit_;                   ///< while it is quarantined
    std::vector<std::string> failing_facts_;  ///< of which the log has told
    std::optional<platform::Ed25519PrivateKey> key_;
    std::string boot_id_;
    std::string sandbox_note_;
    int wait_s_ = 25;
};

}  // namespace benchgate::agent
