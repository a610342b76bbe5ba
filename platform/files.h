// Owns the safe ways to touch the disk: descriptors that close themselves, temporary directories, writes that are
// whole or absent, reads with a bound, and reads below a directory that hostile code has written. Does not own any
// format of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <tl/expected.hpp>

namespace benchgate::platform {

enum class FileErrorKind { not_found, too_large, not_a_regular_file, outside, denied, other };

struct FileError {
    FileErrorKind kind = FileErrorKind::other;
    std::string message;  ///< for people; names the path
};

template <typename T>
using FileResult = tl::expected<T, FileError>;

/// A file descriptor with one owner.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void reset();

  private:
    int fd_ = -1;
};

/// A directory (mode 0700) that is removed with everything in it when the object goes.
class TempDir {
  public:
    /// Below parent; empty: $TMPDIR or /tmp. Throws std::system_error.
    explicit TempDir(std::string_view prefix = "benchgate", const std::filesystem::path& parent = {});
    ~TempDir();
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The whole file; too_large when it has more than max_bytes. Follows links: for paths of our own.
FileResult<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// A regular file below directory, read without leaving it: no "..", no absolute path, no link that leads out
/// (openat2 RESOLVE_BENEATH), no link in its last part, no device, no pipe that would block. For what jobs write.
FileResult<std::string> read_below(const std::filesystem::path& directory, const std::filesystem::path& relative,
                                   std::size_t max_bytes);

/// The same, as an open descriptor (read only) for files that are streamed.
FileResult<Fd> open_below(const std::filesystem::path& directory, const std::filesystem::path& relative);

/// Path and size of regular files below directory that match the pattern (core/model/globs.h: "build/*.so",
/// "bench"); links are not followed. Sorted. At most `limit` files.
struct FoundFile {
    std::string path;  ///< relative to the directory
    std::uint64_t bytes = 0;
};
FileResult<std::vector<FoundFile>> find_below(const std::filesystem::path& directory, std::string_view pattern,
                                              std::size_t limit);

/// Written beside the target, synced, renamed over it, directory synced: the old bytes or the new ones, never a part.
FileResult<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0644);

/// Disk space that the tree takes (blocks, not lengths), links not followed. `denied`: it lets us not in.
struct TreeSize {
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    bool cut = false;     ///< more than max_entries entries, or deeper than 128 directories: the figures are too small
    bool closed = false;  ///< a directory below it lets us not in: what it holds is not in the figures
};
FileResult<TreeSize> tree_size(const std::filesystem::path& directory, std::uint64_t max_entries);

/// Gives the tree (links themselves, not what they point to) to a user. Needs root.
FileResult<void> give_tree_to(const std::filesystem::path& directory, uid_t uid, gid_t gid);

/// Removes a tree that hostile code has written: links not followed, unreadable directories opened up first.
FileResult<void> remove_tree(const std::filesystem::path& directory);

}
