#pragma once
// Owns the placeholders of a suite's run command: {filter}, {output}, {repeats} and {seed}. Values are quoted for the
// shell, since benchmark names come from the code under test.

#include <string>
#include <string_view>

namespace benchgate::measure {

struct Placeholders {
    std::string filter;  ///< the tool's own filter expression; empty: everything
    std::string output;  ///< path inside the sandbox, relative to /src
    std::string repeats = "1";
    std::string seed = "0";  ///< of the order of the benchmarks, for a tool that takes one
};

/// Each placeholder becomes one single-quoted shell word; other braces stay as they are.
std::string expand(std::string_view command, const Placeholders& values);

/// Is the word one of them and nothing else?
bool is_placeholder(std::string_view word);

bool has_placeholder(std::string_view command, std::string_view name);

/// 'text' for /bin/sh.
std::string shell_quote(std::string_view text);

}  // namespace benchgate::measure
