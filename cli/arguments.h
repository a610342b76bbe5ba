#pragma once
// What has to be known about the words of the command line before they are parsed: the command to measure begins at the
// first `--`, and a first word that names no command of ours is a mistake of its own. Parses no option.

#include <optional>
#include <string>
#include <vector>

namespace benchgate::cli {

struct Arguments {
    std::vector<std::string> ours;     ///< without the program's name
    std::vector<std::string> command;  ///< behind the first `--`
};

Arguments split_at_dashes(int argc, const char* const* argv);

/// A message when the first word is none of `commands`; absent when it is one, an option, or missing.
std::optional<std::string> unknown_command(const Arguments& arguments, const std::vector<std::string>& commands);

}  // namespace benchgate::cli
