#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <stdexcept>

#include "platform/git_internal.h"
#include "platform/log.h"

namespace benchgate::platform {

namespace git {

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (git_libgit2_init() < 0) throw std::runtime_error("libgit2 does not start");
        // It is linked to mbedTLS, which does not find the system's certificates by itself.
        const char* chosen = std::getenv("SSL_CERT_FILE");
        const char* file = chosen != nullptr && *chosen != '\0' ? chosen : "/etc/ssl/certs/ca-certificates.crt";
        git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, nullptr);
        register_streams();
    });
}

tl::unexpected<GitError> error(GitErrorKind kind, const std::string& message) {
    return tl::unexpected(GitError{kind, redact(message)});
}

tl::unexpected<GitError> failed(int code, const std::string& what) {
    const git_error* last = git_error_last();
    const std::string why = last != nullptr && last->message != nullptr ? last->message : "unknown reason";
    const int area = last != nullptr ? last->klass : 0;
    GitErrorKind kind = GitErrorKind::other;
    if (code == GIT_ENOTFOUND)
        kind = GitErrorKind::not_found;
    else if (code == GIT_EAMBIGUOUS)
        kind = GitErrorKind::ambiguous;
    else if (code == GIT_EAUTH)
        kind = GitErrorKind::authentication;
    else if (code == GIT_EOWNER)
        kind = GitErrorKind::ownership;
    else if (code == GIT_EINVALIDSPEC || code == GIT_EINVALID || area == GIT_ERROR_INVALID)
        kind = GitErrorKind::invalid_argument;
    else if (code == GIT_EUSER)
        kind = GitErrorKind::cancelled;
    else if (area == GIT_ERROR_NET || area == GIT_ERROR_HTTP || area == GIT_ERROR_SSL || code == GIT_ECERTIFICATE)
        kind = GitErrorKind::network;
    else if (area == GIT_ERROR_OS || area == GIT_ERROR_FILESYSTEM)
        kind = GitErrorKind::io;
    return error(kind, what + ": " + why);
}

std::string to_text(const git_oid& id) {
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
}

GitResult<void> find_commit(git_repository* repository, std::string_view sha, Commit& out) {
    git_oid id;
    if (sha.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&id, sha.data(), sha.size()) != 0)
        return error(GitErrorKind::invalid_argument, "'" + escape_control(sha.substr(0, 80)) + "' is no commit id");
    const int code = git_commit_lookup(out.out(), repository, &id);
    if (code != 0) return failed(code, "commit " + std::string(sha));
    return {};
}

}

using git::failed;

Repository::Repository(git_repository* repository) : repository_(repository) {}
Repository::Repository(Repository&& other) noexcept : repository_(std::exchange(other.repository_, nullptr)) {}
Repository& Repository::operator=(Repository&& other) noexcept {
    std::swap(repository_, other.repository_);
    return *this;
}
Repository::~Repository() {
    git_repository_free(repository_);
}

GitResult<std::string> Repository::resolve(std::string_view ref) const {
    const std::string what = "'" + escape_control(ref.substr(0, 200)) + "'";
    if (ref.empty() || ref.size() > 1024 || ref.find('\0') != std::string_view::npos)
        return git::error(GitErrorKind::invalid_argument, what + " is no name of a commit");
    git::Object object, commit;
    int code = git_revparse_single(object.out(), repository_, std::string(ref).c_str());
    if (code == 0) code = git_object_peel(commit.out(), object.get(), GIT_OBJECT_COMMIT);
    if (code != 0) return failed(code, "cannot find a commit named " + what);
    return git::to_text(*git_object_id(commit.get()));
}

bool Repository::has_commit(std::string_view sha) const {
    git::Commit commit;
    return git::find_commit(repository_, sha, commit).has_value();
}

GitResult<std::string> Repository::merge_base(std::string_view a, std::string_view b) const {
    git::Commit left, right;
    if (auto found = git::find_commit(repository_, a, left); !found) return tl::unexpected(found.error());
    if (auto found = git::find_commit(repository_, b, right); !found) return tl::unexpected(found.error());
    git_oid base;
    const int code = git_merge_base(&base, repository_, git_commit_id(left.get()), git_commit_id(right.get()));
    if (code == GIT_ENOTFOUND)
        return git::error(GitErrorKind::unrelated,
                          std::string(a) + " and " + std::string(b) + " have no common ancestor");
    if (code != 0) return failed(code, "cannot find the merge base");
    return git::to_text(base);
}

GitResult<bool> Repository::is_ancestor(std::string_view ancestor, std::string_view descendant) const {
    auto base = merge_base(ancestor, descendant);
    if (base) return *base == ancestor;
    if (base.error().kind == GitErrorKind::unrelated) return false;
    return tl::unexpected(base.error());
}

