#pragma once
// `benchgate detect`: where the level of anyone's history changed. Reads one CSV, prints a table and a picture for
// people or JSON, says what it left out; decides nothing about better or worse.

#include <iosfwd>
#include <string>

namespace benchgate::cli {

struct DetectCommandOptions {
    std::string file{};  ///< CSV: index, time or commit, and value; "-": standard input
    std::string json{};  ///< where the JSON document goes: a file, "-" (out), or empty: text for people to out
    int columns = 0;     ///< width of the terminal; 0: none
};

/// Exit status: 0 the series was read, with or without changes; 2 it could not be.
int run_detect(const DetectCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace benchgate::cli
