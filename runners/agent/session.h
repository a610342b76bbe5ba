#pragma once
// One leased job as the service sees it: a heartbeat thread, the log, the trials, the closing report. Uploads happen
// on the measuring thread, between trials only. When the service cannot be reached the job goes on and everything
// waits in the spool. Does not own how the job is done.

#include <atomic>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "platform/crypto.h"
#include "platform/sync.h"
#include "runners/agent/service_client.h"
#include "runners/agent/spool.h"
#include "runners/measure/failure.h"
#include "runners/measure/observer.h"

namespace benchgate::agent {

struct SessionOptions {
    JobRef job;
    std::filesystem::path work;
    int heartbeat_s = 15;
    std::stop_token
        drain{};  ///< fires when the process was told to end; the service hears of it with the next heartbeat
    std::chrono::seconds give_up_upload{600};  ///< how long the end of a job waits for a service that does not answer
};

class Session final : public measure::Observer {
  public:
    /// `abort`: the process was told to break off.
    Session(ServiceClient& service, SessionOptions options, std::stop_token abort);
    ~Session() override;

    /// Fires when the service cancels the job, somebody else has it, or the process breaks off.
    std::stop_token stop() const { return stop_.get_token(); }
    /// The job is not ours any more: nothing is to be reported.
    bool lost() const { return lost_; }

    void on_progress(const measure::Progress& progress) override;
    void on_log(std::string_view bytes) override;
    void on_trials(std::span<const model::Trial> trials) override;

    /// Sends what is left and the closing report; true if the service took it (used or not). The manifest is signed
    /// here.
    bool finish_measured(const model::Bundle& bundle, const platform::Ed25519PrivateKey& key);
    bool finish_failed(const measure::JobFailure& given);
    /// The process was told to break off: the job goes back to the queue, where it costs nobody anything before its
    /// first trial and an attempt later. One try, no waiting. `reason`: a clause for the service's log.
    bool give_back(const std::string& reason);

  private:
    void beat(std::stop_token stop);
    void flush_log();
    void flush_trials();
    void flush_artifacts();
    void add_cut_log();
    bool close(protocol::FinishRequest request);
    void heed(const CallError& error);

    ServiceClient& service_;
    SessionOptions options_;
    Spool spool_;
    std::stop_source stop_;
    std::stop_token abort_token_;
    std::stop_callback<std::function<void()>> abort_;
    std::atomic<bool> lost_ = false;
    /// False after an upload that was not answered, until a heartbeat is: waiting for a service that swallows requests
    /// would take the time that build and trials have.
    std::atomic<bool> is_answering_ = true;
    platform::Sync<protocol::HeartbeatRequest> beat_request_;

    // The measuring thread's own.
    std::string log_;
    std::int64_t log_offset_ = 0;
    std::size_t log_total_ = 0;
    std::string log_tail_;     ///< the end of what came after the log was as long as it may be
    std::size_t log_cut_ = 0;  ///< bytes that came after that
    std::chrono::steady_clock::time_point log_flushed_;
    model::JobPhase phase_ = model::JobPhase::fetch;
    std::vector<Spool::KeptTrial> waiting_;
    std::vector<std::string> digests_;
    std::vector<Spool::KeptArtifact> artifacts_;  ///< that wait
    std::string refused_;  ///< why the service will never take a trial or an artifact; the job cannot succeed any more

    std::jthread heartbeat_;  // last: it uses what stands above
};

}  // namespace benchgate::agent