GitResult<ChangedPaths> Repository::changed_paths(std::string_view base, std::string_view head,
                                                  std::size_t limit) const {
    git::Commit from, to;
    git::Tree old_tree, new_tree;
    if (auto found = git::find_commit(repository_, base, from); !found) return tl::unexpected(found.error());
    if (auto found = git::find_commit(repository_, head, to); !found) return tl::unexpected(found.error());
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_INCLUDE_TYPECHANGE;
    git::Diff diff;
    int code = git_commit_tree(old_tree.out(), from.get());
    if (code == 0) code = git_commit_tree(new_tree.out(), to.get());
    if (code == 0) code = git_diff_tree_to_tree(diff.out(), repository_, old_tree.get(), new_tree.get(), &options);
    if (code != 0) return failed(code, "cannot compare the trees");

    ChangedPaths changed;
    const std::size_t count = git_diff_num_deltas(diff.get());
    changed.truncated = count > limit;
    for (std::size_t i = 0; i < std::min(count, limit); ++i) {
        const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
        changed.paths.emplace_back(delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path);
    }
    std::sort(changed.paths.begin(), changed.paths.end());
    changed.paths.erase(std::unique(changed.paths.begin(), changed.paths.end()), changed.paths.end());
    return changed;
}

GitResult<std::string> Repository::object_id(std::string_view commit, std::string_view path) const {
    if (path.empty()) return tree_id(commit);
    git::Commit found;
    if (auto ok = git::find_commit(repository_, commit, found); !ok) return tl::unexpected(ok.error());
    git::Tree tree;
    git::TreeEntry entry;
    int code = git_commit_tree(tree.out(), found.get());
    if (code == 0) code = git_tree_entry_bypath(entry.out(), tree.get(), std::string(path).c_str());
    if (code != 0) return failed(code, "'" + escape_control(path.substr(0, 200)) + "' in " + std::string(commit));
    return git::to_text(*git_tree_entry_id(entry.get()));
}

GitResult<std::string> Repository::read_file(std::string_view commit, std::string_view path,
                                             std::size_t max_bytes) const {
    const std::string what = "'" + escape_control(path.substr(0, 200)) + "' in " + std::string(commit);
    if (path.find('\0') != std::string_view::npos)
        return git::error(GitErrorKind::invalid_argument, what + " is no path");
    const auto id_text = object_id(commit, path);
    if (!id_text) return tl::unexpected(id_text.error());
    git_oid id;
    git_oid_fromstr(&id, id_text->c_str());
    git::Odb odb;
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    int code = git_repository_odb(odb.out(), repository_);
    if (code == 0) code = git_odb_read_header(&size, &type, odb.get(), &id);
    if (code != 0) return failed(code, what);
    if (type != GIT_OBJECT_BLOB) return git::error(GitErrorKind::not_found, what + " is not a file");
    if (size > max_bytes)
        return git::error(GitErrorKind::too_large,
                          what + " has " + std::to_string(size) + " bytes, more than " + std::to_string(max_bytes));
    git::Blob blob;
    code = git_blob_lookup(blob.out(), repository_, &id);
    if (code != 0) return failed(code, what);
    return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), size);
}

GitResult<CommitInfo> Repository::commit_info(std::string_view sha) const {
    git::Commit commit;
    if (auto found = git::find_commit(repository_, sha, commit); !found) return tl::unexpected(found.error());
    CommitInfo info;
    info.sha = sha;
    info.tree = git::to_text(*git_commit_tree_id(commit.get()));
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
        info.parents.push_back(git::to_text(*git_commit_parent_id(commit.get(), i)));
    const auto text = [](const char* from) { return std::string(from != nullptr ? from : "").substr(0, 1000); };
    const auto moment = [](std::int64_t seconds) {
        // A commit may claim any 64-bit time; the clock's range ends far earlier.
        return std::chrono::system_clock::time_point(
            std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 7'000'000'000)));
    };
    if (const git_signature* author = git_commit_author(commit.get())) {
        info.author_name = text(author->name);
        info.author_email = text(author->email);
        info.authored = moment(author->when.time);
    }
    info.committed = moment(git_commit_time(commit.get()));
    info.subject = text(git_commit_summary(commit.get()));
    return info;
}

GitResult<std::string> Repository::tree_id(std::string_view sha) const {
    git::Commit commit;
    if (auto found = git::find_commit(repository_, sha, commit); !found) return tl::unexpected(found.error());
    return git::to_text(*git_commit_tree_id(commit.get()));
}

GitResult<std::vector<std::string>> Repository::first_parents(const CommitRange& range, std::size_t limit) const {
    git::Commit to, from;
    if (auto found = git::find_commit(repository_, range.to, to); !found) return tl::unexpected(found.error());
    git::Revwalk walk;
    int code = git_revwalk_new(walk.out(), repository_);
    if (code == 0) code = git_revwalk_push(walk.get(), git_commit_id(to.get()));
    if (code == 0) code = git_revwalk_simplify_first_parent(walk.get());
    if (code == 0 && !range.from.empty()) {
        if (auto found = git::find_commit(repository_, range.from, from); !found) return tl::unexpected(found.error());
        code = git_revwalk_hide(walk.get(), git_commit_id(from.get()));
    }
    if (code != 0) return failed(code, "cannot walk the history");
    std::vector<std::string> commits;
    git_oid id;
    while (commits.size() < limit && git_revwalk_next(&id, walk.get()) == 0) commits.push_back(git::to_text(id));
    return commits;
}

}
