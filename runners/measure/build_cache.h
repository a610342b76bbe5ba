#pragma once
// Owns the builds that this host made before: a tree as its build left it, under the hash of everything that the build
// could see. What is built again from the same tree, by the same lines, with the same system, is taken from here. Owns
// its folder and its bound. Does not own when a build may not be reused (job.h): a calibration builds for itself.
//
// Everything is read, packed and unpacked by tar inside the sandbox, as the user that jobs run as: nothing that a job
// has written is opened by us. What a pull request has built is taken for that pull request only.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "core/model/config.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

struct BuildCacheOptions {
    std::filesystem::path directory;  ///< made; the user that jobs run as must be able to reach it
    std::uint64_t most_bytes = std::uint64_t{20} << 30;
    std::chrono::milliseconds least_build{2'000};  ///< what builds faster is not worth its disk
};

/// What a build depends on beside the tree in its folder and the system that the sandbox shows.
struct BuildCircumstances {
    const model::Suite* suite = nullptr;
    std::string processor;  ///< builds with -march=native differ by it
    std::string system;     ///< system_of(): all else that the sandbox shows
    std::string origin;     ///< "pull request 7"; empty: a branch of the repository
    /// The folder of the compiler cache that was used; empty: none. It makes no difference to what an honest build
    /// makes, since an entry is what the same compiler of the same system made of the same source. But whoever may
    /// write entries decides what they are: so what one repository or pull request has built with its folder never
    /// stands in for another's, whose tree may be equal to the last byte.
    std::string compilers{};
};

struct ReusedBuild {
    std::string built_at;              ///< UTC, ISO 8601
    std::chrono::milliseconds took{};  ///< at that time
};

class BuildCache {
  public:
    /// Removes what an interrupted process left half done.
    static tl::expected<BuildCache, std::string> open(BuildCacheOptions options);

    /// sha256 of the names, sizes and times of what the sandbox shows of this host beside the tree, documents excepted;
    /// nullopt: they cannot be read. It takes a second or so: once a job is enough, since no job can change it.
    static std::optional<std::string> system_of(sandbox::Sandbox& sandbox, const std::filesystem::path& tree,
                                                std::stop_token stop);

    /// sha256 of all that the build of this tree can see; nullopt: it cannot be told, so nothing is reused.
    std::optional<std::string> key_of(sandbox::Sandbox& sandbox, const std::filesystem::path& tree,
                                      const BuildCircumstances& circumstances, std::stop_token stop) const;

    /// Replaces the tree by the built one. nullopt: there is none (or it is damaged: then it is removed), and the tree
    /// is as it was.
    std::optional<ReusedBuild> take(sandbox::Sandbox& sandbox, const std::string& key,
                                    const std::filesystem::path& tree, std::stop_token stop);

    /// Keeps the tree as its build left it, before anything has run in it; the least recently used go where there is no
    /// room. The answer is why it was not kept; empty: it was.
    std::string keep(sandbox::Sandbox& sandbox, const std::string& key, const std::filesystem::path& tree,
                     const ReusedBuild& build, std::stop_token stop);

  private:
    explicit BuildCache(BuildCacheOptions options) : options_(std::move(options)) {}
    std::filesystem::path archive(const std::string& key) const { return options_.directory / (key + ".tar"); }
    std::filesystem::path note(const std::string& key) const { return options_.directory / (key + ".json"); }
    void drop(const std::string& key) const;
    void make_room(std::uint64_t bytes) const;
    BuildCacheOptions options_;
};

}  // namespace benchgate::measure
