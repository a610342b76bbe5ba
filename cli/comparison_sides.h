#pragma once
// What two trees are compared, and copies of them: the reading of BASE..HEAD and the checkouts into a folder of our
// own. Does not build or measure.

#include <filesystem>
#include <string>
#include <tl/expected.hpp>

#include "platform/git.h"
#include "runners/measure/trial_runner.h"

namespace benchgate::cli {

inline constexpr std::string_view worktree = "WORKTREE";

struct SidesOf {
    std::string base_sha;
    std::string head_sha;   ///< or WORKTREE
    std::string base_name;  ///< of what the base is the merge-base with, as a person wrote it; empty: the base itself
    std::string note;       ///< what was chosen where nothing was said; may be empty
};

/// The error is one line for people.
tl::expected<SidesOf, std::string> read_range(const platform::LocalRepository& repository, const std::string& range);

/// The name of the repository's folder, for a heading.
std::string name_of(const platform::LocalRepository& repository);

/// base/ and head/ below `directory`.
tl::expected<measure::Sides, std::string> copy_sides(const platform::LocalRepository& repository, const SidesOf& sides,
                                                     const std::filesystem::path& directory);

}  // namespace benchgate::cli
