// PUT /runner/v1/jobs/{job}/{epoch}/log, trials/{n} and artifacts/{name}: what a job leaves behind, in bounded pieces.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/protocol/bundle_json.h"
#include "platform/crypto.h"
#include "service/http/runner_call.h"
#include "service/store/bundles.h"
#include "service/store/job_logs.h"
#include "service/store/leases.h"
#include "service/store/trials.h"

namespace benchgate::http {
namespace {

std::int64_t number_in(const std::string& text, std::int64_t most, const char* what) {
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most)
        throw CallRefused(400, "malformed", std::string(what) + ": a number from 0 to " + std::to_string(most));
    return number;
}

void check_size(const Request& request, std::size_t most) {
    if (request.body.size() > most)
        throw CallRefused(413, "too_large", "at most " + std::to_string(most) + " bytes are taken here");
}

CallRefused upload_full() {
    return {413, "job_full", fmt::format("a job may store {} MiB and has", store::max_upload_bytes >> 20)};
}

void put_log(const RunnerApi& api, const Request& request, Response& response) {
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    check_size(request, protocol::log_chunk_bytes);
    const std::int64_t offset = number_in(request.get_param_value("offset"), store::max_log_bytes, "offset");
    const auto answer = api.pool.transaction(
        [&](store::Tx& tx) { return store::append_log(tx, lease, offset, request.body, api.clock.now()); });
    check_fence(answer.fence);
    if (answer.full) throw CallRefused(413, "log_full", "the log of this job is as long as it may be");
    if (answer.stored) return answer_json(response, 200, {{"next", answer.next}});
    // A chunk is taken where the log ends and nowhere else: so no runner can make holes or write over what stands.
    answer_json(response, 416, {{"error", "offset"}, {"message", "the log goes on elsewhere"}, {"next", answer.next}});
}

// JSON may spell a NUL, PostgreSQL's text and jsonb cannot hold one. The six characters of an escape may well stand in
// a benchmark's name; they come with their backslash doubled.
bool spells_nul(std::string_view document) {
    for (auto at = document.find("\\u0000"); at != std::string_view::npos; at = document.find("\\u0000", at + 1)) {
        std::size_t backslashes = 1;
        while (backslashes <= at && document[at - backslashes] == '\\') ++backslashes;
        if (backslashes % 2 == 1) return true;
    }
    return false;
}

model::Trial trial_in(const Request& request, std::int64_t number) {
    auto trial = message_of(request, protocol::read_trial);
    if (trial.number != number) throw CallRefused(400, "malformed", "number: differs from the one in the address");
    if (spells_nul(request.body)) throw CallRefused(400, "malformed", "a NUL in a text");
    return trial;
}

void put_trial(const RunnerApi& api, const Request& request, Response& response) {
    constexpr std::int64_t most_trials = 100'000;
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    check_size(request, protocol::trial_bytes);
    const std::int64_t number = number_in(request.matches[3].str(), most_trials, "trial");
    const std::vector<store::SampleRow> samples = store::samples_of(trial_in(request, number));
    const store::TrialRow row{number, platform::sha256_hex(request.body), request.body, api.clock.now()};
    const auto answer = api.pool.transaction([&](store::Tx& tx) { return store::put_trial(tx, lease, row, samples); });
    check_fence(answer.fence);
    if (answer.result == store::TrialStored::full) throw upload_full();
    if (answer.result == store::TrialStored::differs)
        throw CallRefused(409, "differs", "this trial was stored before with other content");
    answer_json(response, 200, {{"digest", row.digest}});
}

bool is_file_name(std::string_view name) {
    return !name.empty() && name.size() <= 200 && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

void put_artifact(const RunnerApi& api, const Request& request, Response& response) {
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    check_size(request, protocol::artifact_bytes);
    store::ArtifactRow artifact;
    artifact.name = request.matches[3].str();
    if (!is_file_name(artifact.name)) throw CallRefused(400, "malformed", "name: letters, digits, '-', '_' and '.'");
    artifact.sha256 = platform::sha256_hex(request.body);
    artifact.size = static_cast<std::int64_t>(request.body.size());
    if (request.get_header_value("X-Content-Sha256") != artifact.sha256 ||
        request.get_header_value("X-Content-Size") != std::to_string(artifact.size))
        throw CallRefused(400, "malformed", "X-Content-Sha256 and X-Content-Size must be those of the body");
    artifact.bytes = request.body;
    const auto answer =
        api.pool.transaction([&](store::Tx& tx) { return store::put_artifact(tx, lease, artifact, api.clock.now()); });
    check_fence(answer.fence);
    if (answer.result == store::ArtifactStored::full) throw upload_full();
    if (answer.result == store::ArtifactStored::differs)
        throw CallRefused(409, "differs", "an artifact of this name was stored before with other content");
    answer_json(response, 200, json::Json::object());
}

}

void serve_uploads(Edge& edge, const RunnerApi& api) {
    const auto serve = [&](const char* path, void (*call)(const RunnerApi&, const Request&, Response&)) {
        edge.put(path,
                 guarded([api, call](const Request& request, Response& response) { call(api, request, response); }));
    };
    serve("/runner/v1/jobs/{}/{}/log", put_log);
    serve("/runner/v1/jobs/{}/{}/trials/{}", put_trial);
    serve("/runner/v1/jobs/{}/{}/artifacts/{}", put_artifact);
}

}
