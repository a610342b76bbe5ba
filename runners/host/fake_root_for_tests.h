#pragma once
// A host made of files, for this room's tests.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "platform/files.h"

namespace benchgate::host {

class FakeRoot {
  public:
    const std::filesystem::path& path() const { return directory_.path(); }
    void write(const std::string& file, const std::string& text) const {
        std::filesystem::create_directories((path() / file).parent_path());
        std::ofstream(path() / file, std::ios::binary) << text;
    }
    std::string read(const std::string& file) const {
        std::ifstream stream(path() / file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    /// Every file and its bytes.
    std::map<std::string, std::string> all() const {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path()))
            if (entry.is_regular_file()) {
                const auto name = std::filesystem::relative(entry.path(), path()).string();
                files[name] = read(name);
            }
        return files;
    }

  private:
    platform::TempDir directory_{"fake-root-"};
};

}  // namespace benchgate::host
