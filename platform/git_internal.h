// Owns what the git files of this folder share: handles that free themselves, and libgit2's errors made ours. Private
// to platform/git_*.cpp.
#pragma once

#include <memory>
#include <string>

#include <git2.h>

#include "platform/files.h"
#include "platform/git.h"

namespace benchgate::platform::git {

template <typename T, void (*free_handle)(T*)>
class Handle {
  public:
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (handle_ != nullptr) free_handle(handle_);
    }
    T** out() { return &handle_; }
    T* get() const { return handle_; }

  private:
    T* handle_ = nullptr;
};

using Object = Handle<git_object, git_object_free>;
using Commit = Handle<git_commit, git_commit_free>;
using Tree = Handle<git_tree, git_tree_free>;
using TreeEntry = Handle<git_tree_entry, git_tree_entry_free>;
using Blob = Handle<git_blob, git_blob_free>;
using Diff = Handle<git_diff, git_diff_free>;
using Remote = Handle<git_remote, git_remote_free>;
using Odb = Handle<git_odb, git_odb_free>;
using Reference = Handle<git_reference, git_reference_free>;
using Revwalk = Handle<git_revwalk, git_revwalk_free>;
using StatusList = Handle<git_status_list, git_status_list_free>;

/// Starts libgit2 once a program: certificates of the system, our sockets, no ownership exceptions.
void start_library();

/// The last error of libgit2 on this thread as ours.
tl::unexpected<GitError> failed(int code, const std::string& what);

tl::unexpected<GitError> error(GitErrorKind kind, const std::string& message);

std::string to_text(const git_oid& id);

/// Finds a commit by full id.
GitResult<void> find_commit(git_repository* repository, std::string_view sha, Commit& out);

/// Creates files below one empty directory, counting them against limits. Links are made, never followed.
class TreeWriter {
  public:
    static GitResult<TreeWriter> into(const std::filesystem::path& directory, const CheckoutLimits& limits);
    /// `parent` is an open directory below the start.
    GitResult<void> file(int parent, const std::string& name, std::string_view content, bool executable);
    GitResult<void> link(int parent, const std::string& name, const std::string& target);
    GitResult<Fd> directory(int parent, const std::string& name);
    /// Counts a file that is about to be written; too_large when it does not fit.
    GitResult<void> reserve(const std::string& name, std::uint64_t size);
    int root() const { return root_.get(); }
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;

  private:
    TreeWriter(Fd root, const CheckoutLimits& limits) : root_(std::move(root)), limits_(limits) {}
    Fd root_;
    CheckoutLimits limits_;
};

/// A name that may stand in a tree on disk: not empty, no slash, not "." or "..", and not .git in any spelling.
bool safe_name(std::string_view name);

/// Sockets of libgit2 on this thread obey these while the object lives (git_stream.cpp).
class NetworkLimits {
  public:
    NetworkLimits(std::stop_token stop, std::chrono::milliseconds stall, std::chrono::steady_clock::time_point end);
    ~NetworkLimits();
    NetworkLimits(const NetworkLimits&) = delete;
    NetworkLimits& operator=(const NetworkLimits&) = delete;
};

/// Makes all plain connections, and those under TLS, ours.
void register_streams();

}
