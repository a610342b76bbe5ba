#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/git_internal.h"
#include "platform/log.h"

namespace benchgate::platform {

namespace git {

namespace {

constexpr int deepest = 100;

tl::unexpected<GitError> disk_error(const std::string& name) {
    // Below a directory that was empty: these come of the tree itself, two entries of one name for instance.
    if (errno == EEXIST || errno == ENOTDIR || errno == ELOOP || errno == EINVAL || errno == EILSEQ ||
        errno == ENAMETOOLONG)
        return error(GitErrorKind::unsafe, "'" + escape_control(name) + "' cannot be made: " + std::strerror(errno));
    return error(GitErrorKind::io, "cannot write '" + escape_control(name) + "': " + std::strerror(errno));
}

}

bool safe_name(std::string_view name) {
    if (name.empty() || name.size() > 255 || name == "." || name == "..") return false;
    if (name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos) return false;
    constexpr std::string_view git_folder = ".git";
    return !std::equal(name.begin(), name.end(), git_folder.begin(), git_folder.end(),
                       [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

GitResult<TreeWriter> TreeWriter::into(const std::filesystem::path& directory, const CheckoutLimits& limits) {
    std::error_code code;
    std::filesystem::create_directories(directory, code);
    if (!std::filesystem::is_empty(directory, code) || code)
        return error(GitErrorKind::invalid_argument, "'" + directory.string() + "' is not an empty directory");
    Fd root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) return disk_error(directory.string());
    return TreeWriter(std::move(root), limits);
}

GitResult<void> TreeWriter::reserve(const std::string& name, std::uint64_t size) {
    if (size > limits_.file_bytes || size > limits_.bytes - bytes)
        return error(GitErrorKind::too_large, "'" + escape_control(name) + "' has " + std::to_string(size) +
                                                  " bytes: more than the limits of a checkout allow");
    if (files >= limits_.files)
        return error(GitErrorKind::too_large, "more than " + std::to_string(limits_.files) + " files");
    ++files;
    bytes += size;
    return {};
}

GitResult<void> TreeWriter::file(int parent, const std::string& name, std::string_view content, bool executable) {
    const Fd out(::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out) return disk_error(name);
    while (!content.empty()) {
        const ssize_t count = ::write(out.get(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return disk_error(name);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    // Whatever the umask: a build must not depend on it.
    if (::fchmod(out.get(), executable ? 0755 : 0644) != 0) return disk_error(name);
    return {};
}

GitResult<void> TreeWriter::link(int parent, const std::string& name, const std::string& target) {
    if (target.empty() || target.size() > 4095 || target.find('\0') != std::string::npos)
        return error(GitErrorKind::unsafe, "the target of the link '" + escape_control(name) + "' is no path");
    if (::symlinkat(target.c_str(), parent, name.c_str()) != 0) return disk_error(name);
    return {};
}

GitResult<Fd> TreeWriter::directory(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) return disk_error(name);
    Fd made(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made || ::fchmod(made.get(), 0755) != 0) return disk_error(name);
    return made;
}

namespace {

/// Writes one tree of the repository after the other, parents first.
class Checkout {
  public:
    Checkout(git_repository* repository, TreeWriter& writer, std::stop_token stop)
        : repository_(repository), writer_(writer), stop_(std::move(stop)) {}

    GitResult<void> tree(const git_tree* tree, int directory, const std::string& path, int depth) {
        if (depth > deepest) return error(GitErrorKind::too_large, "directories are nested too deeply");
        for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
            if (stop_.stop_requested()) return error(GitErrorKind::cancelled, "checkout cancelled");
            const git_tree_entry* entry = git_tree_entry_byindex(tree, i);
            const std::string name = git_tree_entry_name(entry);
            const std::string full = path.empty() ? name : path + "/" + name;
            if (!safe_name(name))
                return error(GitErrorKind::unsafe, "'" + escape_control(full) + "' is no safe name of a file");
            if (auto written = one(entry, directory, name, full, depth); !written) return written;
        }
        return {};
    }

    std::vector<std::string> submodules;

  private:
    GitResult<void> one(const git_tree_entry* entry, int directory, const std::string& name, const std::string& full,
                        int depth) {
        const git_filemode_t mode = git_tree_entry_filemode(entry);
        if (mode == GIT_FILEMODE_TREE || mode == GIT_FILEMODE_COMMIT) {
            if (auto reserved = writer_.reserve(full, 0); !reserved) return reserved;
            auto made = writer_.directory(directory, name);
            if (!made) return tl::unexpected(made.error());
            if (mode == GIT_FILEMODE_COMMIT) {
                submodules.push_back(full);
                return {};
            }
            Tree below;
            const int code = git_tree_lookup(below.out(), repository_, git_tree_entry_id(entry));
            if (code != 0) return failed(code, "'" + escape_control(full) + "'");
            return tree(below.get(), made->get(), full, depth + 1);
        }
        return blob(entry, directory, name, full);
    }

    GitResult<void> blob(const git_tree_entry* entry, int directory, const std::string& name, const std::string& full) {
        Odb odb;
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_INVALID;
        int code = git_repository_odb(odb.out(), repository_);
        // The size before the bytes: a file over the limit is never loaded.
        if (code == 0) code = git_odb_read_header(&size, &type, odb.get(), git_tree_entry_id(entry));
        if (code != 0) return failed(code, "'" + escape_control(full) + "'");
        if (auto reserved = writer_.reserve(full, size); !reserved) return reserved;
        Blob content;
        code = git_blob_lookup(content.out(), repository_, git_tree_entry_id(entry));
        if (code != 0) return failed(code, "'" + escape_control(full) + "'");
        const std::string_view bytes(static_cast<const char*>(git_blob_rawcontent(content.get())), size);
        const git_filemode_t mode = git_tree_entry_filemode(entry);
        if (mode == GIT_FILEMODE_LINK) return writer_.link(directory, name, std::string(bytes));
        return writer_.file(directory, name, bytes, mode == GIT_FILEMODE_BLOB_EXECUTABLE);
    }

    git_repository* repository_;
    TreeWriter& writer_;
    std::stop_token stop_;
};

}

}

GitResult<CheckoutSummary> Repository::checkout(std::string_view sha, const std::filesystem::path& directory,
                                                const CheckoutLimits& limits, std::stop_token stop) const {
    git::Commit commit;
    if (auto found = git::find_commit(repository_, sha, commit); !found) return tl::unexpected(found.error());
    git::Tree tree;
    const int code = git_commit_tree(tree.out(), commit.get());
    if (code != 0) return git::failed(code, "tree of " + std::string(sha));
    auto writer = git::TreeWriter::into(directory, limits);
    if (!writer) return tl::unexpected(writer.error());
    git::Checkout checkout(repository_, *writer, std::move(stop));
    if (auto written = checkout.tree(tree.get(), writer->root(), "", 0); !written)
        return tl::unexpected(written.error());
    return CheckoutSummary{writer->files, writer->bytes, std::move(checkout.submodules)};
}

}
