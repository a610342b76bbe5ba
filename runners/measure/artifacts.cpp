#include "runners/measure/artifacts.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "platform/crypto.h"
#include "platform/files.h"

namespace benchgate::measure {
namespace {

class Hasher {
  public:
    Hasher(const std::filesystem::path& directory, std::stop_token stop, const ArtifactLimits& limits)
        : directory_(directory), stop_(stop), limits_(limits) {}

    tl::expected<void, std::string> add(const std::string& glob) {
        const auto found = platform::find_below(directory_, glob, limits_.files);
        if (!found) return tl::unexpected(fmt::format("{}: {}", glob, found.error().message));
        if (found->empty()) return tl::unexpected(fmt::format("no file matches '{}' after the build", glob));
        for (const auto& file : *found) {
            if (hashes_.contains(file.path)) continue;
            auto hash = hash_of(file.path);
            if (!hash) return tl::unexpected(hash.error());
            hashes_.emplace(file.path, std::move(*hash));
        }
        return {};
    }

    model::ArtifactHashes take() { return std::move(hashes_); }

  private:
    tl::expected<std::string, std::string> hash_of(const std::string& path) {
        const auto file = platform::open_below(directory_, path);
        if (!file) return tl::unexpected(file.error().message);
        std::array<char, 256u << 10> buffer;
        std::uint64_t size = 0;
        for (;;) {
            if (stop_.stop_requested()) return tl::unexpected(std::string("cancelled"));
            const ssize_t count = ::read(file->get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
            if (count == 0) return digest_.finish_hex();
            size += static_cast<std::uint64_t>(count);
            all_ += static_cast<std::uint64_t>(count);
            if (size > limits_.file_bytes)
                return tl::unexpected(fmt::format("'{}' has more than {} bytes", path, limits_.file_bytes));
            if (all_ > limits_.bytes)
                return tl::unexpected(fmt::format("all together have more than {} bytes", limits_.bytes));
            digest_.update({buffer.data(), static_cast<std::size_t>(count)});
        }
    }

    const std::filesystem::path& directory_;
    std::stop_token stop_;
    ArtifactLimits limits_;
    platform::Sha256 digest_;
    std::uint64_t all_ = 0;
    model::ArtifactHashes hashes_;
};

}  // namespace

tl::expected<model::ArtifactHashes, std::string> hash_artifacts(const std::filesystem::path& directory,
                                                                const std::vector<std::string>& globs,
                                                                std::stop_token stop, const ArtifactLimits& limits) {
    Hasher hasher(directory, stop, limits);
    for (const auto& glob : globs)
        if (auto added = hasher.add(glob); !added) return tl::unexpected("artifacts: " + added.error());
    return hasher.take();
}

std::optional<std::uint64_t> artifact_bytes(const std::filesystem::path& directory,
                                            const model::ArtifactHashes& artifacts) {
    std::uint64_t bytes = 0;
    for (const auto& [path, hash] : artifacts) {
        const auto file = platform::open_below(directory, path);
        struct stat status {};
        if (!file || ::fstat(file->get(), &status) != 0) return std::nullopt;
        bytes += static_cast<std::uint64_t>(status.st_size);
    }
    return bytes;
}

}  // namespace benchgate::measure
