// Owns the rule that one process at a time works in a folder: an advisory lock on a file in it, which the kernel gives
// up however the process ends. Does not guard against a process that does not ask.
#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include <tl/expected.hpp>

#include "platform/files.h"

namespace benchgate::platform {

class FolderLock {
  public:
    struct Refusal {
        bool held = false;    ///< by another process; false: the file cannot be opened or written
        std::string message;  ///< for people; names the folder and the process, if that is known
    };
    /// The folder must exist. Never waits.
    static tl::expected<FolderLock, Refusal> take(const std::filesystem::path& folder);

  private:
    explicit FolderLock(Fd file) : file_(std::move(file)) {}
    Fd file_;
};

/// Makes a folder, and those above it, that nobody but its owner may look into: for what is not everybody's business.
FileResult<void> make_private_folder(const std::filesystem::path& folder);

}
