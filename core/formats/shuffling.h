#pragma once
// Which tools can be told, without a change of their command line, to run their benchmarks in an order drawn anew by
// each process. Owns that table; a tool that takes a seed on its command line gets it by {seed} instead.

#include <map>
#include <string>
#include <string_view>

namespace benchgate::formats {

/// Variables that make the tool of this format shuffle; empty: none that we know of. google-benchmark (1.6 and later)
/// takes each of its flags from the environment.
std::map<std::string, std::string> shuffling_environment(std::string_view format);

}  // namespace benchgate::formats
