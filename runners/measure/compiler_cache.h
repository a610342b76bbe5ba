#pragma once
// Owns what compilers made in earlier builds, kept by ccache inside the sandbox: a folder for each repository and level
// of trust, their bound, and what a build is given of them. An entry is code, so whoever may write it may decide what
// is built. Builds of branches share one folder; a pull request has one of its own, and reads the branches' without
// being able to write there. No other folder is shown to it. Does not own when a build may not use them (job.h).

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "core/model/host.h"
#include "core/model/series.h"
#include "platform/folder_lock.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

struct CompilerCacheOptions {
    std::filesystem::path directory;  ///< made; the user that jobs run as must be able to reach it
    std::uint64_t most_bytes = std::uint64_t{20} << 30;
};

/// What the builds of one side may read and write.
struct CompilerFolders {
    std::filesystem::path own;
    std::optional<std::filesystem::path> trusted;  ///< read only; absent: it is `own`
    std::string system;                            ///< BuildCache::system_of: entries of another one are not found
    std::uint64_t bytes_before = 0;                ///< in `own`, of jobs before this one
    /// Puts ccache in front of the compilers of a line of the build.
    void add_to(sandbox::Command& command) const;
};

struct CompilerHits {
    int hits = 0, misses = 0;
};

class CompilerCache {
  public:
    /// An error where there is no ccache, or where nothing keeps a job out of another's folder.
    static tl::expected<CompilerCache, std::string> open(CompilerCacheOptions options, sandbox::Sandbox& sandbox);

    /// `origin` as in the cache of builds: "pull request 7"; empty: a branch of the repository.
    tl::expected<CompilerFolders, std::string> folders(sandbox::Sandbox& sandbox, const std::string& repository,
                                                       const std::string& origin, const std::string& system);

    /// For linkers of ours: what a compiler makes is looked up by COMPILER_PATH too, so it is the same in each job.
    std::filesystem::path linkers() const { return options_.directory / "linkers"; }

    /// Of the builds since the last call, as ccache wrote it down: what a build has written, so good for a hint only.
    static CompilerHits take_hits(const CompilerFolders& folders);

    /// Keeps the bounds: what was used least lately goes, in a folder as among the folders.
    void trim(sandbox::Sandbox& sandbox, const CompilerFolders& folders, std::stop_token stop);

  private:
    CompilerCache(CompilerCacheOptions options, platform::FolderLock lock)
        : options_(std::move(options)), lock_(std::move(lock)) {}
    tl::expected<void, std::string> make(sandbox::Sandbox& sandbox, const std::filesystem::path& folder);
    void measure(const std::filesystem::path& folder);
    CompilerCacheOptions options_;
    platform::FolderLock lock_;                             ///< nobody else removes what a job is using
    std::map<std::filesystem::path, std::uint64_t> bytes_;  ///< of each folder when it was looked at last
};

/// The folders of both sides of a job, for as long as it builds.
class JobCompilers {
  public:
    /// `cache` null: compilers run as ever.
    JobCompilers(CompilerCache* cache, sandbox::Sandbox& sandbox) : cache_(cache), sandbox_(sandbox) {}
    ~JobCompilers();  ///< keeps the bounds
    JobCompilers(const JobCompilers&) = delete;
    JobCompilers& operator=(const JobCompilers&) = delete;

    bool are_cached() const { return cache_ != nullptr; }
    std::filesystem::path linkers() const { return cache_->linkers(); }
    /// Before anything is built. Where it fails, the job goes on without, and the fact says it.
    void open(const std::string& repository, const std::string& head_origin, const std::optional<std::string>& system);
    const CompilerFolders* of(model::Side side) const;
    /// To be called when a side was built, once or several times.
    void count(model::Side side);
    /// What was found so far.
    model::HostFact fact() const;

  private:
    CompilerCache* cache_;
    sandbox::Sandbox& sandbox_;
    std::optional<CompilerFolders> folders_[2];
    CompilerHits hits_[2];
    std::string why_not_;
};

}  // namespace benchgate::measure
