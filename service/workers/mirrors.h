#pragma once
// What planning must know of a repository's content: the configuration of the base, the merge-base, the changed paths.
// Owns the service's bare mirrors in the state folder, one per repository, fetched with a read-only token. Runners have
// mirrors of their own.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "platform/git.h"
#include "platform/sync.h"
#include "service/github/tokens.h"
#include "service/workers/later.h"

namespace benchgate::workers {

struct MirrorOptions {
    std::filesystem::path directory;
    std::string git_url;  ///< base of clone addresses: git_url/owner/name.git
};

/// The address that a runner clones from, too.
std::string clone_url(const MirrorOptions& options, const github::Repository& repository);

struct InspectRequest {
    github::Repository repository;
    std::string base_sha;
    std::string head_sha;
    std::vector<std::string> refs;  ///< that hold both
    bool merge_base = true;         ///< false: base_sha itself is compared with
};

struct Inspection {
    std::optional<std::string> base;                        ///< absent: the commits have no common ancestor
    std::optional<std::vector<std::string>> changed_paths;  ///< absent: too many
    std::optional<std::string> config;  ///< bytes of .benchgate.yml at base_sha; absent: no such file
};

/// A commit that the repository's own branches and tags hold.
struct OwnCommit {
    std::string sha;
    /// Where it is fetched from: a branch's name if it was named by it, else the full name of a branch or tag.
    std::string ref;
};

/// The ends of a range; absent: no such commit of the repository's own.
struct OwnRange {
    std::optional<OwnCommit> good;
    std::optional<OwnCommit> bad;
    std::vector<std::string> commits;  ///< after good along first parents, oldest first; empty: good is not on that way
};

class Mirrors {
  public:
    Mirrors(MirrorOptions options, github::Tokens& tokens);
    /// Fetches if a commit is not there yet. Throws Later when GitHub cannot be reached or a ref lags behind its
    /// webhook, std::runtime_error for what will not mend itself.
    Inspection inspect(const InspectRequest& request, std::stop_token stop);
    /// A branch, a tag or a commit, whole or shortened, that a branch or tag holds; all are fetched first. What only a
    /// pull request or a fork holds is nullopt: GitHub keeps the commits of forks in the same store, and a mirror has
    /// those of the pull requests that it looked at.
    std::optional<OwnCommit> resolve(const github::Repository& repository, const std::string& name,
                                     std::stop_token stop);
    /// The same for both ends, and what lies between; of more than `limit` commits the newest ones.
    OwnRange range(const github::Repository& repository, const std::string& good, const std::string& bad,
                   std::size_t limit, std::stop_token stop);
    /// The newest `limit` commits of a branch along first parents, oldest first; fetched first unless they hold `sha`.
    std::vector<std::string> line(const github::Repository& repository, const std::string& branch,
                                  const std::string& sha, std::size_t limit, std::stop_token stop);
    /// Every tag, with the commit that it names; fetched first, those deleted meanwhile left out. At most 50,000.
    std::vector<std::pair<std::string, std::string>> tags_of(const github::Repository& repository,
                                                             std::stop_token stop);
    /// Subject and author of a commit that is here; nothing is fetched, and a fetch under way is waited for shortly.
    std::optional<platform::CommitInfo> describe(const github::Repository& repository, const std::string& sha,
                                                 std::stop_token stop);
    /// Both commits are here, nothing is fetched, and hold the same files.
    bool same_tree(const github::Repository& repository, const std::string& one, const std::string& other);
    const MirrorOptions& options() const { return options_; }

  private:
    std::shared_ptr<std::mutex> lock_of(std::int64_t repository_id);
    MirrorOptions options_;
    github::Tokens& tokens_;
    platform::Sync<std::map<std::int64_t, std::shared_ptr<std::mutex>>> locks_;
};

}  // namespace benchgate::workers
