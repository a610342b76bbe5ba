// Owns everything that is done with git repositories, and libgit2 with it: no other room includes it. Mirrors that are
// fetched from a forge, the user's own repository for the command line, and what both can be asked. Does not own any
// policy: which refs are fetched and what is built is decided elsewhere.
//
// Every object belongs to one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

struct git_repository;

namespace benchgate::platform {

enum class GitErrorKind {
    not_found,       ///< no such repository, ref, commit or file
    ambiguous,       ///< a short id or name that fits several objects
    authentication,  ///< the token was refused, or one is needed
    network,         ///< no connection, a broken one, or a server that stalls
    cancelled,       ///< by the stop token
    too_large,       ///< a limit of the caller was reached
    unrelated,       ///< the two commits have no common ancestor
    ownership,       ///< the repository belongs to another user
    unsafe,          ///< a tree that cannot be written safely
    invalid_argument,
    io,  ///< disk
    other
};

struct GitError {
    GitErrorKind kind = GitErrorKind::other;
    std::string message;  ///< for people; never holds a token
};

template <typename T>
using GitResult = tl::expected<T, GitError>;

struct CommitInfo {
    std::string sha;  ///< 40 hexadecimal digits
    std::string tree;
    std::vector<std::string> parents;
    std::string author_name;
    std::string author_email;
    std::chrono::system_clock::time_point authored{};
    std::chrono::system_clock::time_point committed{};
    std::string subject;  ///< first line, at most 1,000 bytes
};

struct ChangedPaths {
    std::vector<std::string> paths;  ///< sorted; a renamed file counts with both its names
    bool truncated = false;          ///< more than the limit
};

struct CheckoutLimits {
    std::uint64_t bytes = std::uint64_t{4} << 30;
    std::uint64_t file_bytes = std::uint64_t{512} << 20;
    std::uint64_t files = 500'000;
};

struct CheckoutSummary {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> submodules;  ///< paths; left as empty directories
};

struct CommitRange {
    std::string from;  ///< not part of it
    std::string to;
};

/// What can be asked of any repository.
class Repository {
  public:
    Repository(Repository&&) noexcept;
    Repository& operator=(Repository&&) noexcept;
    virtual ~Repository();

    /// Full id of the commit that a ref, branch, tag, id or revision expression ("main~3") names.
    GitResult<std::string> resolve(std::string_view ref) const;
    bool has_commit(std::string_view sha) const;
    /// unrelated when there is none.
    GitResult<std::string> merge_base(std::string_view a, std::string_view b) const;
    GitResult<bool> is_ancestor(std::string_view ancestor, std::string_view descendant) const;
    /// Files that differ between the trees of base and head.
    GitResult<ChangedPaths> changed_paths(std::string_view base, std::string_view head, std::size_t limit) const;
    /// A file of a commit; not_found, too_large; a link is answered with its target, as bytes.
    GitResult<std::string> read_file(std::string_view commit, std::string_view path, std::size_t max_bytes) const;
    GitResult<CommitInfo> commit_info(std::string_view sha) const;
    GitResult<std::string> tree_id(std::string_view sha) const;
    /// Id of the tree or file at a path of a commit: equal ids, equal content.
    GitResult<std::string> object_id(std::string_view commit, std::string_view path) const;
    /// First-parent history from `to` back to `from` (excluded), newest first; the commits that main went through.
    GitResult<std::vector<std::string>> first_parents(const CommitRange& range, std::size_t limit) const;
    /// Every commit after `from` up to `to` that following first parents from `to` meets, oldest first. not_found: that
    /// way does not lead to `from`. Of more than `limit` the newest `limit`, wherever `from` is.
    GitResult<std::vector<std::string>> first_parent_path(const CommitRange& range, std::size_t limit) const;
    /// Whether the commit is one of these commits or an ancestor of one. Commits that are not there count for nothing.
    GitResult<bool> is_reachable(std::string_view commit, const std::vector<std::string>& from) const;
    /// Writes the tree of a commit into a directory, which is made and must be empty: plain files, no .git, links kept
    /// as links and never followed. Bytes are those of the repository: no filter, no line-end conversion.
    GitResult<CheckoutSummary> checkout(std::string_view sha, const std::filesystem::path& directory,
                                        const CheckoutLimits& limits = {}, std::stop_token stop = {}) const;

  protected:
    explicit Repository(git_repository* repository);
    git_repository* repository_ = nullptr;
};

/// Where the token comes from. Asked once a fetch; an empty answer means none.
struct Credentials {
    std::function<std::string()> token{};
    std::string user = "x-access-token";
};

struct FetchProgress {
    std::uint64_t received_objects = 0;
    std::uint64_t total_objects = 0;
    std::uint64_t received_bytes = 0;
};

struct FetchOptions {
    std::vector<std::string> refspecs{};  ///< "+refs/heads/*:refs/heads/*", "+refs/pull/7/head:refs/pull/7/head", an id
    Credentials credentials{};
    std::stop_token stop{};
    std::chrono::milliseconds stall_limit{60'000};  ///< without a byte from the server
    std::chrono::milliseconds total_limit{30 * 60'000};
    std::uint64_t max_bytes = std::uint64_t{8} << 30;
    bool prune = false;  ///< what the refspecs match and the server has no more is forgotten
    std::function<void(const FetchProgress&)> on_progress{};
};

/// A bare repository that follows one remote.
class Mirror : public Repository {
  public:
    /// The address may change (a renamed repository): the new one is used from then on. It must not hold a password
    /// or token.
    static GitResult<Mirror> open_or_create(const std::filesystem::path& path, const std::string& url);
    /// A mirror whose own files are in the way (a branch where a folder of branches was, a lock of a killed process) is
    /// made anew, once.
    GitResult<void> fetch(const FetchOptions& options);
    /// Refs of the mirror with a prefix, sorted: name and id.
    GitResult<std::vector<std::pair<std::string, std::string>>> refs(std::string_view prefix) const;

  private:
    Mirror(git_repository* repository, std::filesystem::path path, std::string url);
    GitResult<void> fetch_once(const FetchOptions& options, bool& again);
    std::filesystem::path path_;
    std::string url_;
};

struct WorktreeSnapshot {
    std::string head;    ///< commit that is checked out
    bool dirty = false;  ///< something differs from head
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> skipped;  ///< submodules, nested repositories, sockets and the like
};

/// The repository in which somebody works. Nothing in it is ever written: no index, no ref, no file.
class LocalRepository : public Repository {
  public:
    /// The repository to which the path belongs, found upwards.
    static GitResult<LocalRepository> discover(const std::filesystem::path& start);
    std::filesystem::path root() const;
    /// The branch that is checked out; empty: detached.
    std::string branch() const;
    /// Does anything that snapshot() would copy differ from the commit that is checked out?
    GitResult<bool> is_dirty() const;
    /// "main", "origin/main", ...: the branch that others start from, for a comparison without arguments.
    GitResult<std::string> default_branch() const;
    /// Copies tracked and untracked, but not ignored, files as they are in the working tree.
    GitResult<WorktreeSnapshot> snapshot(const std::filesystem::path& directory, const CheckoutLimits& limits = {},
                                         std::stop_token stop = {}) const;

  private:
    explicit LocalRepository(git_repository* repository);
};

}
