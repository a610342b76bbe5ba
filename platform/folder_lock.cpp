#include "platform/folder_lock.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace benchgate::platform {

tl::expected<FolderLock, FolderLock::Refusal> FolderLock::take(const std::filesystem::path& folder) {
    const auto path = folder / "lock";
    const auto cannot = [&](const char* what) {
        return tl::unexpected(
            Refusal{false, std::string("cannot ") + what + " '" + path.string() + "': " + std::strerror(errno)});
    };
    Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return cannot("open");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        const int holder = std::atoi(read_file(path, 32).value_or("").c_str());
        return tl::unexpected(Refusal{true, (holder > 0 ? "process " + std::to_string(holder) : "another process") +
                                                " works in '" + folder.string() + "'"});
    }
    // Only for the words above: the file stays, the lock goes with the process.
    const std::string own = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.get(), 0) != 0 || ::write(file.get(), own.data(), own.size()) < 0) return cannot("write");
    return FolderLock(std::move(file));
}

FileResult<void> make_private_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error)
        return tl::unexpected(
            FileError{FileErrorKind::other, "cannot make '" + folder.string() + "': " + error.message()});
    return {};
}

}
