#pragma once
// One file of a Go benchmark session, in benchfmt.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace benchgate::bench {

/// ns/op of every run by the benchmark's name, in the order of the file.
std::map<std::string, std::vector<double>> read_night(const std::filesystem::path& path);

}  // namespace benchgate::bench
