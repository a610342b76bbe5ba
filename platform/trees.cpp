#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/model/globs.h"
#include "platform/files.h"

namespace benchgate::platform {

namespace {

constexpr int deepest = 128;
/// Of a removal, each of which takes so many levels away: deeper than a disk has room for.
constexpr int most_rounds = 100'000;

struct Entry {
    int parent_fd;            ///< the directory it stands in
    const char* name;         ///< in that directory
    const std::string& path;  ///< from the start of the walk
    const struct stat& status;
};

/// Visits a tree without following a link, whatever is done to it meanwhile: every step is relative to an open
/// directory. `before` is asked for each entry (false: stop the walk); `after` is told each directory once it is done.
struct Walk {
    std::function<bool(const Entry&)> before;
    std::function<void(const Entry&)> after = [](const Entry&) {};
    bool open_up = false;  ///< give ourselves access to directories that lack it
    bool too_deep = false;
    bool closed = false;  ///< a directory was left out since we may not open it
    bool stopped = false;

    void directory(int fd, const std::string& path, int depth) {
        DIR* stream = ::fdopendir(fd);
        if (stream == nullptr) {
            ::close(fd);
            return;
        }
        while (const dirent* found = ::readdir(stream)) {
            if (std::strcmp(found->d_name, ".") == 0 || std::strcmp(found->d_name, "..") == 0) continue;
            one(::dirfd(stream), found->d_name, path, depth);
            if (stopped) break;
        }
        ::closedir(stream);
    }

    void one(int parent_fd, const char* name, const std::string& parent_path, int depth) {
        struct stat status {};
        if (::fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone meanwhile
        const std::string path = parent_path.empty() ? name : parent_path + "/" + name;
        const Entry entry{parent_fd, name, path, status};
        if (!before(entry)) {
            stopped = true;
            return;
        }
        if (!S_ISDIR(status.st_mode)) return;
        if (depth >= deepest) {
            too_deep = true;
        } else {
            const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
            int fd = ::openat(parent_fd, name, flags);
            if (fd < 0 && errno == EACCES && open_up && ::fchmodat(parent_fd, name, 0700, 0) == 0)
                fd = ::openat(parent_fd, name, flags);
            if (fd < 0 && errno == EACCES) closed = true;
            if (fd >= 0) directory(fd, path, depth + 1);
        }
        if (!stopped) after(entry);
    }
};

FileResult<void> walk(const std::filesystem::path& directory, Walk& walk) {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = ::open(directory.c_str(), flags);
    if (fd < 0 && errno == EACCES && walk.open_up && ::chmod(directory.c_str(), 0700) == 0)
        fd = ::open(directory.c_str(), flags);
    if (fd < 0) {
        const FileErrorKind kind = errno == ENOENT   ? FileErrorKind::not_found
                                   : errno == EACCES ? FileErrorKind::denied
                                                     : FileErrorKind::other;
        return tl::unexpected(FileError{kind, "cannot open '" + directory.string() + "': " + std::strerror(errno)});
    }
    walk.directory(fd, "", 0);
    return {};
}

}

FileResult<std::vector<FoundFile>> find_below(const std::filesystem::path& directory, std::string_view pattern,
                                              std::size_t limit) {
    std::vector<FoundFile> found;
    bool over = false;
    Walk search{.before = [&](const Entry& entry) {
        if (!S_ISREG(entry.status.st_mode) || !model::glob_matches(pattern, entry.path)) return true;
        over = found.size() >= limit;
        if (!over) found.push_back({entry.path, static_cast<std::uint64_t>(entry.status.st_size)});
        return !over;
    }};
    if (auto walked = walk(directory, search); !walked) return tl::unexpected(walked.error());
    if (over)
        return tl::unexpected(FileError{FileErrorKind::too_large, "more than " + std::to_string(limit) +
                                                                      " files match '" + std::string(pattern) + "'"});
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return found;
}

FileResult<TreeSize> tree_size(const std::filesystem::path& directory, std::uint64_t max_entries) {
    TreeSize size;
    Walk sum{.before = [&](const Entry& entry) {
        if (size.entries >= max_entries) return false;
        ++size.entries;
        // A file with several names is counted once for all of them together.
        const auto links = S_ISDIR(entry.status.st_mode) ? 1 : std::max<nlink_t>(entry.status.st_nlink, 1);
        size.bytes += static_cast<std::uint64_t>(entry.status.st_blocks) * 512 / links;
        return true;
    }};
    if (auto walked = walk(directory, sum); !walked) return tl::unexpected(walked.error());
    size.cut = sum.stopped || sum.too_deep;
    size.closed = sum.closed;
    return size;
}

FileResult<void> give_tree_to(const std::filesystem::path& directory, uid_t uid, gid_t gid) {
    int error = ::lchown(directory.c_str(), uid, gid) == 0 ? 0 : errno;
    Walk give{.before = [&](const Entry& entry) {
        if (::fchownat(entry.parent_fd, entry.name, uid, gid, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
            error = errno;
        return error == 0;
    }};
    if (auto walked = walk(directory, give); !walked) return walked;
    if (error != 0)
        return tl::unexpected(FileError{FileErrorKind::denied, "cannot give '" + directory.string() + "' to user " +
                                                                   std::to_string(uid) + ": " + std::strerror(error)});
    return {};
}

FileResult<void> remove_tree(const std::filesystem::path& directory) {
    // A tree deeper than one walk may go is taken away from below, slice by slice.
    for (int round = 0; round < most_rounds; ++round) {
        Walk removal{.before =
                         [](const Entry& entry) {
                             if (S_ISDIR(entry.status.st_mode)) {
                                 ::fchmodat(entry.parent_fd, entry.name, 0700, 0);
                             } else {
                                 ::unlinkat(entry.parent_fd, entry.name, 0);
                             }
                             return true;
                         },
                     .after = [](const Entry& entry) { ::unlinkat(entry.parent_fd, entry.name, AT_REMOVEDIR); },
                     .open_up = true};
        // A directory below the deepest level moves up beside the start, where the next round reaches it.
        int moved = 0;
        removal.before = [&, plain = removal.before](const Entry& entry) {
            const bool deep = std::count(entry.path.begin(), entry.path.end(), '/') >= deepest - 1;
            if (deep && S_ISDIR(entry.status.st_mode)) {
                const std::string up =
                    (directory / (".deep-" + std::to_string(round) + "-" + std::to_string(moved++))).string();
                if (::renameat(entry.parent_fd, entry.name, AT_FDCWD, up.c_str()) == 0) return true;
            }
            return plain(entry);
        };
        ::chmod(directory.c_str(), 0700);
        if (auto walked = walk(directory, removal); !walked) {
            if (walked.error().kind == FileErrorKind::not_found) return {};
            return walked;
        }
        if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return {};
        if (moved == 0) break;
    }
    return tl::unexpected(
        FileError{FileErrorKind::other, "cannot remove '" + directory.string() + "': " + std::strerror(errno)});
}

}
