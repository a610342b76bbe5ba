#include "platform/files.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace benchgate::platform {

namespace {

tl::unexpected<FileError> file_failed(int number, const std::string& what) {
    const FileErrorKind kind = number == ENOENT || number == ENOTDIR ? FileErrorKind::not_found
                               : number == EXDEV || number == ELOOP  ? FileErrorKind::outside
                               : number == EACCES || number == EPERM ? FileErrorKind::denied
                                                                     : FileErrorKind::other;
    return tl::unexpected(FileError{kind, what + ": " + std::strerror(number)});
}

FileResult<std::string> read_all(int fd, std::size_t max_bytes, const std::string& name) {
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(fd, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_failed(errno, "cannot read '" + name + "'");
        if (count == 0) return bytes;
        if (bytes.size() + static_cast<std::size_t>(count) > max_bytes)
            return tl::unexpected(FileError{FileErrorKind::too_large,
                                            "'" + name + "' has more than " + std::to_string(max_bytes) + " bytes"});
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
}

FileResult<void> write_all(int fd, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_failed(errno, "cannot write '" + name + "'");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

void Fd::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

TempDir::TempDir(std::string_view prefix, const std::filesystem::path& parent) {
    const char* from_environment = std::getenv("TMPDIR");
    std::filesystem::path base = parent;
    if (base.empty()) base = from_environment != nullptr && *from_environment != '\0' ? from_environment : "/tmp";
    std::string name = (base / (std::string(prefix) + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "cannot make a directory in " + base.string());
    path_ = name;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
}

TempDir::~TempDir() {
    // What cannot be removed stays behind: a destructor has nobody to tell.
    if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

FileResult<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return file_failed(errno, "cannot open '" + path.string() + "'");
    return read_all(file.get(), max_bytes, path.string());
}

FileResult<Fd> open_below(const std::filesystem::path& directory, const std::filesystem::path& relative) {
    // Where the directory lies is nobody's business who wrote it, and messages end up on a page.
    const std::string name = relative.string();
    const Fd root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return file_failed(errno, "cannot open '" + directory.string() + "'");
    open_how how{};
    // O_NONBLOCK: opening a pipe without a writer would wait for ever.
    how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    Fd file(static_cast<int>(::syscall(SYS_openat2, root.get(), relative.c_str(), &how, sizeof how)));
    if (!file) return file_failed(errno, "cannot open '" + name + "'");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return file_failed(errno, "cannot look at '" + name + "'");
    if (!S_ISREG(status.st_mode))
        return tl::unexpected(FileError{FileErrorKind::not_a_regular_file, "'" + name + "' is not a regular file"});
    return file;
}

FileResult<std::string> read_below(const std::filesystem::path& directory, const std::filesystem::path& relative,
                                   std::size_t max_bytes) {
    const auto file = open_below(directory, relative);
    if (!file) return tl::unexpected(file.error());
    return read_all(file->get(), max_bytes, relative.string());
}

FileResult<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    std::string beside = (parent / ("." + path.filename().string() + ".XXXXXX")).string();
    const Fd file(::mkostemp(beside.data(), O_CLOEXEC));
    if (!file) return file_failed(errno, "cannot write beside '" + path.string() + "'");
    auto written = write_all(file.get(), bytes, beside);
    if (written && (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0))
        written = file_failed(errno, "cannot sync '" + beside + "'");
    if (written && ::rename(beside.c_str(), path.c_str()) != 0)
        written = file_failed(errno, "cannot put '" + path.string() + "' in its place");
    if (!written) {
        ::unlink(beside.c_str());
        return written;
    }
    const Fd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // The rename itself must survive a power cut; file systems that cannot sync a directory say EINVAL.
    if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL))
        return file_failed(errno, "cannot sync '" + parent.string() + "'");
    return {};
}

}
