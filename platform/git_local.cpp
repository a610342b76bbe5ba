#include <algorithm>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/git_internal.h"
#include "platform/log.h"

namespace benchgate::platform {

namespace {

/// Copies files out of a working tree; directories are made on the way.
class Copier {
  public:
    Copier(const std::filesystem::path& root, git::TreeWriter& writer, const CheckoutLimits& limits)
        : root_(root), writer_(writer), limits_(limits) {}

    /// False: nothing that can be copied (a directory, a socket, or gone).
    GitResult<bool> copy(const std::string& path) {
        const std::filesystem::path from = root_ / path;
        struct stat status {};
        if (::lstat(from.c_str(), &status) != 0) return false;
        if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return false;
        const auto size = static_cast<std::uint64_t>(status.st_size);
        if (auto reserved = writer_.reserve(path, size); !reserved) return tl::unexpected(reserved.error());
        const std::size_t slash = path.rfind('/');
        const auto parent = directory(slash == std::string::npos ? "" : path.substr(0, slash));
        if (!parent) return tl::unexpected(parent.error());
        const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
        GitResult<void> written;
        if (S_ISLNK(status.st_mode)) {
            std::error_code code;
            written = writer_.link(parent->get(), name, std::filesystem::read_symlink(from, code).string());
        } else {
            const auto bytes = platform::read_file(from, static_cast<std::size_t>(limits_.file_bytes));
            if (!bytes) return git::error(GitErrorKind::io, bytes.error().message);
            written = writer_.file(parent->get(), name, *bytes, (status.st_mode & S_IXUSR) != 0);
        }
        if (!written) return tl::unexpected(written.error());
        return true;
    }

  private:
    GitResult<Fd> directory(const std::string& path) {
        Fd at(::fcntl(writer_.root(), F_DUPFD_CLOEXEC, 0));
        for (std::size_t start = 0; start < path.size();) {
            const std::size_t end = std::min(path.find('/', start), path.size());
            auto next = writer_.directory(at.get(), path.substr(start, end - start));
            if (!next) return next;
            at = std::move(*next);
            start = end + 1;
        }
        return at;
    }

    const std::filesystem::path& root_;
    git::TreeWriter& writer_;
    const CheckoutLimits& limits_;
};

}

LocalRepository::LocalRepository(git_repository* repository) : Repository(repository) {}

GitResult<LocalRepository> LocalRepository::discover(const std::filesystem::path& start) {
    git::start_library();
    git_repository* repository = nullptr;
    const int code = git_repository_open_ext(&repository, start.c_str(), 0, nullptr);
    // Without any configuration of the user libgit2 says instead that it did not find the exception there.
    const git_error* last = git_error_last();
    const bool asked_for_exception =
        last != nullptr && last->message != nullptr && std::strstr(last->message, "safe.directory") != nullptr;
    if (code == GIT_EOWNER || (code != 0 && asked_for_exception))
        return git::error(GitErrorKind::ownership,
                          "the repository around '" + start.string() +
                              "' belongs to another user; where you trust it: git config --global --add "
                              "safe.directory FOLDER");
    if (code != 0) return git::failed(code, "'" + start.string() + "' is in no repository that can be opened");
    return LocalRepository(repository);
}

std::filesystem::path LocalRepository::root() const {
    const char* root = git_repository_workdir(repository_);
    return root != nullptr ? root : git_repository_path(repository_);
}

std::string LocalRepository::branch() const {
    git::Reference head;
    if (git_repository_head(head.out(), repository_) != 0 || git_reference_is_branch(head.get()) == 0) return "";
    return git_reference_shorthand(head.get());
}

GitResult<std::string> LocalRepository::default_branch() const {
    // What the remote calls its default comes first; then the names that people use.
    git::Reference remote_head, target;
    if (git_reference_lookup(remote_head.out(), repository_, "refs/remotes/origin/HEAD") == 0 &&
        git_reference_resolve(target.out(), remote_head.get()) == 0)
        return std::string(git_reference_shorthand(target.get()));
    for (const char* name : {"origin/main", "origin/master", "main", "master", "trunk"})
        if (resolve(name)) return std::string(name);
    return git::error(GitErrorKind::not_found, "no branch main, master or trunk: name the base");
}

GitResult<bool> LocalRepository::is_dirty() const {
    git_status_options options = GIT_STATUS_OPTIONS_INIT;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    git::StatusList list;
    const int code = git_status_list_new(list.out(), repository_, &options);
    if (code != 0) return git::failed(code, "cannot list the working tree");
    return git_status_list_entrycount(list.get()) > 0;
}

GitResult<WorktreeSnapshot> LocalRepository::snapshot(const std::filesystem::path& directory,
                                                      const CheckoutLimits& limits, std::stop_token stop) const {
    WorktreeSnapshot snapshot;
    if (git_repository_is_bare(repository_) != 0)
        return git::error(GitErrorKind::invalid_argument, "a bare repository has no working tree");
    const auto head = resolve("HEAD");
    if (!head) return tl::unexpected(head.error());
    snapshot.head = *head;

    git_status_options options = GIT_STATUS_OPTIONS_INIT;
    // No GIT_STATUS_OPT_UPDATE_INDEX: the index on disk stays as it is.
    options.flags =
        GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS | GIT_STATUS_OPT_INCLUDE_UNMODIFIED;
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    git::StatusList list;
    const int code = git_status_list_new(list.out(), repository_, &options);
    if (code != 0) return git::failed(code, "cannot list the working tree");
    auto writer = git::TreeWriter::into(directory, limits);
    if (!writer) return tl::unexpected(writer.error());

    const std::filesystem::path from = root();
    Copier copier(from, *writer, limits);
    for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
        if (stop.stop_requested()) return git::error(GitErrorKind::cancelled, "snapshot cancelled");
        const git_status_entry* entry = git_status_byindex(list.get(), i);
        if (entry->status != GIT_STATUS_CURRENT) snapshot.dirty = true;
        const git_diff_delta* delta =
            entry->index_to_workdir != nullptr ? entry->index_to_workdir : entry->head_to_index;
        const unsigned gone = GIT_STATUS_WT_DELETED | GIT_STATUS_IGNORED;
        if (delta == nullptr || delta->new_file.path == nullptr || (entry->status & gone) != 0) continue;
        // Deleted in the index: only an untracked file of the same name, which has an entry of its own, could be there.
        if (entry->status == GIT_STATUS_INDEX_DELETED) continue;
        const auto copied = copier.copy(delta->new_file.path);
        if (!copied) return tl::unexpected(copied.error());
        if (!*copied) snapshot.skipped.emplace_back(delta->new_file.path);
    }
    snapshot.files = writer->files;
    snapshot.bytes = writer->bytes;
    return snapshot;
}

}
