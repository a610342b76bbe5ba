#pragma once
// Owns what a job must not lose when the service cannot be reached: trials and the closing report lie on disk until
// they were taken, so that a restarted runner can send them. Files are written whole or not at all.

#include <filesystem>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "runners/agent/service_client.h"

namespace benchgate::agent {

class Spool {
  public:
    Spool(const std::filesystem::path& work, const JobRef& job);

    tl::expected<void, std::string> keep_trial(std::int64_t number, const std::string& body);
    tl::expected<void, std::string> keep_artifact(const std::string& name, const std::string& bytes);
    tl::expected<void, std::string> keep_finish(const protocol::FinishRequest& request);
    void drop_trial(std::int64_t number);
    /// The job is done with, one way or the other.
    void drop_all();

    struct KeptTrial {
        std::int64_t number = 0;
        std::string body;
    };
    /// In order of their numbers.
    std::vector<KeptTrial> trials() const;
    struct KeptArtifact {
        std::string name;
        std::string bytes;
    };
    /// By name.
    std::vector<KeptArtifact> artifacts() const;
    std::optional<protocol::FinishRequest> finish() const;

    /// Jobs that an earlier process of this runner left behind.
    static std::vector<JobRef> left_behind(const std::filesystem::path& work);

  private:
    std::filesystem::path directory_;
};

}  // namespace benchgate::agent
