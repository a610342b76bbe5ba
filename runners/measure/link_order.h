#pragma once
// Builds whose link order is shuffled: two builds of one commit then differ in nothing but where the linker put things,
// which is what a calibration wants to know about. Owns a folder of linkers that permute the object files of their
// command line and hand it on to the real one; gcc and clang find them by COMPILER_PATH. Archives, libraries and
// options stay where they are, since their order means something. Builds that link in another way are not touched.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace benchgate::measure {

class LinkOrder {
  public:
    /// `directory` is made; the sandbox must be told of it (prepare), and it lasts as long as its owner lets it.
    static tl::expected<LinkOrder, std::string> create(const std::filesystem::path& directory);

    const std::filesystem::path& directory() const { return directory_; }
    /// What a build is given. A suite that sets COMPILER_PATH itself keeps what it set, and is not shuffled. Without a
    /// seed nothing is: the linkers hand on what they get.
    std::map<std::string, std::string> environment(std::optional<std::uint64_t> seed) const;
    /// A line of a build that begins in the job's folder, with a place to count its links in.
    static std::string counted(const std::string& shell_line);
    /// How many links were shuffled in the build of this folder; the file is gone afterwards.
    static int take_count(const std::filesystem::path& job_directory);

  private:
    explicit LinkOrder(std::filesystem::path directory) : directory_(std::move(directory)) {}
    std::filesystem::path directory_;
};

}  // namespace benchgate::measure
