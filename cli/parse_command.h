#pragma once
// `benchgate parse`: what an adapter reads out of a tool's output, for people and as JSON. Reads one file, prints,
// decides nothing.

#include <iosfwd>
#include <optional>
#include <string>

namespace benchgate::cli {

struct ParseOptions {
    std::string format = "auto";
    std::string file;                 ///< "-": standard input
    std::optional<std::string> json;  ///< a file for the JSON document, "-": `out`; absent: a table on `out`
};

/// Exit status: 0 values were read; 2 unknown format or unreadable file; 3 the result holds no value.
int run_parse(const ParseOptions& options, std::ostream& out, std::ostream& err);

}  // namespace benchgate::cli
