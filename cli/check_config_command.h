#pragma once
// `benchgate check-config`: every mistake of a `.benchgate.yml` as FILE:LINE:COLUMN: message; of a good one what this
// version does not do, as warnings in the same form, and a short summary of its suites.

#include <iosfwd>
#include <string>

namespace benchgate::cli {

/// `path` "-": standard input. Exit status: 0 the file is good; 2 it is not, or cannot be read.
int run_check_config(const std::string& path, std::ostream& out, std::ostream& err);

}  // namespace benchgate::cli
