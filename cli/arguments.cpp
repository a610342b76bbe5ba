#include "cli/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace benchgate::cli {

Arguments split_at_dashes(int argc, const char* const* argv) {
    Arguments arguments;
    int at = 1;
    for (; at < argc && std::string_view(argv[at]) != "--"; ++at) arguments.ours.emplace_back(argv[at]);
    for (++at; at < argc; ++at) arguments.command.emplace_back(argv[at]);
    return arguments;
}

std::optional<std::string> unknown_command(const Arguments& arguments, const std::vector<std::string>& commands) {
    if (arguments.ours.empty() || arguments.ours.front().starts_with('-')) return std::nullopt;
    const auto& word = arguments.ours.front();
    if (std::find(commands.begin(), commands.end(), word) != commands.end()) return std::nullopt;
    return fmt::format("'{}' is no command; there are: {}", word, fmt::join(commands, ", "));
}

}  // namespace benchgate::cli
