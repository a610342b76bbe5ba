#pragma once
// Where a command's documents go: a file, or "-" for standard output. Owns that a file is whole or as it was before,
// and that what is no plain file (a device, a pipe, a link) is written to and never replaced.

#include <iosfwd>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::cli {

/// Looks before anything is measured for it whether the target can be written. The error is one line, naming it.
tl::expected<void, std::string> check_output(const std::string& target);

tl::expected<void, std::string> write_output(const std::string& target, std::string_view text, std::ostream& out);

}  // namespace benchgate::cli
