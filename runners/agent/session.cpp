#include "runners/agent/session.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/protocol/bundle_json.h"
#include "platform/ids.h"
#include "platform/stop.h"

namespace benchgate::agent {
namespace {
constexpr std::size_t log_flush_bytes = 32u << 10;
constexpr std::chrono::seconds log_flush_every{2};
constexpr std::size_t log_tail_bytes = 64u << 10;
/// Words of a tool or a service under test stand in it: more than the service takes would be refused, and the job would
/// be lost without a reason.
constexpr std::size_t longest_reason = 2000;

std::string bounded(const std::string& reason) {
    if (reason.size() <= longest_reason) return reason;
    std::size_t end = longest_reason;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
    return reason.substr(0, end) + "...";
}
}  // namespace

Session::Session(ServiceClient& service, SessionOptions options, std::stop_token abort)
    : service_(service),
      options_(std::move(options)),
      spool_(options_.work, options_.job),
      abort_token_(abort),
      abort_(abort, [this] { stop_.request_stop(); }),
      log_flushed_(std::chrono::steady_clock::now()),
      heartbeat_([this](std::stop_token stop) { beat(stop); }) {}

Session::~Session() = default;

void Session::heed(const CallError& error) {
    if (error.next == Next::retry) is_answering_ = false;
    if (error.next != Next::stale && error.next != Next::gone && error.next != Next::unauthorised) return;
    lost_ = true;
    stop_.request_stop();
}

void Session::beat(std::stop_token stop) {
    do {
        auto request = *beat_request_.lock();
        request.request_id = platform::random_uuid();
        request.draining = options_.drain.stop_requested();
        const auto answer = service_.heartbeat(options_.job, request, stop);
        if (!answer) {
            spdlog::warn("heartbeat of job {}: {}", options_.job.job, answer.error().message);
            heed(answer.error());
            continue;
        }
        is_answering_ = true;
        if (answer->cancel) {
            spdlog::info("job {} is cancelled: {}", options_.job.job, *answer->cancel);
            stop_.request_stop();
        }
    } while (!lost_ && platform::sleep_for(stop, std::chrono::seconds(options_.heartbeat_s)));
}

void Session::on_progress(const measure::Progress& progress) {
    phase_ = progress.phase;
    {
        auto request = beat_request_.lock();
        request->phase = progress.phase;
        request->block = progress.block;
        request->progress = progress.at_most > 0 ? std::min(1.0, double(progress.block) / progress.at_most) : 0;
        request->eta_s = progress.seconds_left;
    }
    if (is_answering_) flush_log();
}

void Session::on_log(std::string_view bytes) {
    const auto room = protocol::log_total_bytes - std::min(log_total_ + log_.size(), protocol::log_total_bytes);
    log_ += bytes.substr(0, room);
    if (bytes.size() > room) {
        bytes.remove_prefix(room);
        log_cut_ += bytes.size();
        log_tail_ += bytes.substr(bytes.size() - std::min(bytes.size(), log_tail_bytes));
        if (log_tail_.size() > 2 * log_tail_bytes) log_tail_.erase(0, log_tail_.size() - log_tail_bytes);
    }
    // While something is measured the log waits for the end of the block.
    if (phase_ == model::JobPhase::measure || !is_answering_) return;
    if (log_.size() >= log_flush_bytes || std::chrono::steady_clock::now() - log_flushed_ >= log_flush_every)
        flush_log();
}

void Session::flush_log() {
    log_flushed_ = std::chrono::steady_clock::now();
    while (!log_.empty() && !lost_) {
        const auto chunk = std::min(log_.size(), protocol::log_chunk_bytes);
        const auto next = service_.put_log(options_.job, log_offset_, std::string_view(log_).substr(0, chunk), {});
        if (!next) {
            heed(next.error());
            // The service has more than we thought (a lost answer): skip what it has. It can never have less.
            const auto wanted = next.error().next_offset;
            if (!wanted || *wanted <= log_offset_ || *wanted > log_offset_ + std::int64_t(log_.size())) return;
            log_.erase(0, *wanted - log_offset_);
            log_total_ += *wanted - log_offset_;
            log_offset_ = *wanted;
            continue;
        }
        log_.erase(0, chunk);
        log_total_ += chunk;
        log_offset_ += chunk;
    }
}

/// Whoever looks for the reason looks at the end, so the end is kept.
void Session::add_cut_log() {
    if (log_cut_ == 0) return;
    if (log_tail_.size() > log_tail_bytes) log_tail_.erase(0, log_tail_.size() - log_tail_bytes);
    if (const auto left_out = log_cut_ - log_tail_.size(); left_out > 0)
        log_ += fmt::format("\n[... {} bytes of the log are left out: it is longer than {} MiB ...]\n", left_out,
                            protocol::log_total_bytes >> 20);
    log_ += log_tail_;
    log_cut_ = 0;
    log_tail_.clear();
}

void Session::on_trials(std::span<const model::Trial> trials) {
    for (const auto& trial : trials) {
        auto body = json::dump(protocol::to_json(trial));
        digests_.push_back(platform::sha256_hex(body));
        if (auto kept = spool_.keep_trial(trial.number, body); !kept) spdlog::error("spool: {}", kept.error());
        waiting_.push_back({trial.number, std::move(body)});
    }
    if (is_answering_) flush_trials();
    if (is_answering_) flush_log();
}

void Session::flush_trials() {
    while (!waiting_.empty() && !lost_) {
        const auto& trial = waiting_.front();
        const auto sent = service_.put_trial(options_.job, trial.number, trial.body, {});
        if (!sent) {
            spdlog::warn("trial {} of job {} waits in the spool: {}", trial.number, options_.job.job,
                         sent.error().message);
            heed(sent.error());
            if (sent.error().next != Next::refused) return;
            // The same again would be refused again: measuring on is of no use.
            refused_ = fmt::format("the service did not take trial {}: {}", trial.number, sent.error().message);
            for (const auto& left : waiting_) spool_.drop_trial(left.number);
            waiting_.clear();
            stop_.request_stop();
            return;
        }
        spool_.drop_trial(trial.number);
        waiting_.erase(waiting_.begin());
    }
}

void Session::flush_artifacts() {
    while (!artifacts_.empty() && !lost_) {
        const auto& artifact = artifacts_.back();
        const auto sent = service_.put_artifact(options_.job, artifact.name, artifact.bytes, {});
        if (!sent) {
            spdlog::warn("{} of job {} waits in the spool: {}", artifact.name, options_.job.job, sent.error().message);
            heed(sent.error());
            if (sent.error().next != Next::refused) return;
            refused_ = fmt::format("the service did not take {}: {}", artifact.name, sent.error().message);
            artifacts_.clear();
            return;
        }
        artifacts_.pop_back();
    }
}

bool Session::close(protocol::FinishRequest request) {
    request.request_id = platform::random_uuid();
    add_cut_log();
    if (auto kept = spool_.keep_finish(request); !kept) spdlog::error("spool: {}", kept.error());
    const auto give_up = std::chrono::steady_clock::now() + options_.give_up_upload;
    for (int attempt = 0; !lost_; ++attempt) {
        flush_trials();
        flush_artifacts();
        flush_log();
        if (!refused_.empty() && request.outcome == "succeeded") return finish_failed({});
        if (waiting_.empty() && artifacts_.empty()) {
            const auto answer = service_.finish(options_.job, request, {});
            if (answer) {
                spdlog::info("job {} {} ({})", options_.job.job, request.outcome, answer->used ? "used" : "not used");
                spool_.drop_all();
                return true;
            }
            spdlog::warn("finish of job {}: {}", options_.job.job, answer.error().message);
            heed(answer.error());
            if (answer.error().next == Next::refused && request.outcome == "succeeded") {
                // Else nobody would hear of the job until its lease ends, and the next host would measure it in vain.
                refused_ = "the service did not take the report: " + answer.error().message;
                return finish_failed({});
            }
            if (answer.error().next == Next::refused) break;
        }
        // The spool keeps it for later.
        if (abort_token_.stop_requested() || std::chrono::steady_clock::now() >= give_up) return false;
        platform::sleep_for(abort_token_, backoff(attempt, 0.5));
    }
    spool_.drop_all();
    return false;
}

bool Session::finish_measured(const model::Bundle& bundle, const platform::Ed25519PrivateKey& key) {
    protocol::FinishRequest request;
    request.outcome = "succeeded";
    request.phase = model::JobPhase::upload;
    if (bundle.profile) {
        artifacts_ = {{protocol::base_profile_name, bundle.profile->base.folded},
                      {protocol::head_profile_name, bundle.profile->head.folded}};
        for (const auto& artifact : artifacts_)
            if (auto kept = spool_.keep_artifact(artifact.name, artifact.bytes); !kept)
                spdlog::error("spool: {}", kept.error());
    }
    request.manifest = protocol::manifest_of(bundle, digests_);
    request.signature = platform::base64_encode(key.sign(request.manifest));
    return close(std::move(request));
}

bool Session::finish_failed(const measure::JobFailure& given) {
    auto failure = given;
    artifacts_.clear();
    if (!refused_.empty()) failure = {model::JobPhase::upload, std::nullopt, refused_, false, false};
    failure.reason = bounded(failure.reason);
    on_log(fmt::format("\n{}\n", failure.reason));
    protocol::FinishRequest request;
    request.outcome = failure.cancelled ? "cancelled" : "failed";
    request.phase = failure.phase;
    request.reason = failure.reason;
    request.infrastructure = failure.infrastructure;
    return close(std::move(request));
}

bool Session::give_back(const std::string& reason) {
    options_.give_up_upload = std::chrono::seconds(0);
    const protocol::ReleaseRequest request{platform::random_uuid(), reason};
    if (digests_.empty() && service_.release(options_.job, request, {})) {
        spool_.drop_all();
        return true;
    }
    return finish_failed({phase_, std::nullopt, reason, true, false});
}

}  // namespace benchgate::agent
