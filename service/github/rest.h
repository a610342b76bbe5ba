// Owns the typed calls to GitHub's REST API that benchgate makes, one function a call, as an installation. Does not own
// when they are made (service/workers) or what they say (core/reporting).
#pragma once

#include "service/github/bodies.h"
#include "service/github/tokens.h"

namespace benchgate::github {

struct CheckRunRef {
    std::int64_t id = 0;
    std::string html_url;
    std::string external_id;
    std::size_t annotations = 0;  ///< how many it has
};

struct Comment {
    std::int64_t id = 0;
    std::string html_url;
    std::string body;
    std::string author;
    bool author_is_bot = false;
    std::int64_t app_id = 0;  ///< the App that wrote it; 0: none
};

struct Side {
    std::string ref;
    std::string sha;
    std::int64_t repository_id = 0;  ///< 0: the fork was deleted
    std::string repository;          ///< "owner/name", empty with it
};

struct PullRequest {
    std::int64_t number = 0;
    bool open = false;
    bool draft = false;
    bool merged = false;
    std::string merge_sha;  ///< of a merged one: its commit on the base branch
    std::string title;
    std::string author;
    std::string updated_at;          ///< as GitHub writes it; empty: not said
    std::string author_association;  ///< OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE, ...; empty: not said
    Side base;
    Side head;
    bool from_fork = false;  ///< a deleted fork too
    std::vector<std::string> labels;
};

struct RepositoryInfo {
    std::int64_t id = 0;
    std::string owner;  ///< as it is called now, after renames
    std::string name;
    std::string default_branch;
    bool is_private = false;
    bool archived = false;
    std::string clone_url;
};

/// A list that was read page by page. Not complete: it is longer than what is read of it.
template <typename T>
struct Listing {
    std::vector<T> items;
    bool complete = true;        ///< to the last page
    std::size_t unreadable = 0;  ///< entries that are there, but not as they should be
    /// What is not in it is not there.
    bool is_whole() const { return complete && unreadable == 0; }
};

enum class Permission { none, read, write, admin };
std::string_view to_string(Permission permission);

class Rest {
  public:
    Rest(const Api& api, Tokens& tokens);

    /// Called when an answer shows that a repository is called otherwise than it was asked for. To be set before any
    /// other call; called on the caller's thread.
    void on_renamed(std::function<void(const RepositoryInfo&)> renamed) { renamed_ = std::move(renamed); }
    /// The same calls, counted into `effort` and bounded by its time; it must outlive what is returned.
    Rest within(Effort& effort) const;

    /// Not idempotent: keep the id that comes back; use find_check_run after a lost answer. More annotations than one
    /// request may hold are appended by further ones.
    ApiResult<CheckRunRef> create_check_run(const Repository& repository, const CheckRun& check, std::stop_token stop);
    /// GitHub appends annotations, so the first `annotations_there` of the check's are left out.
    ApiResult<CheckRunRef> update_check_run(const Repository& repository, std::int64_t id, const CheckRun& check,
                                            std::stop_token stop, std::size_t annotations_there = 0);
    /// The latest run of this name that our App made for the commit and this external_id; empty: any.
    ApiResult<std::optional<CheckRunRef>> find_check_run(const Repository& repository, const std::string& sha,
                                                         const std::string& name, const std::string& external_id,
                                                         std::stop_token stop);

    /// The newest status of a context counts, so sending it again does no harm.
    ApiResult<void> create_status(const Repository& repository, const std::string& sha, const CommitStatus& status,
                                  std::stop_token stop);

    ApiResult<Comment> create_comment(const Repository& repository, std::int64_t issue, std::string_view markdown,
                                      std::stop_token stop);
    ApiResult<Comment> update_comment(const Repository& repository, std::int64_t comment, std::string_view markdown,
                                      std::stop_token stop);
    /// The newest comment of our App with a line that begins with the marker, of the first 1,000.
    ApiResult<std::optional<Comment>> find_comment(const Repository& repository, std::int64_t issue,
                                                   std::string_view marker, std::stop_token stop);
    struct StickyComment {
        std::int64_t issue = 0;
        std::int64_t known_id = 0;  ///< 0: none known
        std::string marker;         ///< hidden text that stands in the Markdown
        std::string markdown;
    };
    /// Updates the known comment; if it is unknown or was deleted (404), the marked one; if there is none, makes it.
    ApiResult<Comment> put_comment(const Repository& repository, const StickyComment& comment, std::stop_token stop);

    /// Already there is fine too.
    ApiResult<void> react_to_comment(const Repository& repository, std::int64_t comment, Reaction reaction,
                                     std::stop_token stop);

    ApiResult<PullRequest> get_pull_request(const Repository& repository, std::int64_t number, std::stop_token stop);
    ApiResult<RepositoryInfo> get_repository(const Repository& repository, std::stop_token stop);
    /// GitHub's own reduction: maintain counts as write, triage as read; somebody it does not know (404) as none.
    ApiResult<Permission> get_permission(const Repository& repository, const std::string& user, std::stop_token stop);
    /// The bytes of a file at a ref or SHA; nullopt: no such file (or ref). At most 1 MiB.
    ApiResult<std::optional<std::string>> get_file(const Repository& repository, const std::string& path,
                                                   const std::string& ref, std::stop_token stop);

    /// Open ones, the oldest first; at most 3,000.
    ApiResult<Listing<PullRequest>> list_open_pulls(const Repository& repository, std::stop_token stop);
    /// What the installation may see; at most 10,000.
    ApiResult<Listing<RepositoryInfo>> list_installation_repositories(std::int64_t installation_id,
                                                                      std::stop_token stop);

  private:
    ApiResult<ApiResponse> send(const Repository& repository, Use use, Call call, std::stop_token stop);
    void learn_name(const Repository& repository, std::stop_token stop);
    ApiResult<CheckRunRef> add_annotations(const Repository& repository, CheckRunRef made, const CheckRun& check,
                                           std::size_t first, std::stop_token stop);

    const Api& api_;
    Tokens& tokens_;
    std::function<void(const RepositoryInfo&)> renamed_;
    Effort* effort_ = nullptr;
};

}
