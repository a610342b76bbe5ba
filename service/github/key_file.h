// Owns noticing that the file with the App's key was replaced, so that a new key is in use without a restart. A file
// that is half written, empty or no key leaves the former key in use. Does not own what is done with a key
// (app_keys.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "platform/crypto.h"

namespace benchgate::github {

/// Safe to use from several threads.
class KeyFile {
  public:
    explicit KeyFile(std::filesystem::path path) : path_(std::move(path)) {}

    /// The PEM in the file; the error says what is wrong with it. For the start.
    tl::expected<std::string, std::string> read();

    /// The PEM, if it is another one than was read last. `look_inside` false: only when the file's number, size or
    /// time changed. The same error is told once.
    tl::expected<std::optional<std::string>, std::string> changed(bool look_inside);

    const std::filesystem::path& path() const { return path_; }

  private:
    /// A file written anew beside the former one has another number, even within one tick of the clock.
    struct Stamp {
        std::uint64_t number = 0;
        std::int64_t bytes = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        bool operator==(const Stamp&) const = default;
    };
    Stamp stamp() const;
    tl::expected<std::string, std::string> read_locked();

    const std::filesystem::path path_;
    std::mutex mutex_;
    Stamp stamp_;
    std::string digest_;  // of the last usable content
    std::string told_;    // the last error
};

}
