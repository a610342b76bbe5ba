#include "runners/agent/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "platform/files.h"

namespace benchgate::agent {
namespace {

const std::string artifact_prefix = "artifact-";

std::filesystem::path root(const std::filesystem::path& work) {
    return work / "spool";
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

}  // namespace

Spool::Spool(const std::filesystem::path& work, const JobRef& job)
    : directory_(root(work) / fmt::format("{}.{}", job.job, job.epoch)) {
    std::filesystem::create_directories(directory_);
}

tl::expected<void, std::string> Spool::keep_trial(std::int64_t number, const std::string& body) {
    if (auto written = platform::write_file_atomically(directory_ / fmt::format("trial-{}", number), body, 0600);
        !written)
        return tl::unexpected(written.error().message);
    return {};
}

tl::expected<void, std::string> Spool::keep_artifact(const std::string& name, const std::string& bytes) {
    if (auto written = platform::write_file_atomically(directory_ / (artifact_prefix + name), bytes, 0600); !written)
        return tl::unexpected(written.error().message);
    return {};
}

tl::expected<void, std::string> Spool::keep_finish(const protocol::FinishRequest& request) {
    if (auto written = platform::write_file_atomically(directory_ / "finish", json::dump(to_json(request)), 0600);
        !written)
        return tl::unexpected(written.error().message);
    return {};
}

void Spool::drop_trial(std::int64_t number) {
    std::error_code ignored;
    std::filesystem::remove(directory_ / fmt::format("trial-{}", number), ignored);
}

void Spool::drop_all() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::vector<Spool::KeptTrial> Spool::trials() const {
    std::vector<KeptTrial> kept;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
        const auto name = entry.path().filename().string();
        const auto number = name.starts_with("trial-") ? number_in(std::string_view(name).substr(6)) : std::nullopt;
        if (!number) continue;
        if (auto bytes = platform::read_file(entry.path(), protocol::trial_bytes))
            kept.push_back({*number, std::move(*bytes)});
    }
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return kept;
}

std::vector<Spool::KeptArtifact> Spool::artifacts() const {
    std::vector<KeptArtifact> kept;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(artifact_prefix)) continue;
        if (auto bytes = platform::read_file(entry.path(), protocol::artifact_bytes))
            kept.push_back({name.substr(artifact_prefix.size()), std::move(*bytes)});
    }
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return kept;
}

std::optional<protocol::FinishRequest> Spool::finish() const {
    const auto bytes = platform::read_file(directory_ / "finish", protocol::trial_bytes);
    if (!bytes) return std::nullopt;
    const auto document = json::parse(*bytes);
    if (!document) return std::nullopt;
    auto request = protocol::read_finish_request(*document);
    if (!request) return std::nullopt;
    return std::move(*request);
}

std::vector<JobRef> Spool::left_behind(const std::filesystem::path& work) {
    std::vector<JobRef> jobs;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root(work), error)) {
        const auto name = entry.path().filename().string();
        const auto dot = name.rfind('.');
        if (dot == std::string::npos) continue;
        if (const auto epoch = number_in(std::string_view(name).substr(dot + 1)))
            jobs.push_back({name.substr(0, dot), *epoch});
    }
    return jobs;
}

}  // namespace benchgate::agent
